// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/study_job.h"

#include "base/sha256.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace echo2ecg::inference {

std::optional<std::vector<float>> CachedEmbeddings::find(const EmbeddingKey& key, std::size_t width,
                                                         const base::JobContext& job) const
{
    if (!m_store)
        return std::nullopt;
    try {
        auto values = m_store->find(key);
        // What has another width was made by something else; it is computed again.
        if (values && values->size() == width)
            return values;
    } catch (const base::Error& error) {
        job.note(
            {"store-unreadable", "a stored embedding couldn't be read and is computed again: " + error.sentence(), {}});
    }
    return std::nullopt;
}

void CachedEmbeddings::store(const EmbeddingKey& key, const std::vector<float>& values,
                             const base::JobContext& job) const
{
    if (!m_store)
        return;
    try {
        m_store->store({key, values});
    } catch (const base::Error& error) {
        job.note({"store-failed", "an embedding couldn't be stored: " + error.sentence(), {}});
    }
}

struct StudyJob::Pending
{
    std::size_t clip = 0;
    std::vector<float> input;
};

StudyJob::StudyJob(Device& device, const EngineFacts& facts, const plugin::Shapes& shapes,
                   const CachedEmbeddings& cache, const ClipPipeline::Preprocess& preprocess, int decodeThreads,
                   const base::JobContext& job, std::function<void()> betweenSteps)
    : m_device(device), m_facts(facts), m_shapes(shapes), m_cache(cache), m_preprocess(preprocess),
      m_decodeThreads(std::max(1, decodeThreads)), m_job(job), m_betweenSteps(std::move(betweenSteps))
{
}

EmbeddingKey StudyJob::key(const std::string& input, Space space) const
{
    return {input, m_facts.bundleId, m_facts.echoRecipeHash, space};
}

void StudyJob::report()
{
    m_job.report({"embedding", m_done, std::int64_t(m_chosen.size()), "clips"});
}

void StudyJob::leaveOut(std::size_t clip, const std::string& why)
{
    m_result.clips[clip].leftOut = why;
}

void StudyJob::fail(std::size_t clip, std::exception_ptr failure)
{
    ClipOutcome& outcome = m_result.clips[clip];
    std::string sentence = "unknown reason";
    std::string where;
    try {
        std::rethrow_exception(failure);
    } catch (const base::Error& error) {
        if (error.code() == base::ErrorCode::Cancelled)
            throw;
        sentence = error.sentence();
        where = error.place().where;
    } catch (const std::bad_alloc&) {
        sentence = "memory ran out";
    } catch (const std::exception& error) {
        sentence = error.what();
    }
    if (!where.empty())
        sentence += " (" + where + ")";
    outcome.leftOut = "failed: " + sentence;
    m_job.note({"clip-failed", sentence, outcome.file.filename().string()});
    ++m_done;
    report();
}

void StudyJob::choose(const echo::EchoStudy& study, const std::vector<echo::ViewChoice>& choices)
{
    m_result.clips.resize(study.clips.size());
    for (std::size_t i = 0; i < study.clips.size(); ++i) {
        m_result.clips[i].file = study.clips[i].file;
        m_result.clips[i].instanceUid = study.clips[i].identity.instanceUid;
        if (choices[i].isUsed)
            m_chosen.push_back(i);
        else
            leaveOut(i, choices[i].reason);
    }
}

// The hashes are what the store is asked with, so they come before any decoding; reading is spread over the decode
// threads.
void StudyJob::hashFiles()
{
    std::vector<std::exception_ptr> failures(m_chosen.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < m_chosen.size() && !m_job.cancel.isCancelled(); i = next++) {
            ClipOutcome& outcome = m_result.clips[m_chosen[i]];
            try {
                outcome.sha256 = base::sha256OfFile(outcome.file);
            } catch (...) {
                failures[i] = std::current_exception();
            }
        }
    };
    std::vector<std::thread> helpers;
    for (int i = 1; i < std::min<int>(m_decodeThreads, int(m_chosen.size())); ++i)
        helpers.emplace_back(work);
    work();
    for (std::thread& helper : helpers)
        helper.join();
    m_job.throwIfCancelled();
    for (std::size_t i = 0; i < failures.size(); ++i)
        if (failures[i])
            fail(m_chosen[i], failures[i]);
}

void StudyJob::lookUp()
{
    for (std::size_t clip : m_chosen) {
        ClipOutcome& outcome = m_result.clips[clip];
        if (!outcome.leftOut.empty())
            continue;
        if (auto values = m_cache.find(key(outcome.sha256, Space::Clip), std::size_t(m_shapes.clipWidth), m_job)) {
            outcome.embedding = std::move(*values);
            outcome.fromStore = true;
            ++m_done;
        } else {
            m_missing.push_back(clip);
        }
    }
    report();
}

void StudyJob::finishClip(std::size_t clip, std::vector<float> embedding)
{
    ClipOutcome& outcome = m_result.clips[clip];
    if (!std::all_of(embedding.begin(), embedding.end(), [](float value) { return std::isfinite(value); })) {
        fail(clip, std::make_exception_ptr(
                       base::Error(base::ErrorCode::Unsuitable, "the networks gave an embedding that isn't finite")));
        return;
    }
    outcome.embedding = std::move(embedding);
    m_cache.store(key(outcome.sha256, Space::Clip), outcome.embedding, m_job);
    ++m_done;
    report();
}

