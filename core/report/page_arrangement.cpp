// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/page_arrangement.h"

#include "report/trace_path.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace echo2ecg::report {

namespace {

constexpr double labelHeight = 4, labelLength = 9, farthest = 26, gap = 3, edge = 4, footer = 7, nameColumn = 12;

constexpr std::size_t crowded = 5; // rows from which on they share their room

struct Row
{
    double laidOut = 0;      // zero line of the given page, or where it went when room was shared
    double up = 4, down = 3; // what its traces reach, mm
    double labelAbove = 6;
    double closest = 0; // zero line with all rows as close as they may be
};

double lerp(double from, double to, double share)
{
    return from + (to - from) * share;
}

// What each row's traces reach, by the zero line as laid out.
std::map<double, Row> measuredRows(const ecg::Page& page, const ecg::EcgRecord& record)
{
    std::map<double, Row> rows;
    for (const ecg::Strip& strip : page.strips) {
        Row& row = rows[strip.baselineY];
        row.laidOut = strip.baselineY;
        for (const TraceRun& run : traceRuns(record, strip, page.settings, 0.25))
            for (const PagePoint& p : run) {
                row.up = std::max(row.up, strip.baselineY - p.y);
                row.down = std::max(row.down, p.y - strip.baselineY);
                if (p.x < strip.labelX + labelLength)
                    row.labelAbove = std::max(row.labelAbove, strip.baselineY - p.y + 1.5);
            }
    }
    for (const ecg::CalibrationPulse& pulse : page.pulses)
        if (const auto row = rows.find(pulse.baselineY); row != rows.end())
            row->second.up = std::max(row->second.up, pulse.height);
    return rows;
}

// Small rows give room to tall ones between the first and the last line, which stay.
std::map<double, double> sharedOut(const std::map<double, Row>& rows, double leastPitch)
{
    std::map<double, double> lines;
    if (rows.size() < 2)
        return lines;
    const double first = rows.begin()->first, room = rows.rbegin()->first - first;
    double needed = 0;
    for (auto row = rows.begin(), next = std::next(row); next != rows.end(); ++row, ++next)
        needed += std::max(0.0, row->second.down + next->second.up + 1 - leastPitch);
    const double spare = room - leastPitch * double(rows.size() - 1);
    if (!(spare > 0) || !(needed > 0))
        return lines;
    const double share = std::min(1.0, spare / needed);
    const double rest = (spare - needed * share) / double(rows.size() - 1);
    double at = first;
    lines[first] = first;
    for (auto row = rows.begin(), next = std::next(row); next != rows.end(); ++row, ++next) {
        at += leastPitch + rest + share * std::max(0.0, row->second.down + next->second.up + 1 - leastPitch);
        lines[next->first] = at;
    }
    return lines;
}

ecg::Page stacked(ecg::Page page, const ecg::EcgRecord& record)
{
    const double pulse = page.pulses.empty() ? 10.0 : page.pulses.front().height;
    const std::map<double, double> lines = sharedOut(measuredRows(page, record), pulse + 1.5);
    const auto line = [&lines](double laidOut) {
        const auto moved = lines.find(laidOut);
        return moved == lines.end() ? laidOut : moved->second;
    };
    page.width += nameColumn;
    for (ecg::Strip& strip : page.strips) {
        strip.x += nameColumn;
        strip.baselineY = line(strip.baselineY);
        strip.labelX = 2;
        strip.labelY = strip.baselineY + 1.1;
    }
    for (ecg::CalibrationPulse& p : page.pulses) {
        p.x += nameColumn;
        p.baselineY = line(p.baselineY);
    }
    return page;
}

ecg::Page withRowsSpaced(const ecg::Page& page, const ecg::EcgRecord& record, double height)
{
    std::map<double, Row> rows = measuredRows(page, record);
    if (rows.size() >= crowded)
        for (const auto& [laidOut, line] : sharedOut(rows, labelHeight + 10))
            rows.at(laidOut).laidOut = line;
    const Row* above = nullptr;
    for (auto& [_, row] : rows) {
        row.labelAbove = std::min(row.labelAbove, farthest - labelHeight);
        row.up = std::clamp(std::max(row.up, row.labelAbove + labelHeight), 0.0, farthest);
        row.down = std::min(row.down, farthest);
        const double beside = above ? above->closest + above->down + gap : edge;
        row.closest = std::min(row.laidOut, beside + row.up);
        above = &row;
    }
    const double closestHeight = std::min(page.height, above->closest + above->down + footer);
    const double wanted = std::clamp(height, closestHeight, page.height);
    const double share = page.height > closestHeight ? (wanted - closestHeight) / (page.height - closestHeight) : 1.0;

    ecg::Page spaced = page;
    spaced.height = wanted;
    for (ecg::Strip& strip : spaced.strips) {
        const Row& row = rows.at(strip.baselineY);
        strip.baselineY = lerp(row.closest, row.laidOut, share);
        strip.labelY = strip.baselineY - row.labelAbove;
    }
    for (ecg::CalibrationPulse& pulse : spaced.pulses)
        if (const auto row = rows.find(pulse.baselineY); row != rows.end())
            pulse.baselineY = lerp(row->second.closest, row->second.laidOut, share);
    return spaced;
}

} // namespace

