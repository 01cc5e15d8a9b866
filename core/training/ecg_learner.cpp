// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/ecg_learner.h"

#include "nn/ecg_encoder.h"
#include "nn/heads.h"
#include "training/schedule.h"
#include "training/stored_tensors.h"

namespace echo2ecg::training {

EcgLearner::EcgLearner(const nn::Architecture& architecture, const std::map<std::string, nn::StoredTensor>& weights, const std::vector<EcgItem>& ecgs, const EcgTraining& options,
                       const nn::DeviceChoice& device)
    : RegressionLearner(labelled(ecgs), options, device, 4), m_architecture(architecture), m_ecgs(ecgs), m_options(options)
{
    LearningRates rates;
    rates.base = options.rate;
    rates.ecgDecay = 1;
    setWeights(weights, architecture.ecg.width, [&](const std::string& name, const nn::StoredTensor& tensor) -> std::optional<double> {
        if (name.rfind("echo_encoder.", 0) == 0)
            return std::nullopt;
        const ParameterRule rule = alignmentRule(name, tensor.shape.size(), architecture.ecg.depth, rates);
        return rule.part == ParameterRule::Part::EcgEncoder ? rule.rate : 0.0;
    });
}

at::Tensor EcgLearner::input(const std::vector<std::size_t>& ecgs, std::int64_t epoch, bool augment) const
{
    const nn::EcgEncoderShape& shape = m_architecture.ecg;
    std::vector<float> values;
    for (const std::size_t i : ecgs) {
        const EcgSignal& ecg = *m_ecgs[i].ecg;
        if (ecg.leads != shape.leads || ecg.samples < shape.windowSamples || ecg.values.size() != std::size_t(ecg.leads) * std::size_t(ecg.samples))
            throw base::Error(base::ErrorCode::Mismatch, "an ECG hasn't the leads or the length that the encoder takes");
        const std::vector<float> window = augmented(ecg.values.data(), std::size_t(ecg.leads), std::size_t(ecg.samples), std::size_t(shape.windowSamples),
                                                    augment ? m_options.augment : AugmentOptions::none(), {m_options.seed, std::uint64_t(epoch), i});
        values.insert(values.end(), window.begin(), window.end());
    }
    return tensorOf(values, {std::int64_t(ecgs.size()), shape.leads, shape.windowSamples}, device());
}

RegressionLearner::Encoder EcgLearner::encoder(const nn::Weights& weights) const
{
    struct Side
    {
        nn::EcgEncoder encoder;
        nn::EcgAggregator aggregate;
    };
    const auto side = std::make_shared<Side>(Side{{m_architecture.ecg, weights}, {m_architecture.alignment, weights}});
    return [side](const at::Tensor& x) { return side->aggregate(side->encoder.forward(x)); };
}

} // namespace echo2ecg::training
