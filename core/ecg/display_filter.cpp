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

// The sections that can be calculated at this rate, and what can't.
std::vector<Biquad> sectionsOf(const DisplayFilter& filter, double samplingHz, std::string& leftOut)
{
    std::vector<Biquad> sections;
    const auto add = [&](const std::optional<double>& hz, const char* what, auto make) {
        if (!hz)
            return;
        if (*hz > 0 && *hz < samplingHz / 2)
            sections.push_back(make(*hz));
        else
            leftOut += (leftOut.empty() ? "" : ", ") + std::string(what) + " " + numberOf(*hz) + " Hz" +
                       (*hz > 0 ? " (not below half the sampling rate of " + numberOf(samplingHz) + " Hz)"
                                : " (not a frequency)");
    };
    add(filter.highPassHz, "high-pass", [&](double hz) { return Biquad::highPass(hz, samplingHz); });
    add(filter.lowPassHz, "low-pass", [&](double hz) { return Biquad::lowPass(hz, samplingHz); });
    add(filter.notchHz, "notch", [&](double hz) { return Biquad::notch(hz, samplingHz, notchQuality); });
    return sections;
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

EcgRecord filtered(const EcgRecord& record, const DisplayFilter& filter, std::string* leftOut)
{
    EcgRecord result = record;
    std::string omitted;
    const std::vector<Biquad> sections = sectionsOf(filter, record.samplingHz, omitted);
    if (leftOut)
        *leftOut = omitted;
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
