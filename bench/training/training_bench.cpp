// SPDX-License-Identifier: GPL-3.0-or-later
// Steps of the contrastive training for training.py (lines.h tells how they talk): tasks `published` and `small`, each one whole step (forward, loss, backward, AdamW) of
// 16 pairs whose number is the loss before it. `make` writes the weights and the batch that both sides begin with.
//   e2e_bench_training make OUT | lines OUT
#include "lines.h"

#include "base/pages.h"
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/model.h"
#include "nn/untrained.h"
#include "training/contrastive.h"
#include "training/optimizer.h"
#include "training/schedule.h"

#include <filesystem>
#include <string>

using namespace echo2ecg;

namespace {

constexpr int pairs = 16;
constexpr double temperature = 0.5, lambda = 0.5;

nn::Architecture architectureOf(const std::string& name)
{
    return name == "small" ? nn::Architecture::small() : nn::Architecture::published();
}

// 16 ECGs and their studies of 3 to 6 clips.
training::ContrastiveBatch batchOf(const nn::Architecture& a)
{
    training::ContrastiveBatch batch;
    batch.pairs = pairs;
    const std::size_t length = std::size_t(a.ecg.leads) * std::size_t(a.ecg.windowSamples);
    batch.ecg = [length, ecgs = nn::goldenEcgInput(a.ecg, pairs)](int pair) {
        const auto first = ecgs.begin() + std::ptrdiff_t(std::size_t(pair) * length);
        return std::vector<float>(first, first + std::ptrdiff_t(length));
    };
    std::int64_t views = 0;
    for (int i = 0; i < pairs; ++i)
        views += batch.counts.emplace_back(3 + i % 4);
    for (std::size_t i = 0; i < std::size_t(views) * std::size_t(a.echo.embedding); ++i)
        batch.clips.push_back(float(nn::formulaUnit(nn::fnv1a64("clips"), i)));
    return batch;
}

training::LiveWeights::Tensors tensorsOf(const nn::Architecture& a)
{
    training::LiveWeights::Tensors tensors;
    for (auto& [name, stored] : nn::untrainedWeights(a, nn::WeightSource::Random, 1)) {
        if (name.starts_with("echo_encoder."))
            continue;
        std::vector<float> values = stored.toFloat();
        tensors.emplace(name, at::from_blob(values.data(), std::vector<std::int64_t>(stored.shape.begin(), stored.shape.end()), at::kFloat).clone());
    }
    return tensors;
}

void write(const std::filesystem::path& out, const std::string& name)
{
    const nn::Architecture a = architectureOf(name);
    const training::ContrastiveBatch batch = batchOf(a);
    std::vector<nn::StoredTensor> stored;
    std::map<std::string, std::string> rules; // "rate decays": PyTorch's parameter groups
    for (const auto& [tensor, value] : tensorsOf(a)) {
        const std::vector<long long> shape(value.sizes().begin(), value.sizes().end());
        const auto rule = training::alignmentRule(tensor, shape.size(), a.ecg.depth, {});
        if (rule.part != training::ParameterRule::Part::Frozen)
            rules[tensor] = std::to_string(rule.rate * 1e6) + " " + std::to_string(int(rule.decays));
        stored.push_back(nn::StoredTensor::of(tensor, shape, {value.data_ptr<float>(), value.data_ptr<float>() + value.numel()}));
    }
    std::vector<float> ecgs, counts(batch.counts.begin(), batch.counts.end());
    for (int i = 0; i < pairs; ++i) {
        const std::vector<float> ecg = batch.ecg(i);
        ecgs.insert(ecgs.end(), ecg.begin(), ecg.end());
    }
    stored.push_back(nn::StoredTensor::of("batch.ecgs", {pairs, 1, a.ecg.leads, a.ecg.windowSamples}, ecgs));
    stored.push_back(nn::StoredTensor::of("batch.clips", {(long long)(batch.clips.size()) / a.echo.embedding, a.echo.embedding}, batch.clips));
    stored.push_back(nn::StoredTensor::of("batch.counts", {pairs}, counts));
    std::filesystem::create_directories(out);
    nn::writeSafetensors(out / ("training_" + name + ".safetensors"), stored, rules);
}

class Trainer
{
public:
    explicit Trainer(const std::string& name) : m_architecture(architectureOf(name)), m_tensors(tensorsOf(m_architecture)), m_batch(batchOf(m_architecture))
    {
        std::map<std::string, training::AdamW::Parameter> parameters;
        for (auto& [tensor, value] : m_tensors) {
            const auto rule = training::alignmentRule(tensor, std::size_t(value.dim()), m_architecture.ecg.depth, {});
            if (rule.part == training::ParameterRule::Part::Frozen)
                continue;
            value.requires_grad_(true);
            training::AdamW::Parameter p;
            p.value = value;
            p.rate = rule.rate;
            p.decays = rule.decays;
            parameters.emplace(tensor, p);
        }
        m_optimizer = std::make_unique<training::AdamW>(std::move(parameters), training::AdamW::Options());
    }
    double step(int threads)
    {
        const auto compute = training::computeOptions(m_architecture.ecg, false, threads);
        const auto step = training::contrastiveStep(m_architecture, m_tensors, at::kCPU, m_batch, temperature, lambda, compute, {});
        for (const auto& [name, gradient] : step.gradients)
            m_optimizer->addGradient(name, gradient);
        m_optimizer->finishGradients(1, 0);
        m_optimizer->step(1);
        return step.loss;
    }

private:
    nn::Architecture m_architecture;
    training::LiveWeights::Tensors m_tensors;
    training::ContrastiveBatch m_batch;
    std::unique_ptr<training::AdamW> m_optimizer;
};

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc == 3 ? argv[1] : "";
    try {
        if (what == "make") {
            for (const char* name : {"published", "small"})
                write(argv[2], name);
            return 0;
        }
        if (what != "lines")
            return std::fputs("usage: e2e_bench_training make OUT | lines OUT\n", stderr), 2;
        const nn::DeviceChoice device = nn::chooseDevice(false, 0);
        const base::KeptMemory kept; // as every training
        std::vector<bench::Task> tasks;
        for (const char* name : {"published", "small"})
            tasks.emplace_back(name, [&device, trainer = std::make_shared<Trainer>(name)] {
                const double loss = trainer->step(device.threads);
                return bench::Check([loss] { return loss; });
            });
        return bench::answerLines(tasks);
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "%s\n", error.what()), 1;
    }
}
