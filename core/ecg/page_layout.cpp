// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/page_layout.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double tracePaper = 250; // mm of paper that a page gives to its traces
constexpr double pulseSeconds = 0.2;
constexpr double edge = 2; // paper edge to pulse, and pulse to trace
constexpr double rightMargin = 3;
constexpr double paperWidth = 262; // 10 s at 25 mm/s with its margins; narrower content leaves paper empty
constexpr double beatPaper = 110;  // a beat alone needs less
constexpr int singleLines = 6;     // a page of a single lead goes on below

// Heights at 10 mm/mV; a higher gain makes rows, and with them the paper, taller.
struct RowStyle
{
    double verticalMargin, pitch;
    double zeroLine;   // from the top of the row
    double labelAbove; // label's lower edge, above (+) or below (−) the zero line
};
constexpr RowStyle printout{11, 42, 23, 17};
constexpr RowStyle sixRows{9, 28.5, 16, 10.5};
constexpr RowStyle stacked{5, 15, 8.5, -4}; // label in the margin under the pulse, where no trace runs
constexpr RowStyle alone{11, 84, 50, 30};

struct Grid
{
    int rows = 3, columns = 4, rhythmStrips = 0;
    RowStyle style = printout;
};

Grid gridOf(PageFormat format)
{
    switch (format) {
    case PageFormat::ThreeByFourPlusRhythm:
        return {3, 4, 1, printout};
    case PageFormat::ThreeByFourPlusThree:
        return {3, 4, 3, sixRows};
    case PageFormat::ThreeByFour:
        return {3, 4, 0, printout};
    case PageFormat::SixByTwo:
        return {6, 2, 0, sixRows};
    case PageFormat::FourByThree:
        return {4, 3, 0, printout};
    case PageFormat::TwelveByOne:
        return {12, 1, 0, stacked};
    case PageFormat::SingleLead:
        return {1, 1, 0, sixRows};
    case PageFormat::Superimposed:
        return {1, 1, 0, alone};
    }
    return {};
}

double speedOf(const PageSettings& settings)
{
    return settings.mmPerSecond > 0 ? settings.mmPerSecond : 25.0;
}

double gainOf(const PageSettings& settings)
{
    return settings.mmPerMillivolt > 0 ? settings.mmPerMillivolt : 10.0;
}

std::array<Lead, leadCount> orderOf(const PageSettings& settings)
{
    std::array<Lead, leadCount> order = allLeads;
    if (settings.cabrera)
        std::ranges::copy(std::array{Lead::aVL, Lead::I, Lead::aVR, Lead::II, Lead::aVF, Lead::III}, order.begin());
    return order;
}

// Puts strips on the rows of one page.
class Sheet
{
public:
    Sheet(const PageSettings& settings, const RowStyle& style, int rows, double longestSeconds,
          double leastWidth = paperWidth)
        : m_speed(speedOf(settings)), m_gain(gainOf(settings)), m_stretch(std::max(1.0, m_gain / 10.0)), m_style(style),
          m_left(2 * edge + pulseSeconds * m_speed)
    {
        page.settings = settings;
        page.width = std::max(leastWidth, m_left + longestSeconds * m_speed + rightMargin);
        page.height = 2 * style.verticalMargin + rows * style.pitch * m_stretch;
        for (int row = 0; row < rows; ++row)
            page.pulses.push_back({edge, zeroLine(row), pulseSeconds * m_speed, m_gain});
    }

    void add(Lead lead, int row, double offsetSeconds, double from, double length)
    {
        Strip strip;
        strip.lead = lead;
        strip.inverted = page.settings.cabrera && lead == Lead::aVR;
        strip.x = m_left + offsetSeconds * m_speed;
        strip.baselineY = zeroLine(row);
        strip.width = length * m_speed;
        strip.fromSeconds = from;
        strip.toSeconds = from + length;
        strip.labelX = m_style.labelAbove > 0 ? strip.x + 1 : edge;
        strip.labelY = strip.baselineY - (m_style.labelAbove > 0 ? m_style.labelAbove * m_stretch : m_style.labelAbove);
        page.strips.push_back(strip);
    }
    void separate(double offsetSeconds) { page.separators.push_back(m_left + offsetSeconds * m_speed); }

    Page page;

private:
    double zeroLine(int row) const
    {
        return m_style.verticalMargin + (row * m_style.pitch + m_style.zeroLine) * m_stretch;
    }

    double m_speed, m_gain, m_stretch;
    RowStyle m_style;
    double m_left;
};

// `length` seconds per column from `start` on; the next column begins where the last one ended, or at the same time.
void addGrid(Sheet& sheet, const Grid& grid, double start, double length, bool sequential)
{
    const auto order = orderOf(sheet.page.settings);
    for (int column = 0; column < grid.columns; ++column) {
        for (int row = 0; row < grid.rows; ++row)
            sheet.add(order[std::size_t(column * grid.rows + row)], row, column * length,
                      start + (sequential ? column * length : 0.0), length);
        if (column > 0)
            sheet.separate(column * length);
    }
    sheet.page.columns = grid.columns;
}

