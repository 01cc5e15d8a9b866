// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/study_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::training {

// Rows of all views, and where each study's are in a rectangle as wide as the largest study.
struct StudyNetwork::Views
{
    Views(const at::Tensor& rows_, const std::vector<std::int64_t>& counts) : rows(rows_)
    {
        studies = std::int64_t(counts.size());
        most = *std::max_element(counts.begin(), counts.end());
        std::vector<std::int64_t> places;
        std::vector<float> marks;
        std::int64_t first = 0;
        const float never = -std::numeric_limits<float>::infinity();
        for (const std::int64_t count : counts) {
            for (std::int64_t i = 0; i < most; ++i) {
                places.push_back(i < count ? first + i : rows.size(0)); // one row of zeros follows the rows
                marks.push_back(i < count ? 0.0f : never);
            }
            first += count;
        }
        index = at::tensor(places, at::TensorOptions().dtype(at::kLong)).to(rows.device());
        mask = at::tensor(marks, at::TensorOptions().dtype(at::kFloat)).to(rows.device()).view({studies, 1, 1, most});
        const std::vector<double> lengths(counts.begin(), counts.end());
        number = at::tensor(lengths, at::TensorOptions().dtype(at::kFloat)).to(rows.device()).view({studies, 1});
    }
    // (all views, width) → (studies, most, width), zeros where a study has no more views.
    at::Tensor rectangle(const at::Tensor& x) const
    {
        const at::Tensor zeros = at::zeros({1, x.size(1)}, x.options());
        return at::cat({x, zeros}).index_select(0, index).view({studies, most, x.size(1)});
    }
    at::Tensor mean() const { return rectangle(rows).sum(1) / number; }

    at::Tensor rows, index, mask, number;
    std::int64_t studies = 0, most = 0;
};

StudyNetwork::StudyNetwork(const nn::AlignmentShape& shape, const nn::Weights& weights) : m_shape(shape)
{
    if (shape.projection)
        m_project = nn::Linear(weights, "echo_projection_for_agg");
    const std::string p = "echo_view_aggregator.aggregator.";
    if (shape.pooling == nn::ViewPooling::Attention)
        m_attention = attention(weights, p + "mha");
    if (shape.pooling == nn::ViewPooling::Cls) {
        m_classToken = weights(p + "cls_token").view({1, shape.studyWidth});
        for (int i = 0; i < shape.clsLayers; ++i) {
            const std::string l = p + "layers." + std::to_string(i) + ".";
            m_layers.push_back({attention(weights, l + "mha"), nn::LayerNorm(weights, l + "ln1", 1e-5),
                                nn::LayerNorm(weights, l + "ln2", 1e-5), nn::Linear(weights, l + "ffn.0"),
                                nn::Linear(weights, l + "ffn.2")});
        }
    }
    m_align = nn::AlignmentLayer(shape.echoHead, "echo_alignment_global_token", weights);
}

StudyNetwork::Attention StudyNetwork::attention(const nn::Weights& weights, const std::string& name) const
{
    return {weights(name + ".in_proj_weight"), weights(name + ".in_proj_bias"),
            nn::Linear(weights, name + ".out_proj")};
}

at::Tensor StudyNetwork::attend(const Attention& a, const at::Tensor& query, const Views& views) const
{
    const std::int64_t width = m_shape.studyWidth, heads = m_shape.poolingHeads, channels = width / heads;
    const at::Tensor q = at::linear(query, a.inWeight.narrow(0, 0, width), a.inBias.narrow(0, 0, width));
    const at::Tensor kv = views.rectangle(at::linear(views.rows, a.inWeight.narrow(0, width, 2 * width),
                                                     a.inBias.narrow(0, width, 2 * width)));
    const at::Tensor byHead =
        kv.view({views.studies, views.most, 2, heads, channels}).permute({2, 0, 3, 1, 4}); // (2, B, heads, views, c)
    const at::Tensor scores =
        at::matmul(q.view({views.studies, heads, 1, channels}), byHead.select(0, 0).transpose(2, 3)) /
        std::sqrt(double(channels));
    const at::Tensor mixed = at::matmul(at::softmax(scores + views.mask, -1), byHead.select(0, 1));
    return a.out(mixed.reshape({views.studies, width}));
}

at::Tensor StudyNetwork::tokens(const at::Tensor& clips, const std::vector<std::int64_t>& counts) const
{
    const Views views(m_project.weight.defined() ? m_project(clips) : clips, counts);
    if (m_shape.pooling == nn::ViewPooling::Mean)
        return views.mean();
    if (m_shape.pooling == nn::ViewPooling::Attention)
        return attend(m_attention, views.mean(), views);
    at::Tensor token = m_classToken.expand({views.studies, m_shape.studyWidth});
    for (const Layer& layer : m_layers) {
        token = layer.norm1(token + attend(layer.attention, token, views));
        token = layer.norm2(token + layer.fc2(at::gelu(layer.fc1(token))));
    }
    return token;
}

at::Tensor StudyNetwork::forward(const at::Tensor& clips, const std::vector<std::int64_t>& counts) const
{
    return m_align(tokens(clips, counts));
}

} // namespace echo2ecg::training
