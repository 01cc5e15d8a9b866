// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/regression_learner.h"

#include "base/parallel.h"
#include "training/autocast.h"
#include "training/gradient_sum.h"
#include "training/random.h"
#include "training/stored_tensors.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;

namespace {

constexpr const char* headWeight = "phenotype_head.weight";
constexpr const char* headBias = "phenotype_head.bias";

// Of each target over the training studies that know it, each study once.
std::vector<RegressionLearner::Scale> scalesOf(const std::vector<const LabelledInput*>& items, const std::vector<std::size_t>& train, const std::vector<std::string>& targets)
{
    std::vector<RegressionLearner::Scale> scales(targets.size());
    for (std::size_t t = 0; t < targets.size(); ++t) {
        std::set<std::string> seen;
        double sum = 0, squares = 0, count = 0;
        for (const std::size_t i : train) {
            const double value = items[i]->targets[t];
            if (!std::isfinite(value) || !seen.insert(items[i]->study).second)
                continue;
            sum += value;
            squares += value * value;
            ++count;
        }
        const double mean = count > 0 ? sum / count : 0, variance = count > 1 ? squares / count - mean * mean : 0;
        if (!(variance > 1e-12 * (1 + mean * mean)))
            throw Error(ErrorCode::Unsuitable, "\"" + targets[t] + "\" is known of too few training studies, or the same for all of them: nothing can be learned from it");
        scales[t] = {mean, std::sqrt(variance)};
    }
    return scales;
}

// What a correlation needs, in the targets' own units.
struct Agreement
{
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0, error = 0;
    void add(double truth, double estimate)
    {
        ++n;
        x += truth;
        y += estimate;
        xx += truth * truth;
        yy += estimate * estimate;
        xy += truth * estimate;
        error += std::abs(truth - estimate);
    }
    double correlation() const
    {
        const double a = n * xx - x * x, b = n * yy - y * y;
        return a > 0 && b > 0 ? (n * xy - x * y) / std::sqrt(a * b) : 0;
    }
};

} // namespace

// Good for one set of weights: after a step of the optimizer it is made again.
struct RegressionLearner::Network
{
    Network(const RegressionLearner& learner) : weights(learner.m_tensors, learner.m_device), encoder(learner.encoder(weights)), headWeights(weights(headWeight)), headBiases(weights(headBias)) {}
    at::Tensor operator()(const at::Tensor& x, bool half) const
    {
        const Autocast autocast(half);
        return at::linear(encoder(x).to(at::kFloat), headWeights, headBiases);
    }

    LiveWeights weights;
    Encoder encoder;
    at::Tensor headWeights, headBiases;
};

RegressionLearner::RegressionLearner(std::vector<const LabelledInput*> items, const RegressionTraining& options, const nn::DeviceChoice& device, int itemsAtOnce)
    : m_items(std::move(items)), m_options(options), m_device(device.kind == nn::DeviceKind::Cuda ? at::kCUDA : at::kCPU), m_threads(m_device.is_cuda() ? 1 : device.threads),
      m_itemsAtOnce(m_device.is_cuda() ? 32 : itemsAtOnce)
{
    for (std::size_t i = 0; i < m_items.size(); ++i)
        if (m_items[i]->split != Split::Test)
            (m_items[i]->split == Split::Train ? m_train : m_val).push_back(i);
    if (m_train.empty())
        throw Error(ErrorCode::Unsuitable, "nothing is left to train with");
    m_scales = scalesOf(m_items, m_train, options.targets);
}

void RegressionLearner::setWeights(const std::map<std::string, nn::StoredTensor>& weights, int width, const RateOf& rateOf)
{
    std::map<std::string, AdamW::Parameter> parameters;
    const auto train = [&](const std::string& name, const at::Tensor& tensor, double rate) {
        tensor.requires_grad_(true);
        AdamW::Parameter p;
        p.value = tensor;
        p.rate = rate;
        p.decays = tensor.dim() > 1 && name.find("rel_pos") == std::string::npos && name.find("class_token") == std::string::npos &&
                   name.find("cls_token") == std::string::npos && name.find("pos_embed") == std::string::npos;
        parameters.emplace(name, p);
        m_trained.push_back(name);
        m_tensors.emplace(name, tensor);
    };
    for (const auto& [name, stored] : weights) {
        const std::optional<double> rate = rateOf(name, stored);
        if (rate && *rate > 0)
            train(name, tensorOf(stored, m_device), *rate);
        else if (rate)
            m_tensors.emplace(name, tensorOf(stored, m_device));
    }
    const std::size_t kept = m_trained.size();
    RandomStream random("phenotype head", {m_options.seed});
    std::vector<float> head(m_options.targets.size() * std::size_t(width));
    for (float& value : head)
        value = float(0.02 * random.normal());
    train(headWeight, tensorOf(head, {std::int64_t(m_options.targets.size()), width}, m_device), m_options.rate);
    train(headBias, at::zeros({std::int64_t(m_options.targets.size())}, at::TensorOptions().dtype(at::kFloat).device(m_device)), m_options.rate);
    m_trained.resize(kept); // the head isn't kept
    AdamW::Options adam;
    adam.weightDecay = m_options.weightDecay;
    m_optimizer = std::make_unique<AdamW>(std::move(parameters), adam);
}

std::int64_t RegressionLearner::batches() const
{
    return std::max<std::int64_t>(1, std::int64_t(m_train.size()) / m_options.batch);
}

