// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/case_report.h"
#include "report/sheet.h"

// The parts of a case report, in their order on paper.
namespace echo2ecg::report {

// On the present page: header lines and the twelve leads at true scale.
void drawEcgSheet(Sheet& sheet, const CaseReport& report);
// On new pages: prediction, ranked studies, pictures, findings, provenance. Breaks pages as needed.
void drawResultSheets(Sheet& sheet, const CaseReport& report);

} // namespace echo2ecg::report
