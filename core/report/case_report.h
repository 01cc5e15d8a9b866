// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "casework/case_engine.h"
#include "report/ecg_print.h"

namespace echo2ecg::report {

// Everything a case report says. "Research use only" and, where they apply, "untrained weights" and "SIMULATED" stand on every page.
struct CaseReport
{
    ecg::EcgRecord record;
    std::optional<casework::Prediction> prediction;
    std::optional<casework::Retrieval> retrieval;
    std::optional<inference::EngineFacts> engine;
    std::vector<std::pair<std::string, base::RgbImage>> pictures;  // caption, e.g. thumbnails of the most similar study
    EcgPrint print{};                                              // how the ECG is drawn
};

// A4 landscape PDF: the ECG at true scale (25 mm/s, 10 mm/mV), then prediction, ranked studies, provenance. Needs a QGuiApplication (offscreen will do).
// Throws base::Error(Io).
void writeCaseReport(const CaseReport& report, const std::filesystem::path& pdf);

} // namespace echo2ecg::report
