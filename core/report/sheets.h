// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/case_report.h"
#include "report/ecg_print.h"
#include "report/sheet.h"

// The parts of a case report, in their order on paper.
namespace echo2ecg::report {

// From the present page on: header lines and the leads at true scale.
void drawEcgSheets(Sheet& sheet, const ecg::EcgRecord& record, const EcgPrint& print);
// On new pages: prediction, ranked studies, pictures, findings, provenance. Breaks pages as needed.
void drawResultSheets(Sheet& sheet, const CaseReport& report);

} // namespace echo2ecg::report
