// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/bundles.h"

#include "ecg/recipe.h"
#include "echo/recipe.h"
#include "inference/bundle_facts.h"
#include "inference/bundle_recipes.h"
#include "inference/plugin_loader.h"

namespace echo2ecg::inference {

namespace {

// Takes back what an import that didn't end well left behind: its files, and the folder where it made that too.
class UnfinishedBundle
{
public:
    explicit UnfinishedBundle(const std::filesystem::path& folder) : m_folder(folder)
    {
        std::error_code ignored;
        m_folderIsNew = !std::filesystem::exists(folder, ignored);
        for (const char* name : {"weights.safetensors", "golden.safetensors", "CARD.md"})
            for (const char* end : {"", ".part"})
                if (const auto file = folder / (std::string(name) + end); !std::filesystem::exists(file, ignored))
                    m_files.push_back(file);
    }
    ~UnfinishedBundle()
    {
        std::error_code ignored;
        for (const auto& file : m_files)
            std::filesystem::remove(file, ignored);
        if (m_folderIsNew && !m_files.empty())
            std::filesystem::remove(m_folder, ignored); // only when it is empty
    }
    UnfinishedBundle(const UnfinishedBundle&) = delete;
    UnfinishedBundle& operator=(const UnfinishedBundle&) = delete;
    void isFinished() { m_files.clear(); }

private:
    std::filesystem::path m_folder;
    std::vector<std::filesystem::path> m_files; // that weren't there before
    bool m_folderIsNew = false;
};

} // namespace

BundleFacts readBundleFacts(const std::filesystem::path& folder)
{
    BundleFacts facts;
    plugin::raise(plugin::functions().info(folder, facts.json, facts.shapes));
    try {
        const base::Json& recipes = facts.json.at("recipes");
        facts.ecgRecipe = ecg::EcgRecipe::fromJson(recipes.at("ecg"));
        facts.echoRecipe = echo::EchoRecipe::fromJson(recipes.at("echo"));
    } catch (const base::Error& error) {
        throw base::ParseError(error.code(), error.sentence(),
                               base::Place{folder / "bundle.json", error.place().where});
    }
    const auto expect = [&](const char* what, int recipe, int architecture) {
        if (recipe != architecture)
            throw base::Error(base::ErrorCode::Mismatch,
                              std::string("the recipe and the architecture contradict each other: ") + what + " is " +
                                  std::to_string(recipe) + " in the recipe, " + std::to_string(architecture) +
                                  " in the architecture",
                              base::Place{folder / "bundle.json", what});
    };
    expect("samples of the ECG window", facts.ecgRecipe.windowSamples, facts.shapes.ecgWindow);
    expect("frames of a clip", facts.echoRecipe.frames, facts.shapes.echoFrames);
    expect("size of a frame", facts.echoRecipe.size, facts.shapes.echoSize);
    if (facts.echoRecipe.maxViews > facts.shapes.maxViews || facts.echoRecipe.maxViews < 1)
        expect("views of a study", facts.echoRecipe.maxViews, facts.shapes.maxViews);
    return facts;
}

namespace {

base::Json informationOf(const BundleFacts& facts)
{
    base::Json info = facts.json;
    const base::Json recipes = info.at("recipes");
    const auto described = [](const base::Json& fields, const std::string& hash, const std::string& text) {
        return base::Json::object({{"hash", hash}, {"describe", text}, {"fields", fields}});
    };
    info.set("recipes",
             base::Json::object(
                 {{"ecg", described(recipes.at("ecg"), facts.ecgRecipe.hash(), facts.ecgRecipe.describe())},
                  {"echo", described(recipes.at("echo"), facts.echoRecipe.hash(), facts.echoRecipe.describe())}}));
    return info;
}

} // namespace

base::Json bundleInfo(const std::filesystem::path& folder)
{
    return informationOf(readBundleFacts(folder));
}

BundleRecipes readRecipes(const std::filesystem::path& bundle)
{
    const BundleFacts facts = readBundleFacts(bundle);
    return {informationOf(facts), facts.json.at("id").toString(), facts.json.at("trained").toBool(), facts.ecgRecipe, facts.echoRecipe};
}

base::Json createBundle(const std::filesystem::path& folder, const std::string& kind, const std::string& architecture,
                        std::uint64_t seed, const base::JobContext& job)
{
    const plugin::Functions& functions = plugin::functions();
    plugin::Shapes shapes;
    plugin::raise(functions.shapes(architecture, shapes));

    // The reference's recipes, with the sizes that this architecture takes.
    ecg::EcgRecipe ecgRecipe;
    ecgRecipe.windowSamples = shapes.ecgWindow;
    echo::EchoRecipe echoRecipe;
    echoRecipe.frames = shapes.echoFrames;
    echoRecipe.size = shapes.echoSize;
    echoRecipe.maxViews = shapes.maxViews;

    plugin::CreateRequest request;
    request.folder = folder;
    request.kind = kind;
    request.architecture = architecture;
    request.seed = seed;
    request.name = kind + " " + architecture + (kind == "random" ? " " + std::to_string(seed) : std::string());
    request.ecgRecipe = ecgRecipe.toJson();
    request.echoRecipe = echoRecipe.toJson();
    plugin::raise(functions.create(request, job));
    return bundleInfo(folder);
}

base::Json createDesigned(const std::filesystem::path& folder, const base::Json& design, std::uint64_t seed, const base::JobContext& job)
{
    plugin::CreateRequest request;
    request.folder = folder;
    request.kind = "random";
    request.architecture = design.at("architecture").dump();
    request.seed = seed;
    request.name = design.at("name").toString();
    request.ecgRecipe = ecg::EcgRecipe::fromJson(design.at("recipes").at("ecg")).toJson();
    request.echoRecipe = echo::EchoRecipe::fromJson(design.at("recipes").at("echo")).toJson();
    plugin::raise(plugin::functions().create(request, job));
    return bundleInfo(folder);
}

base::Json createUntrainedLike(const std::filesystem::path& folder, const std::filesystem::path& bundle,
                               std::uint64_t seed, const base::JobContext& job)
{
    const BundleFacts facts = readBundleFacts(bundle);
    plugin::CreateRequest request;
    request.folder = folder;
    request.kind = "random";
    request.architecture = facts.json.at("architecture").dump();
    request.seed = seed;
    request.name = "random weights " + std::to_string(seed);
    request.ecgRecipe = facts.ecgRecipe.toJson();
    request.echoRecipe = facts.echoRecipe.toJson();
    plugin::raise(plugin::functions().create(request, job));
    return bundleInfo(folder);
}

base::Json importBundle(const WeightsToImport& weights, const std::filesystem::path& folder,
                        const base::JobContext& job)
{
    const plugin::Functions& functions = plugin::functions();
    // Said before minutes are spent on the weights.
    std::error_code ignored;
    if (!folder.empty() && std::filesystem::exists(folder / "bundle.json", ignored))
        throw base::Error(base::ErrorCode::Io, "the folder holds a bundle already", {folder, {}});
    plugin::ImportRequest request;
    for (const WeightsToImport::File& file : weights.files)
        request.files.push_back({file.role, file.file});
    request.name = weights.name;
    request.licence = weights.licence;
    request.trained = weights.trained;
    ecg::EcgRecipe ecgRecipe;
    echo::EchoRecipe echoRecipe;
    if (!weights.recipes.isNull()) {
        ecgRecipe = ecg::EcgRecipe::fromJson(weights.recipes.at("ecg"));
        echoRecipe = echo::EchoRecipe::fromJson(weights.recipes.at("echo"));
    }
    request.ecgRecipe = ecgRecipe.toJson();

    // First what they are: the recipes must fit the sizes that the shapes tell.
    base::Json report;
    plugin::raise(functions.import(request, job, report));
    if (folder.empty() || !report.at("complete").toBool())
        return report;
    const base::Json& architecture = report.at("architecture");
    const auto size = [&](const char* part, const char* field) {
        return int(architecture.at(part).at(field).toInteger());
    };
    if (weights.recipes.isNull()) {
        ecgRecipe.windowSamples = size("ecg", "window_samples");
        echoRecipe.frames = size("echo", "frames");
        echoRecipe.size = size("echo", "size");
        echoRecipe.maxViews = size("alignment", "max_views");
    }
    if (ecgRecipe.windowSamples != size("ecg", "window_samples") || echoRecipe.frames != size("echo", "frames") ||
        echoRecipe.size != size("echo", "size") || echoRecipe.maxViews > size("alignment", "max_views"))
        throw base::Error(base::ErrorCode::Mismatch,
                          "the recipes don't fit the weights: window, frames, frame size or number of views differ");
    request.ecgRecipe = ecgRecipe.toJson();
    request.echoRecipe = echoRecipe.toJson();
    request.folder = folder;
    UnfinishedBundle unfinished(folder);
    plugin::raise(functions.import(request, job, report));
    unfinished.isFinished();
    return report;
}

void exportBundle(const std::filesystem::path& folder, const std::filesystem::path& file, const base::JobContext& job)
{
    plugin::raise(plugin::functions().exportWeights(folder, file, job));
}

base::Json verifyBundle(const std::filesystem::path& folder, const DeviceOptions& device, const base::JobContext& job)
{
    readBundleFacts(folder);
    std::vector<plugin::GoldenCheck> checks;
    std::string deviceName;
    plugin::raise(plugin::functions().verify({folder, device}, job, checks, deviceName));
    base::Json list = base::Json::array();
    bool ok = !checks.empty();
    for (const plugin::GoldenCheck& check : checks) {
        ok = ok && check.ok;
        list.push(base::Json::object({{"name", check.name},
                                      {"largest_error", check.largestError},
                                      {"tolerance", check.tolerance},
                                      {"ok", check.ok}}));
    }
    return base::Json::object({{"ok", ok}, {"checks", list}, {"device", deviceName}});
}

} // namespace echo2ecg::inference
