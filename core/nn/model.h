// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"
#include "nn/precision.h"

#include <memory>

namespace echo2ecg::nn {

enum class DeviceKind { Cpu, Cuda };

struct DeviceChoice
{
    DeviceKind kind = DeviceKind::Cpu;
    std::string description; // "CPU, 2 threads" or the GPU's name
    int threads = 1;         // CPU: that share the work
    Precision precision = Precision::Float32;
};
// CUDA when LibTorch has it and a device answers, else the CPU. threads 0: the real cores. reduced: half precision
// where the device is faster with it, which `precision` then tells.
DeviceChoice chooseDevice(bool allowCuda, int threads, bool reduced = false);

// All networks of a bundle on one device, evaluation mode. Arrays are row-major float32 without padding.
// One caller at a time. Out of memory on the device throws base::Error(Device).
// On the CPU an item's numbers depend neither on the batch nor on the number of threads.
class Model
{
public:
    Model(const BundleInfo& info, const std::map<std::string, StoredTensor>& weights, const DeviceChoice& device);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const BundleInfo& info() const;
    const DeviceChoice& device() const;
    // Items of a batch that are computed side by side; more in a batch only delay the answer to Cancel on the CPU.
    int itemsAtOnce() const;

    // (B, leads, window) → (B, width) un-aligned token: mean over patches, LayerNorm. Not normalised.
    std::vector<float> ecgTokens(const float* input, int batch) const;
    // (B, width) → (B, alignedWidth), L2-normalised. Throws base::Error(Unsuitable) unless info().canRetrieve().
    std::vector<float> alignEcg(const float* tokens, int batch) const;
    // (B, 3, frames, size, size) → (B, embedding). Not normalised.
    std::vector<float> echoClips(const float* input, int batch) const;

    struct Study
    {
        std::vector<float> token;       // studyWidth
        std::vector<float> aligned;     // alignedWidth, L2-normalised; empty unless info().canRetrieve()
        std::vector<float> viewWeights; // one per view, sum 1; attention: mean over heads; mean pooling: 1/n
    };
    // (views, embedding) → the study. Throws base::Error(Unsuitable) without views; views beyond maxViews throw too
    // (the caller chooses).
    Study study(const float* clips, int views) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::nn
