// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/bundle_facts.h"
#include "inference/device_engine.h"
#include "inference/plugin_loader.h"

#include <algorithm>
#include <sstream>

namespace echo2ecg::inference {

namespace {

EngineFacts factsOf(const BundleFacts& bundle)
{
    EngineFacts facts;
    facts.bundleId = bundle.json.at("id").toString();
    facts.bundleName = bundle.json.value("name", "");
    facts.bundleVersion = bundle.json.value("version", "");
    facts.licence = bundle.json.value("licence", "");
    facts.trained = bundle.json.value("trained", false);
    facts.simulated = bundle.json.value("simulated", false);
    facts.canRetrieve = bundle.json.value("can_retrieve", true);
    const base::Json& classes = bundle.json.at("classes").at("lvef");
    for (const base::Json& text : classes.at("names").items())
        facts.lvefClassNames.push_back(text.toString());
    for (const base::Json& cutoff : classes.at("cutoffs").items())
        facts.lvefCutoffs.push_back(cutoff.toNumber());
    facts.ecgRecipe = bundle.ecgRecipe;
    facts.echoRecipe = bundle.echoRecipe;
    facts.ecgRecipeHash = bundle.ecgRecipe.hash();
    facts.echoRecipeHash = bundle.echoRecipe.hash();
    facts.tokenWidth = bundle.shapes.tokenWidth;
    facts.alignedWidth = bundle.shapes.alignedWidth;
    return facts;
}

// The first golden tensor that doesn't reproduce.
std::optional<plugin::GoldenCheck> failedGolden(plugin::Networks& networks, const std::filesystem::path& folder,
                                                const base::JobContext& job)
{
    job.report({"checking golden tensors", 0, 0, "tensors"});
    std::vector<plugin::GoldenCheck> checks;
    plugin::raise(networks.verifyGolden(job, checks));
    if (checks.empty())
        throw base::Error(base::ErrorCode::Mismatch, "the bundle has no golden tensors to check",
                          base::Place{folder, {}});
    const auto failed = std::find_if(checks.begin(), checks.end(), [](const auto& check) { return !check.ok; });
    return failed == checks.end() ? std::nullopt : std::optional(*failed);
}

std::string describe(const plugin::GoldenCheck& check)
{
    std::ostringstream sentence;
    sentence << "golden tensor " << check.name << " is off by " << check.largestError << ", allowed is "
             << check.tolerance;
    return sentence.str();
}

std::unique_ptr<plugin::Networks> openNetworks(const std::filesystem::path& bundle, const DeviceOptions& device,
                                               bool verify, const base::JobContext& job)
{
    job.report({"loading weights", 0, 0, {}});
    std::unique_ptr<plugin::Networks> networks;
    plugin::raise(plugin::functions().open({bundle, device}, job, networks));
    const bool reduced = networks->reducedPrecision();
    if (device.reducedPrecision && !reduced)
        job.note({"precision", "this machine has no faster half precision: float32 is used", {}});
    if (!verify && !reduced)
        return networks;
    const auto failed = failedGolden(*networks, bundle, job);
    if (!failed)
        return networks;
    if (!reduced)
        throw base::Error(base::ErrorCode::Mismatch,
                          "the bundle doesn't reproduce on this machine: " + describe(*failed),
                          base::Place{bundle, failed->name});
    job.note({"precision",
              "half precision changes this bundle's embeddings too much, float32 is used: " + describe(*failed),
              {}});
    networks.reset();
    DeviceOptions full = device;
    full.reducedPrecision = false;
    return openNetworks(bundle, full, verify, job);
}

} // namespace

std::unique_ptr<Engine> loadEngine(const std::filesystem::path& bundle, const EngineOptions& options,
                                   const base::JobContext& job)
{
    job.throwIfCancelled();
    job.report({"opening the bundle", 0, 0, {}});
    const BundleFacts read = readBundleFacts(bundle);
    EngineParts parts;
    parts.facts = factsOf(read);
    parts.shapes = read.shapes;
    parts.openNetworks = [&] { return openNetworks(bundle, options, options.verifyGolden, job); };
    return makeEngine(std::move(parts), options, job);
}

} // namespace echo2ecg::inference
