// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

#include "base/npy.h"
#include "support/test_paths.h"

#include <cmath>

// The reference's golden vectors as tensors, and how far something is from them.
namespace echo2ecg::test {

inline at::Tensor golden(const char* file)
{
    const base::NpyArray array = base::readNpy(reference(file));
    std::vector<double> values = array.toDouble();
    return at::from_blob(values.data(), array.shape, at::TensorOptions().dtype(at::kDouble)).clone();
}

inline double largestError(const at::Tensor& got, const at::Tensor& expected)
{
    if (got.numel() != expected.numel() || got.numel() == 0)
        return HUGE_VAL;
    const double error = (got.to(at::kDouble).reshape(-1) - expected.reshape(-1)).abs().max().item<double>();
    return std::isnan(error) ? HUGE_VAL : error;
}

// The row of *_stage_stats: mean and standard deviation, then eight channels of four tokens.
inline at::Tensor stageRow(const at::Tensor& output)
{
    const at::Tensor x = output.select(0, 0).to(at::kDouble);
    const std::int64_t n = x.size(0);
    std::vector<at::Tensor> parts{x.mean().view({1}), x.std(false).view({1})};
    for (const std::int64_t token : {std::int64_t(0), std::int64_t(1), n / 2, n - 1})
        parts.push_back(x.select(0, token).narrow(0, 0, 8));
    return at::cat(parts);
}

inline at::Tensor tensorOf(std::vector<float> values, std::vector<std::int64_t> shape)
{
    return at::from_blob(values.data(), shape, at::TensorOptions().dtype(at::kFloat)).clone();
}

} // namespace echo2ecg::test
