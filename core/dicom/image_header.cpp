// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/image_header.h"

#include "dicom/tags.h"

#include <algorithm>
#include <limits>

namespace echo2ecg::dicom {

namespace {

// 32 million pixels are far beyond any ultrasound frame and keep every decoder below 1 GiB.
constexpr std::int64_t mostPixels = std::int64_t(1) << 25;

int clamped(std::optional<std::int64_t> value, int fallback)
{
    return value
               ? int(std::clamp<std::int64_t>(*value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()))
               : fallback;
}

int integer(const DataSet& data, std::uint32_t tag, const char (&type)[3], int fallback)
{
    return clamped(data.integer(tag, type), fallback);
}

std::optional<int> optionalInteger(const DataSet& data, std::uint32_t tag, const char (&type)[3])
{
    const auto value = data.integer(tag, type);
    return value ? std::optional(clamped(value, 0)) : std::nullopt;
}

UltrasoundRegion readRegion(const DataSet& item)
{
    UltrasoundRegion region;
    region.spatialFormat = integer(item, tag::RegionSpatialFormat, "US", 0);
    region.dataType = integer(item, tag::RegionDataType, "US", 0);
    region.flags = integer(item, tag::RegionFlags, "UL", 0);
    region.x0 = integer(item, tag::RegionX0, "UL", 0);
    region.y0 = integer(item, tag::RegionY0, "UL", 0);
    region.x1 = integer(item, tag::RegionX1, "UL", 0);
    region.y1 = integer(item, tag::RegionY1, "UL", 0);
    region.unitsX = integer(item, tag::PhysicalUnitsX, "US", 0);
    region.unitsY = integer(item, tag::PhysicalUnitsY, "US", 0);
    region.deltaX = item.number(tag::PhysicalDeltaX, "FD").value_or(0);
    region.deltaY = item.number(tag::PhysicalDeltaY, "FD").value_or(0);
    region.referenceX = optionalInteger(item, tag::ReferencePixelX, "SL");
    region.referenceY = optionalInteger(item, tag::ReferencePixelY, "SL");
    region.referenceValueX = item.number(tag::ReferenceValueX, "FD");
    region.referenceValueY = item.number(tag::ReferenceValueY, "FD");
    region.transducerKhz = item.number(tag::TransducerFrequency, "UL");
    region.dopplerAngleDegrees = item.number(tag::DopplerCorrectionAngle, "FD");
    return region;
}

int declaredFrames(Object& object)
{
    const DataSet& data = object.main;
    if (!data.contains(tag::NumberOfFrames))
        return 1;
    const auto frames = data.integer(tag::NumberOfFrames, "IS");
    if (!frames || *frames < 1) {
        object.warn("frame-count-unreadable", "The number of frames isn't a positive number; one frame is taken.",
                    tagText(tag::NumberOfFrames));
        return 1;
    }
    return clamped(frames, 1);
}

} // namespace

ImageHeader readImageHeader(Object& object)
{
    const DataSet& data = object.main;
    ImageHeader header;
    header.rows = integer(data, tag::Rows, "US", 0);
    header.columns = integer(data, tag::Columns, "US", 0);
    header.declaredFrames = declaredFrames(object);
    header.photometric = data.raw(tag::Photometric);
    header.samplesPerPixel = integer(data, tag::SamplesPerPixel, "US", 1);
    header.bitsAllocated = integer(data, tag::BitsAllocated, "US", 8);
    header.bitsStored = integer(data, tag::BitsStored, "US", header.bitsAllocated);
    header.planarConfiguration = integer(data, tag::PlanarConfiguration, "US", 0);
    header.transferSyntaxUid = object.syntax.uid;
    header.transferSyntaxName = object.syntax.name;
    header.frameTimeMs = data.number(tag::FrameTime, "DS");
    header.cineRate = data.number(tag::CineRate, "IS");
    header.recommendedRate = data.number(tag::RecommendedDisplayFrameRate, "IS");
    header.heartRate = data.number(tag::HeartRate, "IS");
    header.frameTimeVectorMs = data.numbers(tag::FrameTimeVector, "DS");
    header.rWaveTimesMs = data.numbers(tag::RWaveTimeVector, "FL");
    if (const auto spacing = data.numbers(tag::PixelSpacing, "DS"); spacing.size() >= 2) {
        header.pixelSpacingRowMm = spacing[0];
        header.pixelSpacingColumnMm = spacing[1];
    }
    if (const auto aspect = data.numbers(tag::PixelAspectRatio, "IS");
        aspect.size() >= 2 && aspect[0] > 0 && aspect[1] > 0)
        header.pixelAspect = aspect[0] / aspect[1];
    for (const DataSet& item : data.items(tag::UltrasoundRegions))
        header.regions.push_back(readRegion(item));
    return header;
}

PixelFormat readPixelFormat(const Object& object, const ImageHeader& header)
{
    using base::ErrorCode;
    const DataSet& data = object.main;
    if (header.rows < 1 || header.columns < 1)
        object.fail(ErrorCode::Malformed, "The image doesn't say how big it is.", "Rows " + tagText(tag::Rows));
    if (std::int64_t(header.rows) * header.columns > mostPixels)
        object.fail(ErrorCode::LimitExceeded,
                    "The image declares " + std::to_string(header.columns) + " × " + std::to_string(header.rows) +
                        " pixels, more than any frame has.",
                    "Rows " + tagText(tag::Rows));
    if (header.samplesPerPixel != 1 && header.samplesPerPixel != 3)
        object.fail(ErrorCode::Unsupported,
                    "Images of " + std::to_string(header.samplesPerPixel) + " samples per pixel aren't supported.",
                    tagText(tag::SamplesPerPixel));
    if (header.bitsAllocated != 8 && header.bitsAllocated != 16)
        object.fail(ErrorCode::Unsupported,
                    "Images of " + std::to_string(header.bitsAllocated) + " bits per sample aren't supported.",
                    tagText(tag::BitsAllocated));
    PixelFormat format;
    format.rows = header.rows;
    format.columns = header.columns;
    format.samples = header.samplesPerPixel;
    format.bitsAllocated = header.bitsAllocated;
    format.bitsStored = header.bitsStored;
    format.highBit = integer(data, tag::HighBit, "US", header.bitsStored - 1);
    if (format.bitsStored < 1 || format.bitsStored > format.bitsAllocated)
        object.fail(ErrorCode::Malformed,
                    "The image stores " + std::to_string(header.bitsStored) + " bits in " +
                        std::to_string(header.bitsAllocated) + ".",
                    tagText(tag::BitsStored));
    if (format.highBit < format.bitsStored - 1 || format.highBit >= format.bitsAllocated)
        format.highBit = format.bitsStored - 1;
    format.isSigned = integer(data, tag::PixelRepresentation, "US", 0) == 1;
    format.planar = header.planarConfiguration == 1;
    return format;
}

GreyMap readGreyMap(const Object& object, const ImageHeader& header)
{
    const DataSet& data = object.main;
    GreyMap map;
    map.isInverted = header.photometric == "MONOCHROME1";
    map.slope = data.number(tag::RescaleSlope, "DS").value_or(1);
    if (map.slope == 0)
        map.slope = 1;
    map.intercept = data.number(tag::RescaleIntercept, "DS").value_or(0);
    map.center = data.number(tag::WindowCenter, "DS");
    map.width = data.number(tag::WindowWidth, "DS");
    if (!map.center || !map.width || *map.width < 1)
        map.center = map.width = std::nullopt;
    map.function = data.raw(tag::VoiFunction);
    return map;
}

} // namespace echo2ecg::dicom
