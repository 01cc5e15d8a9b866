// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/display_filter.h"

#include "ecg/biquad.h"

#include <charconv>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double notchQuality = 30;

std::string numberOf(double value)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
    return {text, end};
}

std::vector<Biquad> sectionsOf(const DisplayFilter& filter, double samplingHz)
{
    std::vector<Biquad> sections;
    if (filter.highPassHz)
        sections.push_back(Biquad::highPass(*filter.highPassHz, samplingHz));
    if (filter.lowPassHz)
        sections.push_back(Biquad::lowPass(*filter.lowPassHz, samplingHz));
    if (filter.notchHz)
        sections.push_back(Biquad::notch(*filter.notchHz, samplingHz, notchQuality));
    return sections;
}

// What of `wanted` isn't in `applied`, and why.
std::string missingFrom(const DisplayFilter& applied, const DisplayFilter& wanted, double samplingHz)
{
    std::string text;
    const auto add = [&](const std::optional<double>& hz, const std::optional<double>& there, const char* what) {
        if (hz && !there)
            text += (text.empty() ? "" : ", ") + std::string(what) + " " + numberOf(*hz) + " Hz" +
                    (*hz > 0 ? " (not below half the sampling rate of " + numberOf(samplingHz) + " Hz)"
                             : " (not a frequency)");
    };
    add(wanted.highPassHz, applied.highPassHz, "high-pass");
    add(wanted.lowPassHz, applied.lowPassHz, "low-pass");
    add(wanted.notchHz, applied.notchHz, "notch");
    return text;
}

} // namespace

std::string DisplayFilter::describe() const
{
    if (!any())
        return "no filter";
    std::string text;
    if (highPassHz && lowPassHz)
        text = numberOf(*highPassHz) + "–" + numberOf(*lowPassHz) + " Hz";
    else if (highPassHz)
        text = "from " + numberOf(*highPassHz) + " Hz";
    else if (lowPassHz)
        text = "to " + numberOf(*lowPassHz) + " Hz";
    if (notchHz)
        text += (text.empty() ? "notch " : ", notch ") + numberOf(*notchHz) + " Hz";
    return text + ", zero phase";
}

DisplayFilter applicable(const DisplayFilter& filter, double samplingHz)
{
    const auto part = [samplingHz](const std::optional<double>& hz) {
        return hz && *hz > 0 && *hz < samplingHz / 2 ? hz : std::nullopt;
    };
    return {part(filter.highPassHz), part(filter.lowPassHz), part(filter.notchHz)};
}

EcgRecord filtered(const EcgRecord& record, const DisplayFilter& filter, std::string* leftOut)
{
    EcgRecord result = record;
    const DisplayFilter applied = applicable(filter, record.samplingHz);
    const std::vector<Biquad> sections = sectionsOf(applied, record.samplingHz);
    if (leftOut)
        *leftOut = missingFrom(applied, filter, record.samplingHz);
    if (sections.empty())
        return result;
    ZeroPhase zeroPhase;
    std::vector<double> stretch;
    for (std::vector<float>& lead : result.leads) {
        for (std::size_t from = 0; from < lead.size();) {
            if (!std::isfinite(lead[from])) {
                ++from;
                continue;
            }
            std::size_t to = from;
            while (to < lead.size() && std::isfinite(lead[to]))
                ++to;
            stretch.assign(lead.begin() + std::ptrdiff_t(from), lead.begin() + std::ptrdiff_t(to));
            for (const Biquad& section : sections)
                zeroPhase.run(stretch, section);
            for (std::size_t i = from; i < to; ++i)
                lead[i] = float(stretch[i - from]);
            from = to;
        }
    }
    return result;
}

} // namespace echo2ecg::ecg
