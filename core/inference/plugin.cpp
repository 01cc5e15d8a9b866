// SPDX-License-Identifier: GPL-3.0-or-later
// The plug-in side: core/nn behind functions that don't throw.
#include "inference/plugin.h"

#include "inference/plugin_guard.h"
#include "inference/plugin_training.h"
#include "nn/bundle.h"
#include "nn/bundle_import.h"
#include "nn/model.h"
#include "nn/saliency.h"

#include <optional>

namespace echo2ecg::inference::plugin {

namespace {

Shapes shapesOf(const nn::Architecture& architecture)
{
    Shapes shapes;
    shapes.ecgWindow = architecture.ecg.windowSamples;
    shapes.echoFrames = architecture.echo.frames;
    shapes.echoSize = architecture.echo.size;
    shapes.maxViews = architecture.alignment.maxViews;
    shapes.tokenWidth = architecture.ecg.width;
    shapes.clipWidth = architecture.echo.embedding;
    shapes.studyWidth = architecture.alignment.studyWidth;
    shapes.alignedWidth = architecture.alignment.alignedWidth;
    return shapes;
}

// By name, or written out as bundle.json has it.
nn::Architecture architectureNamed(const std::string& name)
{
    if (name.starts_with('{'))
        return nn::Architecture::fromJson(base::Json::parse(name));
    if (name == "published")
        return nn::Architecture::published();
    if (name == "small")
        return nn::Architecture::small();
    throw base::Error(base::ErrorCode::Unsupported, "no architecture is called \"" + name + "\": published or small");
}

base::Json parameterCounts(const nn::Architecture& architecture)
{
    base::Json counts = base::Json::object();
    std::int64_t total = 0;
    for (const nn::TensorSpec& spec : nn::tensorSpecs(architecture)) {
        std::int64_t count = 1;
        for (long long extent : spec.shape)
            count *= extent;
        const std::string part = spec.name.substr(0, spec.name.find('.'));
        counts.set(part, counts.value(part, std::int64_t(0)) + count);
        total += count;
    }
    counts.set("total", total);
    return counts;
}

base::Json infoOf(const nn::BundleInfo& info)
{
    base::Json files = base::Json::object();
    for (const auto& [file, hash] : info.fileHashes)
        files.set(file, hash);
    return base::Json::object(
        {{"folder", info.folder.string()},
         {"id", info.id},
         {"name", info.name},
         {"version", info.version},
         {"licence", info.licence},
         {"intended_use", info.intendedUse},
         {"trained", info.trained},
         {"simulated", info.simulated},
         {"can_retrieve", info.canRetrieve()},
         {"classes", base::Json::object({{"lvef", base::Json::object({{"names", info.lvefClassNames},
                                                                      {"cutoffs", info.lvefCutoffs}})}})},
         {"parameters", parameterCounts(info.architecture)},
         {"recipes", base::Json::object({{"ecg", info.ecgRecipe}, {"echo", info.echoRecipe}})},
         {"architecture", info.architecture.toJson()},
         {"files", files}});
}

class BundleExplanation final : public Explanation
{
public:
    explicit BundleExplanation(std::unique_ptr<nn::SaliencyRun> run) : m_run(std::move(run)) {}

    Outcome advance(bool& done) noexcept override
    {
        return guarded([&] { done = !m_run->advance(); });
    }
    int stepsDone() const noexcept override { return m_run->stepsDone(); }
    int stepsPlanned() const noexcept override { return m_run->stepsPlanned(); }
    Outcome result(SaliencyVectors& vectors) noexcept override
    {
        return guarded([&] {
            nn::Saliency s = m_run->result();
            vectors = {s.leads,  s.columns,           s.patches, std::move(s.values), std::move(s.perPatch),
                       s.change, s.completenessError, s.points};
        });
    }

private:
    std::unique_ptr<nn::SaliencyRun> m_run;
};

class BundleNetworks final : public Networks
{
public:
    explicit BundleNetworks(const OpenRequest& request)
        : m_info(nn::readBundleInfo(request.bundle)), m_options(request.device)
    {
        load(m_options.allowCuda);
    }

    std::string device() const noexcept override { return m_device.description; }
    bool onGpu() const noexcept override { return m_device.kind == nn::DeviceKind::Cuda; }

    Outcome ecgTokens(const float* input, int batch, std::vector<float>& tokens) noexcept override
    {
        return guarded([&] { tokens = model().ecgTokens(input, batch); });
    }
    Outcome alignEcg(const float* tokens, int batch, std::vector<float>& aligned) noexcept override
    {
        return guarded([&] { aligned = model().alignEcg(tokens, batch); });
    }
    Outcome echoClips(const float* input, int batch, std::vector<float>& embeddings) noexcept override
    {
        return guarded([&] { embeddings = model().echoClips(input, batch); });
    }
    Outcome study(const float* clips, int views, StudyVectors& result) noexcept override
    {
        return guarded([&] {
            nn::Model::Study study = model().study(clips, views);
            result = {std::move(study.token), std::move(study.aligned), std::move(study.viewWeights)};
        });
    }
    Outcome verifyGolden(const base::JobContext& job, std::vector<GoldenCheck>& checks) noexcept override
    {
        return guarded([&] {
            for (const nn::GoldenCheck& check : nn::verifyGolden(model(), job))
                checks.push_back({check.name, check.largestError, check.tolerance, check.ok()});
        });
    }
    Outcome moveToCpu() noexcept override
    {
        return guarded([&] {
            m_model.reset();
            m_explainer.reset();
            load(false);
        });
    }
    bool reducedPrecision() const noexcept override { return m_device.precision != nn::Precision::Float32; }
    int itemsAtOnce() const noexcept override { return m_model ? m_model->itemsAtOnce() : 1; }
    Outcome explainEcg(const float* input, Saliency method, std::unique_ptr<Explanation>& explanation) noexcept override
    {
        return guarded([&] {
            if (!m_explainer)
                m_explainer.emplace(m_info.architecture, nn::readBundleWeights(m_info), m_device);
            explanation = std::make_unique<BundleExplanation>(m_explainer->start(
                input, method == Saliency::AttentionRollout ? nn::SaliencyMethod::AttentionRollout
                                                            : nn::SaliencyMethod::IntegratedGradients));
        });
    }

private:
    void load(bool allowCuda)
    {
        m_device = nn::chooseDevice(allowCuda, m_options.threads, m_options.reducedPrecision);
        m_model.emplace(m_info, nn::readBundleWeights(m_info), m_device);
    }
    const nn::Model& model() const
    {
        if (!m_model)
            throw base::Error(base::ErrorCode::Device, "the networks couldn't be moved to the CPU");
        return *m_model;
    }

