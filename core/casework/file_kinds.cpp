// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/file_kinds.h"

#include "dicom/dicom_file.h"
#include "ecg/ecg_reader.h"
#include "library/phenotype_table.h"
#include "video/decoder.h"

#include <array>
#include <fstream>
#include <new>
#include <string_view>

namespace echo2ecg::casework {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

struct Signature
{
    std::string_view bytes, name;
};
constexpr std::array signatures{
    Signature{"PK\x03\x04"sv, "a ZIP archive; unpack it first"},
    Signature{"PK\x05\x06"sv, "an empty ZIP archive"},
    Signature{"\x1F\x8B"sv, "a gzip archive; unpack it first"},
    Signature{"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive; unpack it first"},
    Signature{"Rar!"sv, "a RAR archive; unpack it first"},
    Signature{"%PDF"sv, "a PDF document"},
    Signature{"\xFF\xD8\xFF"sv, "a JPEG picture, not DICOM"},
    Signature{"\x89PNG"sv, "a PNG picture, not DICOM"},
    Signature{"GIF8"sv, "a GIF picture, not DICOM"},
    Signature{"BM"sv, "a BMP picture, not DICOM"},
    Signature{"RIFF"sv, "a sound, or a video that can't be read"},
    Signature{"SQLite format 3"sv, "a database"},
};

// What a file is that nobody here reads.
std::string describeForeign(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string head(512, '\0');
    in.read(head.data(), std::streamsize(head.size()));
    head.resize(std::size_t(in.gcount()));
    for (const Signature& signature : signatures)
        if (head.starts_with(signature.bytes))
            return std::string(signature.name);
    if (head.substr(4, 4) == "ftyp")
        return "a video that can't be read";
    try {
        ecg::readEcg(file); // knows the names of ECG formats that aren't read
    } catch (const base::ParseError& error) {
        return error.sentence();
    }
    return "of no known format";
}

void readDicom(const fs::path& file, ReadFile& result)
{
    const dicom::Summary summary = dicom::summarise(file);
    switch (summary.kind) {
    case dicom::Kind::UltrasoundClip:
    case dicom::Kind::UltrasoundStill:
        result.clip = echo::readClip(file);
        result.scanned.kind = FileKind::EchoImage;
        return;
    case dicom::Kind::EcgWaveform:
        result.ecg = ecg::readEcg(file);
        result.scanned.kind = FileKind::Ecg;
        return;
    case dicom::Kind::MediaDirectory:
        result.scanned.reason = "a DICOM directory; the files it lists are looked at themselves";
        return;
    case dicom::Kind::StructuredReport:
        result.report = echo::readEchoReport(file);
        result.scanned.kind = FileKind::Report;
        return;
    case dicom::Kind::Other:
        break;
    }
    result.scanned.reason =
        "DICOM " +
        (summary.classNameForPeople.empty() ? std::string("of an unknown class") : summary.classNameForPeople) +
        ", neither echo image nor ECG";
}

void readAny(const fs::path& file, ReadFile& result)
{
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error)
        throw base::ParseError(base::ErrorCode::Io, "The file can't be opened.", {file, {}});
    if (size == 0) {
        result.scanned.reason = "empty";
        return;
    }
    if (!std::ifstream(file, std::ios::binary))
        throw base::ParseError(base::ErrorCode::Io, "The file can't be opened.", {file, {}});
    if (dicom::looksLikeDicom(file)) {
        readDicom(file, result);
    } else if (video::looksLikeVideo(file)) {
        result.clip = echo::readClip(file);
        result.scanned.kind = FileKind::EchoImage;
    } else if (ecg::looksLikeEcg(file)) {
        result.ecg = ecg::readEcg(file);
        result.scanned.kind = FileKind::Ecg;
    } else if (library::looksLikePhenotypeTable(file)) {
        result.scanned.kind = FileKind::Table;
    } else {
        result.scanned.reason = describeForeign(file);
    }
}

} // namespace

std::string reasonOf(const base::Error& error)
{
    std::string text = error.sentence();
    if (!error.place().where.empty())
        text += " (" + error.place().where + ")";
    return text;
}

ReadFile readByContent(const fs::path& file)
{
    ReadFile result;
    result.scanned.file = file;
    const auto unreadable = [&](std::string reason) {
        result = {};
        result.scanned = {file, FileKind::Unreadable, std::move(reason)};
    };
    try {
        readAny(file, result);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        // A report of another kind is nothing that went wrong.
        if (error.code() == base::ErrorCode::Unsupported && error.sentence().starts_with("a structured report")) {
            result = {};
            result.scanned = {file, FileKind::Skipped, error.sentence()};
            return result;
        }
        unreadable(reasonOf(error));
    } catch (const std::bad_alloc&) {
        unreadable("It needs more memory than there is.");
    } catch (const std::exception&) {
        unreadable("It can't be read: an unexpected failure."); // a foreign library's own words may hold anything
    }
    return result;
}

} // namespace echo2ecg::casework
