// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

void checkRecipe(const Material& material, Findings& findings)
{
    const EcgRecord& record = material.record;
    const EcgRecipe& recipe = material.recipe;
    const double rate = record.samplingHz;
    if (!(rate > 0) || !std::isfinite(rate)) {
        findings.add("rate-missing", Severity::Block, "The ECG has no sampling rate.");
        return;
    }
    if (rate < 80 || rate > 16000)
        findings.add("rate-implausible", Severity::Warn,
                     "A sampling rate of " + fixed(rate, 1) + " Hz is unusual for an ECG.");
    const double target = recipe.resampleToHz.value_or(rate);
    const double available = std::floor(double(record.samples()) * target / rate + 1e-9);
    const double needed = double(recipe.windowStart) + double(recipe.windowSamples);
    if (available < needed)
        findings.add("too-short", Severity::Block,
                     "The ECG lasts " + fixed(record.seconds(), 2) + " s; the encoder needs " +
                         fixed(needed / target, 2) + " s.");
    if (target < rate) // nothing is missing that the model was made for
        findings.add("rate-differs", Severity::Note,
                     "Recorded at " + fixed(rate, 0) + " Hz; the encoder takes " + fixed(target, 0) + " Hz.");
    else if (target > rate)
        findings.add("rate-differs", Severity::Warn,
                     "Recorded at " + fixed(rate, 0) + " Hz, encoded at " + fixed(target, 0) +
                         " Hz: what is faster than the recording isn't there.");
    else
        findings.add("window", Severity::Note,
                     "The encoder sees " + fixed(std::max(1, recipe.windowsOf(std::size_t(available))) * double(recipe.windowSamples) / target, 2) + " s from " +
                         fixed(double(recipe.windowStart) / target, 2) + " s on, at " + fixed(target, 0) + " Hz.");
}

void checkStatements(const Material& material, Findings& findings)
{
    const EcgRecord& record = material.record;
    if (!record.patient.ageYears)
        findings.add("age-unknown", Severity::Note, "The file doesn't state an age; the models are for adults.");
    else if (*record.patient.ageYears < 18)
        findings.add("age-under-18", Severity::Warn, "The patient is under 18; the models were made with adults.");
    for (const base::Warning& warning : record.warnings) {
        if (warning.code == "lead-derived")
            findings.add("lead-derived", Severity::Note, warning.sentence);
        else if (warning.code == "truncated" || warning.code == "waveform-cut")
            findings.add("truncated", Severity::Warn, warning.sentence);
    }
    const AcquisitionFilters& filters = record.filters;
    if (filters.highPassHz && *filters.highPassHz > 0.67)
        findings.add("filter-high-pass", Severity::Note,
                     "Recorded with a high-pass of " + fixed(*filters.highPassHz, 2) +
                         " Hz: ST segments may be distorted.");
    if (filters.lowPassHz && *filters.lowPassHz < 40)
        findings.add("filter-low-pass", Severity::Note,
                     "Recorded with a low-pass of " + fixed(*filters.lowPassHz, 0) +
                         " Hz: QRS amplitudes may be lowered.");
}

} // namespace echo2ecg::ecg::gate
