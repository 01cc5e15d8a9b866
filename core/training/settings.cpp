// SPDX-License-Identifier: GPL-3.0-or-later
// What a person chooses of a training, checked and written out; without the networks, so that whoever asks needs no LibTorch.
#include "training/alignment_trainer.h"
#include "training/ecg_trainer.h"
#include "training/echo_trainer.h"

#include <cmath>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

void need(bool ok, const char* sentence)
{
    if (!ok)
        throw Error(ErrorCode::Unsupported, sentence);
}

const char* nameOf(Pooling pooling)
{
    constexpr const char* names[] = {"keep", "attention", "mean", "cls", "single"};
    return names[int(pooling)];
}

} // namespace

Json AlignmentTraining::toJson() const
{
    return Json::object({{"batch", batch},
                         {"rates", rates.toJson()},
                         {"temperature", temperature},
                         {"learn_temperature", learnTemperature},
                         {"lambda", lambda},
                         {"pooling", nameOf(pooling)},
                         {"view_dropout", viewDropout},
                         {"augment", augment.toJson()},
                         {"seed", seed}});
}

void AlignmentTraining::check() const
{
    need(batch >= 2 && batch <= 65536, "a batch holds from 2 to 65,536 pairs: each is told from the others");
    need(std::isfinite(temperature) && temperature > 0, "the temperature is more than 0");
    need(!learnTemperature || (temperature >= 0.01 && temperature <= 1), "a temperature that is learned is between 0.01 and 1");
    need(lambda >= 0 && lambda <= 1, "lambda is between 0 and 1");
    need(viewDropout >= 0 && viewDropout < 1, "the probability of view dropout is at least 0 and less than 1");
    rates.check();
    augment.check();
}

Json RegressionTraining::toJson() const
{
    return Json::object({{"batch", batch}, {"rate", rate}, {"weight_decay", weightDecay}, {"targets", targets}, {"seed", seed}});
}

void RegressionTraining::check() const
{
    need(batch >= 1 && batch <= 65536, "a batch holds from 1 to 65,536 items");
    need(!targets.empty(), "no phenotype is named to be regressed");
    need(std::isfinite(rate) && rate > 0, "the learning rate is more than 0");
    need(std::isfinite(weightDecay) && weightDecay >= 0, "the weight decay is at least 0");
}

Json EchoTraining::toJson() const
{
    Json json = RegressionTraining::toJson();
    json.set("most_shift", mostShift);
    json.set("gain", gain);
    json.set("mean", Json::object({{"r", mean[0]}, {"g", mean[1]}, {"b", mean[2]}}));
    json.set("std", Json::object({{"r", std[0]}, {"g", std[1]}, {"b", std[2]}}));
    return json;
}

void EchoTraining::check() const
{
    RegressionTraining::check();
    need(mostShift >= 0 && mostShift < 0.5, "a clip is moved by less than half of its size");
    need(gain >= 0 && gain < 1, "the change of brightness is at least 0 and less than 1");
    for (const double deviation : std)
        need(deviation > 0, "the deviations of the colours are more than 0");
}

Json EcgTraining::toJson() const
{
    Json json = RegressionTraining::toJson();
    json.set("augment", augment.toJson());
    return json;
}

void EcgTraining::check() const
{
    RegressionTraining::check();
    augment.check();
}

} // namespace echo2ecg::training
