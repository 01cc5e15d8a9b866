// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::dicom {

// One channel of 16-bit samples: value = raw · sensitivity in `units`. `leadCode` is the MDC code of DICOM CID 3001
// ("2:1").
struct EcgChannelOut
{
    std::string leadCode, leadMeaning;
    std::string sensitivity; // decimal string, at most 16 characters
    std::string units;       // UCUM: "uV" or "mV"
    std::vector<std::int16_t> samples;
};

// An ECG to write. Empty texts become empty elements; nothing else about the patient is written.
struct EcgObjectOut
{
    double samplingHz = 0;
    std::vector<EcgChannelOut> channels; // of equal length
    std::optional<double> lowHz, highHz, notchHz; // not written unless finite and above 0
    std::string patientName, patientId, sex;
    std::optional<int> ageYears;
    std::string date, time; // ISO
    std::string device;
    std::string manufacturer, seriesDescription, comments;
    std::string studyUid, seriesUid, instanceUid; // new ones where empty
};

// The sample that says "no value" in what is written (Waveform Padding Value).
constexpr std::int16_t ecgPadding = -32768;

// The number as a decimal string (DS): exactly where that takes at most 16 characters, else with as many digits as fit.
std::string decimalString(double value);

// Writes explicit little endian with new UIDs under 2.25: 12-lead ECG waveform storage where the rate (200 to 1000 Hz)
// and the length (16384 samples) are within its bounds, General ECG for longer ones, Ambulatory ECG for 50 to 200 Hz.
// One multiplex group RHYTHM, SS (PS3.3 A.34). Throws base::Error: Unsupported for other rates, Io.
void writeEcgObject(const EcgObjectOut& ecg, const std::filesystem::path& file);

} // namespace echo2ecg::dicom
