// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/device.h"

#include "inference/plugin_loader.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace echo2ecg::inference {

namespace {

constexpr int batchOnGpu = 8;

// On the CPU a larger batch than what is computed side by side would only delay the answer to Cancel.
int usualBatch(const plugin::Networks& networks)
{
    return networks.onGpu() ? batchOnGpu : std::max(1, networks.itemsAtOnce());
}

bool isOutOfMemory(const plugin::Outcome& outcome)
{
    return outcome.failed && outcome.code == int(base::ErrorCode::Device);
}

} // namespace

Device::Device(std::unique_ptr<plugin::Networks> networks, const plugin::Shapes& shapes, int batch)
    : m_networks(std::move(networks)), m_shapes(shapes), m_batch(batch > 0 ? batch : usualBatch(*m_networks)),
      m_name(m_networks->device())
{
}

std::string Device::name() const
{
    const std::lock_guard lock(m_mutex);
    return m_name;
}

void Device::expectWidth(const std::vector<float>& values, std::size_t width, const char* what) const
{
    if (values.size() != width)
        throw base::Error(base::ErrorCode::Internal, std::string("the networks gave a ") + what + " of another width");
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        throw base::Error(base::ErrorCode::Unsuitable,
                          std::string("the networks gave a ") + what + " that isn't finite");
}

void Device::fallBackToCpu(const base::JobContext& job)
{
    job.note({"device-memory", "memory of " + name() + " ran out; going on with the CPU", {}});
    plugin::raise(m_networks->moveToCpu());
    m_batch = usualBatch(*m_networks); // the GPU's memory said nothing about this one's
    const std::lock_guard lock(m_mutex);
    m_name = m_networks->device();
}

template <class Call> void Device::withFallback(const base::JobContext& job, Call&& call)
{
    plugin::Outcome outcome = call();
    if (isOutOfMemory(outcome) && m_networks->onGpu()) {
        fallBackToCpu(job);
        outcome = call();
    }
    plugin::raise(outcome);
}

std::vector<float> Device::ecgToken(const std::vector<float>& input, int windows, const base::JobContext& job)
{
    std::vector<float> tokens;
    withFallback(job, [&] { return m_networks->ecgTokens(input.data(), windows, tokens); });
    const std::size_t width = std::size_t(m_shapes.tokenWidth);
    expectWidth(tokens, width * std::size_t(windows), "token");
    if (windows == 1)
        return tokens;
    std::vector<float> mean(width);
    for (std::size_t i = 0; i < width; ++i) {
        double sum = 0;
        for (std::size_t window = 0; window < std::size_t(windows); ++window)
            sum += double(tokens[window * width + i]);
        mean[i] = float(sum / windows);
    }
    return mean;
}

std::vector<float> Device::alignEcg(const std::vector<float>& token, const base::JobContext& job)
{
    std::vector<float> aligned;
    withFallback(job, [&] { return m_networks->alignEcg(token.data(), 1, aligned); });
    expectWidth(aligned, std::size_t(m_shapes.alignedWidth), "aligned vector");
    return aligned;
}

std::vector<float> Device::clips(const std::vector<float>& input, int count, const base::JobContext& job,
                                 const std::function<void()>& betweenBatches)
{
    const std::size_t clipSize = input.size() / std::size_t(std::max(1, count));
    std::vector<float> all;
    for (int done = 0; done < count;) {
        if (done > 0 && betweenBatches)
            betweenBatches();
        const int now = std::min(m_batch, count - done);
        std::vector<float> part;
        const plugin::Outcome outcome = m_networks->echoClips(input.data() + std::size_t(done) * clipSize, now, part);
        if (isOutOfMemory(outcome) && now > 1) {
            m_batch = now / 2;
            job.note({"device-memory",
                      "memory of " + name() + " ran out; clips go " + std::to_string(m_batch) + " at a time from here",
                      {}});
            continue;
        }
        if (isOutOfMemory(outcome) && m_networks->onGpu()) {
            fallBackToCpu(job);
            continue;
        }
        plugin::raise(outcome);
        if (part.size() != std::size_t(now) * std::size_t(m_shapes.clipWidth))
            throw base::Error(base::ErrorCode::Internal, "the networks gave clip embeddings of another width");
        all.insert(all.end(), part.begin(), part.end());
        done += now;
    }
    return all;
}

plugin::SaliencyVectors Device::explainEcg(const float* input, plugin::Saliency method, const base::JobContext& job,
                                           const std::function<void()>& betweenSteps)
{
    plugin::SaliencyVectors result;
    withFallback(job, [&]() -> plugin::Outcome {
        std::unique_ptr<plugin::Explanation> explanation;
        plugin::Outcome outcome = m_networks->explainEcg(input, method, explanation);
        for (bool done = false; !outcome.failed && !done;) {
            job.report({"explaining", explanation->stepsDone(), explanation->stepsPlanned(), "gradients"});
            betweenSteps();
            outcome = explanation->advance(done);
        }
        return outcome.failed ? outcome : explanation->result(result);
    });
    const std::size_t leads = std::size_t(std::max(0, result.leads));
    if (result.columns < 1 || result.values.size() != leads * std::size_t(result.columns) || result.patches < 1 ||
        result.perPatch.size() != leads * std::size_t(result.patches))
        throw base::Error(base::ErrorCode::Internal, "the networks gave an explanation of another size");
    return result;
}

plugin::StudyVectors Device::study(const std::vector<float>& clips, int views, const base::JobContext& job)
{
    plugin::StudyVectors result;
    withFallback(job, [&] { return m_networks->study(clips.data(), views, result); });
    expectWidth(result.token, std::size_t(m_shapes.studyWidth), "study token");
    expectWidth(result.aligned, std::size_t(m_shapes.alignedWidth), "aligned study vector");
    expectWidth(result.viewWeights, std::size_t(views), "list of view weights");
    return result;
}

} // namespace echo2ecg::inference
