// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "nn/layers.h"

namespace echo2ecg::nn {

// Attention of one query over several keys with torch's packed in_proj, giving the weight of each key too.
class MultiheadAttention
{
public:
    struct Result
    {
        at::Tensor out;     // (1, width)
        at::Tensor weights; // (keys), mean over the heads
    };

    MultiheadAttention() = default;
    MultiheadAttention(const Weights& weights, const std::string& name, int heads);
    // query (1, width), keys (n, width), which are the values too.
    Result operator()(const at::Tensor& query, const at::Tensor& keys) const;

private:
    at::Tensor m_inWeight, m_inBias;
    Linear m_out;
    std::int64_t m_heads = 1;
};

// From the views of one study to one token (SPEC §4). Only views that exist are given; there is no padding.
class ViewAggregator
{
public:
    struct Result
    {
        at::Tensor token;   // (studyWidth)
        at::Tensor weights; // (views), sum 1
    };

    ViewAggregator(const AlignmentShape& shape, const Weights& weights);
    // (views, studyWidth)
    Result operator()(const at::Tensor& views) const;

private:
    struct ClsLayer
    {
        MultiheadAttention attention;
        LayerNorm norm1, norm2;
        Linear fc1, fc2;
    };
    ViewPooling m_pooling;
    MultiheadAttention m_attention;
    at::Tensor m_classToken; // (1, studyWidth)
    std::vector<ClsLayer> m_layers;
};

} // namespace echo2ecg::nn
