// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/model.h"
#include "training/alignment_trainer.h"
#include "training/contrastive.h"
#include "training/start_weights.h"
#include "training/training_loop.h"

namespace echo2ecg::training {

// Pairs of ECG and study as something to be learned. Names torch types: not a public header.
class AlignmentLearner : public Learner
{
public:
    AlignmentLearner(const StartWeights& start, const PairSet& set, const AlignmentTraining& options, const nn::DeviceChoice& device);

    AdamW& optimizer() override { return *m_optimizer; }
    std::int64_t batches() const override;
    Step step(std::int64_t epoch, std::int64_t batch, const base::JobContext& job) override;
    void stepped() override;
    base::Json evaluate(const base::JobContext& job) override;
    base::Json stateForCurve() const override;

    // The weights as they are now, for a bundle; and the temperature.
    std::map<std::string, nn::StoredTensor> weights() const;
    double temperature() const;

private:
    ContrastiveBatch trainingBatch(std::int64_t epoch, std::int64_t batch) const;
    std::vector<int> seenViews(const PairItem& item, std::uint64_t epoch, std::uint64_t index) const;
    void addClips(ContrastiveBatch& batch, const PairItem& item, const std::vector<int>& views) const;

    const StartWeights& m_start;
    const PairSet& m_set;
    const AlignmentTraining& m_options;
    at::Device m_device;
    ComputeOptions m_compute;
    std::vector<std::size_t> m_train, m_val;
    LiveWeights::Tensors m_tensors;
    std::unique_ptr<AdamW> m_optimizer;
    std::int64_t m_orderOf = -1; // the epoch that m_order is of
    std::vector<std::size_t> m_order;
};

} // namespace echo2ecg::training