void StudyJob::embedBatch(std::vector<Pending>& batch)
{
    if (batch.empty())
        return;
    m_betweenSteps();
    std::vector<float> input;
    input.reserve(batch.size() * batch.front().input.size());
    for (Pending& clip : batch) {
        input.insert(input.end(), clip.input.begin(), clip.input.end());
        std::vector<float>().swap(clip.input);
    }
    const std::size_t size = input.size() / batch.size();
    const auto width = std::ptrdiff_t(m_shapes.clipWidth);
    try {
        const std::vector<float> all = m_device.clips(input, int(batch.size()), m_job, m_betweenSteps);
        for (std::size_t i = 0; i < batch.size(); ++i)
            finishClip(batch[i].clip, std::vector<float>(all.begin() + std::ptrdiff_t(i) * width,
                                                         all.begin() + std::ptrdiff_t(i + 1) * width));
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error&) {
        // One clip is to blame, perhaps: each gets its own chance.
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (!m_result.clips[batch[i].clip].embedding.empty())
                continue;
            m_betweenSteps();
            try {
                const auto first = input.begin() + std::ptrdiff_t(i * size);
                finishClip(batch[i].clip, m_device.clips({first, first + std::ptrdiff_t(size)}, 1, m_job));
            } catch (...) {
                fail(batch[i].clip, std::current_exception());
            }
        }
    }
    batch.clear();
}

void StudyJob::compute(const echo::EchoStudy& study)
{
    if (m_missing.empty())
        return;
    std::vector<const echo::EchoClip*> clips;
    clips.reserve(m_missing.size());
    for (std::size_t clip : m_missing)
        clips.push_back(&study.clips[clip]);
    ClipPipeline pipeline(clips, m_facts.echoRecipe, m_preprocess, m_decodeThreads, m_device.batch() + m_decodeThreads);

    const std::size_t expected = std::size_t(3) * std::size_t(m_shapes.echoFrames) * std::size_t(m_shapes.echoSize) *
                                 std::size_t(m_shapes.echoSize);
    std::vector<Pending> batch;
    while (auto ready = pipeline.next(m_job.cancel, m_betweenSteps)) {
        const std::size_t clip = m_missing[ready->position];
        m_result.clips[clip].warnings = std::move(ready->clip.warnings);
        if (!ready->failure && ready->clip.input.size() != expected)
            ready->failure = std::make_exception_ptr(
                base::Error(base::ErrorCode::Mismatch, "preprocessing gave a clip of another size"));
        if (ready->failure) {
            fail(clip, ready->failure);
            continue;
        }
        batch.push_back({clip, std::move(ready->clip.input)});
        if (int(batch.size()) >= m_device.batch())
            embedBatch(batch);
    }
    embedBatch(batch);
}

void StudyJob::pool()
{
    std::vector<std::string> hashes;
    std::vector<float> flat;
    std::vector<std::size_t> used;
    bool allStored = true;
    for (std::size_t clip : m_chosen) {
        const ClipOutcome& outcome = m_result.clips[clip];
        if (outcome.embedding.empty())
            continue;
        used.push_back(clip);
        hashes.push_back(outcome.sha256);
        flat.insert(flat.end(), outcome.embedding.begin(), outcome.embedding.end());
        allStored = allStored && outcome.fromStore;
    }
    if (used.empty()) {
        const std::size_t stills =
            std::size_t(std::count_if(m_result.clips.begin(), m_result.clips.end(),
                                      [](const ClipOutcome& clip) { return clip.leftOut == "still"; }));
        const std::size_t others = m_result.clips.size() - stills - m_chosen.size();
        std::string sentence = "no clip of this study can be encoded: " + std::to_string(stills) + " stills, " +
                               (others > 0 ? std::to_string(others) + " clips that are left out, " : std::string()) +
                               std::to_string(m_chosen.size()) + " clips that failed";
        if (!m_chosen.empty())
            sentence += "; the first " + m_result.clips[m_chosen.front()].leftOut;
        const auto file = m_result.clips.empty() ? std::filesystem::path() : m_result.clips.front().file;
        throw base::Error(base::ErrorCode::Unsuitable, sentence, base::Place{file, {}});
    }

    const std::string input = studyInputHash(hashes);
    m_result.tokenKey = key(input, Space::StudyToken);
    m_result.alignedKey = key(input, Space::StudyAligned);
    m_betweenSteps();
    // The weights are needed in any case and the pooling makes all three at once.
    plugin::StudyVectors vectors = m_device.study(flat, int(used.size()), m_job);
    for (std::size_t i = 0; i < used.size(); ++i)
        m_result.clips[used[i]].weight = vectors.viewWeights[i];
    auto token = m_cache.find(m_result.tokenKey, vectors.token.size(), m_job);
    auto aligned = m_cache.find(m_result.alignedKey, vectors.aligned.size(), m_job);
    m_result.fromStore = allStored && token && aligned;
    if (!token)
        m_cache.store(m_result.tokenKey, vectors.token, m_job);
    if (!aligned)
        m_cache.store(m_result.alignedKey, vectors.aligned, m_job);
    m_result.token = token ? std::move(*token) : std::move(vectors.token);
    m_result.aligned = aligned ? std::move(*aligned) : std::move(vectors.aligned);
}

StudyEmbedding StudyJob::run(const echo::EchoStudy& study, const std::vector<echo::ViewChoice>& choices)
{
    choose(study, choices);
    report();
    hashFiles();
    lookUp();
    compute(study);
    pool();
    return std::move(m_result);
}

} // namespace echo2ecg::inference
