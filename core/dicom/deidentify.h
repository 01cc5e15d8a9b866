// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image.h"

#include <map>

namespace echo2ecg::dicom {

// A part of the picture in pixels, [x0, x1) × [y0, y1).
struct PixelBox
{
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    bool operator==(const PixelBox&) const = default;
};

// Basic Application Level Confidentiality Profile (PS3.15 Annex E) with the options Clean Pixel Data and Retain Longitudinal Temporal Information with Modified Dates.
struct DeidentifyPlan
{
    std::string patientId;          // the new one; also the new name
    int shiftDays = 0;              // of all dates; times stay
    std::vector<PixelBox> keep;     // of the pixels; the rest is black in every frame
    std::map<std::string, std::string> uids; // old to new; grows, so that a study stays together
};

// The boxes that the clip's ultrasound regions allow, grown to nothing and cut to the picture; empty without regions, which a person must then decide.
std::vector<PixelBox> regionBoxes(const ImageHeader& header);

struct DeidentifyPreview
{
    struct Change { std::string tag, name, action; }; // action: "removed", "emptied", "replaced", "shifted", "new UID"; never the value
    std::vector<Change> changes;
    bool pixelsWillBeReencoded = false; // a lossy stream is decoded, masked and written lossless (RLE) where masking touches it
    base::Warnings warnings;           // burned-in annotation declared, private elements with unknown content …
};
// What would be done; writes nothing.
DeidentifyPreview previewDeidentified(const std::filesystem::path& file, DeidentifyPlan& plan);
// Throws base::ParseError for the input, base::Error(Io) for the output. The file appears whole or not at all.
void writeDeidentified(const std::filesystem::path& file, const std::filesystem::path& out, DeidentifyPlan& plan);

} // namespace echo2ecg::dicom
