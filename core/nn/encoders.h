// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/heads.h"
#include "nn/model.h"

namespace echo2ecg::nn {

// The two encoders on some device; what a Model runs its batches through. Arrays are row-major float32 on the CPU. One
// caller at a time, inside c10::InferenceMode.
class Encoders
{
public:
    virtual ~Encoders() = default;
    virtual int itemsAtOnce() const { return 1; }
    // (B, leads, window) → (B, width), appended: encoder and the heads' aggregation.
    virtual void ecgTokens(const float* signals, int batch, const Heads& heads, std::vector<float>& out) = 0;
    // (B, 3, frames, size, size) → (B, embedding), appended.
    virtual void echoClips(const float* clips, int batch, std::vector<float>& out) = 0;
};

// Our own kernels: threads share each recording and clip. An item's numbers depend neither on the batch nor on the
// number of threads.
std::unique_ptr<Encoders> makeCpuEncoders(const Architecture& architecture,
                                          const std::map<std::string, StoredTensor>& weights,
                                          const DeviceChoice& device);
// LibTorch's operations: for the GPU, and on the CPU the measure of ours in tests.
std::unique_ptr<Encoders> makeTorchEncoders(const Architecture& architecture,
                                            const std::map<std::string, StoredTensor>& weights,
                                            const DeviceChoice& device);

} // namespace echo2ecg::nn
