// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace echo2ecg::evaluation {

// How often each sample counts: 1 everywhere, or how often a resample drew it.
using Weights = std::span<const std::uint32_t>;

// Scores of N samples for C classes, row by row, with the true class of each. Higher means more likely; where a measure needs probabilities it says so.
struct ScoredSamples
{
    int classes = 0;
    std::vector<double> scores; // N × classes
    std::vector<int> labels;    // 0 … classes − 1

    std::size_t size() const { return labels.size(); }
    double score(std::size_t sample, int c) const { return scores[sample * std::size_t(classes) + std::size_t(c)]; }
    // The class with the highest score; of equal ones the first (SPEC §9).
    std::vector<int> predicted() const;
    // Throws base::Error(Inconsistent) unless sizes fit, labels are classes and scores finite; Error(Unsuitable) when there are no samples.
    void check() const;
    ScoredSamples subset(std::span<const std::size_t> samples) const;
};

// Rows of embeddings, one vector each.
struct EmbeddingMatrix
{
    int width = 0;
    std::vector<float> values; // rows × width

    std::size_t rows() const { return width > 0 ? values.size() / std::size_t(width) : 0; }
    std::span<const float> row(std::size_t i) const { return {values.data() + i * std::size_t(width), std::size_t(width)}; }
    EmbeddingMatrix subset(std::span<const std::size_t> which) const;
    void append(std::span<const float> row); // the first row decides the width; throws base::Error(Mismatch) for another
};

// Numbers 0 … G−1 for equal names, in order of first appearance: which patient each sample is of. An empty name is a group of its own.
std::vector<int> groupsOf(const std::vector<std::string>& names);

} // namespace echo2ecg::evaluation
