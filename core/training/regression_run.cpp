// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/regression_run.h"

#include "base/number_text.h"
#include "nn/torch_errors.h"
#include "training/run_record.h"

#include <array>
#include <cmath>
#include <set>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

// Inputs and patients by split; a patient in two of them ends it.
Json dataOf(const RegressionKind& kind, const std::vector<const LabelledInput*>& items, const std::string& sha256)
{
    std::array<std::size_t, 3> counts{};
    std::array<std::set<std::string>, 3> patients;
    for (const LabelledInput* item : items) {
        ++counts[std::size_t(item->split)];
        patients[std::size_t(item->split)].insert(item->patient);
    }
    for (const std::string& patient : patients[0])
        if (patients[1].count(patient) || patients[2].count(patient))
            throw Error(ErrorCode::Inconsistent, "the splits leak, nothing is trained: a patient of the training is in another split, too");
    return Json::object({{"sha256", sha256},
                         {kind.inputs, bySplit(counts)},
                         {"patients", bySplit({patients[0].size(), patients[1].size(), patients[2].size()})}});
}

std::string cardOf(const RegressionKind& kind, const nn::BundleInfo& info, const RegressionTraining& options, const Json& record)
{
    const Json &data = record.at("data"), &start = record.at("start");
    const auto count = [&](const char* what, const char* split) { return std::to_string(data.at(what).at(split).toInteger()); };
    std::string text = "# " + info.name + "\n\nTrained weights: " + kind.trained + ", by regression of phenotypes through one linear layer, which isn't kept. The rest is the start bundle's.\n";
    if (info.simulated)
        text += "**Trained on simulated patients.**\n";
    text += "\n- Intended use: " + info.intendedUse + "\n- Licence: " + info.licence + "\n- Start: " + start.at("name").toString() + " (`" + start.at("id").toString() +
            "`)\n- Learned from: " + count(kind.inputs, "train") + " " + kind.inputs + " of " + count("patients", "train") + " patients to train, " + count(kind.inputs, "val") + " of " + count("patients", "val") +
            " to validate; no patient is in two splits\n- SHA-256 of the data: `" + data.at("sha256").toString() + "`\n- Settings: `" + record.at("training").dump() + "`\n";
    const Json& history = record.at("history");
    if (history.size() > 0) {
        const Json& scores = history.items()[std::size_t(record.at("epoch_taken").toInteger() - 1)];
        text += "- Weights of epoch " + std::to_string(record.at("epoch_taken").toInteger()) + " of " + std::to_string(history.size()) + "\n";
        for (const std::string& target : options.targets)
            if (const Json* r = scores.find("val_" + target + "_r_by_study"))
                text += "- Validation by study: " + target + " r = " + base::fixedText(r->toNumber(), 2) + ", mean error " +
                        base::fixedText(scores.at("val_" + target + "_error_by_study").toNumber(), 1) + "\n";
    }
    return text + "\nThe bundle is accepted on a machine only when the outputs in `golden.safetensors` are reproduced there. Their inputs are made by formula.\n";
}

nn::BundleInfo describe(const RegressionKind& kind, const nn::BundleInfo& start, const RegressionTraining& options)
{
    nn::BundleInfo info = start;
    info.name = options.name.empty() ? start.name + ", " + kind.kind + " trained" : options.name;
    info.version = "1";
    if (!options.licence.empty())
        info.licence = options.licence;
    info.simulated = options.simulated || start.simulated;
    return info;
}

} // namespace

Json runRegression(const RegressionKind& kind, const std::filesystem::path& start, const std::vector<const LabelledInput*>& items, const std::string& dataSha256,
                   const RegressionTraining& options, Json settings, const MakeLearner& makeLearner, const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    return nn::inOurWords([&] {
        const RunFolder folder(out);
        const nn::BundleInfo from = nn::readBundleInfo(start);
        std::map<std::string, nn::StoredTensor> weights = nn::readBundleWeights(from);
        const nn::DeviceChoice device = nn::chooseDevice(options.allowCuda, options.threads);
        const LoopOptions loop = loopOptionsOf(options, options.rate);
        RunRecord record(folder, resume, kind.kind, std::move(settings), loop, dataOf(kind, items, dataSha256), Json::object({{"id", from.id}, {"name", from.name}}), device, job);

        const std::unique_ptr<RegressionLearner> learner = makeLearner(from, weights, device);
        record.add(trainLoop(*learner, folder, loop, record.identity(), job));

        for (auto& [name, tensor] : learner->encoderWeights())
            weights[name] = std::move(tensor);
        const nn::BundleInfo info = describe(kind, from, options);
        record.writeBundle(info, std::move(weights), cardOf(kind, info, options, record.json()), job);
        return record.json();
    });
}

} // namespace echo2ecg::training
