// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/quality_gate.h"

#include "ecg/lead_algebra.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace echo2ecg::ecg {

namespace {

constexpr double implausiblyHighMv = 20; // beyond any surface ECG: raw counts or microvolts taken for millivolts
constexpr double highMv = 8;
constexpr double implausiblyLowMv = 0.04; // the largest lead of a living heart is well above this
constexpr std::size_t tooManyFlat = 6;

std::string fixed(double value, int decimals)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

// Facts about one lead; the range leaves out the outermost 0.5 % on each side, so that a single pop decides nothing.
struct LeadFacts
{
    std::size_t valid = 0, invalid = 0;
    double range = 0;
    float lowest = 0, highest = 0;
    std::size_t longestAtLimit = 0; // samples in a row that stay at the lowest or highest value
};

LeadFacts factsOf(const std::vector<float>& lead)
{
    LeadFacts facts;
    std::vector<float> values;
    values.reserve(lead.size());
    for (const float value : lead)
        if (std::isfinite(value))
            values.push_back(value);
    facts.valid = values.size();
    facts.invalid = lead.size() - values.size();
    if (values.empty())
        return facts;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    facts.lowest = *low;
    facts.highest = *high;
    std::size_t run = 0;
    for (const float value : values) {
        run = value == facts.lowest || value == facts.highest ? run + 1 : 0;
        facts.longestAtLimit = std::max(facts.longestAtLimit, run);
    }
    const std::size_t tail = values.size() / 200;
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(tail), values.end());
    const double from = double(values[tail]);
    std::nth_element(values.begin(), values.end() - 1 - std::ptrdiff_t(tail), values.end());
    facts.range = double(values[values.size() - 1 - tail]) - from;
    return facts;
}

class Gate
{
public:
    Gate(const EcgRecord& record, const EcgRecipe& recipe) : m_record(record), m_recipe(recipe) {}

    std::vector<Finding> check()
    {
        checkLeads();
        checkUnits();
        checkLength();
        checkLimbLeads();
        checkPatient();
        checkAssumptions();
        std::stable_sort(m_findings.begin(), m_findings.end(),
                         [](const Finding& a, const Finding& b) { return int(a.severity) > int(b.severity); });
        return std::move(m_findings);
    }

private:
    void add(const char* code, Severity severity, std::string sentence, std::optional<Lead> lead = std::nullopt)
    {
        m_findings.push_back({code, std::move(sentence), severity, lead});
    }

    void checkLeads()
    {
        std::size_t flat = 0;
        for (const Lead lead : allLeads) {
            const std::string label(name(lead));
            if (!m_record.has(lead)) {
                add("lead-missing", Severity::Block, "Lead " + label + " is missing; the encoder needs all twelve.",
                    lead);
                continue;
            }
            const LeadFacts facts = m_facts[index(lead)] = factsOf(m_record[lead]);
            const double invalidShare = double(facts.invalid) / double(facts.valid + facts.invalid);
            if (facts.invalid)
                add("samples-invalid", invalidShare > 0.5 ? Severity::Block : Severity::Warn,
                    fixed(invalidShare * 100, 1) + " % of lead " + label + " is invalid.", lead);
            if (facts.lowest == facts.highest) {
                ++flat;
                add("lead-flat", Severity::Warn, "Lead " + label + " is flat: its electrode may have been off.", lead);
            } else if (double(facts.longestAtLimit) > 0.1 * m_record.samplingHz && facts.range > 4) {
                add("lead-saturated", Severity::Warn,
                    "Lead " + label + " stays at its limit: the amplifier was saturated.", lead);
            }
        }
        if (flat >= tooManyFlat)
            add("leads-flat", Severity::Block, std::to_string(flat) + " leads are flat; too little is left to encode.");
    }

    void checkUnits()
    {
        for (const base::Warning& warning : m_record.warnings) {
            if (warning.code == "units-unknown") {
                add("units-unknown", Severity::Block, "The amplitude isn't known in millivolts: " + warning.sentence);
                break;
            }
        }
        double largest = 0;
        std::size_t implausible = 0;
        for (const LeadFacts& facts : m_facts) {
            largest = std::max(largest, facts.range);
            implausible += facts.range > implausiblyHighMv ? 1 : 0;
        }
        const bool together = implausible >= leadCount / 2; // then it is the file, not a lead
        if (together)
            add("units-implausible", Severity::Block,
                std::to_string(implausible) + " leads span up to " + fixed(largest, 0) +
                    " mV, which no ECG does: the unit must be wrong.");
        for (const Lead lead : allLeads) {
            const double range = m_facts[index(lead)].range;
            const std::string sentence = "Lead " + std::string(name(lead)) + " spans " + fixed(range, 1) + " mV";
            if (range > implausiblyHighMv && !together)
                add("units-implausible", Severity::Block, sentence + ", which no ECG does: the unit must be wrong.",
                    lead);
            else if (range > highMv && range <= implausiblyHighMv)
                add("amplitude-high", Severity::Warn, sentence + ": check the scale, look for artefacts.", lead);
        }
        if (largest > 0 && largest < implausiblyLowMv)
            add("units-implausible", Severity::Block,
                "The largest lead spans " + fixed(largest * 1000, 1) +
                    " µV, less than any ECG: the unit must be wrong.");
    }

