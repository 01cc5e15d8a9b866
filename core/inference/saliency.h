// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/lead.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::inference {

// Integrated gradients (Sundararajan et al. 2017): what each sample did to the token, from a recording of zeros to this
// one. Attention rollout (Abnar & Zuidema 2020): where the encoder looked; quick, and no measure of effect.
enum class SaliencyMethod { IntegratedGradients, AttentionRollout };
// For the command line: "ig", "rollout".
const char* code(SaliencyMethod method) noexcept;
std::optional<SaliencyMethod> saliencyMethodFromCode(const std::string& code);
// For people: "integrated gradients", "attention rollout".
const char* name(SaliencyMethod method) noexcept;

// Which lead and which time of one ECG moved its embedding. Times are those of the recording as it was read, also where
// the recipe resamples: the first sample stays where it is.
struct EcgSaliency
{
    SaliencyMethod method = SaliencyMethod::IntegratedGradients;
    // 12 × columns, row-major, standard order of leads; several windows lie one behind the other, and each is explained by itself and counts its share of
    // their mean. Integrated gradients: a column per sample of the window, signed, in units of the token; positive samples moved it towards where it is. Rollout: a column per patch, shares
    // ≥ 0.
    std::vector<float> values;
    int columns = 0;
    double columnsPerSecond = 0;
    double startSeconds = 0;     // of the first window
    std::vector<float> perPatch; // 12 × patches: sums over each patch, the encoder's unit of time
    int patches = 0;
    std::array<float, ecg::leadCount> leadShare{}; // of Σ|values|; sum 1, or all 0 when nothing moved
    // Integrated gradients alone: |t(x) − t(0)|, of several windows the mean of theirs; the part of it that the sum of the attributions misses or has too
    // much; and the number of gradients behind it.
    double embeddingChange = 0, completenessError = 0;
    int points = 0;
    // The integral is as exact as it should be: completenessError is below this.
    static constexpr double mostCompletenessError = 0.05;
    bool isComplete() const { return completenessError < mostCompletenessError; }

    std::string signalSha256, bundleId, recipeHash; // what it is of

    double endSeconds() const { return startSeconds + (columnsPerSecond > 0 ? columns / columnsPerSecond : 0); }
    float value(ecg::Lead lead, int column) const
    {
        return values[ecg::index(lead) * std::size_t(columns) + std::size_t(column)];
    }
};

// Fills leadShare from values.
void shareAmongLeads(EcgSaliency& saliency);

} // namespace echo2ecg::inference
