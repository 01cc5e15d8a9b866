// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/evaluation.h"

#include <filesystem>

namespace echo2ecg::report {

// A4 landscape PDF of an evaluation: its tables (evaluation/evaluation_report.h), and for each classifier the ROC curve and the reliability diagram of every class.
// "Research use only" stands on every page, "virtual patients" and "untrained" where it applies. Needs a QGuiApplication (offscreen will do).
// Throws base::Error(Io).
void writeEvaluationReport(const evaluation::Evaluation& evaluation, const std::filesystem::path& pdf);

} // namespace echo2ecg::report
