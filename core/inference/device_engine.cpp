// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/device_engine.h"

#include "base/sha256.h"
#include "ecg/preprocess.h"
#include "ecg/quality_gate.h"
#include "inference/device_worker.h"
#include "inference/study_job.h"

#include <cmath>

namespace echo2ecg::inference {

namespace {

echo::PreprocessedClip preprocessFile(const echo::EchoClip& clip, const echo::EchoRecipe& recipe,
                                      const base::CancelToken& cancel)
{
    return echo::preprocess(clip, recipe, cancel);
}

// One window after another as one explanation along time. Their tokens' mean is what the ECG gets, so each counts its share.
plugin::SaliencyVectors alongTime(const std::vector<plugin::SaliencyVectors>& windows)
{
    if (windows.size() == 1)
        return windows.front();
    plugin::SaliencyVectors all;
    all.leads = windows.front().leads;
    const float share = 1.0f / float(windows.size());
    for (const plugin::SaliencyVectors& one : windows) {
        all.columns += one.columns;
        all.patches += one.patches;
        all.change += one.change * double(share);
        all.completenessError += one.completenessError * one.change * double(share);
        all.points += one.points;
    }
    all.completenessError = all.change > 0 ? all.completenessError / all.change : 0;
    const auto append = [&](std::vector<float>& out, const std::vector<float>& matrix, int lead, int columns) {
        for (int i = 0; i < columns; ++i)
            out.push_back(share * matrix[std::size_t(lead) * std::size_t(columns) + std::size_t(i)]);
    };
    for (int lead = 0; lead < all.leads; ++lead)
        for (const plugin::SaliencyVectors& one : windows) {
            append(all.values, one.values, lead, one.columns);
            append(all.perPatch, one.perPatch, lead, one.patches);
        }
    return all;
}

class DeviceEngine final : public Engine
{
public:
    DeviceEngine(EngineParts parts, const EngineOptions& options, const base::JobContext& job)
        : m_facts(std::move(parts.facts)), m_shapes(parts.shapes),
          m_preprocess(parts.preprocessClip ? std::move(parts.preprocessClip) : preprocessFile), m_options(options),
          m_cache(options.store)
    {
        // LibTorch keeps a number of threads per calling thread, so even the loading happens where the work will.
        m_worker.run(DeviceWorker::Urgency::Normal, job.cancel, [&] {
            std::unique_ptr<plugin::Networks> networks = parts.openNetworks();
            if (networks->reducedPrecision()) // never to be mixed with what float32 makes
                m_facts.bundleId += "-half";
            m_device = std::make_unique<Device>(std::move(networks), m_shapes, m_options.batch);
        });
        m_facts.device = m_device->name();
    }

    ~DeviceEngine() override
    {
        m_worker.run(DeviceWorker::Urgency::Normal, {}, [&] { m_device.reset(); });
    }

    const EngineFacts& facts() const override { return m_facts; }
    std::string device() const override { return m_device->name(); }

    EcgEmbedding embed(const ecg::EcgRecord& record, const base::JobContext& job) override
    {
        job.throwIfCancelled();
        EcgEmbedding result;
        const std::string input = record.signalHash();
        result.tokenKey = {input, m_facts.bundleId, m_facts.ecgRecipeHash, Space::EcgToken};
        result.alignedKey = {input, m_facts.bundleId, m_facts.ecgRecipeHash, Space::EcgAligned};

        if (m_options.store && fromStore(result, job))
            return result;
        ecg::PreprocessedEcg prepared = ecg::preprocess(record, m_facts.ecgRecipe);
        result.warnings = std::move(prepared.warnings);
        m_worker.run(DeviceWorker::Urgency::Urgent, job.cancel, [&] {
            job.throwIfCancelled();
            result.token = m_device->ecgToken(prepared.input, prepared.windows, job);
            m_cache.store(result.tokenKey, result.token, job);
            if (!m_facts.canRetrieve)
                return;
            result.aligned = m_device->alignEcg(result.token, job);
            m_cache.store(result.alignedKey, result.aligned, job);
        });
        return result;
    }

