// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/page_layout.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double mostSeconds = 10; // one page shows at most this
constexpr double pulseSeconds = 0.2;
constexpr double edge = 2; // paper edge to pulse, and pulse to trace
constexpr double rightMargin = 3;
constexpr double paperWidth = 262; // 10 s at 25 mm/s with its margins; narrower content leaves paper empty

// Heights at 10 mm/mV; a higher gain makes rows, and with them the paper, taller.
struct RowStyle
{
    double verticalMargin, pitch;
    double zeroLine;   // from the top of the row
    double labelAbove; // label's lower edge, above (+) or below (−) the zero line
};
constexpr RowStyle printout{11, 42, 23, 17};
constexpr RowStyle stacked{5, 15, 8.5, -4}; // label in the margin under the pulse, where no trace runs

} // namespace

Page layOutPage(const PageSettings& settings, double seconds)
{
    Page page;
    page.settings = settings;
    const bool sheet = settings.format == PageFormat::ThreeByFourPlusRhythm;
    const double speed = settings.mmPerSecond > 0 ? settings.mmPerSecond : 25.0;
    const double gain = settings.mmPerMillivolt > 0 ? settings.mmPerMillivolt : 10.0;
    const double start = std::max(0.0, settings.startSeconds);
    const double shown = std::isfinite(seconds) ? std::clamp(seconds - start, 0.0, mostSeconds) : 0.0;

    const RowStyle& style = sheet ? printout : stacked;
    const double stretch = std::max(1.0, gain / 10.0);
    const int rows = sheet ? 4 : int(leadCount);
    const double pulseWidth = pulseSeconds * speed, left = 2 * edge + pulseWidth;
    page.width = std::max(paperWidth, left + shown * speed + rightMargin);
    page.height = 2 * style.verticalMargin + rows * style.pitch * stretch;

    const auto zeroLine = [&](int row) {
        return style.verticalMargin + (row * style.pitch + style.zeroLine) * stretch;
    };
    const auto addStrip = [&](Lead lead, int row, double offset, double from, double length) {
        Strip strip;
        strip.lead = lead;
        strip.x = left + offset * speed;
        strip.baselineY = zeroLine(row);
        strip.width = length * speed;
        strip.fromSeconds = from;
        strip.toSeconds = from + length;
        strip.labelX = sheet ? strip.x + 1 : edge;
        strip.labelY = strip.baselineY - (style.labelAbove > 0 ? style.labelAbove * stretch : style.labelAbove);
        page.strips.push_back(strip);
    };
    for (int row = 0; row < rows; ++row)
        page.pulses.push_back({edge, zeroLine(row), pulseWidth, gain});

    if (!sheet) {
        for (std::size_t i = 0; i < leadCount; ++i)
            addStrip(allLeads[i], int(i), 0, start, shown);
        return page;
    }
    const double quarter = shown / 4;
    for (int column = 0; column < 4; ++column) {
        for (int row = 0; row < 3; ++row)
            addStrip(allLeads[std::size_t(column * 3 + row)], row, column * quarter,
                     start + (settings.sequential ? column * quarter : 0.0), quarter);
        if (column > 0)
            page.separators.push_back(left + column * quarter * speed);
    }
    addStrip(settings.rhythmLead, 3, 0, start, shown);
    return page;
}

} // namespace echo2ecg::ecg
