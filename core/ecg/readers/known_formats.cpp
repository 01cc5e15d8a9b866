// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/known_formats.h"

#include "dicom/dicom_file.h"
#include "ecg/readers/array_description.h"
#include "ecg/readers/edf_reader.h"

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
    if (dicom::looksLikeDicom(file))
        return dicomReason(file);
    if (const std::string_view kind = edfKind(head); !kind.empty())
        return "This is " + std::string(kind == "EDF" ? "an EDF" : "a BDF") +
               " file, but none of its signals is named as a standard ECG lead.";
    if (at(head, 0, "\x93NUMPY"))
        return "This is a NumPy array; to be read as an ECG it needs a description: " + whatADescriptionNeeds(file);
    if (at(head, 0, "%PDF"))
        return "This is a PDF, a picture of an ECG at best; the signal itself is needed.";
    const std::string text = searchableText(head);
    if (holds(text, "<?xml"))
        return "This XML is no ECG format that this program knows.";
    return "The content is no ECG format that this program knows.";
}

} // namespace echo2ecg::ecg
