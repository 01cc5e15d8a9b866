// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/read_ecg.h"

#include "dicom/waveform.h"
#include "ecg/ecg_reader.h"
#include "ecg/readers/aecg_reader.h"
#include "ecg/readers/cardiosoft_reader.h"
#include "ecg/readers/contec_reader.h"
#include "ecg/readers/csv_reader.h"
#include "ecg/readers/dicom_reader.h"
#include "ecg/readers/edf_reader.h"
#include "ecg/readers/healforce_reader.h"
#include "ecg/readers/ishne_reader.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/mfer_reader.h"
#include "ecg/readers/muse_reader.h"
#include "ecg/readers/npy_reader.h"
#include "ecg/readers/scp_reader.h"
#include "ecg/readers/sierra_reader.h"
#include "ecg/readers/wfdb_reader.h"
#include "fuzz/checks.h"
#include "fuzz/scratch.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::fuzz {

namespace {

void checkBorder(const std::optional<double>& seconds, double end)
{
    require(!seconds || (std::isfinite(*seconds) && *seconds >= 0 && *seconds <= end),
            "a wave lies outside of its beat");
}

void checkRecord(const ecg::EcgRecord& record)
{
    require(record.samplingHz > 0 && std::isfinite(record.samplingHz), "an ECG without a rate");
    require(record.presentLeads() > 0, "an ECG without leads");
    for (const auto& lead : record.leads) {
        require(lead.empty() || lead.size() == record.samples(), "leads of different lengths");
        require(std::none_of(lead.begin(), lead.end(), [](float v) { return std::isinf(v); }), "an infinite sample");
    }
    require(record.signalHash().size() == 64, "a signal without a hash");
    const ecg::WaveBorders& borders = record.fileBorders;
    require(record.fileBeat || borders == ecg::WaveBorders{}, "borders of no beat");
    if (!record.fileBeat)
        return;
    const ecg::RepresentativeBeat& beat = *record.fileBeat;
    require(beat.samplingHz > 0 && std::isfinite(beat.samplingHz) && beat.samples() > 0, "a beat without samples");
    for (const auto& lead : beat.leads)
        require(lead.empty() || lead.size() == beat.samples(), "leads of a beat with different lengths");
    for (const auto* border :
         {&borders.pOnset, &borders.pOffset, &borders.qrsOnset, &borders.qrsOffset, &borders.tOnset, &borders.tOffset})
        checkBorder(*border, double(beat.samples()) / beat.samplingHz);
}

// The reader itself and, as the program does, recognition and the word about what isn't read.
template <class Reader> bool readFile(const std::filesystem::path& file, Bytes bytes)
{
    (void)ecg::looksLikeEcg(file);
    require(!ecg::whyNotRead(file, asText(bytes).substr(0, 4096)).empty(), "no word about what isn't read");
    return refusedOrDone([&] { checkRecord(Reader().read(file)); });
}

template <class Reader> bool readAs(const char* name, Bytes bytes)
{
    return readFile<Reader>(Scratch::instance().write(name, bytes), bytes);
}

struct Parts
{
    Bytes first, second;
    bool isSplit = false;
};

Parts splitAtNul(Bytes bytes)
{
    const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t(0));
    if (end == bytes.end())
        return {bytes, {}, false};
    return {Bytes(bytes.begin(), end), Bytes(end + 1, bytes.end()), true};
}

template <class Reader> bool readDescribed(const char* name, Bytes bytes)
{
    const Parts parts = splitAtNul(bytes);
    const std::string description = std::string(name) + ".json";
    std::error_code absent;
    std::filesystem::remove(Scratch::instance().folder() / description, absent);
    if (parts.isSplit)
        Scratch::instance().write(description.c_str(), parts.first);
    return readAs<Reader>(name, parts.isSplit ? parts.second : parts.first);
}

} // namespace

bool readAecg(Bytes bytes)
{
    return readAs<ecg::AecgReader>("in.xml", bytes);
}

bool readMuse(Bytes bytes)
{
    return readAs<ecg::MuseReader>("in.xml", bytes);
}

bool readSierra(Bytes bytes)
{
    return readAs<ecg::SierraReader>("in.xml", bytes);
}

bool readCardioSoft(Bytes bytes)
{
    return readAs<ecg::CardioSoftReader>("in.xml", bytes);
}

bool readScp(Bytes bytes)
{
    return readAs<ecg::ScpReader>("in.scp", bytes);
}

bool readMfer(Bytes bytes)
{
    return readAs<ecg::MferReader>("in.mwf", bytes);
}

bool readContec(Bytes bytes)
{
    return readAs<ecg::ContecReader>("in.ecg", bytes);
}

bool readHealforce(Bytes bytes)
{
    return readAs<ecg::HealforceReader>("in.scp", bytes);
}

bool readIshne(Bytes bytes)
{
    return readAs<ecg::IshneReader>("in.ecg", bytes);
}

bool readEdf(Bytes bytes)
{
    return readAs<ecg::EdfReader>("in.edf", bytes);
}

bool readCsv(Bytes bytes)
{
    return readDescribed<ecg::CsvReader>("in.csv", bytes);
}

bool readNpyEcg(Bytes bytes)
{
    return readDescribed<ecg::NpyReader>("in.npy", bytes);
}

bool readWfdb(Bytes bytes)
{
    const Parts parts = splitAtNul(bytes);
    const auto file = Scratch::instance().write("r.hea", parts.first);
    const bool isMatlab = asText(parts.first).find("r.mat") != std::string_view::npos;
    Scratch::instance().write(isMatlab ? "r.mat" : "r.dat", parts.second);
    return readFile<ecg::WfdbReader>(file, parts.first);
}

bool readDicomWaveform(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.dcm", bytes);
    const bool isRead = refusedOrDone([&] {
        for (const dicom::WaveformGroup& group : dicom::readWaveforms(file).groups)
            for (const dicom::WaveformChannel& channel : group.channels)
                require(channel.samples.size() == group.channels.front().samples.size(),
                        "channels of different lengths");
    });
    refusedOrDone([&] { checkRecord(ecg::DicomEcgReader().read(file)); });
    return isRead;
}

bool readAnyEcg(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.ecg", bytes);
    const bool isKnown = ecg::looksLikeEcg(file);
    return refusedOrDone([&] {
        const ecg::EcgRecord record = ecg::readEcg(file);
        require(isKnown, "an ECG was read that doesn't look like one");
        checkRecord(record);
    });
}

} // namespace echo2ecg::fuzz
