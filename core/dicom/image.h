// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "dicom/dicom_file.h"

#include <memory>
#include <optional>
#include <vector>

namespace echo2ecg::dicom {

// One item of Sequence of Ultrasound Regions (0018,6011), as the standard's C.8.5.5 defines it.
struct UltrasoundRegion
{
    int spatialFormat = 0;  // 1 two-dimensional, 2 M-mode, 3 spectral, 4 waveform, 5 graphics …
    int dataType = 0;       // 1 tissue, 2 colour flow, 3 PW, 4 CW, 10 ECG trace …
    int flags = 0;
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // pixels, inclusive
    int unitsX = 0, unitsY = 0;          // 0 none, 3 cm, 4 s, 7 cm/s …
    double deltaX = 0, deltaY = 0;       // physical units per pixel
    std::optional<int> referenceX, referenceY;  // relative to (x0, y0)
    std::optional<double> referenceValueX, referenceValueY;  // in the units of the axes, at the reference pixel; absent: 0
    std::optional<double> transducerKhz, dopplerAngleDegrees;  // (0018,6030), (0018,6034)
};

// What the header says about the pixels and about time. Nothing is repaired here: echo/ decides what to trust.
struct ImageHeader
{
    int rows = 0, columns = 0;
    int declaredFrames = 1;
    std::string photometric;  // "RGB", "YBR_FULL_422" …
    int samplesPerPixel = 1, bitsAllocated = 8, bitsStored = 8, planarConfiguration = 0;
    std::string transferSyntaxUid, transferSyntaxName;
    std::optional<double> frameTimeMs, cineRate, recommendedRate, heartRate;
    std::vector<double> frameTimeVectorMs;  // (0018,1065), as stored
    std::vector<double> rWaveTimesMs;       // (0018,6060)
    std::optional<double> pixelSpacingRowMm, pixelSpacingColumnMm;
    double pixelAspect = 1.0;  // vertical / horizontal size of one pixel (0028,0034)
    std::vector<UltrasoundRegion> regions;
};

// One image object: its header at once, its frames on demand. Compressed frames are read from the file when asked for.
// A frame comes as RGB as it should be displayed, whatever photometric interpretation, planar configuration and
// transfer syntax the file has. The colour model is decided from the bitstream and the tag; the decision is in words.
// One object may be used by one thread at a time; open the file again for another thread.
class ImageFile
{
public:
    // Reads the header and the index of frames, no pixels. Throws base::ParseError (no pixel data, absurd sizes, unsupported
    // transfer syntax, not an image). Sizes that the file declares are checked against what it holds before allocation.
    static std::unique_ptr<ImageFile> open(const std::filesystem::path& file);
    virtual ~ImageFile() = default;

    virtual const Identity& identity() const = 0;
    virtual const ImageHeader& header() const = 0;
    // Frames that are really there (≤ declaredFrames). A shortfall is a warning.
    virtual int frameCount() const = 0;
    // Throws base::ParseError naming file and frame when this frame can't be decoded.
    virtual base::RgbImage frame(int index) = 0;
    // The same. The pixels may take the memory of `storage`, whatever that holds, so that frame after frame needs no new memory.
    virtual base::RgbImage frameInto(int index, std::vector<std::uint8_t> storage);
    // How colour is decided, e.g. "JPEG components Y Cb Cr (JFIF), tag YBR_FULL_422: converted to RGB". Final after frame(0).
    virtual std::string colourDecision() const = 0;
    virtual const base::Warnings& warnings() const = 0;
    // Frames lean on the ones before them (video): one object that goes forward is better than several side by side.
    virtual bool isSequential() const { return false; }
};

} // namespace echo2ecg::dicom
