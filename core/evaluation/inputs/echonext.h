// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/inputs/label_table.h"

#include "base/npy.h"

namespace echo2ecg::evaluation {

// EchoNext as published (a folder on PhysioNet): one CSV of all splits and one array of waveforms for each split.
//
// What is assumed of it, and checked where a file can tell:
// - one CSV in the folder has "metadata" in its name and columns ecg_key, patient_key, split, sex, age (or age_at_ecg), labels of 0 and 1 that end in _flag, among them
//   shd_moderate_or_greater_flag; LVEF is there as lvef_lte_45_flag, as a number only where there is a column lvef_value;
// - EchoNext_<split>_waveforms.npy, float32 or float64, N × 1 × 2500 × 12 (or N × 2500 × 12): 10 s at 250 Hz, leads I II III aVR aVL aVF V1 … V6; row i is the
//   i-th row of that split in the CSV (checked: equal numbers);
// - waveforms were clipped and standardised by the publishers, so that their unit isn't millivolts. It is not guessed here: samples come as they are stored. A recipe
//   that standardises again gets what it needs; one that expects millivolts doesn't.
inline constexpr int echoNextRate = 250, echoNextSamples = 2500, echoNextLeads = 12;

class EchoNext
{
public:
    // Throws base::ParseError when the folder isn't such a data set, base::Error(Io).
    static EchoNext open(const std::filesystem::path& folder);

    // Splits with waveforms, in the order train, val, test, others.
    const std::vector<std::string>& splits() const { return m_splits; }
    const LabelTable& labels() const { return m_labels; } // of all splits, "row" order of the CSV
    // Numbers of the label rows of a split: entry i goes with waveform i. Throws base::Error(Missing) for an unknown split.
    const std::vector<std::size_t>& rows(const std::string& split) const;
    // Waveform `index` of a split, lead by lead: 12 × 2500 values in the unit of the file. Reads this record alone. Thread-safe.
    std::vector<float> waveform(const std::string& split, std::size_t index) const;

private:
    struct Part
    {
        std::string split;
        std::filesystem::path file;
        base::NpyLayout layout;
        std::vector<std::size_t> rows;
    };
    const Part& part(const std::string& split) const;

    std::vector<std::string> m_splits;
    std::vector<Part> m_parts;
    LabelTable m_labels;
};

} // namespace echo2ecg::evaluation
