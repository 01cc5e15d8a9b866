// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/write_clip.h"

#include "base/error.h"
#include "dicom/new_uid.h"
#include "dicom/out_set.h"
#include "dicom/tags.h"
#include "dicom/write_ecg.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

namespace echo2ecg::dicom {

namespace {

constexpr const char* multiFrameClass = "1.2.840.10008.5.1.4.1.1.3.1";
constexpr const char* stillClass = "1.2.840.10008.5.1.4.1.1.6.1";
constexpr const char* jpegBaseline = "1.2.840.10008.1.2.4.50";

// One encoder for all frames of a file. Messages of libjpeg become our error.
class JpegEncoder
{
public:
    JpegEncoder(int rows, int columns, int quality)
    {
        m_info.err = jpeg_std_error(&m_errors);
        m_errors.error_exit = [](j_common_ptr) { throw base::Error(base::ErrorCode::Internal, "A frame can't be compressed."); };
        jpeg_create_compress(&m_info);
        m_info.image_width = JDIMENSION(columns);
        m_info.image_height = JDIMENSION(rows);
        m_info.input_components = 3;
        m_info.in_color_space = JCS_RGB;
        jpeg_set_defaults(&m_info);
        jpeg_set_quality(&m_info, quality, TRUE);
        m_info.comp_info[0].h_samp_factor = 2; // 4:2:2
        m_info.comp_info[0].v_samp_factor = 1;
    }
    ~JpegEncoder()
    {
        jpeg_destroy_compress(&m_info);
        std::free(m_buffer);
    }
    JpegEncoder(const JpegEncoder&) = delete;
    JpegEncoder& operator=(const JpegEncoder&) = delete;

