// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/device_engine.h"

#include <QTemporaryDir>

#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

// Networks that only pretend, and clips that are small text files holding a number: what the engine does around them
// can be watched exactly.
namespace echo2ecg::test {

struct FakeState
{
    std::atomic<int> ecgCalls{0}, clipCalls{0}, clipsEmbedded{0}, movedToCpu{0};
    std::atomic<int> held{0}, mostHeld{0};
    std::atomic<int> batchLimitOnGpu{1000}; // larger batches run out of memory; 0: even one does
    std::atomic<int> msPerBatch{0}, msPerDecode{0};
    std::atomic<bool> gpu{false};
    std::atomic<int> poison{-1}; // the clip of this number makes its whole batch fail
    std::atomic<int> notFinite{-1};
    std::atomic<int> explainCalls{0}, explainSteps{0}, msPerExplainStep{0};
    std::atomic<bool> explainingFailsOnGpu{false};
};

// Five steps; then the first sample of each lead holds the lead's number plus one.
class FakeExplanation final : public inference::plugin::Explanation
{
public:
    FakeExplanation(FakeState& state, float first, inference::plugin::Saliency method)
        : m_state(state), m_first(first), m_onGpu(state.gpu),
          m_columns(method == inference::plugin::Saliency::AttentionRollout ? 42 : 1008)
    {
    }
    inference::plugin::Outcome advance(bool& done) noexcept override
    {
        ++m_state.explainSteps;
        std::this_thread::sleep_for(std::chrono::milliseconds(m_state.msPerExplainStep));
        if (m_onGpu && m_state.explainingFailsOnGpu && m_done == 2) {
            inference::plugin::Outcome outcome;
            outcome.failed = true;
            outcome.code = int(base::ErrorCode::Device);
            outcome.sentence = "out of memory";
            return outcome;
        }
        done = ++m_done == 5;
        return {};
    }
    int stepsDone() const noexcept override { return m_done; }
    int stepsPlanned() const noexcept override { return 5; }
    inference::plugin::Outcome result(inference::plugin::SaliencyVectors& vectors) noexcept override
    {
        vectors = {12, m_columns, 42, {}, std::vector<float>(12 * 42, m_first), 78, 0.01, 5};
        vectors.values.assign(12 * std::size_t(m_columns), 0.0f);
        for (std::size_t lead = 0; lead < 12; ++lead)
            vectors.values[lead * std::size_t(m_columns)] = lead % 2 ? float(lead + 1) : -float(lead + 1);
        return {};
    }

private:
    FakeState& m_state;
    float m_first;
    bool m_onGpu;
    int m_columns, m_done = 0;
};

class FakeNetworks final : public inference::plugin::Networks
{
public:
    explicit FakeNetworks(FakeState& state) : m_state(state) {}
    std::string device() const noexcept override { return m_state.gpu ? "GPU" : "CPU"; }
    bool onGpu() const noexcept override { return m_state.gpu; }

    inference::plugin::Outcome ecgTokens(const float* input, int batch, std::vector<float>& tokens) noexcept override
    {
        ++m_state.ecgCalls;
        tokens.clear();
        for (std::size_t i = 0; i < std::size_t(batch); ++i)
            tokens.insert(tokens.end(), 4, input[i * 12 * 1008]);
        return {};
    }
    inference::plugin::Outcome alignEcg(const float* tokens, int batch, std::vector<float>& aligned) noexcept override
    {
        aligned.assign(std::size_t(batch) * 2, tokens[0] * 2);
        return {};
    }
    inference::plugin::Outcome echoClips(const float* input, int batch,
                                         std::vector<float>& embeddings) noexcept override
    {
        ++m_state.clipCalls;
        std::this_thread::sleep_for(std::chrono::milliseconds(m_state.msPerBatch));
        if (m_state.gpu && batch > m_state.batchLimitOnGpu)
            return failed(base::ErrorCode::Device, "out of memory");
        embeddings.clear();
        for (int i = 0; i < batch; ++i) {
            const float value = input[i * clipSize];
            if (int(value) == m_state.poison)
                return failed(base::ErrorCode::Internal, "poisoned");
            const float first =
                int(value) == m_state.notFinite ? std::numeric_limits<float>::quiet_NaN() : value * 1.5f;
            embeddings.insert(embeddings.end(), {first, value + 1, -value});
        }
        m_state.held -= batch;
        m_state.clipsEmbedded += batch;
        return {};
    }
    inference::plugin::Outcome study(const float* clips, int views,
                                     inference::plugin::StudyVectors& result) noexcept override
    {
        float sum = 0;
        for (int i = 0; i < views; ++i)
            sum += float(i + 1) * clips[i * 3];
        result.token.assign(5, sum);
        result.aligned.assign(2, -sum);
        result.viewWeights.assign(std::size_t(views), 1.0f / float(views));
        return {};
    }
    inference::plugin::Outcome verifyGolden(const base::JobContext&,
                                            std::vector<inference::plugin::GoldenCheck>&) noexcept override
    {
        return {};
    }
    inference::plugin::Outcome moveToCpu() noexcept override
    {
        ++m_state.movedToCpu;
        m_state.gpu = false;
        return {};
    }