at::Tensor RegressionLearner::targets(const std::vector<std::size_t>& items) const
{
    std::vector<float> values;
    for (const std::size_t one : items)
        for (std::size_t t = 0; t < m_scales.size(); ++t)
            values.push_back(float((m_items[one]->targets[t] - m_scales[t].mean) / m_scales[t].deviation));
    return tensorOf(values, {std::int64_t(items.size()), std::int64_t(m_scales.size())}, m_device);
}

void RegressionLearner::forEachPart(int count, const base::JobContext& job, const std::function<void(int part)>& work) const
{
    base::inParallel(m_threads, count, [&](int, int part) {
        job.throwIfCancelled();
        at::init_num_threads(); // operations aren't shared further
        work(part);
    });
}

Learner::Step RegressionLearner::step(std::int64_t epoch, std::int64_t number, const base::JobContext& job)
{
    if (m_orderOf != epoch) {
        m_order = shuffled(m_train.size(), RandomStream("clips", {m_options.seed, std::uint64_t(epoch)}));
        m_orderOf = epoch;
    }
    const std::size_t first = std::size_t(number * m_options.batch), last = std::min(m_order.size(), first + std::size_t(m_options.batch));
    const int parts = int((last - first + std::size_t(m_itemsAtOnce) - 1) / std::size_t(m_itemsAtOnce));
    std::vector<std::vector<std::size_t>> inputs(static_cast<std::size_t>(parts));
    double known = 0;
    for (std::size_t i = first; i < last; ++i) {
        const std::size_t one = m_train[m_order[i]];
        inputs[(i - first) / std::size_t(m_itemsAtOnce)].push_back(one);
        known += double(std::count_if(m_items[one]->targets.begin(), m_items[one]->targets.end(), [](double value) { return std::isfinite(value); }));
    }

    const at::AutoGradMode differentiate(true);
    const Network network(*this);
    const std::vector<at::Tensor>& leaves = network.weights.leaves();
    std::vector<double> losses(inputs.size());
    GradientSum sum;
    forEachPart(parts, job, [&](int part) {
        const at::AutoGradMode on(true);
        const std::vector<std::size_t>& mine = inputs[std::size_t(part)];
        const at::Tensor truth = targets(mine), difference = network(input(mine, epoch, true), m_device.is_cuda()) - truth.nan_to_num();
        const at::Tensor loss = (difference * difference * truth.isfinite().to(at::kFloat)).sum() / std::max(1.0, known);
        losses[std::size_t(part)] = loss.item<double>();
        sum.add(part, torch::autograd::grad({loss}, leaves, {}, /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true));
    });
    Step step;
    for (const double loss : losses)
        step.loss += loss;
    step.hits = -1; // nothing is found here
    step.gradients = network.weights.pullBack(sum.take());
    return step;
}

base::Json RegressionLearner::evaluate(const base::JobContext& job)
{
    base::Json json = base::Json::object();
    if (m_val.empty())
        return json;
    const at::NoGradGuard plain;
    const Network network(*this);
    const std::size_t width = m_scales.size();
    std::vector<std::vector<double>> estimates(m_val.size());
    const int parts = int((m_val.size() + std::size_t(m_itemsAtOnce) - 1) / std::size_t(m_itemsAtOnce));
    forEachPart(parts, job, [&](int part) {
        const at::NoGradGuard here;
        const std::size_t first = std::size_t(part) * std::size_t(m_itemsAtOnce), last = std::min(m_val.size(), first + std::size_t(m_itemsAtOnce));
        const std::vector<std::size_t> mine(m_val.begin() + std::ptrdiff_t(first), m_val.begin() + std::ptrdiff_t(last));
        const std::vector<float> values = hostValues(network(input(mine, 0, false), m_device.is_cuda()));
        for (std::size_t i = first; i < last; ++i)
            estimates[i].assign(values.begin() + std::ptrdiff_t((i - first) * width), values.begin() + std::ptrdiff_t((i - first + 1) * width));
    });

    double loss = 0, known = 0;
    struct Sum
    {
        double estimate = 0, inputs = 0, truth = 0;
    };
    for (std::size_t t = 0; t < width; ++t) {
        Agreement byInput, byStudy;
        std::map<std::string, Sum> studies;
        for (std::size_t i = 0; i < m_val.size(); ++i) {
            const LabelledInput& one = *m_items[m_val[i]];
            const double truth = one.targets[t], estimate = m_scales[t].mean + m_scales[t].deviation * estimates[i][t];
            if (!std::isfinite(truth))
                continue;
            const double error = (truth - estimate) / m_scales[t].deviation;
            loss += error * error;
            ++known;
            byInput.add(truth, estimate);
            Sum& study = studies[one.study];
            study.estimate += estimate;
            study.truth = truth;
            ++study.inputs;
        }
        for (const auto& [name, study] : studies)
            byStudy.add(study.truth, study.estimate / study.inputs);
        const std::string& target = m_options.targets[t];
        json.set("val_" + target + "_r_by_input", byInput.correlation());
        json.set("val_" + target + "_r_by_study", byStudy.correlation());
        json.set("val_" + target + "_error_by_study", byStudy.n > 0 ? byStudy.error / byStudy.n : 0.0);
    }
    json.set("val_loss", known > 0 ? loss / known : 0.0);
    return json;
}

std::map<std::string, nn::StoredTensor> RegressionLearner::encoderWeights() const
{
    std::map<std::string, nn::StoredTensor> weights;
    for (const std::string& name : m_trained) {
        const at::Tensor& tensor = m_tensors.at(name);
        weights.emplace(name, nn::StoredTensor::of(name, {tensor.sizes().begin(), tensor.sizes().end()}, hostValues(tensor)));
    }
    return weights;
}

} // namespace echo2ecg::training
