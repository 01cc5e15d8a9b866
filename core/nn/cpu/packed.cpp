// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/packed.h"

#include <algorithm>
#include <cstring>

namespace echo2ecg::nn::cpu {

Buffer<float> packedFloats(const at::Tensor& tensor)
{
    const at::Tensor floats = tensor.to(at::kCPU, at::kFloat).contiguous();
    Buffer<float> buffer(std::size_t(floats.numel()));
    std::copy_n(floats.data_ptr<float>(), floats.numel(), buffer.data());
    return buffer;
}

PackedLinear::PackedLinear(const Settings& settings, const at::Tensor& weight, const at::Tensor& bias)
{
    const at::Tensor floats = weight.to(at::kCPU, at::kFloat).contiguous();
    const long columns = long(floats.size(0)), depth = long(floats.size(1));
    m_memory.atLeast(std::size_t(settings.kernels->panelBytes(depth, columns, settings.precision)));
    settings.kernels->packColumns(floats.data_ptr<float>(), depth, columns, depth, 1.0f, settings.precision,
                                  m_memory.data());
    if (bias.defined())
        m_bias = packedFloats(bias);
    m_panels = {m_memory.data(), depth, columns, settings.precision};
}

PackedLinear::PackedLinear(const Settings& settings, const Weights& weights, const std::string& name)
    : PackedLinear(settings, weights.exact(name + ".weight"), weights.exact(name + ".bias"))
{
}

LinearCall PackedLinear::call() const
{
    LinearCall call;
    call.weights = m_panels;
    call.bias = m_bias.data();
    return call;
}

PackedNorm::PackedNorm(const Weights& weights, const std::string& name, double epsilon_)
    : gamma(packedFloats(weights.exact(name + ".weight"))), beta(packedFloats(weights.exact(name + ".bias"))),
      width(long(gamma.size())), epsilon(float(epsilon_))
{
}

NormCall PackedNorm::call() const
{
    NormCall call;
    call.gamma = gamma.data();
    call.beta = beta.data();
    call.width = width;
    call.epsilon = epsilon;
    return call;
}

void linear(const Kernels& kernels, LinearCall call, Scratch& scratch)
{
    if (call.weights.precision == Precision::BFloat16)
        call.scratch = scratch.pairs.atLeast(std::size_t(call.rows * (call.weights.depth + 1)));
    kernels.linear(call);
}

long rowsPerPiece(long count, const Team& team, const Kernels& kernels)
{
    constexpr long piecesPerThread = 16, most = 96, least = 24;
    const long wanted = std::clamp(count / (piecesPerThread * team.threads()), least, most);
    return (wanted + kernels.strip - 1) / kernels.strip * kernels.strip;
}

void forRows(Team& team, long count, long perPiece, const std::function<void(long, long, int)>& work)
{
    team.forEach(int((count + perPiece - 1) / perPiece), [&](int piece, int worker) {
        const long first = piece * perPiece;
        work(first, std::min(count, first + perPiece), worker);
    });
}

} // namespace echo2ecg::nn::cpu
