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

    // The rate that windows are counted in, and where they begin and end in seconds of the recording.
    double encodedHz() const;
    double windowFrom() const { return recipe.windowStart / encodedHz(); }
    int windows() const { return steps ? steps->result.windows : 1; }
    int windowEnd() const { return recipe.windowStart + windows() * recipe.windowSamples; } // one past the last sample of the last one
    double windowTo() const { return windowEnd() / encodedHz(); }
    std::vector<double> windowBorders() const; // seconds at which one window ends and the next begins
    bool isResampled() const { return encodedHz() != record->samplingHz; }
};

// "samples 0 – 1007: 2.02 s at 500 Hz"; with several "samples 0 – 2399: 9.60 s at 250 Hz, in 4 windows"
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
