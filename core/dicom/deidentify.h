// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
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
    int shiftDays = 0;              // of all dates; times stay. 0: no date and no time is kept (and the second option isn't claimed)
    std::vector<PixelBox> keep;     // of the pixels; the rest is black in every frame. Of one image: set it anew for each; ECGs need none
    std::map<std::string, std::string> uids; // old to new; grows, so that a study stays together
};

// The boxes that the clip's ultrasound regions allow, cut to the picture, without those that lie in another and without regions that hold graphics;
// empty without regions, which a person must then decide.
std::vector<PixelBox> regionBoxes(const ImageHeader& header);
// The whole picture, once a person has looked and confirmed that nothing burned in names anybody.
std::vector<PixelBox> wholePicture(const ImageHeader& header);
// What the plan would blacken, drawn: black outside the boxes.
void maskOutside(base::RgbImage& frame, const std::vector<PixelBox>& keep);

// The plan's new ID can be an ID: 1 to 64 printable ASCII characters without backslash, caret and equals sign. Throws base::Error(Unsuitable).
void requireUsableId(const DeidentifyPlan& plan);

struct DeidentifyPreview
{
    struct Change { std::string tag, name, action; }; // action: "removed", "emptied", "replaced", "shifted", "new UID"; never the value
    std::vector<Change> changes;
    bool pixelsWillBeReencoded = false; // a lossy stream is decoded, masked and written lossless (RLE) where masking touches it
    bool hasPixels = false;
    std::string transferSyntaxName;    // of what is written
    base::Warnings warnings;           // burned-in annotation declared, private elements with unknown content …
};
// Images that dicom::ImageFile opens and ECG waveforms are taken; other objects (reports, documents, presentation states) are refused as Unsupported, since
// their content is text. What is kept compressed loses the comments and previews of its streams; a stream that can't be followed is re-encoded.
//
// What would be done; writes nothing. Throws base::ParseError for the input, base::Error(Unsuitable) for a plan without a usable ID.
DeidentifyPreview previewDeidentified(const std::filesystem::path& file, DeidentifyPlan& plan);
// Also throws base::Error(Missing) for an image of which the plan keeps nothing, base::Error(Io) for the output, base::Cancelled. The file appears whole or
// not at all. Frames are decoded, masked and written one by one.
void writeDeidentified(const std::filesystem::path& file, const std::filesystem::path& out, DeidentifyPlan& plan, const base::JobContext& job = {});

} // namespace echo2ecg::dicom