ecg::Page closer(const ecg::Page& page, double height)
{
    constexpr double margin = 5;
    const double share = (height - 2 * margin) / (page.height - 2 * margin);
    if (page.height <= height || page.pulses.size() < 2 || !(share > 0))
        return page;
    const double pitch = std::abs(page.pulses[1].baselineY - page.pulses[0].baselineY) * share;
    if (pitch < page.pulses[0].height + 1.5)
        return page;
    ecg::Page near = page;
    near.height = height;
    const auto moved = [&](double y) { return margin + (y - margin) * share; };
    for (ecg::Strip& strip : near.strips) {
        strip.labelY += moved(strip.baselineY) - strip.baselineY;
        strip.baselineY = moved(strip.baselineY);
    }
    for (ecg::CalibrationPulse& pulse : near.pulses)
        pulse.baselineY = moved(pulse.baselineY);
    return near;
}

std::vector<ecg::Page> onPaper(const ecg::Page& page, double height)
{
    std::map<double, double> tops; // zero line → where the row begins
    double before = 0;
    for (const ecg::CalibrationPulse& pulse : page.pulses)
        tops[pulse.baselineY] = 0;
    for (auto row = tops.begin(); row != tops.end(); ++row) {
        row->second = row == tops.begin() ? 0 : (before + row->first) / 2;
        before = row->first;
    }
    if (page.height <= height || tops.size() < 2)
        return {page};
    std::vector<ecg::Page> sheets;
    for (auto row = tops.begin(); row != tops.end();) {
        const double top = row->second;
        auto end = std::next(row);
        const auto bottomOf = [&](auto next) { return next == tops.end() ? page.height : next->second; };
        while (end != tops.end() && bottomOf(std::next(end)) - top <= height)
            ++end;
        const double bottom = bottomOf(end);
        ecg::Page part = page;
        part.height = std::min(height, bottom - top);
        const auto elsewhere = [&](const auto& item) {
            return item.baselineY < row->first - 1e-9 || (end != tops.end() && item.baselineY > end->first - 1e-9);
        };
        std::erase_if(part.strips, elsewhere);
        std::erase_if(part.pulses, elsewhere);
        for (ecg::Strip& strip : part.strips) {
            strip.baselineY -= top;
            strip.labelY -= top;
        }
        for (ecg::CalibrationPulse& pulse : part.pulses)
            pulse.baselineY -= top;
        sheets.push_back(std::move(part));
        row = end;
    }
    return sheets;
}

ecg::Page arranged(const ecg::Page& page, const ecg::EcgRecord& record, double height)
{
    if (page.strips.empty())
        return page;
    return page.settings.format == ecg::PageFormat::TwelveByOne ? stacked(page, record)
                                                                : withRowsSpaced(page, record, height);
}

} // namespace echo2ecg::report
