// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/alignment_learner.h"

#include "training/clip_loss.h"
#include "training/random.h"
#include "training/retrieval_scores.h"
#include "training/stored_tensors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echo2ecg::training {

namespace {

// Each thing of the validation once, and what belongs to what.
struct Unique
{
    std::vector<const PairItem*> items;
    std::map<std::string, std::size_t> places;
    std::vector<std::vector<std::size_t>> belongs;

    std::size_t place(const std::string& id, const PairItem& item)
    {
        const auto [found, isNew] = places.emplace(id, items.size());
        if (isNew) {
            items.push_back(&item);
            belongs.emplace_back();
        }
        return found->second;
    }
};

void addScores(base::Json& json, const char* direction, const RetrievalScores& scores)
{
    const std::string p = std::string("val_") + direction + "_";
    json.set(p + "p1", scores.p1);
    json.set(p + "r5", scores.r5);
    json.set(p + "mean_rank", scores.meanRank);
    json.set(p + "median_rank", scores.medianRank);
    json.set(p + "chance_p1", scores.chance);
}

} // namespace

AlignmentLearner::AlignmentLearner(const StartWeights& start, const PairSet& set, const AlignmentTraining& options,
                                   const nn::DeviceChoice& device)
    : m_start(start), m_set(set), m_options(options),
      m_device(device.kind == nn::DeviceKind::Cuda ? at::kCUDA : at::kCPU),
      m_compute(computeOptions(start.info.architecture.ecg, device.kind == nn::DeviceKind::Cuda, device.threads)),
      m_train(set.of(Split::Train)), m_val(set.of(Split::Val))
{
    std::map<std::string, AdamW::Parameter> parameters;
    const auto train = [&](const std::string& name, const at::Tensor& tensor, const ParameterRule& rule) {
        tensor.requires_grad_(true);
        AdamW::Parameter p;
        p.value = tensor;
        p.rate = rule.rate;
        p.decays = rule.decays;
        parameters.emplace(name, p);
    };
    for (const auto& [name, stored] : start.weights) {
        if (name.rfind("echo_encoder.", 0) == 0)
            continue; // nothing is computed with it
        at::Tensor tensor = tensorOf(stored, m_device);
        const ParameterRule rule = alignmentRule(name, stored.shape.size(), start.info.architecture.ecg.depth, options.rates);
        if (rule.part != ParameterRule::Part::Frozen)
            train(name, tensor, rule);
        m_tensors.emplace(name, tensor);
    }
    if (options.learnTemperature) {
        const at::Tensor scale = at::full({}, std::log(1 / options.temperature), at::TensorOptions().dtype(at::kFloat).device(m_device));
        train(logitScaleName, scale, alignmentRule(logitScaleName, 0, 0, options.rates));
        m_tensors.emplace(logitScaleName, scale);
    }
    AdamW::Options adam;
    adam.weightDecay = options.rates.weightDecay;
    m_optimizer = std::make_unique<AdamW>(std::move(parameters), adam);
}

std::int64_t AlignmentLearner::batches() const
{
    // What is left over at the end of an epoch waits for the next one, whose order is another.
    return std::max<std::int64_t>(1, std::int64_t(m_train.size()) / m_options.batch);
}

std::vector<int> AlignmentLearner::seenViews(const PairItem& item, std::uint64_t epoch, std::uint64_t index) const
{
    const int views = std::min(item.clips->views, m_start.info.architecture.alignment.maxViews);
    RandomStream random("views", {m_options.seed, epoch, index});
    if (m_options.pooling == Pooling::Single)
        return {int(random.below(std::uint64_t(views)))};
    std::vector<int> seen;
    for (int view = 0; view < views; ++view)
        if (!(random.unit() < m_options.viewDropout))
            seen.push_back(view);
    if (seen.empty())
        seen.push_back(int(random.below(std::uint64_t(views))));
    return seen;
}

void AlignmentLearner::addClips(ContrastiveBatch& batch, const PairItem& item, const std::vector<int>& views) const
{
    batch.counts.push_back(std::int64_t(views.size()));
    for (const int view : views) {
        const auto first = item.clips->values.begin() + std::ptrdiff_t(view) * item.clips->width;
        batch.clips.insert(batch.clips.end(), first, first + item.clips->width);
    }
}

ContrastiveBatch AlignmentLearner::trainingBatch(std::int64_t epoch, std::int64_t number) const
{
    ContrastiveBatch batch;
    const std::size_t first = std::size_t(number * m_options.batch),
                      last = std::min(m_order.size(), first + std::size_t(m_options.batch));
    batch.pairs = int(last - first);
    const nn::EcgEncoderShape& shape = m_start.info.architecture.ecg;
    batch.ecg = [this, first, epoch, &shape](int pair) {
        const std::size_t index = m_train[m_order[first + std::size_t(pair)]];
        const EcgSignal& ecg = *m_set.items[index].ecg;
        return augmented(ecg.values.data(), std::size_t(ecg.leads), std::size_t(ecg.samples), std::size_t(shape.windowSamples),
                         m_options.augment, {m_options.seed, std::uint64_t(epoch), index});
    };
    for (std::size_t i = first; i < last; ++i) {
        const std::size_t index = m_train[m_order[i]];
        addClips(batch, m_set.items[index], seenViews(m_set.items[index], std::uint64_t(epoch), index));
    }
    return batch;
}

