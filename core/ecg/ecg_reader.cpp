// SPDX-License-Identifier: GPL-3.0-or-later
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
#include "ecg/readers/reader_support.h"
#include "ecg/readers/scp_reader.h"
#include "ecg/readers/sierra_reader.h"
#include "ecg/readers/wfdb_reader.h"

#include <array>

namespace echo2ecg::ecg {

namespace {

constexpr std::size_t headBytes = 4096;

const EcgReader* readerFor(const std::filesystem::path& file, std::string_view head)
{
    static const CardioSoftReader cardioSoft;
    static const MuseReader muse;
    static const AecgReader aecg;
    static const SierraReader sierra;
    static const ScpReader scp;
    static const HealforceReader healforce;
    static const ContecReader contec;
    static const MferReader mfer;
    static const IshneReader ishne;
    static const EdfReader edf;
    static const NpyReader npy;
    static const CsvReader csv;
    static const WfdbReader wfdb;
    static const DicomEcgReader dicomEcg;
    // What looks at a signature comes first, what looks at other files or parses more comes last.
    static const std::array<const EcgReader*, 14> readers{&cardioSoft, &muse,  &aecg, &sierra,  &scp,
                                                          &healforce,  &ishne, &edf,  &npy,     &contec,
                                                          &csv,        &wfdb,  &mfer, &dicomEcg};
    for (const EcgReader* reader : readers)
        if (reader->recognises(file, head))
            return reader;
    return nullptr;
}

} // namespace

bool looksLikeEcg(const std::filesystem::path& file) noexcept
{
    try {
        return readerFor(file, readBytes(file, headBytes, false)) != nullptr;
    } catch (...) {
        return false;
    }
}

EcgRecord readEcg(const std::filesystem::path& file)
{
    const std::string head = readBytes(file, headBytes, false);
    const EcgReader* reader = readerFor(file, head);
    if (!reader)
        throw base::ParseError(base::ErrorCode::NotRecognised, whyNotRead(file, head), {file, {}});
    EcgRecord record = reader->read(file);
    record.file = file;
    return record;
}

} // namespace echo2ecg::ecg