    EcgSaliency explain(const ecg::EcgRecord& record, SaliencyMethod method, const base::JobContext& job) override
    {
        job.throwIfCancelled();
        for (const ecg::Finding& finding : ecg::checkQuality(record, m_facts.ecgRecipe))
            if (finding.severity == ecg::Severity::Block)
                throw base::Error(base::ErrorCode::Unsuitable, finding.sentence, {record.file, {}});
        const ecg::PreprocessedEcg prepared = ecg::preprocess(record, m_facts.ecgRecipe);
        std::vector<plugin::SaliencyVectors> windows;
        const std::size_t inputSize = prepared.input.size() / std::size_t(prepared.windows);
        base::JobContext part = job; // one bar for all windows
        part.onProgress = [&](base::Progress progress) {
            progress.done += std::int64_t(windows.size()) * progress.total;
            progress.total *= prepared.windows;
            job.report(std::move(progress));
        };
        // Somebody waits for it, so it doesn't queue behind the clips of a study.
        m_worker.run(DeviceWorker::Urgency::Urgent, job.cancel, [&] {
            const auto asked = method == SaliencyMethod::AttentionRollout ? plugin::Saliency::AttentionRollout
                                                                          : plugin::Saliency::IntegratedGradients;
            for (int window = 0; window < prepared.windows; ++window)
                windows.push_back(m_device->explainEcg(prepared.input.data() + std::size_t(window) * inputSize, asked, part, [&] {
                    job.throwIfCancelled();
                    m_worker.serveUrgent();
                }));
        });
        plugin::SaliencyVectors vectors = alongTime(windows);
        if (vectors.leads != int(ecg::leadCount))
            throw base::Error(base::ErrorCode::Internal, "the networks explained another number of leads");
        EcgSaliency result;
        result.method = method;
        result.values = std::move(vectors.values);
        result.columns = vectors.columns;
        result.perPatch = std::move(vectors.perPatch);
        result.patches = vectors.patches;
        result.startSeconds = m_facts.ecgRecipe.windowStart / prepared.samplingHz;
        result.columnsPerSecond = vectors.columns * prepared.samplingHz / (double(prepared.windows) * m_facts.ecgRecipe.windowSamples);
        result.embeddingChange = vectors.change;
        result.completenessError = vectors.completenessError;
        result.points = vectors.points;
        result.signalSha256 = record.signalHash();
        result.bundleId = m_facts.bundleId;
        result.recipeHash = m_facts.ecgRecipeHash;
        shareAmongLeads(result);
        if (method == SaliencyMethod::IntegratedGradients && !result.isComplete())
            job.note({"saliency-incomplete",
                      "The attributions add up to the change of the embedding only within " +
                          std::to_string(int(std::lround(result.completenessError * 100))) + " %.",
                      {}});
        return result;
    }

    StudyEmbedding embed(const echo::EchoStudy& study, const base::JobContext& job) override
    {
        if (!m_facts.canRetrieve)
            throw base::Error(base::ErrorCode::Unsuitable, noAlignment);
        // Here, not on the device's thread: it may read pixels.
        const std::vector<echo::ViewChoice> choices =
            echo::chooseViews(study, m_facts.echoRecipe, echo::Look::WhereItMatters, job.cancel);
        StudyEmbedding result;
        m_worker.run(DeviceWorker::Urgency::Normal, job.cancel, [&] {
            StudyJob work(*m_device, m_facts, m_shapes, m_cache, m_preprocess, m_options.decodeThreads, job, [&] {
                job.throwIfCancelled();
                m_worker.serveUrgent();
            });
            result = work.run(study, choices);
        });
        return result;
    }

    std::vector<float> embedClip(const echo::EchoClip& clip, const base::JobContext& job) override
    {
        if (clip.kind != echo::ClipKind::Cine)
            throw base::Error(base::ErrorCode::Unsuitable, "a still can't be encoded as a clip",
                              base::Place{clip.file, {}});
        const EmbeddingKey key{base::sha256OfFile(clip.file), m_facts.bundleId, m_facts.echoRecipeHash, Space::Clip};
        std::vector<float> result;
        if (m_options.store)
            m_worker.run(DeviceWorker::Urgency::Urgent, job.cancel, [&] {
                if (auto values = m_cache.find(key, std::size_t(m_shapes.clipWidth), job))
                    result = std::move(*values);
            });
        if (!result.empty())
            return result;
        const echo::PreprocessedClip prepared = m_preprocess(clip, m_facts.echoRecipe, job.cancel);
        m_worker.run(DeviceWorker::Urgency::Normal, job.cancel, [&] {
            job.throwIfCancelled();
            result = m_device->clips(prepared.input, 1, job);
            m_cache.store(key, result, job);
        });
        return result;
    }

private:
    bool fromStore(EcgEmbedding& result, const base::JobContext& job)
    {
        m_worker.run(DeviceWorker::Urgency::Urgent, job.cancel, [&] {
            auto token = m_cache.find(result.tokenKey, std::size_t(m_shapes.tokenWidth), job);
            std::optional<std::vector<float>> aligned;
            if (m_facts.canRetrieve)
                aligned = m_cache.find(result.alignedKey, std::size_t(m_shapes.alignedWidth), job);
            if (!token || (m_facts.canRetrieve && !aligned))
                return;
            result.token = std::move(*token);
            if (aligned)
                result.aligned = std::move(*aligned);
            result.fromStore = true;
        });
        return result.fromStore;
    }

    EngineFacts m_facts;
    const plugin::Shapes m_shapes;
    const ClipPipeline::Preprocess m_preprocess;
    const EngineOptions m_options;
    const CachedEmbeddings m_cache;
    std::unique_ptr<Device> m_device; // made, used and destroyed on the worker's thread
    DeviceWorker m_worker;
};

} // namespace

std::unique_ptr<Engine> makeEngine(EngineParts parts, const EngineOptions& options, const base::JobContext& job)
{
    return std::make_unique<DeviceEngine>(std::move(parts), options, job);
}

} // namespace echo2ecg::inference