Learner::Step AlignmentLearner::step(std::int64_t epoch, std::int64_t number, const base::JobContext& job)
{
    if (m_orderOf != epoch) {
        m_order = shuffled(m_train.size(), RandomStream("order", {m_options.seed, std::uint64_t(epoch)}));
        m_orderOf = epoch;
    }
    const ContrastiveBatch batch = trainingBatch(epoch, number);
    ContrastiveStep step = contrastiveStep(m_start.info.architecture, m_tensors, m_device, batch, m_options.temperature,
                                           m_options.lambda, m_compute, job);
    return {step.loss, step.hits, batch.pairs, std::move(step.gradients)};
}

void AlignmentLearner::stepped()
{
    // Beyond its bounds the scale would have no gradient to come back by.
    const auto scale = m_tensors.find(logitScaleName);
    if (scale == m_tensors.end())
        return;
    const at::NoGradGuard plain;
    scale->second.clamp_(0.0, largestLogitScale);
}

base::Json AlignmentLearner::evaluate(const base::JobContext& job)
{
    base::Json json = base::Json::object();
    if (m_val.empty())
        return json;
    Unique ecgs, studies;
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const std::size_t index : m_val) {
        const PairItem& item = m_set.items[index];
        const std::size_t ecg = ecgs.place(item.ecgId, item), study = studies.place(item.studyId, item);
        ecgs.belongs[ecg].push_back(study);
        studies.belongs[study].push_back(ecg);
        pairs.emplace_back(std::int64_t(ecg), std::int64_t(study));
    }
    const nn::Architecture& a = m_start.info.architecture;
    ContrastiveBatch batch;
    batch.pairs = int(ecgs.items.size());
    batch.ecg = [&](int i) {
        const EcgSignal& ecg = *ecgs.items[std::size_t(i)]->ecg;
        return augmented(ecg.values.data(), std::size_t(ecg.leads), std::size_t(ecg.samples), std::size_t(a.ecg.windowSamples),
                         AugmentOptions::none(), {});
    };
    for (const PairItem* item : studies.items) {
        std::vector<int> views(std::size_t(std::min(item->clips->views, a.alignment.maxViews)));
        std::iota(views.begin(), views.end(), 0);
        addClips(batch, *item, views);
    }
    const at::NoGradGuard plain;
    const ContrastiveNetworks networks(a, m_tensors, m_device);
    const ContrastiveEmbeddings embeddings = contrastiveEmbeddings(networks, a, batch, m_compute, job);

    // The loss of batches as large as those that are trained with.
    double sum = 0;
    const at::Tensor sharpness = at::full({}, 1 / temperature(), embeddings.ecg.options());
    for (std::size_t first = 0; first < pairs.size(); first += std::size_t(m_options.batch)) {
        std::vector<std::int64_t> left, right;
        for (std::size_t i = first; i < std::min(pairs.size(), first + std::size_t(m_options.batch)); ++i) {
            left.push_back(pairs[i].first);
            right.push_back(pairs[i].second);
        }
        const auto rows = [&](const at::Tensor& x, const std::vector<std::int64_t>& indices) {
            return x.index_select(0, at::tensor(indices, at::TensorOptions().dtype(at::kLong)).to(x.device()));
        };
        sum += double(left.size()) *
               clipLoss(rows(embeddings.ecg, left), rows(embeddings.echo, right), sharpness, m_options.lambda).item<double>();
    }
    json.set("val_loss", sum / double(pairs.size()));
    const at::Tensor similarity = at::mm(embeddings.ecg, embeddings.echo.transpose(0, 1));
    addScores(json, "ecg_to_echo", retrievalScores(hostValues(similarity), studies.items.size(), ecgs.belongs));
    addScores(json, "echo_to_ecg", retrievalScores(hostValues(similarity.transpose(0, 1)), ecgs.items.size(), studies.belongs));
    return json;
}

double AlignmentLearner::temperature() const
{
    const auto scale = m_tensors.find(logitScaleName);
    return scale == m_tensors.end() ? m_options.temperature
                                    : 1 / inverseTemperature(scale->second.detach()).item<double>();
}

base::Json AlignmentLearner::stateForCurve() const
{
    return base::Json::object({{"temperature", temperature()}});
}

std::map<std::string, nn::StoredTensor> AlignmentLearner::weights() const
{
    std::map<std::string, nn::StoredTensor> weights = m_start.weights;
    for (auto& [name, stored] : weights) {
        const auto trained = m_tensors.find(name);
        if (trained != m_tensors.end() && trained->second.requires_grad())
            stored = nn::StoredTensor::of(name, stored.shape, hostValues(trained->second));
    }
    return weights;
}

} // namespace echo2ecg::training
