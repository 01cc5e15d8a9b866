// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/alignment_head.h"
#include "nn/ecg_encoder.h"
#include "nn/mvit.h"
#include "nn/view_pooling.h"

namespace echo2ecg::nn {

// All networks of one model, of one dtype on one device. Call inside c10::InferenceMode.
class Networks
{
public:
    Networks(const Architecture& architecture, const Weights& weights);

    const EcgEncoder& ecgEncoder() const { return m_ecgEncoder; }
    const Mvit& echoEncoder() const { return m_echoEncoder; }
    // (B, tokens, width) → (B, width): mean over the patches, LayerNorm (SPEC §2); without an aggregator's weights the
    // mean over all tokens, as the reference has it then.
    at::Tensor aggregateEcg(const at::Tensor& tokens) const;
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
    EcgEncoder m_ecgEncoder;
    Mvit m_echoEncoder;
    LayerNorm m_tokenNorm;
    AlignmentLayer m_alignEcg, m_alignStudy;
    Linear m_projectViews;
    ViewAggregator m_aggregator;
};

} // namespace echo2ecg::nn
