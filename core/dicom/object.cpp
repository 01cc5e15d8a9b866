// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/object.h"

#include "dicom/tags.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace echo2ecg::dicom {

namespace {

constexpr Encoding explicitLittle{true, false};
constexpr Encoding implicitLittle{false, false};
constexpr Encoding explicitBig{true, true};

struct Guess
{
    Encoding encoding;
    int elements = 0;
};

Guess guessEncoding(ByteSource& source, std::uint64_t at, std::uint64_t fileSize)
{
    Guess best;
    for (const Encoding encoding : {explicitLittle, explicitBig, implicitLittle}) {
        const int elements = plausibleElements(source, at, fileSize, encoding, 4);
        if (elements > best.elements)
            best = {encoding, elements};
    }
    return best;
}

bool hasPrefix(ByteSource& source)
{
    char prefix[4];
    return source.read(128, prefix, 4) == 4 && std::memcmp(prefix, "DICM", 4) == 0;
}

std::string uidOnly(std::string uid)
{
    std::erase_if(uid, [](char c) { return !(c == '.' || (c >= '0' && c <= '9')); });
    return uid;
}

std::int64_t clampedInt(const DataSet& data, std::uint32_t tag)
{
    const auto value = data.integer(tag, "IS").value_or(0);
    return std::clamp<std::int64_t>(value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
}

std::string repairedDate(Object& object, std::uint32_t tag)
{
    const std::string raw = object.main.raw(tag);
    const std::string iso = isoDate(raw);
    if (iso.empty() && !raw.empty())
        object.warn("date-unreadable", "A date isn't a DICOM date and is left out.", tagText(tag));
    else if (raw.find_first_of(".-/") != std::string::npos)
        object.warn("date-repaired", "A date is written in an old or foreign form and was read as such.", tagText(tag));
    return iso;
}

} // namespace

// Two headers in a row that make sense, or one that is the whole file, tell a data set from chance.
bool startsLikeDataSet(ByteSource& source, std::uint64_t fileSize)
{
    return guessEncoding(source, 0, fileSize).elements >= 2;
}

void Object::fail(base::ErrorCode code, std::string sentence, std::string where) const
{
    throw base::ParseError(code, std::move(sentence), {file, std::move(where)});
}

void Object::warn(std::string code, std::string sentence, std::string where)
{
    base::Warning warning{std::move(code), std::move(sentence), std::move(where)};
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
        warnings.push_back(std::move(warning));
}

Object Object::open(const std::filesystem::path& file, std::uint64_t mostInflated)
{
    Object object;
    object.file = file;
    object.source = ByteSource::ofFile(file);
    ByteSource& source = *object.source;

    std::uint64_t at = 132;
    if (!hasPrefix(source)) {
        if (!startsLikeDataSet(source, source.size()))
            object.fail(base::ErrorCode::NotRecognised, "This is not a DICOM file.");
        at = 0;
        object.warn("preamble-missing", "The file has no DICOM preamble.");
    }
    std::string uid;
    const auto first = readElementHeader(source, at, source.size(), explicitLittle);
    if (first && first->tag >> 16 == 0x0002) {
        // The group length is often wrong or absent, so the group itself tells where it ends.
        object.meta = DataSet(source, at, source.size(), explicitLittle, 0x00030000);
        uid = uidOnly(object.meta.raw(tag::TransferSyntaxUid));
        if (object.meta.stoppedAt())
            at = object.meta.endOffset();
        else if (object.meta.trouble() && object.meta.trouble()->code != base::ErrorCode::Truncated)
            at = object.meta.endOffset();
        else
            at = source.size();
        if (object.meta.trouble() && at >= source.size())
            object.fail(base::ErrorCode::Truncated, "The file ends inside its meta information.",
                        object.meta.trouble()->where);
    }
    if (!uid.empty())
        object.syntax = transferSyntax(uid);

    if (object.syntax.deflated) {
        Inflated inflated = inflateFrom(source, at, mostInflated);
        if (inflated.bytes.empty())
            object.fail(base::ErrorCode::Malformed, "The deflated data set can't be unpacked.");
        if (inflated.damaged)
            object.warn("deflate-damaged", "The deflated data set is damaged; what came before the damage is read.");
        object.packed = std::move(object.source);
        object.source = ByteSource::ofMemory(std::move(inflated.bytes));
        at = 0;
    }

    ByteSource& data = *object.source;
    const Guess guess = guessEncoding(data, at, data.size());
    if (uid.empty()) {
        if (guess.elements == 0)
            object.fail(base::ErrorCode::NotRecognised,
                        "The file names no transfer syntax and its data set can't be recognised.");
        object.syntax = transferSyntax(guess.encoding == implicitLittle ? "1.2.840.10008.1.2"
                                       : guess.encoding == explicitBig  ? "1.2.840.10008.1.2.2"
                                                                        : "1.2.840.10008.1.2.1");
        object.warn("syntax-missing", "The file names no transfer syntax; " + object.syntax.name + " was recognised.");
    } else if (guess.elements >= 2 && guess.encoding != object.syntax.encoding &&
               plausibleElements(data, at, data.size(), object.syntax.encoding, 4) < guess.elements) {
        object.warn("syntax-contradicted",
                    "The data set isn't written as its transfer syntax says; it was read as it is.");
        object.syntax.encoding = guess.encoding;
        object.syntax.bigEndianPixels = guess.encoding.bigEndian;
    }

    object.main = DataSet(data, at, data.size(), object.syntax.encoding, tag::FloatPixelData);
    object.main.setText(std::make_shared<TextDecoder>(object.main.raw(tag::SpecificCharacterSet)));
    if (object.main.elements().empty() && !object.main.stoppedAt())
        object.fail(base::ErrorCode::Truncated, "The file has no data set.");
    return object;
}

std::string Object::classUid() const
{
    const std::string uid = main.raw(tag::ClassUid);
    return uidOnly(uid.empty() ? meta.raw(tag::MediaStorageClassUid) : uid);
}

Identity readIdentity(Object& object)
{
    const DataSet& data = object.main;
    Identity identity;
    identity.patientId = data.utf8(tag::PatientId);
    identity.patientName = data.utf8(tag::PatientName, TextKind::PersonName);
    identity.birthDate = repairedDate(object, tag::PatientBirthDate);
    const std::string sex = data.raw(tag::PatientSex);
    if (!sex.empty()) {
        const char letter = char(sex.front() & ~0x20);
        if (letter == 'F' || letter == 'M' || letter == 'O')
            identity.sex = letter;
    }
    identity.age = data.utf8(tag::PatientAge);
    identity.studyUid = uidOnly(data.raw(tag::StudyInstanceUid));
    identity.seriesUid = uidOnly(data.raw(tag::SeriesInstanceUid));
    const std::string instance = data.raw(tag::InstanceUid);
    identity.instanceUid = uidOnly(instance.empty() ? object.meta.raw(tag::MediaStorageInstanceUid) : instance);
    identity.classUid = object.classUid();
    identity.studyDate = repairedDate(object, tag::StudyDate);
    identity.studyTime = isoTime(data.raw(tag::StudyTime));
    identity.acquisitionDate = repairedDate(object, tag::AcquisitionDate);
    identity.acquisitionTime = isoTime(data.raw(tag::AcquisitionTime));
    if (const std::string moment = data.raw(tag::AcquisitionDateTime); moment.size() >= 8) {
        if (identity.acquisitionDate.empty())
            identity.acquisitionDate = isoDate(moment.substr(0, 8));
        if (identity.acquisitionTime.empty() && moment.size() >= 12)
            identity.acquisitionTime = isoTime(std::string_view(moment).substr(8, 6));
    }
    identity.studyDescription = data.utf8(tag::StudyDescription);
    identity.seriesDescription = data.utf8(tag::SeriesDescription);
    identity.accession = data.utf8(tag::AccessionNumber);
    identity.manufacturer = data.utf8(tag::Manufacturer);
    identity.model = data.utf8(tag::ModelName);
    identity.modality = data.utf8(tag::Modality);
    identity.seriesNumber = int(clampedInt(data, tag::SeriesNumber));
    identity.instanceNumber = int(clampedInt(data, tag::InstanceNumber));
    if (data.text() && data.text()->hadTrouble())
        object.warn("text-not-convertible",
                    "Text has characters that its character set doesn't explain; they may be shown wrongly.",
                    tagText(tag::SpecificCharacterSet));
    return identity;
}

} // namespace echo2ecg::dicom