    void checkLength()
    {
        const double rate = m_record.samplingHz;
        if (!(rate > 0) || !std::isfinite(rate)) {
            add("rate-missing", Severity::Block, "The ECG has no sampling rate.");
            return;
        }
        if (rate < 80 || rate > 16000)
            add("rate-implausible", Severity::Warn,
                "A sampling rate of " + fixed(rate, 1) + " Hz is unusual for an ECG.");
        const double target = m_recipe.resampleToHz.value_or(rate);
        const double available = std::floor(double(m_record.samples()) * target / rate + 1e-9);
        const double needed = double(m_recipe.windowStart) + double(m_recipe.windowSamples);
        if (available < needed)
            add("too-short", Severity::Block,
                "The ECG lasts " + fixed(m_record.seconds(), 2) + " s; the encoder needs " + fixed(needed / target, 2) +
                    " s.");
        if (target != rate)
            add("rate-differs", Severity::Warn,
                "Recorded at " + fixed(rate, 0) + " Hz, encoded at " + fixed(target, 0) + " Hz: it will be resampled.");
        else
            add("window", Severity::Note,
                "The encoder sees " + fixed(double(m_recipe.windowSamples) / target, 2) + " s from " +
                    fixed(double(m_recipe.windowStart) / target, 2) + " s on, at " + fixed(target, 0) + " Hz.");
    }

    // Einthoven and Goldberger: four limb leads follow from the other two. A large rest means a swapped label or scale.
    void checkLimbLeads()
    {
        if (!m_record.has(Lead::I) || !m_record.has(Lead::II))
            return;
        const auto& one = m_record[Lead::I];
        const auto& two = m_record[Lead::II];
        for (const Lead lead : {Lead::III, Lead::aVR, Lead::aVL, Lead::aVF}) {
            if (!m_record.has(lead))
                continue;
            const auto& stated = m_record[lead];
            // An offset between leads is harmless, so both rest and signal are taken about their means.
            double sumRest = 0, sumRest2 = 0, sum = 0, sum2 = 0, count = 0;
            for (std::size_t i = 0; i < std::min({one.size(), two.size(), stated.size()}); ++i) {
                const double expected = limbLead(lead, double(one[i]), double(two[i]));
                const double rest = double(stated[i]) - expected;
                if (!std::isfinite(rest))
                    continue;
                sumRest += rest;
                sumRest2 += rest * rest;
                sum += expected;
                sum2 += expected * expected;
                ++count;
            }
            if (count < 2)
                continue;
            const double rest = std::sqrt(std::max(0.0, sumRest2 / count - sumRest / count * (sumRest / count)));
            const double signal = std::sqrt(std::max(0.0, sum2 / count - sum / count * (sum / count)));
            if (rest > 0.02 && rest > 0.25 * signal)
                add("einthoven", Severity::Warn,
                    "Lead " + std::string(name(lead)) + " doesn't follow from I and II (rest " + fixed(rest * 1000, 0) +
                        " µV rms): leads may be swapped or scaled differently.",
                    lead);
        }
    }

    void checkPatient()
    {
        if (!m_record.patient.ageYears)
            add("age-unknown", Severity::Note, "The file doesn't state an age; the models are for adults.");
        else if (*m_record.patient.ageYears < 18)
            add("age-under-18", Severity::Warn, "The patient is under 18; the models were made with adults.");
    }

    void checkAssumptions()
    {
        for (const base::Warning& warning : m_record.warnings) {
            if (warning.code == "lead-derived")
                add("lead-derived", Severity::Note, warning.sentence);
            else if (warning.code == "truncated" || warning.code == "waveform-cut")
                add("truncated", Severity::Warn, warning.sentence);
        }
        const AcquisitionFilters& filters = m_record.filters;
        if (filters.highPassHz && *filters.highPassHz > 0.67)
            add("filter-high-pass", Severity::Note,
                "Recorded with a high-pass of " + fixed(*filters.highPassHz, 2) + " Hz: ST segments may be distorted.");
        if (filters.lowPassHz && *filters.lowPassHz < 40)
            add("filter-low-pass", Severity::Note,
                "Recorded with a low-pass of " + fixed(*filters.lowPassHz, 0) + " Hz: QRS amplitudes may be lowered.");
    }

    const EcgRecord& m_record;
    const EcgRecipe& m_recipe;
    std::array<LeadFacts, leadCount> m_facts{};
    std::vector<Finding> m_findings;
};

} // namespace

std::vector<Finding> checkQuality(const EcgRecord& record, const EcgRecipe& recipe)
{
    return Gate(record, recipe).check();
}

bool isBlocked(const std::vector<Finding>& findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& f) { return f.severity == Severity::Block; });
}

} // namespace echo2ecg::ecg