    inference::plugin::Outcome
    explainEcg(const float* input, inference::plugin::Saliency method,
               std::unique_ptr<inference::plugin::Explanation>& explanation) noexcept override
    {
        ++m_state.explainCalls;
        explanation = std::make_unique<FakeExplanation>(m_state, input[0], method);
        return {};
    }

    static constexpr int clipSize = 3 * 2 * 2 * 2;

private:
    static inference::plugin::Outcome failed(base::ErrorCode code, const char* sentence)
    {
        inference::plugin::Outcome outcome;
        outcome.failed = true;
        outcome.code = int(code);
        outcome.sentence = sentence;
        return outcome;
    }
    FakeState& m_state;
};

// A store in memory that counts.
class FakeStore final : public inference::EmbeddingStore
{
public:
    std::optional<std::vector<float>> find(const inference::EmbeddingKey& key) override
    {
        threads.insert({std::this_thread::get_id(), 0});
        if (failing)
            throw base::Error(base::ErrorCode::Io, "the disk is gone");
        const auto found = values.find(text(key));
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }
    void store(const inference::Embedding& embedding) override
    {
        threads.insert({std::this_thread::get_id(), 0});
        if (failing)
            throw base::Error(base::ErrorCode::Io, "the disk is full");
        values[text(embedding.key)] = embedding.values;
    }
    static std::string text(const inference::EmbeddingKey& key)
    {
        return std::string(name(key.space)) + "/" + key.bundleId + "/" + key.recipeHash + "/" + key.inputSha256;
    }

    bool failing = false;
    std::map<std::string, std::vector<float>> values;
    std::map<std::thread::id, int> threads;
};

struct FakeWorld
{
    FakeState state;
    FakeStore store;
    QTemporaryDir folder;

    std::unique_ptr<inference::Engine> engine(inference::EngineOptions options = {}, const ecg::EcgRecipe& recipe = {})
    {
        inference::EngineParts parts;
        parts.facts.ecgRecipe = recipe;
        parts.facts.bundleId = "fake";
        parts.facts.ecgRecipeHash = "ecg";
        parts.facts.echoRecipeHash = "echo";
        parts.shapes = {1008, 2, 2, 128, 4, 3, 5, 2};
        parts.openNetworks = [this] { return std::make_unique<FakeNetworks>(state); };
        parts.preprocessClip = [this](const echo::EchoClip& clip, const echo::EchoRecipe&,
                                      const base::CancelToken& cancel) {
            for (int waited = 0; waited < state.msPerDecode; waited += 5) {
                cancel.throwIfCancelled();
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
            int number = 0;
            std::ifstream(clip.file) >> number;
            if (number < 0)
                throw base::ParseError(base::ErrorCode::Truncated, "no frame can be decoded", {clip.file, "frame 0"});
            const int now = ++state.held;
            int most = state.mostHeld;
            while (most < now && !state.mostHeld.compare_exchange_weak(most, now)) {
            }
            echo::PreprocessedClip result;
            result.input.assign(FakeNetworks::clipSize, float(number));
            return result;
        };
        return makeEngine(std::move(parts), options);
    }

    // A clip whose number is `number`; negative: its frames can't be decoded.
    echo::EchoClip clip(int number, echo::ClipKind kind = echo::ClipKind::Cine)
    {
        echo::EchoClip result;
        result.file = folder.filePath(QString::number(number) + ".clip").toStdString();
        result.kind = kind;
        result.frames = kind == echo::ClipKind::Cine ? 20 : 1;
        std::ofstream(result.file) << number;
        return result;
    }
    echo::EchoStudy study(int clips)
    {
        echo::EchoStudy result;
        for (int i = 0; i < clips; ++i)
            result.clips.push_back(clip(i));
        return result;
    }
};

// Twelve leads of a smooth made-up beat.
inline ecg::EcgRecord syntheticEcg(double phase = 0.0, std::size_t samples = 2500)
{
    ecg::EcgRecord record;
    record.samplingHz = 250;
    for (std::size_t lead = 0; lead < ecg::leadCount; ++lead) {
        record.leads[lead].resize(samples);
        for (std::size_t i = 0; i < samples; ++i) {
            const double t = double(i) / 250.0;
            record.leads[lead][i] = float(0.1 * std::sin(6.0 * t + phase + double(lead)) +
                                          std::exp(-800.0 * std::pow(std::fmod(t, 0.8) - 0.4, 2)));
        }
    }
    return record;
}

} // namespace echo2ecg::test
