// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/bundle_facts.h"
#include "inference/device_engine.h"
#include "inference/plugin_loader.h"

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

void refuseUnlessGolden(plugin::Networks& networks, const std::filesystem::path& folder, const base::JobContext& job)
{
    job.report({"checking golden tensors", 0, 0, "tensors"});
    std::vector<plugin::GoldenCheck> checks;
    plugin::raise(networks.verifyGolden(job, checks));
    if (checks.empty())
        throw base::Error(base::ErrorCode::Mismatch, "the bundle has no golden tensors to check",
                          base::Place{folder, {}});
    for (const plugin::GoldenCheck& check : checks) {
        if (check.ok)
            continue;
        std::ostringstream sentence;
        sentence << "the bundle doesn't reproduce on this machine: golden tensor " << check.name << " is off by "
                 << check.largestError << ", allowed is " << check.tolerance;
        throw base::Error(base::ErrorCode::Mismatch, sentence.str(), base::Place{folder, check.name});
    }
}

} // namespace

std::unique_ptr<Engine> loadEngine(const std::filesystem::path& bundle, const EngineOptions& options,
                                   const base::JobContext& job)
{
    job.throwIfCancelled();
    job.report({"opening the bundle", 0, 0, {}});
    const plugin::Functions& functions = plugin::functions();
    const BundleFacts read = readBundleFacts(bundle);
    EngineParts parts;
    parts.facts = factsOf(read);
    parts.shapes = read.shapes;
    parts.openNetworks = [&] {
        job.report({"loading weights", 0, 0, {}});
        std::unique_ptr<plugin::Networks> networks;
        plugin::raise(functions.open({bundle, options.allowCuda, options.threads}, job, networks));
        if (options.verifyGolden)
            refuseUnlessGolden(*networks, bundle, job);
        return networks;
    };
    return makeEngine(std::move(parts), options, job);
}

} // namespace echo2ecg::inference
