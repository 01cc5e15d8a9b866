// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/ecg_reader.h"

#include "ecg/readers/cardiosoft_reader.h"
#include "ecg/readers/dicom_reader.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/wfdb_reader.h"

namespace echo2ecg::ecg {

namespace {

constexpr std::size_t headBytes = 4096;

const EcgReader* readerFor(const std::filesystem::path& file, std::string_view head)
{
    static const CardioSoftReader cardioSoft;
    static const WfdbReader wfdb;
    static const DicomEcgReader dicomEcg;
    for (const EcgReader* reader : {static_cast<const EcgReader*>(&cardioSoft), static_cast<const EcgReader*>(&wfdb),
                                    static_cast<const EcgReader*>(&dicomEcg)})
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
