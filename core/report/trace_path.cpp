// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/trace_path.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::report {

namespace {

constexpr double farAwayMm = 2000; // an absurd value still makes a line that a painter can clip

struct Column
{
    long long number = 0;
    std::size_t lowest = 0, highest = 0;
    bool open = false;
};

} // namespace

std::vector<TraceRun> traceRuns(const ecg::EcgRecord& record, const ecg::Strip& strip,
                                const ecg::PageSettings& settings, double mmPerColumn, double fromX, double toX)
{
    std::vector<TraceRun> runs;
    const std::vector<float>& samples = record[strip.lead];
    const double rate = record.samplingHz;
    if (samples.empty() || !(rate > 0) || !(settings.mmPerSecond > 0))
        return runs;

    const double mmPerSample = settings.mmPerSecond / rate;
    const double slack = std::max(mmPerColumn, mmPerSample);
    const double left = std::max(fromX - slack, strip.x);
    const double right = std::min(toX + slack, strip.x + strip.width);
    if (!(right > left))
        return runs;
    const double firstTime = strip.fromSeconds + (left - strip.x) / settings.mmPerSecond;
    const double lastTime = std::min(strip.toSeconds, strip.fromSeconds + (right - strip.x) / settings.mmPerSecond);
    const auto first = std::size_t(std::max(0.0, std::ceil(firstTime * rate - 1e-6)));
    const auto end = std::min(samples.size(), std::size_t(std::max(0.0, std::floor(lastTime * rate + 1e-6) + 1)));

    const double mmPerMillivolt = strip.inverted ? -settings.mmPerMillivolt : settings.mmPerMillivolt;
    const auto point = [&](std::size_t i) {
        const double mm = std::clamp(double(samples[i]) * mmPerMillivolt, -farAwayMm, farAwayMm);
        return PagePoint{strip.x + (double(i) / rate - strip.fromSeconds) * settings.mmPerSecond, strip.baselineY - mm};
    };

    TraceRun run;
    Column column;
    const auto closeColumn = [&] {
        if (!column.open)
            return;
        const auto [a, b] = std::minmax(column.lowest, column.highest);
        run.push_back(point(a));
        if (b != a)
            run.push_back(point(b));
        column.open = false;
    };
    const auto closeRun = [&] {
        closeColumn();
        if (!run.empty())
            runs.push_back(std::move(run));
        run.clear();
    };

    const bool thin = mmPerColumn > 2 * mmPerSample;
    for (std::size_t i = first; i < end; ++i) {
        if (!std::isfinite(samples[i])) {
            closeRun();
            continue;
        }
        if (!thin) {
            run.push_back(point(i));
            continue;
        }
        const double x = (double(i) / rate - strip.fromSeconds) * settings.mmPerSecond;
        const auto number = static_cast<long long>(std::floor(x / mmPerColumn));
        if (!column.open || number != column.number) {
            closeColumn();
            column = {number, i, i, true};
        } else if (samples[i] < samples[column.lowest]) {
            column.lowest = i;
        } else if (samples[i] > samples[column.highest]) {
            column.highest = i;
        }
    }
    closeRun();
    return runs;
}

} // namespace echo2ecg::report
