// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"

#include <limits>
#include <vector>

namespace echo2ecg::report {

// A point of a page in millimetres, origin top left, y down.
struct PagePoint
{
    double x = 0, y = 0;
};
using TraceRun = std::vector<PagePoint>;

// The line of one strip, broken where the file has no valid sample. Where more than two samples fall into a column of
// `mmPerColumn` only the smallest and the largest of it are kept, at their own times: no peak is ever lost and a line
// stays a line. Columns are counted from the strip's left end, so a trace doesn't shimmer while the page is moved. 0:
// every sample. Only what lies between the two x (and one column beyond) is built.
std::vector<TraceRun> traceRuns(const ecg::EcgRecord& record, const ecg::Strip& strip,
                                const ecg::PageSettings& settings, double mmPerColumn,
                                double fromX = -std::numeric_limits<double>::infinity(),
                                double toX = std::numeric_limits<double>::infinity());

} // namespace echo2ecg::report
