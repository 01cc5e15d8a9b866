// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/dicom_groups.h"

#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace echo2ecg::ecg {

using dicom::WaveformChannel;
using dicom::WaveformDocument;
using dicom::WaveformGroup;

namespace {

constexpr float invalid = std::numeric_limits<float>::quiet_NaN();

double secondsOf(const WaveformGroup& group)
{
    return group.channels.empty() || !(group.samplingHz > 0)
               ? 0
               : double(group.channels.front().samples.size()) / group.samplingHz;
}

std::set<Lead> leadsOf(const WaveformGroup& group)
{
    std::set<Lead> found;
    for (const WaveformChannel& channel : group.channels)
        if (const auto named = leadOf(channel))
            found.insert(named->lead);
    return found;
}

} // namespace

std::optional<DicomLead> leadOf(const WaveformChannel& channel)
{
    if (const auto lead = leadFromCode(channel.sourceCode, channel.sourceScheme))
        return DicomLead{*lead};
    for (const std::string* text : {&channel.sourceText, &channel.label})
        if (const auto lead = leadFromName(*text))
            return DicomLead{*lead, true};
    return std::nullopt;
}

std::size_t standardLeads(const WaveformGroup& group)
{
    return leadsOf(group).size();
}

bool isMedianBeat(const WaveformGroup& group)
{
    const std::string label = toLower(group.label);
    for (const char* word : {"median", "average", "template", "representative"})
        if (label.find(word) != std::string::npos)
            return true;
    return false;
}

DicomGroups sortGroups(const WaveformDocument& document)
{
    DicomGroups result;
    const auto rank = [](const WaveformGroup& g) {
        const bool rhythm = toLower(g.label).find("rhythm") != std::string::npos;
        return std::tuple(!isMedianBeat(g), rhythm, toLower(g.originality) != "derived", standardLeads(g),
                          secondsOf(g));
    };
    for (const WaveformGroup& group : document.groups)
        if (standardLeads(group) > 0 && (!result.rhythm || rank(group) > rank(*result.rhythm)))
            result.rhythm = &group;
    if (!result.rhythm)
        return result;
    std::set<Lead> there = leadsOf(*result.rhythm);
    const bool onlyMedian = isMedianBeat(*result.rhythm);
    for (const WaveformGroup& group : document.groups) {
        if (&group == result.rhythm)
            continue;
        const std::set<Lead> leads = leadsOf(group);
        const bool isNew = std::none_of(leads.begin(), leads.end(), [&](Lead lead) { return there.count(lead) > 0; });
        if (isMedianBeat(group) && !leads.empty() && !onlyMedian && !result.median) {
            result.median = &group;
        } else if (!leads.empty() && isNew && !isMedianBeat(group) && !onlyMedian &&
                   group.samplingHz == result.rhythm->samplingHz) {
            result.joined.push_back(&group);
            there.insert(leads.begin(), leads.end());
        } else {
            result.unused.push_back(&group);
        }
    }
    return result;
}

std::vector<float> shiftedBack(const std::vector<float>& samples, double skewSamples)
{
    const auto n = std::int64_t(samples.size());
    std::vector<float> result(samples.size(), invalid);
    if (!std::isfinite(skewSamples) || std::abs(skewSamples) >= double(n))
        return result;
    const double whole = std::floor(-skewSamples), share = -skewSamples - whole;
    const auto at = [&](std::int64_t i) { return i >= 0 && i < n ? double(samples[std::size_t(i)]) : double(invalid); };
    for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t left = j + std::int64_t(whole);
        if (share < 1e-9) {
            result[std::size_t(j)] = float(at(left));
            continue;
        }
        const double a = at(left - 1), b = at(left), c = at(left + 1), d = at(left + 2), t = share;
        const double line = b + (c - b) * t;
        // Lagrange through the four.
        const double cubic = a * (-t * (t - 1) * (t - 2) / 6) + b * ((t + 1) * (t - 1) * (t - 2) / 2) +
                             c * (-(t + 1) * t * (t - 2) / 2) + d * ((t + 1) * t * (t - 1) / 6);
        result[std::size_t(j)] = float(std::isnan(cubic) ? line : cubic);
    }
    return result;
}

} // namespace echo2ecg::ecg
