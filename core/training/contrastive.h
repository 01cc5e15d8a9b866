// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "nn/ecg_encoder.h"
#include "nn/heads.h"
#include "training/live_weights.h"
#include "training/study_network.h"

#include <functional>

namespace echo2ecg::training {

// Both sides of the contrastive training, made of live weights. Good for one set of weights: after a step of the
// optimizer it is made again. Names torch types: not a public header.
class ContrastiveNetworks
{
public:
    ContrastiveNetworks(const nn::Architecture& architecture, const LiveWeights::Tensors& tensors, at::Device device);

    // (B, leads, window) → (B, width) tokens; (B, width) → (B, alignedWidth), not normalised.
    at::Tensor ecgTokens(const at::Tensor& x) const { return m_aggregate(m_encoder.forward(x)); }
    at::Tensor alignEcg(const at::Tensor& tokens) const { return m_alignEcg(tokens); }
    const StudyNetwork& study() const { return m_study; }
    const LiveWeights& weights() const { return m_weights; }
    at::Device device() const { return m_device; }

private:
    at::Device m_device;
    LiveWeights m_weights;
    nn::EcgEncoder m_encoder;
    nn::EcgAggregator m_aggregate;
    nn::AlignmentLayer m_alignEcg;
    StudyNetwork m_study;
};

// How a step is computed; except for `threads` each of these changes the last bits of its result.
struct ComputeOptions
{
    int threads = 1;          // CPU: that share a batch
    int itemsAtOnce = 4;      // ECGs that one thread, or the GPU, takes together
    double keptBytes = 1.5e9; // what the way forward may keep; beyond it, each part is gone forward a second time
    bool bfloat16 = false;    // CUDA: the ECG encoder under autocast
};
ComputeOptions computeOptions(const nn::EcgEncoderShape& shape, bool cuda, int threads);

// One batch of pairs.
struct ContrastiveBatch
{
    int pairs = 0;
    // leads × window of pair i; called on several threads, once for each pair.
    std::function<std::vector<float>(int pair)> ecg;
    std::vector<float> clips;          // (all views, embedding)
    std::vector<std::int64_t> counts;  // views of each pair's study
};

struct ContrastiveStep
{
    double loss = 0;
    int hits = 0; // ECGs whose own study is the nearest of the batch
    LiveWeights::Tensors gradients; // of each tensor that took part
};
// Loss and gradients of one batch. On the CPU the same bits whatever the number of threads. `tensors` may hold the
// learned scale (logitScaleName); without it `temperature` is fixed. Throws Cancelled between parts; nothing is changed then.
ContrastiveStep contrastiveStep(const nn::Architecture& architecture, const LiveWeights::Tensors& tensors,
                                at::Device device, const ContrastiveBatch& batch, double temperature, double lambda,
                                const ComputeOptions& compute, const base::JobContext& job);

// Embeddings as inference gives them: aligned, L2-normalised, (pairs, alignedWidth), and the loss of the whole batch is
// what clipLoss() gives of them.
struct ContrastiveEmbeddings
{
    at::Tensor ecg, echo;
};
ContrastiveEmbeddings contrastiveEmbeddings(const ContrastiveNetworks& networks, const nn::Architecture& architecture,
                                            const ContrastiveBatch& batch, const ComputeOptions& compute,
                                            const base::JobContext& job);

} // namespace echo2ecg::training
