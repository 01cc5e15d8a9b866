// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/safetensors.h"

#include <ATen/ATen.h>

// Between stored numbers and float32 tensors of their own memory. Names torch types: not a public header.
namespace echo2ecg::training {

inline at::Tensor tensorOf(const std::vector<float>& values, std::vector<std::int64_t> shape, at::Device device)
{
    return at::from_blob(const_cast<float*>(values.data()), shape, at::TensorOptions().dtype(at::kFloat))
        .to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

inline at::Tensor tensorOf(const nn::StoredTensor& stored, at::Device device)
{
    return tensorOf(stored.toFloat(), {stored.shape.begin(), stored.shape.end()}, device);
}

inline std::vector<float> hostValues(const at::Tensor& tensor)
{
    const at::Tensor host = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()};
}

} // namespace echo2ecg::training
