// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "simulation/clips.h"
#include "simulation/ecg_model.h"

#include <filesystem>
#include <string>
#include <vector>

namespace echo2ecg::simulation {

// What was written about one patient. All headers say that it is simulated: patient name and ID, manufacturer, series description, comments, and the picture
// itself. UIDs follow from seed and number, dates are made up but fixed, so that the same patient is the same bytes.
struct PatientFiles
{
    std::filesystem::path ecg;                // in the folder: ecg0001.dcm
    std::filesystem::path study;              // folder of the clips and the report
    std::vector<std::filesystem::path> clips; // in the study's order
    std::filesystem::path report;
    std::string studyUid, ecgDate, studyDate; // ISO; the ECG at most 6 days before the echo
    LeadFault fault = LeadFault::None;
};

// Of the study that writePatient() writes.
std::string studyUidOf(const VirtualPatient& patient);

// The clips that this patient's study has: five views, colour in many, a still, and a spectrum or an M-mode.
std::vector<std::pair<View, Shot>> shotsOf(const VirtualPatient& patient);

// Writes ecgNNNN.dcm alone into `folder`, which is made: the same bytes as beside a study. No file of a study is named. Throws base::Error(Io).
PatientFiles writePatientEcg(const VirtualPatient& patient, const std::filesystem::path& folder);

// Writes ecgNNNN.dcm, echo/NN.dcm and echo/report.dcm (TID 5200) into `folder`, which is made. Throws base::Error(Io), base::Cancelled.
PatientFiles writePatient(const VirtualPatient& patient, const std::filesystem::path& folder, const ClipSize& size = {}, const base::CancelToken& cancel = {});

} // namespace echo2ecg::simulation
