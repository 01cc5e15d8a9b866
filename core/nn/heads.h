// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/alignment_head.h"
#include "nn/view_pooling.h"

namespace echo2ecg::nn {

// From the ECG encoder's tokens to the one token of the recording (SPEC §2).
class EcgAggregator
{
public:
    EcgAggregator() = default;
    EcgAggregator(const AlignmentShape& shape, const Weights& weights);
    // (B, tokens, width) → (B, width): mean over the patches, LayerNorm; without an aggregator's weights the mean over
    // all tokens, as the reference has it then.
    at::Tensor operator()(const at::Tensor& tokens) const;
    // Whether the class token is left out of the mean.
    bool patchesOnly() const { return m_norm.weight.defined(); }

private:
    LayerNorm m_norm;
};

// What follows the encoders: aggregation, pooling of views and alignment, of one dtype on one device. Next to nothing
// to compute, beside the encoders. Call inside c10::InferenceMode.
class Heads
{
public:
    Heads(const Architecture& architecture, const Weights& weights);

    // (B, tokens, width) → (B, width).
    at::Tensor aggregateEcg(const at::Tensor& tokens) const { return m_aggregateEcg(tokens); }
    // (B, width) → (B, alignedWidth); not normalised. Undefined where there is no alignment.
    at::Tensor alignEcg(const at::Tensor& tokens) const { return m_alignEcg(tokens); }
    // (views, embedding) → (views, studyWidth).
    at::Tensor projectViews(const at::Tensor& clips) const
    {
        return m_projectViews.weight.defined() ? m_projectViews(clips) : clips;
    }
    ViewAggregator::Result poolViews(const at::Tensor& projected) const { return m_aggregator(projected); }
    // (…, studyWidth) → (…, alignedWidth); not normalised.
    at::Tensor alignStudy(const at::Tensor& token) const { return m_alignStudy(token); }

private:
    EcgAggregator m_aggregateEcg;
    AlignmentLayer m_alignEcg, m_alignStudy;
    Linear m_projectViews;
    ViewAggregator m_aggregator;
};

} // namespace echo2ecg::nn
