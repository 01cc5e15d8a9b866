// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/ventricle.h"
#include "library/library.h"

#include <filesystem>
#include <string>

// What a person measured on the clips of a study: volumes, phenotypes, tables.
namespace echo2ecg::casework {

// A study's measurements with the scale that each was made on: the header's regions, or what a person set by hand (clip note "calibration").
struct MeasuredStudy
{
    struct Clip
    {
        library::Id id = 0;
        echo::EchoClip clip;
        echo::CalibrationMap calibration;
    };
    std::vector<echo::Measurement> measurements;
    std::vector<Clip> clips; // those that something was measured on

    const Clip* clipOf(const echo::Measurement& measurement) const; // by the hash of its file; null when it can't be read
    std::vector<std::string> hashes; // of `clips`, in their order
    echo::Evaluation evaluate(const echo::Measurement& measurement) const;
    echo::VentricleResult ventricle() const;
};
// Reads headers from files: not for the GUI thread. A clip that can't be read leaves its measurements without values.
MeasuredStudy measuredStudy(const library::Library& library, library::Id study);

// EDV, ESV, SV and EF with the source "measured here, biplane". Empty where nothing was measured or the scale isn't known.
retrieval::Phenotypes phenotypesOf(const echo::VentricleResult& result);
// Makes what is measured now the study's phenotypes; with nothing measured, what a table or a report states counts again.
echo::VentricleResult applyMeasurements(library::Library& library, library::Id study);

std::optional<echo::ManualCalibration> calibrationFromNote(const base::Json& note);
base::Json calibrationNote(const std::optional<echo::ManualCalibration>& calibration);

// One row per value, RFC 4180, UTF-8: study, clip, frame, time, tool, quantity, label, value, unit, calibration, points, refusal.
std::string measurementCsv(const MeasuredStudy& study, const std::string& studyUid);
// All of it as a DICOM structured report after TID 5300. Throws base::Error(Io), (Missing) when nothing was measured.
void writeMeasurementReport(const std::filesystem::path& file, const library::Library& library, library::Id study);

// Throws base::Error(Io). The file appears whole or not at all.
void writeMeasurementCsv(const std::filesystem::path& file, const MeasuredStudy& study, const std::string& studyUid);

} // namespace echo2ecg::casework
