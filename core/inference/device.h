// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "inference/plugin.h"

#include <functional>
#include <memory>
#include <mutex>

namespace echo2ecg::inference {

// The networks with what to do when memory runs out: half the batch, then the CPU, and a note each time. Used on the
// device thread, but for name().
class Device
{
public:
    Device(std::unique_ptr<plugin::Networks> networks, const plugin::Shapes& shapes, int batch);

    std::string name() const; // thread-safe
    // Clips per batch at present; shrinks when memory runs out.
    int batch() const { return m_batch; }

    // The mean of the tokens of `windows` inputs, one after the other.
    std::vector<float> ecgToken(const std::vector<float>& input, int windows, const base::JobContext& job);
    std::vector<float> alignEcg(const std::vector<float>& token, const base::JobContext& job);
    // `count` clips, one after the other, in as many batches as memory asks for. `betweenBatches` may throw to stop.
    std::vector<float> clips(const std::vector<float>& input, int count, const base::JobContext& job,
                             const std::function<void()>& betweenBatches = {});
    // One window. `betweenSteps` may throw to stop.
    plugin::SaliencyVectors explainEcg(const float* input, plugin::Saliency method, const base::JobContext& job,
                                       const std::function<void()>& betweenSteps);
    plugin::StudyVectors study(const std::vector<float>& clips, int views, const base::JobContext& job);

private:
    template <class Call> void withFallback(const base::JobContext& job, Call&& call);
    void fallBackToCpu(const base::JobContext& job);
    void expectWidth(const std::vector<float>& values, std::size_t width, const char* what) const;

    std::unique_ptr<plugin::Networks> m_networks;
    plugin::Shapes m_shapes;
    int m_batch;
    mutable std::mutex m_mutex;
    std::string m_name;
};

} // namespace echo2ecg::inference
