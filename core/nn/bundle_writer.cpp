// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/folder.h"
#include "base/sha256.h"
#include "base/whole_text.h"
#include "nn/bundle_files.h"
#include "nn/golden.h"
#include "nn/untrained.h"

#include <fstream>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

Json toJson(const BundleInfo& info)
{
    Json files = Json::object();
    for (const auto& [name, hash] : info.fileHashes)
        files.set(name, Json::object({{"sha256", hash}, {"bytes", std::filesystem::file_size(info.folder / name)}}));
    return Json::object({{"format", kBundleFormat},
                         {"id", info.id},
                         {"name", info.name},
                         {"version", info.version},
                         {"trained", info.trained},
                         {"simulated", info.simulated},
                         {"licence", info.licence},
                         {"intended_use", info.intendedUse},
                         {"classes", Json::object({{"lvef", Json::object({{"names", Json(info.lvefClassNames)},
                                                                          {"cutoffs", Json(info.lvefCutoffs)}})}})},
                         {"architecture", info.architecture.toJson()},
                         {"recipes", Json::object({{"ecg", info.ecgRecipe}, {"echo", info.echoRecipe}})},
                         {"files", std::move(files)}});
}

std::string defaultCard(const BundleInfo& info)
{
    const Architecture& a = info.architecture;
    long long parameters = 0;
    for (const TensorSpec& spec : tensorSpecs(a)) {
        long long count = 1;
        for (const long long length : spec.shape)
            count *= length;
        parameters += count;
    }
    std::string text = "# " + info.name + "\n\n";
    text += info.trained ? "Trained weights.\n"
                         : "**Untrained weights.** Every number made with this bundle is meaningless for medicine.\n";
    if (info.simulated)
        text += "Trained on simulated patients.\n";
    text += "\n- Identity: `" + info.id + "`, version " + info.version + "\n- Intended use: " + info.intendedUse +
            "\n- Licence: " + info.licence + "\n- Parameters: " + std::to_string(parameters) +
            "\n- ECG encoder: width " + std::to_string(a.ecg.width) + ", depth " + std::to_string(a.ecg.depth) + ", " +
            std::to_string(a.ecg.heads) + " heads; input " + std::to_string(a.ecg.leads) + " leads of " +
            std::to_string(a.ecg.windowSamples) + " samples\n- Echo encoder: " + std::to_string(a.echo.blocks.size()) +
            " blocks; input " + std::to_string(a.echo.frames) + " frames of " + std::to_string(a.echo.size) + " × " +
            std::to_string(a.echo.size) + " pixels\n- Aligned width: " + std::to_string(a.alignment.alignedWidth) +
            "\n\n";
    text += "The bundle is accepted on a machine only when the outputs in `golden.safetensors` are reproduced there. "
            "Their inputs are made by formula.\n";
    return text;
}

} // namespace

BundleInfo writeBundle(const std::filesystem::path& folder, const BundleInfo& description,
                       std::map<std::string, StoredTensor> weights, const std::string& card,
                       const base::JobContext& job)
{
    std::error_code failed;
    if (std::filesystem::exists(folder / "bundle.json", failed))
        throw Error(ErrorCode::Io, "the folder holds a bundle already", {folder, {}});
    base::makeFolder(folder);

    BundleInfo info = description;
    info.folder = folder;
    info.fileHashes.clear();
    if (info.ecgRecipe.isNull())
        info.ecgRecipe = Json::object();
    if (info.echoRecipe.isNull())
        info.echoRecipe = Json::object();
    const std::filesystem::path weightsFile = folder / kWeightsFile, goldenFile = folder / kGoldenFile;
    checkWeights(info.architecture, weights, weightsFile);
    job.throwIfCancelled();

    job.report({"writing weights", 0, 0, {}});
    {
        std::vector<StoredTensor> ordered;
        for (const TensorSpec& spec : tensorSpecs(info.architecture))
            ordered.push_back(std::move(weights.at(spec.name)));
        writeSafetensors(weightsFile, ordered, {{"format", "pt"}});
        for (StoredTensor& tensor : ordered) {
            const std::string name = tensor.name;
            weights.at(name) = std::move(tensor);
        }
    }
    info.fileHashes[kWeightsFile] = base::sha256OfFile(weightsFile);
    info.id = bundleId(info, info.fileHashes[kWeightsFile]);

    const Model model(info, weights, chooseDevice(false, 0));
    GoldenSet golden = computeGolden(model, job);
    writeSafetensors(goldenFile, golden.outputs, golden.inputChecksums);
    info.fileHashes[kGoldenFile] = base::sha256OfFile(goldenFile);
    base::writeWholeText(folder / "CARD.md", card.empty() ? defaultCard(info) : card);
    base::writeWholeText(folder / "bundle.json", toJson(info).dump(2) + "\n"); // last: without it the folder is no bundle
    return info;
}

BundleInfo writeUntrainedBundle(const std::filesystem::path& folder, const NewBundle& what, const base::JobContext& job)
{
    BundleInfo info;
    const bool random = what.weights == WeightSource::Random;
    info.name = !what.name.empty() ? what.name
                                   : (random ? "Untrained weights, seed " + std::to_string(what.seed)
                                             : std::string("Untrained weights by formula"));
    info.version = "1";
    info.licence = "CC0-1.0";
    info.intendedUse = "Testing the program. Not for research results, not for patients.";
    info.architecture = what.architecture;
    info.ecgRecipe = what.ecgRecipe;
    info.echoRecipe = what.echoRecipe;
    job.report({"making weights", 0, 0, {}});
    return writeBundle(folder, info, untrainedWeights(what.architecture, what.weights, what.seed), {}, job);
}

} // namespace echo2ecg::nn
