// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/export_dicom.h"

#include "ecg/export_wfdb.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double largest = 32767;

// Codes of DICOM CID 3001 (MDC) in the order of our leads.
constexpr std::array<const char*, leadCount> leadCodes{"2:1", "2:2", "2:61", "2:62", "2:63", "2:64",
                                                       "2:3", "2:4", "2:5",  "2:6",  "2:7",  "2:8"};

DicomStep step(double value, const char* units)
{
    DicomStep s{dicom::decimalString(value), units, 0, false};
    std::from_chars(s.text.data(), s.text.data() + s.text.size(), s.value);
    return s;
}

// As a reader does: a float in the unit of the file, then millivolts.
float readBack(double raw, const DicomStep& s)
{
    return float(double(float(raw * s.value)) * (s.units == "uV" ? 1e-3 : 1.0));
}

double rawOf(float millivolts, const DicomStep& s)
{
    return std::round(double(millivolts) * (s.units == "uV" ? 1e3 : 1.0) / s.value);
}

bool fits(const std::vector<float>& values, const DicomStep& s)
{
    return std::all_of(values.begin(), values.end(), [&](float v) {
        if (!std::isfinite(v))
            return true;
        const double raw = rawOf(v, s);
        return std::abs(raw) <= largest && readBack(raw, s) == v;
    });
}

} // namespace

DicomStep dicomStepFor(const std::vector<float>& values)
{
    const WfdbGain gain = wfdbGainFor(values);
    for (const DicomStep& candidate : {step(1000 / gain.gain, "uV"), step(1 / gain.gain, "mV")})
        if (fits(values, candidate)) {
            DicomStep exact = candidate;
            exact.exact = true;
            return exact;
        }
    float peak = 0;
    for (const float v : values)
        if (std::isfinite(v))
            peak = std::max(peak, std::abs(v));
    return step(1000 * double(peak) / 32000, "uV");
}

dicom::EcgObjectOut dicomObjectOf(const EcgRecord& record)
{
    dicom::EcgObjectOut ecg;
    ecg.samplingHz = record.samplingHz;
    ecg.lowHz = record.filters.highPassHz;
    ecg.highHz = record.filters.lowPassHz;
    ecg.notchHz = record.filters.notchHz;
    ecg.sex = record.patient.sex;
    ecg.ageYears = record.patient.ageYears;
    ecg.date = record.date;
    ecg.time = record.time;
    ecg.device = record.device;
    for (const Lead lead : allLeads) {
        const auto& values = record[lead];
        if (values.empty())
            continue;
        const DicomStep s = dicomStepFor(values);
        dicom::EcgChannelOut channel{leadCodes[index(lead)], "Lead " + std::string(name(lead)), s.text, s.units, {}};
        channel.samples.reserve(values.size());
        for (const float v : values)
            channel.samples.push_back(std::isfinite(v) ? std::int16_t(std::clamp(rawOf(v, s), -largest, largest))
                                                       : dicom::ecgPadding);
        ecg.channels.push_back(std::move(channel));
    }
    return ecg;
}

void exportDicom(const EcgRecord& record, const std::filesystem::path& out)
{
    dicom::writeEcgObject(dicomObjectOf(record), out);
}

} // namespace echo2ecg::ecg
