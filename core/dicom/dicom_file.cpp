// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/dicom_file.h"

#include "dicom/object.h"
#include "dicom/tags.h"

#include <cstring>
#include <fstream>
#include <vector>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostInflatedHeader = 8 * 1024 * 1024;
constexpr std::string_view storage = "1.2.840.10008.5.1.4.1.1.";

bool isOneOf(std::string_view tail, std::initializer_list<std::string_view> list)
{
    for (std::string_view one : list) {
        if (tail == one)
            return true;
    }
    return false;
}

// SCPECG, MDC and DICOM's own lead codes name ECG channels; pressures and flows have others.
bool hasEcgChannel(const Object& object)
{
    for (const DataSet& group : object.main.items(tag::WaveformSequence)) {
        for (const DataSet& channel : group.items(tag::ChannelDefinitions)) {
            for (const DataSet& source : channel.items(tag::ChannelSource)) {
                const std::string code = source.raw(tag::CodeValue), scheme = source.raw(tag::CodingScheme);
                const std::string meaning = source.raw(tag::CodeMeaning);
                if (scheme.starts_with("SCPECG") || code.starts_with("5.6.3-9-") || code.starts_with("2:") ||
                    meaning.starts_with("Lead ") || meaning.find("ECG") != std::string::npos)
                    return true;
            }
        }
    }
    return false;
}

Kind kindOf(const Object& object, const Identity& identity)
{
    const std::string& uid = identity.classUid;
    if (uid == "1.2.840.10008.1.3.10" || object.main.contains(tag::DirectoryRecordSequence))
        return Kind::MediaDirectory;
    const std::string_view tail =
        uid.starts_with(storage) ? std::string_view(uid).substr(storage.size()) : std::string_view();
    if (tail.starts_with("88."))
        return Kind::StructuredReport;
    if (isOneOf(tail, {"9.1.1", "9.1.2", "9.1.3", "9.1.4"}))
        return Kind::EcgWaveform;
    // Haemodynamic, electrophysiology, pulse, respiratory and sleep waveforms, and private classes, often hold an ECG
    // too.
    if (tail.starts_with("9.") || (tail.empty() && object.main.contains(tag::WaveformSequence)))
        return hasEcgChannel(object) ? Kind::EcgWaveform : Kind::Other;
    const bool isUltrasoundClass = isOneOf(tail, {"3", "3.1", "6", "6.1"});
    // Screens of ultrasound machines also travel as secondary captures, and old files name no class.
    const bool isCapture =
        (uid.empty() || isOneOf(tail, {"7", "7.1", "7.2", "7.3", "7.4"})) && identity.modality == "US";
    if (!isUltrasoundClass && !isCapture)
        return Kind::Other;
    return object.main.integer(tag::NumberOfFrames, "IS").value_or(1) > 1 ? Kind::UltrasoundClip
                                                                          : Kind::UltrasoundStill;
}

} // namespace

bool looksLikeDicom(const std::filesystem::path& file) noexcept
{
    try {
        std::error_code problem;
        if (!std::filesystem::is_regular_file(file, problem))
            return false;
        std::ifstream stream(file, std::ios::binary);
        std::vector<std::uint8_t> head(1024);
        stream.read(reinterpret_cast<char*>(head.data()), std::streamsize(head.size()));
        head.resize(std::size_t(stream.gcount()));
        if (head.size() >= 132 && std::memcmp(head.data() + 128, "DICM", 4) == 0)
            return true;
        const std::uint64_t size = std::filesystem::file_size(file);
        return startsLikeDataSet(*ByteSource::ofMemory(std::move(head)), size);
    } catch (...) {
        return false;
    }
}

Summary summarise(const std::filesystem::path& file)
{
    Object object = Object::open(file, mostInflatedHeader);
    Summary summary;
    summary.identity = readIdentity(object);
    const bool hasPixels = object.main.stoppedAt().has_value();
    if (const auto& trouble = object.main.trouble(); trouble && !hasPixels) {
        // A header that breaks before it says what the object is tells nothing; later damage is the reader's concern.
        if (summary.identity.classUid.empty())
            object.fail(trouble->code, trouble->sentence, trouble->where);
        object.warn("header-damaged", trouble->sentence, trouble->where);
    }
    if (summary.identity.classUid.empty())
        object.warn("class-missing", "The object doesn't say what it is.", tagText(tag::ClassUid));
    summary.kind = kindOf(object, summary.identity);
    summary.classNameForPeople = classNameForPeople(summary.identity.classUid);
    summary.transferSyntaxUid = object.syntax.uid;
    summary.transferSyntaxName = object.syntax.name;
    summary.warnings = std::move(object.warnings);
    return summary;
}

} // namespace echo2ecg::dicom
