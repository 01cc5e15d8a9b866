// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/lead.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echo2ecg::ecg {

// Rows × columns of leads; "plus" adds rhythm strips below. Superimposed draws all leads over one zero line.
enum class PageFormat {
    ThreeByFourPlusRhythm,
    ThreeByFourPlusThree,
    ThreeByFour,
    SixByTwo,
    FourByThree,
    TwelveByOne,
    SingleLead,
    Superimposed
};
inline constexpr std::array allPageFormats{PageFormat::ThreeByFourPlusRhythm,
                                           PageFormat::ThreeByFourPlusThree,
                                           PageFormat::ThreeByFour,
                                           PageFormat::SixByTwo,
                                           PageFormat::FourByThree,
                                           PageFormat::TwelveByOne,
                                           PageFormat::SingleLead,
                                           PageFormat::Superimposed};
// For settings and the command line: "3x4+1", "3x4+3", "3x4", "6x2", "4x3", "12x1", "single", "superimposed".
std::string_view code(PageFormat format) noexcept;
std::optional<PageFormat> pageFormatFromCode(std::string_view code) noexcept;

inline constexpr std::array pageSpeeds{12.5, 25.0, 50.0, 100.0}; // mm/s
inline constexpr std::array pageGains{2.5, 5.0, 10.0, 20.0};     // mm/mV

// A page in millimetres, free of any drawing toolkit: the window and the report paint the same geometry.
// Origin top left, y down. Standard paper: 25 mm/s, 10 mm/mV.
struct PageSettings
{
    PageFormat format = PageFormat::ThreeByFourPlusRhythm;
    double mmPerSecond = 25.0;
    double mmPerMillivolt = 10.0;
    Lead rhythmLead = Lead::II; // of the single rhythm strip
    Lead singleLead = Lead::II; // of SingleLead
    // Sequential: column k shows the k-th part of the time, as printouts do. Simultaneous: each column starts at the
    // same time.
    bool sequential = true;
    // Limb leads as aVL, I, −aVR, II, aVF, III.
    bool cabrera = false;
    double startSeconds = 0.0;

    bool operator==(const PageSettings&) const = default;
};

struct Strip
{
    Lead lead = Lead::I;
    bool inverted = false;       // −aVR
    double x = 0, baselineY = 0; // mm: left end and zero line
    double width = 0;            // mm
    double fromSeconds = 0, toSeconds = 0;
    double labelX = 0, labelY = 0; // mm, left-bottom of the lead name
};
// "aVR", "−aVR".
std::string label(const Strip& strip);

struct CalibrationPulse
{
    double x = 0, baselineY = 0;  // 1 mV high, 0.2 s long
    double width = 0, height = 0; // mm
};

struct Page
{
    double width = 0, height = 0; // mm
    std::vector<Strip> strips;
    std::vector<CalibrationPulse> pulses;
    std::vector<double> separators; // x in mm of the column borders
    PageSettings settings;
    int columns = 1;                       // of leads side by side
    double fromSeconds = 0, toSeconds = 0; // what the page shows of the recording
};

// The strip that a point of the page belongs to: of those beside it in time, the one whose row is nearest. Null
// outside.
const Strip* stripAt(const Page& page, double xMm, double yMm) noexcept;
// From a strip's time and amplitude to the page and back.
double xOf(const Page& page, const Strip& strip, double seconds) noexcept;
double yOf(const Page& page, const Strip& strip, double millivolts) noexcept;
double secondsAt(const Page& page, const Strip& strip, double xMm) noexcept;
double millivoltsAt(const Page& page, const Strip& strip, double yMm) noexcept;

// Seconds that one page shows at most: 250 mm of paper, so 10 s at 25 mm/s.
double pageSeconds(const PageSettings& settings) noexcept;

// Lays out `seconds` of recording from settings.startSeconds on. 3×4 shows 2.5 s per column at 25 mm/s.
Page layOutPage(const PageSettings& settings, double seconds);

// A median beat of `seconds`, whole in every cell; formats with rhythm strips leave them out.
constexpr double longestBeat = 3;
Page layOutBeat(const PageSettings& settings, double seconds);

} // namespace echo2ecg::ecg
