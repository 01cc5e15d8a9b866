// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/layers.h"

#include <algorithm>

// The function with a scale of one's own came with 2.1.
#if __has_include(<torch/version.h>)
#include <torch/version.h>
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
#define E2E_FUSED_ATTENTION
#endif
#endif

namespace echo2ecg::nn {

namespace {

// Scores held at once on the CPU: 4 MiB of float32. A GPU takes all that fit easily.
constexpr std::int64_t kCpuScores = 1 << 20, kGpuScores = 1 << 28;

#ifdef E2E_FUSED_ATTENTION
// LibTorch's fused kernels want four dimensions, one width for queries, keys and values, and that a multiple of eight.
at::Tensor fusedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)
{
    const std::int64_t width = (std::max(q.size(2), v.size(2)) + 7) / 8 * 8;
    const auto padded = [&](const at::Tensor& x) {
        return (x.size(2) == width ? x : at::constant_pad_nd(x, {0, width - x.size(2)})).unsqueeze(0);
    };
    return at::scaled_dot_product_attention(padded(q), padded(k), padded(v), {}, 0.0, false, 1.0)
        .select(0, 0)
        .narrow(2, 0, v.size(2));
}
#endif

// For differentiation: whole groups at once, joined at the end, because a slice that is written into a larger tensor
// costs a copy of all of it on the way back.
at::Tensor differentiableAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)
{
    const std::int64_t budget = q.is_cpu() ? kCpuScores : kGpuScores;
    const std::int64_t groups = std::max<std::int64_t>(1, budget / std::max<std::int64_t>(1, q.size(1) * k.size(1)));
    const auto attended = [](const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
        return at::bmm(at::softmax(at::bmm(query, key.transpose(1, 2)), -1), value);
    };
    if (groups >= q.size(0))
        return attended(q, k, v);
    const auto queries = at::split(q, groups), keys = at::split(k, groups), values = at::split(v, groups);
    std::vector<at::Tensor> parts;
    for (std::size_t i = 0; i < queries.size(); ++i)
        parts.push_back(attended(queries[i], keys[i], values[i]));
    return at::cat(parts);
}

} // namespace

Linear::Linear(const Weights& weights, const std::string& name, bool withBias) : weight(weights(name + ".weight"))
{
    if (withBias)
        bias = weights(name + ".bias");
}

LayerNorm::LayerNorm(const Weights& weights, const std::string& name, double epsilon_)
    : weight(weights(name + ".weight")), bias(weights(name + ".bias")), epsilon(epsilon_)
{
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)
{
#ifdef E2E_FUSED_ATTENTION
    if (q.is_cuda() && q.scalar_type() == at::kHalf)
        return fusedAttention(q, k, v);
#endif
    if (at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad()))
        return differentiableAttention(q, k, v);
    const at::Tensor keys = k.transpose(1, 2);
    const std::int64_t queries = q.size(1);
    const std::int64_t budget = q.is_cpu() ? kCpuScores : kGpuScores;
    const std::int64_t rows = std::max<std::int64_t>(1, budget / std::max<std::int64_t>(1, q.size(0) * k.size(1)));
    if (rows >= queries)
        return at::bmm(at::softmax(at::bmm(q, keys), -1), v);
    at::Tensor out = at::empty({q.size(0), queries, v.size(2)}, v.options());
    for (std::int64_t first = 0; first < queries; first += rows) {
        const std::int64_t count = std::min(rows, queries - first);
        out.narrow(1, first, count).copy_(at::bmm(at::softmax(at::bmm(q.narrow(1, first, count), keys), -1), v));
    }
    return out;
}

at::Tensor l2Normalised(const at::Tensor& x)
{
    return x / x.norm(2, {-1}, true).clamp_min(1e-12);
}

} // namespace echo2ecg::nn
