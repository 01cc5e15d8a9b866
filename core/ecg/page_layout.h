// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/lead.h"

#include <vector>

namespace echo2ecg::ecg {

enum class PageFormat { ThreeByFourPlusRhythm, TwelveByOne };

// A page in millimetres, free of any drawing toolkit: the window and the report paint the same geometry.
// Origin top left, y down. Standard paper: 25 mm/s, 10 mm/mV.
struct PageSettings
{
    PageFormat format = PageFormat::ThreeByFourPlusRhythm;
    double mmPerSecond = 25.0;
    double mmPerMillivolt = 10.0;
    Lead rhythmLead = Lead::II;
    // Sequential: column k shows the k-th quarter of the time, as printouts do. Simultaneous: each column starts at the same time.
    bool sequential = true;
    double startSeconds = 0.0;
};

struct Strip
{
    Lead lead = Lead::I;
    double x = 0, baselineY = 0;      // mm: left end and zero line
    double width = 0;                 // mm
    double fromSeconds = 0, toSeconds = 0;
    double labelX = 0, labelY = 0;    // mm, left-bottom of the lead name
};

struct CalibrationPulse
{
    double x = 0, baselineY = 0;      // 1 mV high, 0.2 s long
    double width = 0, height = 0;     // mm
};

struct Page
{
    double width = 0, height = 0;     // mm
    std::vector<Strip> strips;
    std::vector<CalibrationPulse> pulses;
    std::vector<double> separators;   // x in mm of the column borders
    PageSettings settings;
};

// Lays out `seconds` of recording. 3×4 shows 2.5 s per column of a 10 s recording (a quarter of min(seconds, 10)).
Page layOutPage(const PageSettings& settings, double seconds);

} // namespace echo2ecg::ecg
