// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/alignment_head.h"
#include "nn/architecture.h"
#include "nn/layers.h"

namespace echo2ecg::training {

// From the clips of many studies to their aligned vectors at once: what nn::ViewAggregator and its neighbours do for
// one study (SPEC §4, §5), differentiable. Names torch types: not a public header.
class StudyNetwork
{
public:
    StudyNetwork(const nn::AlignmentShape& shape, const nn::Weights& weights);

    // clips: (all views, embedding), study after study; counts: views of each study, at least 1. → (B, alignedWidth),
    // not normalised.
    at::Tensor forward(const at::Tensor& clips, const std::vector<std::int64_t>& counts) const;
    // The studies' tokens before alignment, (B, studyWidth).
    at::Tensor tokens(const at::Tensor& clips, const std::vector<std::int64_t>& counts) const;

private:
    struct Attention
    {
        at::Tensor inWeight, inBias;
        nn::Linear out;
    };
    struct Layer
    {
        Attention attention;
        nn::LayerNorm norm1, norm2;
        nn::Linear fc1, fc2;
    };
    struct Views;
    Attention attention(const nn::Weights& weights, const std::string& name) const;
    at::Tensor attend(const Attention& a, const at::Tensor& query, const Views& views) const;

    nn::AlignmentShape m_shape;
    nn::Linear m_project;
    Attention m_attention;
    at::Tensor m_classToken;
    std::vector<Layer> m_layers;
    nn::AlignmentLayer m_align;
};

} // namespace echo2ecg::training