    nn::BundleInfo m_info;
    DeviceOptions m_options;
    nn::DeviceChoice m_device;
    std::optional<nn::Model> m_model;
    std::optional<nn::EcgExplainer> m_explainer; // made when first asked for
};

Outcome openBundle(const OpenRequest& request, const base::JobContext& job,
                   std::unique_ptr<Networks>& networks) noexcept
{
    return guarded([&] {
        job.throwIfCancelled();
        networks = std::make_unique<BundleNetworks>(request);
    });
}

Outcome readInfo(const std::filesystem::path& bundle, base::Json& json, Shapes& shapes) noexcept
{
    return guarded([&] {
        const nn::BundleInfo info = nn::readBundleInfo(bundle);
        json = infoOf(info);
        shapes = shapesOf(info.architecture);
    });
}

Outcome verify(const OpenRequest& request, const base::JobContext& job, std::vector<GoldenCheck>& checks,
               std::string& device) noexcept
{
    Outcome golden;
    const Outcome opened = guarded([&] {
        BundleNetworks networks(request);
        device = networks.device();
        golden = networks.verifyGolden(job, checks);
    });
    return opened.failed ? opened : golden;
}

Outcome namedShapes(const std::string& architecture, Shapes& shapes) noexcept
{
    return guarded([&] { shapes = shapesOf(architectureNamed(architecture)); });
}

Outcome create(const CreateRequest& request, const base::JobContext& job) noexcept
{
    return guarded([&] {
        nn::NewBundle bundle;
        bundle.architecture = architectureNamed(request.architecture);
        if (request.kind == "formula")
            bundle.weights = nn::WeightSource::Formula;
        else if (request.kind != "random")
            throw base::Error(base::ErrorCode::Unsupported,
                              "no kind of bundle is called \"" + request.kind + "\": random or formula");
        bundle.seed = request.seed;
        bundle.name = request.name;
        bundle.ecgRecipe = request.ecgRecipe;
        bundle.echoRecipe = request.echoRecipe;
        nn::writeUntrainedBundle(request.folder, bundle, job);
    });
}

Outcome provoke(int code, bool parse) noexcept
{
    return guarded([&] {
        const auto errorCode = base::ErrorCode(code);
        if (errorCode == base::ErrorCode::Cancelled)
            throw base::Cancelled();
        if (parse)
            throw base::ParseError(errorCode, "provoked", base::Place{"provoked.file", "here"});
        throw base::Error(errorCode, "provoked", base::Place{"provoked.file", "here"});
    });
}

nn::ImportRole roleNamed(const std::string& name)
{
    constexpr std::pair<const char*, nn::ImportRole> roles[] = {
        {"", nn::ImportRole::Any},
        {"ecg", nn::ImportRole::Ecg},
        {"echo", nn::ImportRole::Echo},
        {"aggregator", nn::ImportRole::Aggregator},
        {"projection", nn::ImportRole::Projection},
        {"view_aggregator", nn::ImportRole::ViewAggregator},
        {"ecg_alignment", nn::ImportRole::EcgAlignment},
        {"echo_alignment", nn::ImportRole::EchoAlignment},
    };
    for (const auto& [text, role] : roles)
        if (name == text)
            return role;
    throw base::Error(base::ErrorCode::Unsupported, "no part of a model is called \"" + name + "\"");
}

Outcome importWeights(const ImportRequest& request, const base::JobContext& job, base::Json& report) noexcept
{
    return guarded([&] {
        nn::ImportRequest asked;
        for (const WeightFile& file : request.files)
            asked.sources.push_back({file.file, roleNamed(file.role)});
        asked.ecgRecipe = request.ecgRecipe;
        asked.echoRecipe = request.echoRecipe;
        asked.name = request.name;
        asked.licence = request.licence;
        asked.trained = request.trained;
        report = (request.folder.empty() ? nn::inspectImport(asked, job) : nn::importBundle(asked, request.folder, job))
                     .toJson();
    });
}

Outcome exportWeights(const std::filesystem::path& bundle, const std::filesystem::path& file,
                      const base::JobContext& job) noexcept
{
    return guarded([&] { nn::exportWeights(nn::readBundleInfo(bundle), file, job); });
}

const Functions functions{abiVersion, openBundle,    readInfo,      verify,         namedShapes,     create,
                          provoke,    importWeights, exportWeights, trainAlignment, trainEchoEncoder, trainEcgEncoder};

} // namespace

} // namespace echo2ecg::inference::plugin

extern "C" const echo2ecg::inference::plugin::Functions* echo2ecg_inference_plugin(std::uint32_t abiVersion)
{
    return abiVersion == echo2ecg::inference::plugin::abiVersion ? &echo2ecg::inference::plugin::functions : nullptr;
}
