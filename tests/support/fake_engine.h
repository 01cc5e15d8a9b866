// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/sha256.h"
#include "echo/view_choice.h"
#include "inference/engine.h"

#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace echo2ecg::test {

// An engine without networks: an embedding follows from the hash of its input, so it is the same every time, and every
// call is counted.
class FakeEngine : public inference::Engine
{
public:
    explicit FakeEngine(inference::EmbeddingStore* store = nullptr) : m_store(store)
    {
        m_facts.bundleId = m_facts.bundleName = "fake";
        m_facts.ecgRecipeHash = m_facts.ecgRecipe.hash();
        m_facts.echoRecipeHash = m_facts.echoRecipe.hash();
        m_facts.lvefClassNames = {"reduced", "mildly reduced", "preserved"};
        m_facts.lvefCutoffs = {40, 50};
        m_facts.device = "none";
    }

    int ecgCalls = 0, studyCalls = 0, clipsComputed = 0, explainCalls = 0;
    // Vectors for a signal hash, or for the hash of a clip's file, in place of the made-up ones.
    std::map<std::string, std::vector<float>> tokens, aligned, clips;
    std::function<void()> onEmbed; // in the midst of a study
    std::set<std::filesystem::path> failing; // clip files that can't be decoded
    std::set<std::string> unsuitable;        // signal hashes

    const inference::EngineFacts& facts() const override { return m_facts; }
    inference::EngineFacts& editFacts() { return m_facts; }

    inference::EcgEmbedding embed(const ecg::EcgRecord& record, const base::JobContext& job = {}) override
    {
        job.throwIfCancelled();
        const std::lock_guard lock(m_mutex);
        ++ecgCalls;
        const std::string hash = record.signalHash();
        if (unsuitable.count(hash))
            throw base::Error(base::ErrorCode::Unsuitable, "This ECG doesn't suit.");
        inference::EcgEmbedding e;
        e.token = tokens.count(hash) ? tokens[hash] : vectorOf("token" + hash, m_facts.tokenWidth);
        if (m_facts.canRetrieve)
            e.aligned = unit(aligned.count(hash) ? aligned[hash] : vectorOf("aligned" + hash, m_facts.alignedWidth));
        e.tokenKey = {hash, m_facts.bundleId, m_facts.ecgRecipeHash, inference::Space::EcgToken};
        e.alignedKey = {hash, m_facts.bundleId, m_facts.ecgRecipeHash, inference::Space::EcgAligned};
        return e;
    }

    // Lead V2 alone moved it, in the first tenth of the window.
    inference::EcgSaliency explain(const ecg::EcgRecord& record, inference::SaliencyMethod method,
                                   const base::JobContext& job = {}) override
    {
        job.throwIfCancelled();
        const std::lock_guard lock(m_mutex);
        ++explainCalls;
        const std::string hash = record.signalHash();
        if (unsuitable.count(hash))
            throw base::Error(base::ErrorCode::Unsuitable, "This ECG doesn't suit.");
        inference::EcgSaliency s;
        s.method = method;
        s.patches = 42;
        s.columns = method == inference::SaliencyMethod::AttentionRollout ? 42 : 1008;
        s.values.assign(ecg::leadCount * std::size_t(s.columns), 0.0F);
        s.perPatch.assign(ecg::leadCount * std::size_t(s.patches), 0.0F);
        for (int i = 0; i < s.columns / 10; ++i)
            s.values[ecg::index(ecg::Lead::V2) * std::size_t(s.columns) + std::size_t(i)] = 1.0F;
        s.columnsPerSecond = record.samplingHz * s.columns / 1008;
        s.embeddingChange = s.columns / 10;
        s.signalSha256 = hash;
        s.bundleId = m_facts.bundleId;
        s.recipeHash = m_facts.ecgRecipeHash;
        inference::shareAmongLeads(s);
        return s;
    }

