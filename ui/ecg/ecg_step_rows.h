// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/preprocess_steps.h"

#include <QString>

#include <memory>
#include <vector>

// What is shown of an ECG's way through a recipe, as data: one row per step for one lead.
namespace echo2ecg::ui {

// A record with what a recipe made of it. Without `steps` it can't be prepared (too short, a lead is missing): the
// record alone is shown.
struct ShownSteps
{
    std::shared_ptr<const ecg::EcgRecord> record;
    std::shared_ptr<const ecg::EcgSteps> steps;
    ecg::EcgRecipe recipe;

    // The rate that the window is counted in, and the window in seconds of the recording.
    double encodedHz() const;
    double windowFrom() const { return recipe.windowStart / encodedHz(); }
    double windowTo() const { return (recipe.windowStart + recipe.windowSamples) / encodedHz(); }
    bool isResampled() const { return encodedHz() != record->samplingHz; }
};

// "samples 0 – 1007: 2.02 s at 500 Hz"
QString windowWords(const ShownSteps& shown);

struct StepRow
{
    QString title, caption, unit;
    std::vector<float> values, before; // before: of the same length and unit, or empty
    double firstSecond = 0, hz = 1;    // of values[0]; samples per second
    bool isWindow = false;             // what the encoder gets

    double lastSecond() const { return firstSecond + double(values.size()) / hz; }
};

// In the order of the chain, the window last.
std::vector<StepRow> stepRows(const ShownSteps& shown, ecg::Lead lead);

} // namespace echo2ecg::ui