Page layOutSingle(const PageSettings& settings, double start, double shown)
{
    const double line = tracePaper / speedOf(settings);
    const int lines = std::clamp(int(std::ceil(shown / line - 1e-9)), 1, singleLines);
    Sheet sheet(settings, lines > 1 ? sixRows : alone, lines, std::min(line, shown));
    for (int i = 0; i < lines; ++i)
        sheet.add(settings.singleLead, i, 0, start + i * line, std::min(line, shown - i * line));
    return std::move(sheet.page);
}

Page layOutSuperimposed(const PageSettings& settings, double start, double shown, double leastWidth)
{
    Sheet sheet(settings, alone, 1, shown, leastWidth);
    for (const Lead lead : orderOf(settings))
        sheet.add(lead, 0, 0, start, shown);
    return std::move(sheet.page);
}

} // namespace

std::string_view code(PageFormat format) noexcept
{
    switch (format) {
    case PageFormat::ThreeByFourPlusRhythm:
        return "3x4+1";
    case PageFormat::ThreeByFourPlusThree:
        return "3x4+3";
    case PageFormat::ThreeByFour:
        return "3x4";
    case PageFormat::SixByTwo:
        return "6x2";
    case PageFormat::FourByThree:
        return "4x3";
    case PageFormat::TwelveByOne:
        return "12x1";
    case PageFormat::SingleLead:
        return "single";
    case PageFormat::Superimposed:
        return "superimposed";
    }
    return "";
}

std::optional<PageFormat> pageFormatFromCode(std::string_view text) noexcept
{
    for (const PageFormat format : allPageFormats)
        if (code(format) == text)
            return format;
    return std::nullopt;
}

std::string label(const Strip& strip)
{
    return (strip.inverted ? "−" : "") + std::string(name(strip.lead));
}

const Strip* stripAt(const Page& page, double xMm, double yMm) noexcept
{
    const Strip* nearest = nullptr;
    for (const Strip& strip : page.strips)
        if (xMm >= strip.x && xMm <= strip.x + strip.width &&
            (!nearest || std::abs(strip.baselineY - yMm) < std::abs(nearest->baselineY - yMm)))
            nearest = &strip;
    return nearest;
}

double xOf(const Page& page, const Strip& strip, double seconds) noexcept
{
    return strip.x + (seconds - strip.fromSeconds) * speedOf(page.settings);
}

double yOf(const Page& page, const Strip& strip, double millivolts) noexcept
{
    return strip.baselineY - (strip.inverted ? -millivolts : millivolts) * gainOf(page.settings);
}

double secondsAt(const Page& page, const Strip& strip, double xMm) noexcept
{
    return strip.fromSeconds + (xMm - strip.x) / speedOf(page.settings);
}

double millivoltsAt(const Page& page, const Strip& strip, double yMm) noexcept
{
    const double up = (strip.baselineY - yMm) / gainOf(page.settings);
    return strip.inverted ? -up : up;
}

double pageSeconds(const PageSettings& settings) noexcept
{
    const double line = tracePaper / speedOf(settings);
    return settings.format == PageFormat::SingleLead ? line * singleLines : line;
}

Page layOutPage(const PageSettings& settings, double seconds)
{
    const double start = std::max(0.0, settings.startSeconds);
    const double shown = std::isfinite(seconds) ? std::clamp(seconds - start, 0.0, pageSeconds(settings)) : 0.0;
    const auto finished = [&](Page page) {
        page.fromSeconds = start;
        page.toSeconds = start + shown;
        return page;
    };
    if (settings.format == PageFormat::SingleLead)
        return finished(layOutSingle(settings, start, shown));
    if (settings.format == PageFormat::Superimposed)
        return finished(layOutSuperimposed(settings, start, shown, paperWidth));

    const Grid grid = gridOf(settings.format);
    Sheet sheet(settings, grid.style, grid.rows + grid.rhythmStrips, shown);
    addGrid(sheet, grid, start, shown / grid.columns, settings.sequential);
    const std::array rhythm{settings.rhythmLead, Lead::V1, Lead::V5};
    for (int i = 0; i < grid.rhythmStrips; ++i)
        sheet.add(rhythm[std::size_t(i)], grid.rows + i, 0, start, shown);
    return finished(std::move(sheet.page));
}

Page layOutBeat(const PageSettings& settings, double seconds)
{
    PageSettings s = settings;
    s.startSeconds = 0;
    s.sequential = false;
    const double shown = std::isfinite(seconds) ? std::clamp(seconds, 0.0, longestBeat) : 0.0;
    const auto finished = [&](Page page) {
        page.toSeconds = shown;
        return page;
    };
    if (s.format == PageFormat::SingleLead) {
        Sheet sheet(s, alone, 1, shown, beatPaper);
        sheet.add(s.singleLead, 0, 0, 0, shown);
        return finished(std::move(sheet.page));
    }
    if (s.format == PageFormat::Superimposed)
        return finished(layOutSuperimposed(s, 0, shown, beatPaper));
    const Grid grid = gridOf(s.format);
    Sheet sheet(s, grid.style, grid.rows, shown * grid.columns, beatPaper);
    addGrid(sheet, grid, 0, shown, false);
    return finished(std::move(sheet.page));
}

} // namespace echo2ecg::ecg
