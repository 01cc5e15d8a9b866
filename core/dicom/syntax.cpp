// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/syntax.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include <cctype>
#include <mutex>
#include <string_view>

namespace echo2ecg::dicom {

namespace {

constexpr Encoding implicitLittle{false, false};
constexpr Encoding explicitLittle{true, false};
constexpr Encoding explicitBig{true, true};

struct Row
{
    std::string_view uid;
    const char* name;
    PixelCoding pixels;
};

// All of these are explicit little endian. UIDs without the root 1.2.840.10008.1.2.
constexpr Row compressed[] = {
    {"4.50", "JPEG Baseline", PixelCoding::Jpeg},
    {"4.51", "JPEG Extended", PixelCoding::Jpeg},
    {"4.53", "JPEG Spectral Selection (retired)", PixelCoding::Jpeg},
    {"4.55", "JPEG Full Progression (retired)", PixelCoding::Jpeg},
    {"4.57", "JPEG Lossless", PixelCoding::Jpeg},
    {"4.70", "JPEG Lossless SV1", PixelCoding::Jpeg},
    {"4.80", "JPEG-LS Lossless", PixelCoding::JpegLs},
    {"4.81", "JPEG-LS Near-lossless", PixelCoding::JpegLs},
    {"4.90", "JPEG 2000 Lossless", PixelCoding::Jpeg2000},
    {"4.91", "JPEG 2000", PixelCoding::Jpeg2000},
    {"4.92", "JPEG 2000 Part 2 Lossless", PixelCoding::Unsupported},
    {"4.93", "JPEG 2000 Part 2", PixelCoding::Unsupported},
    {"4.94", "JPIP Referenced", PixelCoding::Unsupported},
    {"4.95", "JPIP Referenced Deflate", PixelCoding::Unsupported},
    {"4.100", "MPEG2 Main Profile, Main Level", PixelCoding::Video},
    {"4.100.1", "Fragmentable MPEG2 Main Profile, Main Level", PixelCoding::Video},
    {"4.101", "MPEG2 Main Profile, High Level", PixelCoding::Video},
    {"4.101.1", "Fragmentable MPEG2 Main Profile, High Level", PixelCoding::Video},
    {"4.102", "MPEG-4 AVC/H.264 High Profile, Level 4.1", PixelCoding::Video},
    {"4.102.1", "Fragmentable MPEG-4 AVC/H.264 High Profile, Level 4.1", PixelCoding::Video},
    {"4.103", "MPEG-4 AVC/H.264 BD-compatible", PixelCoding::Video},
    {"4.103.1", "Fragmentable MPEG-4 AVC/H.264 BD-compatible", PixelCoding::Video},
    {"4.104", "MPEG-4 AVC/H.264 High Profile, Level 4.2, 2D", PixelCoding::Video},
    {"4.104.1", "Fragmentable MPEG-4 AVC/H.264 High Profile, Level 4.2, 2D", PixelCoding::Video},
    {"4.105", "MPEG-4 AVC/H.264 High Profile, Level 4.2, 3D", PixelCoding::Video},
    {"4.105.1", "Fragmentable MPEG-4 AVC/H.264 High Profile, Level 4.2, 3D", PixelCoding::Video},
    {"4.106", "MPEG-4 AVC/H.264 Stereo High Profile", PixelCoding::Video},
    {"4.106.1", "Fragmentable MPEG-4 AVC/H.264 Stereo High Profile", PixelCoding::Video},
    {"4.107", "HEVC/H.265 Main Profile", PixelCoding::Video},
    {"4.108", "HEVC/H.265 Main 10 Profile", PixelCoding::Video},
    {"4.110", "JPEG XL Lossless", PixelCoding::JpegXl},
    {"4.111", "JPEG XL JPEG Recompression", PixelCoding::JpegXl},
    {"4.112", "JPEG XL", PixelCoding::JpegXl},
    {"4.201", "High-Throughput JPEG 2000 Lossless", PixelCoding::Unsupported},
    {"4.202", "High-Throughput JPEG 2000 RPCL Lossless", PixelCoding::Unsupported},
    {"4.203", "High-Throughput JPEG 2000", PixelCoding::Unsupported},
    {"5", "RLE Lossless", PixelCoding::Rle},
    {"8.1", "Deflated Image Frame", PixelCoding::Unsupported},
};

constexpr std::string_view root = "1.2.840.10008.1.2";

struct ClassRow
{
    std::string_view uid;
    const char* name;
};

constexpr ClassRow classes[] = {
    {"1.2.840.10008.1.3.10", "Media Directory"},
    {"1.2.840.10008.5.1.4.1.1.3", "Ultrasound Multi-frame Image (retired)"},
    {"1.2.840.10008.5.1.4.1.1.3.1", "Ultrasound Multi-frame Image"},
    {"1.2.840.10008.5.1.4.1.1.6", "Ultrasound Image (retired)"},
    {"1.2.840.10008.5.1.4.1.1.6.1", "Ultrasound Image"},
    {"1.2.840.10008.5.1.4.1.1.6.2", "Enhanced Ultrasound Volume"},
    {"1.2.840.10008.5.1.4.1.1.9.1.1", "12-lead ECG Waveform"},
    {"1.2.840.10008.5.1.4.1.1.9.1.2", "General ECG Waveform"},
    {"1.2.840.10008.5.1.4.1.1.9.1.3", "Ambulatory ECG Waveform"},
    {"1.2.840.10008.5.1.4.1.1.9.2.1", "Hemodynamic Waveform"},
    {"1.2.840.10008.5.1.4.1.1.7.4", "Multi-frame True Color Secondary Capture Image"},
    {"1.2.840.10008.5.1.4.1.1.88.34", "Comprehensive 3D SR"},
    {"1.2.840.113543.6.6.1.3.10002", "Philips 3D Ultrasound Volume (private)"},
};

// "CTImageStorage" -> "CT Image".
std::string inWords(std::string keyword)
{
    constexpr std::string_view suffix = "Storage";
    if (keyword.ends_with(suffix))
        keyword.resize(keyword.size() - suffix.size());
    std::string text;
    for (std::size_t i = 0; i < keyword.size(); ++i) {
        const auto isUpper = [&](std::size_t at) {
            return at < keyword.size() && std::isupper(std::uint8_t(keyword[at]));
        };
        const auto isLower = [&](std::size_t at) {
            return at < keyword.size() && std::islower(std::uint8_t(keyword[at]));
        };
        if (i > 0 && isUpper(i) && (isLower(i - 1) || (isUpper(i - 1) && isLower(i + 1))))
            text += ' ';
        text += keyword[i] == '_' ? ' ' : keyword[i];
    }
    return text;
}

} // namespace

TransferSyntax transferSyntax(const std::string& uid)
{
    TransferSyntax syntax{uid, {}, explicitLittle, PixelCoding::Native, false, false, true};
    if (uid == root) {
        syntax.name = "Implicit VR Little Endian";
        syntax.encoding = implicitLittle;
    } else if (uid == "1.2.840.10008.1.2.1") {
        syntax.name = "Explicit VR Little Endian";
    } else if (uid == "1.2.840.10008.1.2.2") {
        syntax.name = "Explicit VR Big Endian";
        syntax.encoding = explicitBig;
        syntax.bigEndianPixels = true;
    } else if (uid == "1.2.840.10008.1.2.1.99") {
        syntax.name = "Deflated Explicit VR Little Endian";
        syntax.deflated = true;
    } else if (uid == "1.2.840.113619.5.2") {
        syntax.name = "GE Private Implicit VR, Big Endian Pixels";
        syntax.encoding = implicitLittle;
        syntax.bigEndianPixels = true;
    } else {
        if (uid.size() > root.size() + 1 && uid.starts_with(root) && uid[root.size()] == '.') {
            const std::string_view tail = std::string_view(uid).substr(root.size() + 1);
            for (const Row& row : compressed) {
                if (row.uid == tail) {
                    syntax.name = row.name;
                    syntax.pixels = row.pixels;
                    return syntax;
                }
            }
        }
        syntax.known = false;
        syntax.pixels = PixelCoding::Unsupported;
        const char* name = dcmFindNameOfUID(uid.c_str());
        syntax.name = name ? inWords(name) : "unknown transfer syntax";
    }
    return syntax;
}

std::string classNameForPeople(const std::string& classUid)
{
    for (const ClassRow& row : classes) {
        if (row.uid == classUid)
            return row.name;
    }
    const char* name = classUid.empty() ? nullptr : dcmFindNameOfUID(classUid.c_str());
    return name ? inWords(name) : "unknown class";
}

void prepareDcmtk()
{
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
        DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
    });
}

} // namespace echo2ecg::dicom
