// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/model.h"
#include "training/regression.h"
#include "training/training_loop.h"

#include <optional>

namespace echo2ecg::training {

// Inputs of an encoder and the phenotypes of their hearts as something to be learned; which encoder, a subclass says. Names torch types: not a public header.
class RegressionLearner : public Learner
{
public:
    AdamW& optimizer() override { return *m_optimizer; }
    std::int64_t batches() const override;
    Step step(std::int64_t epoch, std::int64_t batch, const base::JobContext& job) override;
    base::Json evaluate(const base::JobContext& job) override;

    // The trained tensors of the encoder as they are now.
    std::map<std::string, nn::StoredTensor> encoderWeights() const;
    // Of the training studies, in the targets' own units.
    struct Scale
    {
        double mean = 0, deviation = 1;
    };

protected:
    using Encoder = std::function<at::Tensor(const at::Tensor& input)>; // → (B, width)
    // Full rate of a tensor; 0: it is used and stays; nothing: it isn't used.
    using RateOf = std::function<std::optional<double>(const std::string& name, const nn::StoredTensor& tensor)>;

    // `items` and `options` must outlive this. itemsAtOnce: that one thread of the CPU takes together.
    RegressionLearner(std::vector<const LabelledInput*> items, const RegressionTraining& options, const nn::DeviceChoice& device, int itemsAtOnce);
    // In the subclass's constructor. width: of the encoder's embedding.
    void setWeights(const std::map<std::string, nn::StoredTensor>& weights, int width, const RateOf& rateOf);
    // Called on several threads at once.
    virtual at::Tensor input(const std::vector<std::size_t>& items, std::int64_t epoch, bool augment) const = 0;
    virtual Encoder encoder(const nn::Weights& weights) const = 0;
    at::Device device() const { return m_device; }

private:
    struct Network;
    // In standard deviations; unknown ones are NaN.
    at::Tensor targets(const std::vector<std::size_t>& items) const;
    void forEachPart(int count, const base::JobContext& job, const std::function<void(int part)>& work) const;

    const std::vector<const LabelledInput*> m_items;
    const RegressionTraining& m_options;
    at::Device m_device;
    int m_threads, m_itemsAtOnce;
    std::vector<std::size_t> m_train, m_val;
    std::vector<Scale> m_scales;
    LiveWeights::Tensors m_tensors;
    std::vector<std::string> m_trained; // of m_tensors, without the head
    std::unique_ptr<AdamW> m_optimizer;
    std::int64_t m_orderOf = -1; // the epoch that m_order is of
    std::vector<std::size_t> m_order;
};

// As base of each of a list of items.
template <class Item> std::vector<const LabelledInput*> labelled(const std::vector<Item>& items)
{
    std::vector<const LabelledInput*> list;
    for (const Item& item : items)
        list.push_back(&item);
    return list;
}

} // namespace echo2ecg::training
