// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "dicom/image.h"

#include <filesystem>
#include <functional>
#include <string>

namespace echo2ecg::dicom {

// An ultrasound clip or still to write. Of `identity` everything is written that isn't empty, with its UIDs as they are (new ones where they are empty);
// of `regions` all.
struct ClipOut
{
    Identity identity;
    int rows = 0, columns = 0, frames = 1;
    double frameTimeMs = 0;                // of a clip
    std::optional<int> heartRate;
    std::vector<double> rWaveTimesMs;      // from the first frame
    std::vector<UltrasoundRegion> regions;
    std::string comments, protocol;        // Image Comments, Protocol Name
    std::string contentDate, contentTime;  // ISO
    int quality = 85;                      // of JPEG
};

// Ultrasound Multi-frame Image Storage, of one frame Ultrasound Image Storage (PS3.3 A.7, A.6): JPEG baseline, YBR_FULL_422, one fragment and one offset a frame,
// explicit little endian. `frameAt` is asked for each frame once, in order, and no more than one is held. The file appears whole or not at all.
// Throws base::Error: Unsuitable for pictures of another size or without pixels, Io.
void writeClip(const std::filesystem::path& file, const ClipOut& clip, const std::function<base::RgbImage(int)>& frameAt);

} // namespace echo2ecg::dicom
