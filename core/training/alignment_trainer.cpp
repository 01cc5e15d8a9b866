// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/alignment_trainer.h"

#include "nn/bundle.h"
#include "nn/torch_errors.h"
#include "training/alignment_learner.h"
#include "training/run_record.h"

#include <cmath>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

std::string percent(const Json& scores, const char* key)
{
    const Json* value = scores.find(key);
    return value && value->isNumber() ? std::to_string(std::lround(1000 * value->toNumber()) / 10) + "." +
                                            std::to_string(std::lround(1000 * value->toNumber()) % 10) + " %"
                                      : std::string("–");
}

std::string cardOf(const nn::BundleInfo& info, const Json& record)
{
    const Json &data = record.at("data"), &pairs = data.at("pairs"), &patients = data.at("patients"), &start = record.at("start");
    std::string text = "# " + info.name + "\n\nTrained weights: the ECG encoder, the pooling of views and both alignment layers, by symmetric contrastive "
                                          "training on pairs of ECG and echo study. The echo encoder is the start bundle's.\n";
    if (info.simulated)
        text += "**Trained on simulated patients.**\n";
    const auto count = [](const Json& counts, const char* split) { return std::to_string(counts.at(split).toInteger()); };
    text += "\n- Intended use: " + info.intendedUse + "\n- Licence: " + info.licence + "\n- Start: " + start.at("name").toString() + " (`" +
            start.at("id").toString() + "`)\n- Pairs: " + count(pairs, "train") + " of " + count(patients, "train") + " patients to train, " +
            count(pairs, "val") + " of " + count(patients, "val") + " to validate; no patient is in two splits\n- SHA-256 of the data: `" +
            data.at("sha256").toString() + "`\n- Settings: `" + record.at("training").dump() + "`\n";
    const Json& history = record.at("history");
    if (history.size() > 0) {
        const Json& scores = history.items()[std::size_t(record.at("epoch_taken").toInteger() - 1)];
        text += "- Weights of epoch " + std::to_string(record.at("epoch_taken").toInteger()) + " of " + std::to_string(history.size()) +
                "\n- Validation: the own study is the nearest for " + percent(scores, "val_ecg_to_echo_p1") + " of the ECGs (by chance " +
                percent(scores, "val_ecg_to_echo_chance_p1") + ")\n";
    }
    return text + "\nThe bundle is accepted on a machine only when the outputs in `golden.safetensors` are reproduced there. Their inputs are made by "
                  "formula.\n";
}

nn::BundleInfo describe(const StartWeights& start, const AlignmentTraining& options)
{
    nn::BundleInfo info = start.info;
    info.name = options.name.empty() ? start.startName + ", trained" : options.name;
    info.version = "1";
    if (!options.licence.empty())
        info.licence = options.licence;
    info.trained = true;
    info.simulated = options.simulated || start.info.simulated;
    info.intendedUse = info.simulated ? "Showing and testing the program. Not for research results, not for patients."
                                      : "Research. Not for diagnosis or treatment.";
    return info;
}

} // namespace

Json trainAlignment(const std::filesystem::path& start, const PairSet& set, const AlignmentTraining& options,
                    const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    options.check();
    if (set.of(Split::Train).size() < 2)
        throw Error(ErrorCode::Unsuitable, "contrastive training needs two pairs at least");
    return nn::inOurWords([&] {
        const RunFolder folder(out);
        const StartWeights from = startWeights(start, options.pooling, options.seed);
        const nn::DeviceChoice device = nn::chooseDevice(options.allowCuda, options.threads);
        LoopOptions loop = loopOptionsOf(options, options.rates.base);
        loop.accumulate = options.accumulate;
        const Json startJson = Json::object({{"id", from.startId}, {"name", from.startName}, {"fresh_tensors", from.fresh}});
        RunRecord record(folder, resume, "alignment", options.toJson(), loop, set.toJson(), startJson, device, job);

        AlignmentLearner learner(from, set, options, device);
        const LoopResult result = trainLoop(learner, folder, loop, record.identity(), job);
        record.add(result);
        record.set("temperature", learner.temperature());

        nn::BundleInfo info = describe(from, options);
        record.writeBundle(info, learner.weights(), cardOf(info, record.json()), job);
        return record.json();
    });
}

} // namespace echo2ecg::training
