// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/structured_report.h"
#include "echo/echo_study.h"
#include "echo/measure/ventricle.h"

namespace echo2ecg::echo {

// One number out of an adult echo report with what qualifies it.
struct ReportedValue
{
    std::string what;   // "LVEDV", "LVESV", "LVSV", "LVEF", "LVIDd", "LVIDs", "IVSd", "LVPWd", "LV mass", or the report's own words
    double value = 0;   // in `unit`
    std::string unit;   // "mL", "%", "cm", "g", or the report's own
    std::string method; // "biplane method of discs", as the report says; may be empty
    std::string mode, view, phase, selection; // "2D", "A4C", "end diastole", "mean chosen"; may be empty
};

// What an Adult Echocardiography Procedure Report (TID 5200) or the simplified one (TID 5300) says.
struct EchoReport
{
    dicom::Identity identity;
    std::string templateId;
    std::vector<ReportedValue> values; // in the report's order
    base::Warnings warnings;

    // The value that counts: what the report selects (by selection status), else biplane before single plane before other methods, else a mean, else
    // the last. Null when there is none.
    const ReportedValue* best(const std::string& what) const;
};

EchoReport readEchoReport(const std::filesystem::path& file); // throws base::ParseError
EchoReport interpret(const dicom::StructuredReport& report);

// The measurements of one study as a report after TID 5300, each with its frame, coordinates, value and method; it comes back through interpret().
struct MeasuredClip
{
    const EchoClip* clip = nullptr;
    std::vector<Measurement> measurements;
    CalibrationMap calibration;
};
dicom::StructuredReport asReport(const EchoStudy& study, const std::vector<MeasuredClip>& clips, const VentricleResult& result);

} // namespace echo2ecg::echo
