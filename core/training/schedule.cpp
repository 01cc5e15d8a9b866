// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/schedule.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::training {

double Schedule::at(std::int64_t step) const
{
    if (step < warmUpSteps)
        return floor + (1 - floor) * double(std::max<std::int64_t>(0, step)) / double(warmUpSteps);
    const double length = double(std::max<std::int64_t>(1, totalSteps - warmUpSteps));
    const double done = std::min(1.0, double(step - warmUpSteps) / length);
    return floor + (1 - floor) * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

base::Json LearningRates::toJson() const
{
    const auto own = [&](double rate) { return rate > 0 ? rate : base; };
    return base::Json::object({{"base", base},
                               {"ecg_decay", ecgDecay},
                               {"aggregators", own(aggregators)},
                               {"projections", own(projections)},
                               {"temperature", own(temperature)},
                               {"weight_decay", weightDecay}});
}

void LearningRates::check() const
{
    const auto need = [](bool ok, const char* sentence) {
        if (!ok)
            throw base::Error(base::ErrorCode::Unsupported, sentence);
    };
    need(std::isfinite(base) && base > 0, "the learning rate must be more than 0");
    for (const double rate : {aggregators, projections, temperature})
        need(std::isfinite(rate) && rate >= 0, "a learning rate can't be negative");
    need(ecgDecay > 0 && ecgDecay <= 1, "the layer-wise decay is more than 0 and at most 1");
    need(std::isfinite(weightDecay) && weightDecay >= 0, "the weight decay can't be negative");
}

ParameterRule alignmentRule(const std::string& name, std::size_t rank, int ecgDepth, const LearningRates& rates)
{
    using Part = ParameterRule::Part;
    const auto own = [&](double rate) { return rate > 0 ? rate : rates.base; };
    const auto begins = [&](const char* prefix) { return name.rfind(prefix, 0) == 0; };
    const auto holds = [&](const char* text) { return name.find(text) != std::string::npos; };
    ParameterRule rule;
    rule.decays = rank > 1 && !holds("cls_token") && !holds("pos_embed");
    if (name == logitScaleName)
        return {Part::Temperature, own(rates.temperature), false};
    if (begins("echo_encoder.") || name == "ecg_encoder.pos_embed_x")
        return {};
    if (begins("ecg_encoder.")) {
        constexpr const char* blocks = "ecg_encoder.blocks.";
        const int block = begins(blocks) ? std::stoi(name.substr(std::string(blocks).size())) : 0;
        rule.part = Part::EcgEncoder;
        rule.rate = rates.base * std::pow(rates.ecgDecay, ecgDepth - 1 - block);
    } else if (holds("_alignment_global_token")) {
        rule.part = Part::Projections;
        rule.rate = own(rates.projections);
    } else {
        rule.part = Part::Aggregators;
        rule.rate = own(rates.aggregators);
    }
    return rule;
}

} // namespace echo2ecg::training