    std::string encode(const base::RgbImage& image)
    {
        unsigned long size = m_capacity;
        unsigned char* buffer = m_buffer;
        jpeg_mem_dest(&m_info, &buffer, &size);
        jpeg_start_compress(&m_info, TRUE);
        while (m_info.next_scanline < m_info.image_height) {
            JSAMPROW row = const_cast<std::uint8_t*>(image.row(int(m_info.next_scanline)));
            jpeg_write_scanlines(&m_info, &row, 1);
        }
        jpeg_finish_compress(&m_info);
        std::string out(reinterpret_cast<const char*>(buffer), size);
        if (buffer != m_buffer) { // grown: keep it
            std::free(m_buffer);
            m_buffer = buffer;
            m_capacity = size;
        }
        return out;
    }

private:
    jpeg_compress_struct m_info{};
    jpeg_error_mgr m_errors{};
    unsigned char* m_buffer = nullptr;
    unsigned long m_capacity = 0;
};

std::string without(std::string text, std::string_view unwanted)
{
    std::erase_if(text, [&](char c) { return unwanted.find(c) != std::string_view::npos; });
    return text;
}

void fd(OutSet& out, std::uint32_t tag, double value)
{
    out.put(tag, "FD", littleEndian(std::bit_cast<std::uint64_t>(value), 8));
}

void sl(OutSet& out, std::uint32_t tag, int value)
{
    out.put(tag, "SL", littleEndian(std::uint32_t(value), 4));
}

OutSet encode(const UltrasoundRegion& r)
{
    OutSet item;
    item.us(tag::RegionSpatialFormat, unsigned(r.spatialFormat));
    item.us(tag::RegionDataType, unsigned(r.dataType));
    item.ul(tag::RegionFlags, std::uint32_t(r.flags));
    item.ul(tag::RegionX0, std::uint32_t(r.x0));
    item.ul(tag::RegionY0, std::uint32_t(r.y0));
    item.ul(tag::RegionX1, std::uint32_t(r.x1));
    item.ul(tag::RegionY1, std::uint32_t(r.y1));
    if (r.referenceX)
        sl(item, tag::ReferencePixelX, *r.referenceX);
    if (r.referenceY)
        sl(item, tag::ReferencePixelY, *r.referenceY);
    item.us(tag::PhysicalUnitsX, unsigned(r.unitsX));
    item.us(tag::PhysicalUnitsY, unsigned(r.unitsY));
    if (r.referenceValueX)
        fd(item, tag::ReferenceValueX, *r.referenceValueX);
    if (r.referenceValueY)
        fd(item, tag::ReferenceValueY, *r.referenceValueY);
    fd(item, tag::PhysicalDeltaX, r.deltaX);
    fd(item, tag::PhysicalDeltaY, r.deltaY);
    if (r.transducerKhz)
        item.ul(tag::TransducerFrequency, std::uint32_t(*r.transducerKhz));
    if (r.dopplerAngleDegrees)
        fd(item, tag::DopplerCorrectionAngle, *r.dopplerAngleDegrees);
    return item;
}

OutSet header(const ClipOut& clip, const std::string& instance, double ratio)
{
    const Identity& who = clip.identity;
    const bool isClip = clip.frames > 1;
    OutSet out;
    out.text(tag::SpecificCharacterSet, "CS", "ISO_IR 192");
    out.text(0x00080008, "CS", "ORIGINAL\\PRIMARY"); // Image Type
    out.text(tag::ClassUid, "UI", isClip ? multiFrameClass : stillClass);
    out.text(tag::InstanceUid, "UI", instance);
    out.text(tag::StudyDate, "DA", without(who.studyDate, "-"));
    out.text(tag::StudyTime, "TM", without(who.studyTime, ":"));
    if (!clip.contentDate.empty()) {
        out.text(0x00080023, "DA", without(clip.contentDate, "-"));
        out.text(0x00080033, "TM", without(clip.contentTime, ":"));
        out.text(tag::AcquisitionDate, "DA", without(clip.contentDate, "-"));
        out.text(tag::AcquisitionTime, "TM", without(clip.contentTime, ":"));
    }
    out.text(tag::AccessionNumber, "SH", who.accession);
    out.text(tag::Modality, "CS", "US");
    out.text(tag::Manufacturer, "LO", who.manufacturer);
    out.text(0x00080090, "PN", ""); // Referring Physician
    out.text(tag::StudyDescription, "LO", who.studyDescription);
    out.text(tag::SeriesDescription, "LO", who.seriesDescription);
    out.text(tag::ModelName, "LO", who.model);
    out.text(tag::PatientName, "PN", who.patientName);
    out.text(tag::PatientId, "LO", who.patientId);
    out.text(tag::PatientBirthDate, "DA", without(who.birthDate, "-"));
    out.text(tag::PatientSex, "CS", who.sex);
    if (!who.age.empty())
        out.text(tag::PatientAge, "AS", who.age);
    if (!clip.protocol.empty())
        out.text(0x00181030, "LO", clip.protocol);
    if (isClip) {
        out.text(tag::FrameTime, "DS", decimalString(clip.frameTimeMs));
        out.put(0x00280009, "AT", littleEndian(0x0018, 2) + littleEndian(0x1063, 2)); // Frame Increment Pointer
        out.text(tag::NumberOfFrames, "IS", std::to_string(clip.frames));
    }
    if (clip.heartRate)
        out.text(tag::HeartRate, "IS", std::to_string(*clip.heartRate));
    if (!clip.rWaveTimesMs.empty())
        out.floats(tag::RWaveTimeVector, std::vector<float>(clip.rWaveTimesMs.begin(), clip.rWaveTimesMs.end()));
    if (!clip.regions.empty()) {
        std::vector<OutSet> regions;
        for (const UltrasoundRegion& region : clip.regions)
            regions.push_back(encode(region));
        out.items(tag::UltrasoundRegions, regions);
    }
    out.text(tag::StudyInstanceUid, "UI", who.studyUid.empty() ? newUid() : who.studyUid);
    out.text(tag::SeriesInstanceUid, "UI", who.seriesUid.empty() ? newUid() : who.seriesUid);
    out.text(0x00200010, "SH", ""); // Study ID
    out.text(tag::SeriesNumber, "IS", std::to_string(who.seriesNumber));
    out.text(tag::InstanceNumber, "IS", std::to_string(who.instanceNumber));
    if (!clip.comments.empty())
        out.text(0x00204000, "LT", clip.comments);
    out.us(tag::SamplesPerPixel, 3);
    out.text(tag::Photometric, "CS", "YBR_FULL_422");
    out.us(tag::PlanarConfiguration, 0);
    out.us(tag::Rows, unsigned(clip.rows));
    out.us(tag::Columns, unsigned(clip.columns));
    out.us(tag::BitsAllocated, 8);
    out.us(tag::BitsStored, 8);
    out.us(tag::HighBit, 7);
    out.us(tag::PixelRepresentation, 0);
    out.text(0x00280301, "CS", "YES"); // Burned In Annotation: words are drawn into the picture
    out.text(0x00282110, "CS", "01");  // Lossy Image Compression
    out.text(0x00282112, "DS", decimalString(ratio));
    out.text(0x00282114, "CS", "ISO_10918_1");
    return out;
}

std::string itemHeader(std::uint32_t element, std::size_t length)
{
    return littleEndian(0xFFFE, 2) + littleEndian(element, 2) + littleEndian(length, 4);
}

} // namespace

void writeClip(const std::filesystem::path& file, const ClipOut& clip, const std::function<base::RgbImage(int)>& frameAt)
{
    if (clip.rows < 1 || clip.columns < 1 || clip.rows > 0xFFFF || clip.columns > 0xFFFF || clip.frames < 1)
        throw base::Error(base::ErrorCode::Unsuitable, "There is no picture to write.", {file, {}});
    JpegEncoder encoder(clip.rows, clip.columns, clip.quality);
    std::string pixels;
    std::string offsets;
    for (int i = 0; i < clip.frames; ++i) {
        const base::RgbImage image = frameAt(i);
        if (image.rows != clip.rows || image.columns != clip.columns)
            throw base::Error(base::ErrorCode::Unsuitable, "The frames of a clip are of different sizes.", {file, "frame " + std::to_string(i + 1)});
        std::string stream = encoder.encode(image);
        if (stream.size() % 2)
            stream += '\0';
        offsets += littleEndian(pixels.size(), 4);
        pixels += itemHeader(0xE000, stream.size()) + stream;
    }
    const std::string instance = clip.identity.instanceUid.empty() ? newUid() : clip.identity.instanceUid;
    const double ratio = 3.0 * clip.rows * clip.columns * clip.frames / double(pixels.size());
    OutFile out(file, clip.frames > 1 ? multiFrameClass : stillClass, instance, jpegBaseline);
    out.write(header(clip, instance, std::round(100 * ratio) / 100).encoded());
    out.write(littleEndian(0x7FE0, 2) + littleEndian(0x0010, 2) + "OB" + std::string(2, '\0') + littleEndian(0xFFFFFFFF, 4));
    out.write(itemHeader(0xE000, offsets.size()) + offsets);
    out.write(pixels);
    out.write(itemHeader(0xE0DD, 0));
    out.commit();
}

} // namespace echo2ecg::dicom
