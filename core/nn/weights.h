// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "nn/safetensors.h"

#include <ATen/ATen.h>

namespace echo2ecg::nn {

// Stored tensors on their way into the networks: looked up by name, given as tensors of one dtype on one device.
// The networks copy what they need; this is only used while they are built. Everything a network computes with has gone
// through place(), so that who trains it (training/live_weights.h) can follow each number back to where it came from.
class Weights
{
public:
    Weights(const std::map<std::string, StoredTensor>& stored, at::ScalarType dtype, at::Device device)
        : m_stored(&stored), m_dtype(dtype), m_device(device)
    {
    }
    virtual ~Weights() = default;

    // Throws base::Error(Mismatch) naming the tensor when it's absent.
    virtual at::Tensor operator()(const std::string& name) const { return place(exact(name)); }
    // float64, for products that are made once. On the CPU, unless the tensors live elsewhere.
    virtual at::Tensor exact(const std::string& name) const;
    // A tensor made while loading, put where the networks compute.
    virtual at::Tensor place(const at::Tensor& tensor) const;

protected:
    Weights(at::ScalarType dtype, at::Device device) : m_dtype(dtype), m_device(device) {}
    Weights(const Weights&) = default;
    Weights& operator=(const Weights&) = default;

private:
    const std::map<std::string, StoredTensor>* m_stored = nullptr;
    at::ScalarType m_dtype;
    at::Device m_device;
};

} // namespace echo2ecg::nn
