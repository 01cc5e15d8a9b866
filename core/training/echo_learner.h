// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/model.h"
#include "training/echo_trainer.h"
#include "training/training_loop.h"

namespace echo2ecg::training {

// Clips and the phenotypes of their hearts as something to be learned. Names torch types: not a public header.
class EchoLearner : public Learner
{
public:
    // `weights`: of a whole bundle, of which only the echo encoder is used. Everything must outlive this.
    EchoLearner(const nn::EchoEncoderShape& shape, const std::map<std::string, nn::StoredTensor>& weights,
                const std::vector<EchoClipItem>& clips, const EchoTraining& options, const nn::DeviceChoice& device);

    AdamW& optimizer() override { return *m_optimizer; }
    std::int64_t batches() const override;
    Step step(std::int64_t epoch, std::int64_t batch, const base::JobContext& job) override;
    base::Json evaluate(const base::JobContext& job) override;

    // The echo encoder's tensors as they are now.
    std::map<std::string, nn::StoredTensor> encoderWeights() const;
    // Of the training patients, in the targets' own units.
    struct Scale
    {
        double mean = 0, deviation = 1;
    };
    const std::vector<Scale>& scales() const { return m_scales; }

private:
    struct Network;
    at::Tensor input(const std::vector<std::size_t>& clips, std::int64_t epoch, bool augment) const; // (B, 3, frames, size, size)
    // In standard deviations; unknown ones are NaN.
    at::Tensor targets(const std::vector<std::size_t>& clips) const;
    void forEachPart(int count, const base::JobContext& job, const std::function<void(int part)>& work) const;

    const nn::EchoEncoderShape& m_shape;
    const std::vector<EchoClipItem>& m_clips;
    const EchoTraining& m_options;
    at::Device m_device;
    int m_threads, m_itemsAtOnce;
    std::vector<std::size_t> m_train, m_val;
    std::vector<Scale> m_scales;
    LiveWeights::Tensors m_tensors;
    std::unique_ptr<AdamW> m_optimizer;
    std::int64_t m_orderOf = -1; // the epoch that m_order is of
    std::vector<std::size_t> m_order;
};

} // namespace echo2ecg::training
