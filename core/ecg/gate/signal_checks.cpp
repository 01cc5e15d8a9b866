// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

namespace {

constexpr double implausiblyHighMv = 20; // beyond any surface ECG: raw counts or microvolts taken for millivolts
constexpr double highMv = 8;
constexpr double implausiblyLowMv = 0.04; // the largest lead of a living heart is well above this
constexpr double lowQrsMv = 0.3; // of the largest QRS; low voltage means under 0.5 mV in limb, 1 mV in chest leads
constexpr double highQrsMv = 7;  // of a limb lead
constexpr std::size_t tooManyFlat = 6;
// The samples of public sets stay under 8 µV of muscle noise and 12 µV of mains; 50 µV is half a millimetre on paper.
constexpr double mainsMv = 0.04, muscleMv = 0.04;
constexpr double wanderMv = 1, strongWanderMv = 3;

// An electrode in the air has no heart: nothing rises at the QRS above what is there just before it.
bool showsNoHeart(const Measurements& m, Lead lead)
{
    if (!m.beat || !m.beat->has(lead) || !m.borders.qrsOnset || !m.borders.qrsOffset)
        return false;
    const auto& values = (*m.beat)[lead];
    const auto range = [&](double from, double to) {
        const double hz = m.beat->samplingHz, n = double(values.size());
        float low = INFINITY, high = -INFINITY;
        for (auto i = std::size_t(std::clamp(from * hz, 0.0, n)); i < std::size_t(std::clamp(to * hz, 0.0, n)); ++i)
            if (std::isfinite(values[i])) {
                low = std::min(low, values[i]);
                high = std::max(high, values[i]);
            }
        return high > low ? double(high) - double(low) : 0;
    };
    const double onset = *m.borders.qrsOnset;
    return range(onset, *m.borders.qrsOffset) < 2.5 * range(onset - 0.065, onset - 0.005);
}

// Height of the whole median beat in a lead; 0 where there is none.
double beatRange(const Measurements& m, Lead lead)
{
    if (!m.beat || !m.beat->has(lead))
        return 0;
    float low = INFINITY, high = -INFINITY;
    for (const float v : (*m.beat)[lead])
        if (std::isfinite(v)) {
            low = std::min(low, v);
            high = std::max(high, v);
        }
    return high > low ? double(high) - double(low) : 0;
}

void checkNoise(const Material& material, Lead lead, Findings& findings)
{
    const LeadFacts& facts = material[lead];
    const std::string label = nameOf(lead);
    const double mains = std::max(facts.mains50, facts.mains60);
    const char* hz = facts.mains50 >= facts.mains60 ? "50" : "60";
    if (showsNoHeart(material.measured, lead) && (facts.wander > wanderMv || mains > mainsMv || facts.range > 1)) {
        findings.add("lead-disconnected", Severity::Warn,
                     "Lead " + label + " shows no heartbeat but " +
                         (mains > mainsMv           ? std::string(hz) + " Hz mains"
                          : facts.wander > wanderMv ? "a wandering baseline"
                                                    : "noise") +
                         " of " + fixed(facts.range, 1) + " mV: its electrode may have been off.",
                     lead);
        return;
    }
    if (mains > mainsMv)
        findings.add("noise-mains", Severity::Warn,
                     "Lead " + label + " has " + fixed(2 * mains, 2) + " mV peak to peak of " + hz + " Hz mains noise" +
                         (facts.shareOfMains > 0.5 ? ", more than the heart has in that band." : "."),
                     lead);
    if (facts.muscle > muscleMv)
        findings.add("noise-muscle", Severity::Warn,
                     "Lead " + label + " has " + fixed(facts.muscle * 1000, 0) +
                         " µV rms of quick noise between the beats, as from muscles.",
                     lead);
    if (facts.wander > wanderMv)
        findings.add("baseline-wander", facts.wander > strongWanderMv ? Severity::Warn : Severity::Note,
                     "The baseline of lead " + label + " wanders by " + fixed(facts.wander, 1) + " mV.", lead);
}

void checkLeads(const Material& material, Findings& findings)
{
    std::size_t flat = 0;
    for (const Lead lead : allLeads) {
        const std::string label = nameOf(lead);
        if (!material.record.has(lead)) {
            findings.add("lead-missing", Severity::Block,
                         "Lead " + label + " is missing; the encoder needs all twelve.", lead);
            continue;
        }
        const LeadFacts& facts = material[lead];
        const double invalidShare = double(facts.invalid) / double(facts.valid + facts.invalid);
        if (facts.invalid)
            findings.add("samples-invalid", invalidShare > 0.5 ? Severity::Block : Severity::Warn,
                         fixed(invalidShare * 100, 1) + " % of lead " + label + " is invalid.", lead);
        if (facts.flat()) {
            ++flat;
            findings.add("lead-flat", Severity::Warn, "Lead " + label + " is flat: its electrode may have been off.",
                         lead);
            continue;
        }
        if ((facts.longestAtLimit > 0.1 && facts.range > 4) || (facts.plateaus >= 3 && facts.range > 1))
            findings.add("lead-saturated", Severity::Warn,
                         "Lead " + label + " stays at its limit" +
                             (facts.plateaus >= 3 ? " in " + std::to_string(facts.plateaus) + " places" : "") +
                             ": the amplifier was saturated.",
                         lead);
        checkNoise(material, lead, findings);
    }
    if (flat >= tooManyFlat)
        findings.add("leads-flat", Severity::Block,
                     std::to_string(flat) + " leads are flat; too little is left to encode.");
}

void checkUnits(const Material& material, Findings& findings)
{
    for (const base::Warning& warning : material.record.warnings) {
        if (warning.code == "units-unknown") {
            findings.add("units-unknown", Severity::Block,
                         "The amplitude isn't known in millivolts: " + warning.sentence);
            break;
        }
    }
    double largest = 0;
    std::size_t implausible = 0;
    for (const LeadFacts& facts : material.facts) {
        largest = std::max(largest, facts.range);
        implausible += facts.range > implausiblyHighMv ? 1 : 0;
    }
    const bool together = implausible >= leadCount / 2; // then it is the file, not a lead
    if (together)
        findings.add("units-implausible", Severity::Block,
                     std::to_string(implausible) + " leads span up to " + fixed(largest, 0) +
                         " mV, which no ECG does: the unit must be wrong.");
    for (const Lead lead : allLeads) {
        const double range = material[lead].range;
        const std::string sentence = "Lead " + nameOf(lead) + " spans " + fixed(range, 1) + " mV";
        if (range > implausiblyHighMv && !together)
            findings.add("units-implausible", Severity::Block,
                         sentence + ", which no ECG does: the unit must be wrong.", lead);
        else if (range > highMv && range <= implausiblyHighMv)
            findings.add("amplitude-high", Severity::Warn, sentence + ": check the scale, look for artefacts.", lead);
    }
    if (largest > 0 && largest < implausiblyLowMv) {
        findings.add("units-implausible", Severity::Block,
                     "The largest lead spans " + fixed(largest * 1000, 1) +
                         " µV, less than any ECG: the unit must be wrong.");
        return;
    }
    // Between: two to five times too large or too small shows in the beats alone, and a heart may do it too.
    double highestBeat = 0, highestLimb = 0;
    for (const Lead lead : allLeads) {
        const double range = beatRange(material.measured, lead);
        highestBeat = std::max(highestBeat, range);
        highestLimb = index(lead) < 6 ? std::max(highestLimb, range) : highestLimb;
    }
    if (highestBeat > 0 && highestBeat < lowQrsMv)
        findings.add("amplitude-low", Severity::Warn,
                     "The largest beat spans " + fixed(highestBeat, 2) +
                         " mV in any lead: very low voltage, or a wrong scale.");
    else if (highestLimb > highQrsMv && !together)
        findings.add("amplitude-high", Severity::Warn,
                     "The beats span " + fixed(highestLimb, 1) + " mV in the limb leads: check the scale.");
}

} // namespace

void checkSignals(const Material& material, Findings& findings)
{
    checkLeads(material, findings);
    checkUnits(material, findings);
}

} // namespace echo2ecg::ecg::gate
