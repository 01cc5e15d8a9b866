// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/known_formats.h"

#include "dicom/dicom_file.h"

#include <algorithm>

namespace echo2ecg::ecg {

namespace {

bool holds(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool at(std::string_view text, std::size_t offset, std::string_view part)
{
    return text.size() >= offset + part.size() && text.substr(offset, part.size()) == part;
}

// "2020-11-15 12:59:50" behind a ten-byte number.
bool looksLikeContec(std::string_view head)
{
    constexpr std::string_view pattern = "dddd-dd-dd dd:dd:dd";
    if (head.size() < 10 + pattern.size())
        return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = head[10 + i];
        if (pattern[i] == 'd' ? c < '0' || c > '9' : c != pattern[i])
            return false;
    }
    return true;
}

bool looksLikeEdf(std::string_view head)
{
    // Version "0" padded to eight, then only printable characters in the 256-byte header.
    return head.size() >= 256 && at(head, 0, "0       ") &&
           std::all_of(head.begin(), head.begin() + 256, [](char c) { return c >= 32 && c < 127; });
}

std::string dicomReason(const std::filesystem::path& file)
{
    try {
        const dicom::Summary summary = dicom::summarise(file);
        return "This is a DICOM file without an ECG (" +
               (summary.classNameForPeople.empty() ? std::string("unknown class") : summary.classNameForPeople) + ").";
    } catch (const std::exception&) {
        return "This looks like a DICOM file, but its header can't be read.";
    }
}

} // namespace

std::string searchableText(std::string_view head)
{
    const bool little = at(head, 0, "\xFF\xFE"), big = at(head, 0, "\xFE\xFF");
    if (!little && !big)
        return std::string(head);
    std::string text;
    for (std::size_t i = 2; i + 1 < head.size(); i += 2) {
        const unsigned char low = static_cast<unsigned char>(head[i + (little ? 0 : 1)]);
        const unsigned char high = static_cast<unsigned char>(head[i + (little ? 1 : 0)]);
        text += high == 0 && low < 128 ? char(low) : '?';
    }
    return text;
}

std::string whyNotRead(const std::filesystem::path& file, std::string_view head)
{
    if (head.empty())
        return "The file is empty.";
    const auto notYet = [](const char* format) { return "This is " + std::string(format) + "; it isn't read yet."; };
    if (dicom::looksLikeDicom(file))
        return dicomReason(file);
    if (at(head, 16, "SCPECG") || at(head, 0, "SCPECG"))
        return notYet("an SCP-ECG file");
    if (at(head, 0, "ISHNE1.0"))
        return notYet("an ISHNE Holter file");
    if (at(head, 0,
           "\xFF"
           "BIOSEMI"))
        return notYet("a BDF file");
    if (looksLikeEdf(head))
        return notYet("an EDF file");
    if (looksLikeContec(head))
        return notYet("a Contec ECG file");
    if (at(head, 0, "%PDF"))
        return "This is a PDF, a picture of an ECG at best; the signal itself is needed.";
    const std::string text = searchableText(head);
    if (holds(text, "<AnnotatedECG"))
        return notYet("an HL7 aECG");
    if (holds(text, "<RestingECG"))
        return notYet("a GE MUSE XML");
    if (holds(text, "<restingecgdata"))
        return notYet("a Philips Sierra XML");
    if (holds(text, "<?xml"))
        return "This XML is no ECG format that this program knows.";
    return "The content is no ECG format that this program knows.";
}

} // namespace echo2ecg::ecg
