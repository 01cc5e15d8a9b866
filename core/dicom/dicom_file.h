// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>

// The only home of DCMTK. No DCMTK type leaves this folder.
namespace echo2ecg::dicom {

// Who and what a DICOM object is about. Text is UTF-8 (specific character set converted); absent elements are empty.
// Dates are ISO 8601 ("2004-11-30"), also where the file writes "2004.11.30"; times "13:05:22".
struct Identity
{
    std::string patientId, patientName, birthDate, sex;  // sex: "F", "M", "O" or empty
    std::string age;                                     // as written, e.g. "063Y"
    std::string studyUid, seriesUid, instanceUid, classUid;
    std::string studyDate, studyTime, acquisitionDate, acquisitionTime;
    std::string studyDescription, seriesDescription, accession;
    std::string manufacturer, model, modality;
    int seriesNumber = 0, instanceNumber = 0;
};

enum class Kind {
    UltrasoundClip,    // multi-frame image with more than one frame declared
    UltrasoundStill,   // single frame
    EcgWaveform,       // 12-lead, General or Ambulatory ECG waveform, or ECG inside Hemodynamic
    StructuredReport,
    MediaDirectory,    // DICOMDIR
    Other              // valid DICOM, nothing we read (CT, MR, RT …)
};

struct Summary
{
    Identity identity;
    Kind kind = Kind::Other;
    std::string classNameForPeople;  // "Ultrasound Multi-frame Image", "12-lead ECG Waveform", "CT Image" …
    std::string transferSyntaxUid;
    std::string transferSyntaxName;  // "JPEG Baseline" …
    base::Warnings warnings;
};

// True when the content looks like DICOM (preamble + DICM, or a plausible data set without it). Reads at most 1 KiB; never throws.
bool looksLikeDicom(const std::filesystem::path& file) noexcept;

// Reads the header only (stops before pixel and waveform data). Throws base::ParseError with file and tag.
// Thread-safe. Memory is bounded whatever lengths the file declares.
Summary summarise(const std::filesystem::path& file);

} // namespace echo2ecg::dicom