    inference::StudyEmbedding embed(const echo::EchoStudy& study, const base::JobContext& job = {}) override
    {
        job.throwIfCancelled();
        const std::lock_guard lock(m_mutex);
        ++studyCalls;
        if (onEmbed)
            onEmbed();
        if (!m_facts.canRetrieve)
            throw base::Error(base::ErrorCode::Unsuitable, inference::noAlignment);
        inference::StudyEmbedding result;
        std::vector<std::string> used;
        std::vector<float> sum(std::size_t(m_facts.alignedWidth), 0.0F);
        const std::vector<echo::ViewChoice> choices = echo::chooseViews(study, m_facts.echoRecipe);
        for (std::size_t i = 0; i < study.clips.size(); ++i) {
            const echo::EchoClip& clip = study.clips[i];
            inference::ClipOutcome outcome;
            outcome.file = clip.file;
            outcome.instanceUid = clip.identity.instanceUid;
            if (!choices[i].isUsed) {
                outcome.leftOut = choices[i].reason;
            } else if (failing.count(clip.file)) {
                outcome.leftOut = "failed: it can't be decoded";
                job.note({"clip-failed", "A clip can't be decoded.", {}});
            } else {
                outcome.sha256 = base::sha256OfFile(clip.file);
                outcome.embedding = clipVector(outcome.sha256, outcome.fromStore);
                used.push_back(outcome.sha256);
                for (std::size_t k = 0; k < sum.size(); ++k)
                    sum[k] += outcome.embedding[k];
            }
            result.clips.push_back(std::move(outcome));
        }
        if (used.empty())
            throw base::Error(base::ErrorCode::Unsuitable, "No clip of the study can be used.");
        for (auto& clip : result.clips)
            if (clip.leftOut.empty())
                clip.weight = 1.0F / float(used.size());
        result.aligned = unit(sum);
        result.token = std::vector<float>(1024, sum[0]);
        const std::string input = inference::studyInputHash(used);
        result.tokenKey = {input, m_facts.bundleId, m_facts.echoRecipeHash, inference::Space::StudyToken};
        result.alignedKey = {input, m_facts.bundleId, m_facts.echoRecipeHash, inference::Space::StudyAligned};
        return result;
    }

    std::vector<float> embedClip(const echo::EchoClip& clip, const base::JobContext& = {}) override
    {
        const std::lock_guard lock(m_mutex);
        bool fromStore = false;
        return clipVector(base::sha256OfFile(clip.file), fromStore);
    }

    static std::vector<float> vectorOf(const std::string& seed, int width)
    {
        std::uint64_t state = 0xCBF29CE484222325ULL;
        for (const char c : seed)
            state = (state ^ std::uint64_t(static_cast<unsigned char>(c))) * 0x100000001B3ULL;
        std::vector<float> values;
        for (int i = 0; i < width; ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            values.push_back(float(double(state >> 40) / double(1 << 24) - 0.5));
        }
        return values;
    }

    static std::vector<float> unit(std::vector<float> values)
    {
        double sum = 0;
        for (const float v : values)
            sum += double(v) * double(v);
        for (float& v : values)
            v = float(double(v) / std::max(std::sqrt(sum), 1e-12));
        return values;
    }

private:
    std::vector<float> clipVector(const std::string& hash, bool& fromStore)
    {
        const inference::EmbeddingKey key{hash, m_facts.bundleId, m_facts.echoRecipeHash, inference::Space::Clip};
        if (m_store)
            if (auto known = m_store->find(key)) {
                fromStore = true;
                return *known;
            }
        ++clipsComputed;
        std::vector<float> values = clips.count(hash) ? clips[hash] : vectorOf("clip" + hash, 512);
        if (m_store) {
            inference::Embedding embedding;
            embedding.key = key;
            embedding.values = values;
            m_store->store(embedding);
        }
        return values;
    }

    inference::EmbeddingStore* m_store;
    inference::EngineFacts m_facts;
    std::mutex m_mutex;
};

} // namespace echo2ecg::test
