// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

namespace {

constexpr double shortestForQrs = 2.5;        // s: a beat even at 24/min
constexpr double slowest = 20, fastest = 300; // /min

} // namespace

void checkRhythm(const Material& material, Findings& findings)
{
    const Measurements& m = material.measured;
    const bool some = std::any_of(allLeads.begin(), allLeads.end(), [&](Lead lead) { return material.usable(lead); });
    if (m.rPeaks.empty()) {
        if (some && material.record.seconds() >= shortestForQrs)
            findings.add("no-qrs", Severity::Warn, "No QRS complexes were found: is this an ECG?");
        return;
    }
    if (m.paced)
        findings.add("paced-rhythm", Severity::Warn,
                     "Pacing spikes precede the beats: the models weren't made for paced rhythms.");
    const auto& rate = m[Quantity::HeartRate].value;
    const auto &qrs = m[Quantity::Qrs].value, &qt = m[Quantity::Qt].value, &sdnn = m[Quantity::RrSdnn].value;
    if (!rate)
        return;
    const bool regular = sdnn && *sdnn < 0.08 * 60000 / *rate;
    const std::string beats = fixed(*rate, 0) + "/min";
    if (regular && (*rate < slowest || *rate > fastest))
        findings.add("rate-suspect", Severity::Warn,
                     "A regular heart rate of " + beats + " is implausible: the sampling rate may be wrong.");
    else if (qrs && qt && *qrs < 58 && *qt < 225 && *rate > 110)
        findings.add("rate-suspect", Severity::Warn,
                     "QRS " + fixed(*qrs, 0) + " ms and QT " + fixed(*qt, 0) + " ms at " + beats +
                         " are about half of what hearts do: the true sampling rate may be lower.");
    else if (qrs && qt && *qrs > 150 && *qt > 620 && *rate < 45)
        findings.add("rate-suspect", Severity::Warn,
                     "QRS " + fixed(*qrs, 0) + " ms and QT " + fixed(*qt, 0) + " ms at " + beats +
                         " are about double of what hearts do: the true sampling rate may be higher.");
}

} // namespace echo2ecg::ecg::gate
