// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/view_choice.h"
#include "inference/clip_pipeline.h"
#include "inference/device.h"
#include "inference/engine.h"

#include <functional>

namespace echo2ecg::inference {

// The embedding store seen from the device thread: a store that fails is a note, never the end of the work.
class CachedEmbeddings
{
public:
    explicit CachedEmbeddings(EmbeddingStore* store) : m_store(store) {}
    std::optional<std::vector<float>> find(const EmbeddingKey& key, std::size_t width,
                                           const base::JobContext& job) const;
    void store(const EmbeddingKey& key, const std::vector<float>& values, const base::JobContext& job) const;

private:
    EmbeddingStore* m_store;
};

// Embeds one echo study; lives on the device thread for the length of one request.
class StudyJob
{
public:
    StudyJob(Device& device, const EngineFacts& facts, const plugin::Shapes& shapes, const CachedEmbeddings& cache,
             const ClipPipeline::Preprocess& preprocess, int decodeThreads, const base::JobContext& job,
             std::function<void()> betweenSteps);
    // choices: one per clip, of echo::chooseViews.
    StudyEmbedding run(const echo::EchoStudy& study, const std::vector<echo::ViewChoice>& choices);

private:
    struct Pending;
    void choose(const echo::EchoStudy& study, const std::vector<echo::ViewChoice>& choices);
    void hashFiles();
    void lookUp();
    void compute(const echo::EchoStudy& study);
    void embedBatch(std::vector<Pending>& batch);
    void finishClip(std::size_t clip, std::vector<float> embedding);
    void pool();

    void leaveOut(std::size_t clip, const std::string& why);
    void fail(std::size_t clip, std::exception_ptr failure);
    void report();
    EmbeddingKey key(const std::string& input, Space space) const;

    Device& m_device;
    const EngineFacts& m_facts;
    const plugin::Shapes& m_shapes;
    const CachedEmbeddings& m_cache;
    const ClipPipeline::Preprocess& m_preprocess;
    const int m_decodeThreads;
    const base::JobContext& m_job;
    const std::function<void()> m_betweenSteps;

    StudyEmbedding m_result;
    std::vector<std::size_t> m_chosen;  // clips that are to be embedded, in order
    std::vector<std::size_t> m_missing; // of these, what the store doesn't have
    std::int64_t m_done = 0;
};

} // namespace echo2ecg::inference
