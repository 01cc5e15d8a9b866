// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace echo2ecg::dicom {

// How the elements of a data set are written.
struct Encoding
{
    bool explicitVr = true;
    bool bigEndian = false;

    bool operator==(const Encoding&) const = default;
};

enum class PixelCoding { Native, Rle, Jpeg, JpegLs, Jpeg2000, JpegXl, Video, Unsupported };

struct TransferSyntax
{
    std::string uid;
    std::string name; // for people
    Encoding encoding;
    PixelCoding pixels = PixelCoding::Native;
    bool deflated = false;
    bool bigEndianPixels = false;
    bool known = false;
};

// Unknown UIDs give known = false, explicit little endian, Unsupported pixels.
TransferSyntax transferSyntax(const std::string& uid);

// "Ultrasound Multi-frame Image" for 1.2.840.10008.5.1.4.1.1.3.1; "unknown class" when the dictionary doesn't have it.
std::string classNameForPeople(const std::string& classUid);

// Registers the DCMTK decoders that are used and silences its logger; once per process, thread-safe.
void prepareDcmtk();

} // namespace echo2ecg::dicom
