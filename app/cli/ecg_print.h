// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/ecg_print.h"
#include "session.h"

namespace echo2ecg::cli {

// How `ecg export --out x.pdf` lays a page out.
struct PrintOptions
{
    std::string layout = "3x4+1", rhythm = "II", lead = "II", filter;
    double speed = 25, gain = 10, notch = 0, start = 0;
    bool cabrera = false, simultaneous = false, whole = false;
    bool given = false; // any of them
};
void addPrintOptions(CLI::App& command, PrintOptions& options);
// Throws Failure(Usage) naming the option.
report::EcgPrint printOf(const PrintOptions& options);

} // namespace echo2ecg::cli
