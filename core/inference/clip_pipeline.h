// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "echo/preprocess.h"

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace echo2ecg::inference {

// Decodes and preprocesses clips ahead of the device on a few threads. Results come in the order of the clips, so that
// batches, and with them the last bits of an embedding, don't depend on timing. At most `ahead` clips are held at once,
// those being worked on included.
class ClipPipeline
{
public:
    struct Ready
    {
        std::size_t position = 0; // in `clips`
        echo::PreprocessedClip clip;
        std::exception_ptr failure;
    };

    // Reads and preprocesses one clip: echo::preprocess, or what a test puts in its place.
    using Preprocess =
        std::function<echo::PreprocessedClip(const echo::EchoClip&, const echo::EchoRecipe&, const base::CancelToken&)>;

    // `clips` are borrowed and must outlive the pipeline.
    ClipPipeline(std::vector<const echo::EchoClip*> clips, const echo::EchoRecipe& recipe, Preprocess preprocess,
                 int threads, int ahead);
    // Stops early: what is being decoded is cancelled.
    ~ClipPipeline();
    ClipPipeline(const ClipPipeline&) = delete;
    ClipPipeline& operator=(const ClipPipeline&) = delete;

    // The next clip, or nothing after the last. Calls `whileWaiting` some fifty times a second; throws base::Cancelled
    // when asked to.
    std::optional<Ready> next(const base::CancelToken& cancel, const std::function<void()>& whileWaiting = {});

private:
    void produce();

    const std::vector<const echo::EchoClip*> m_clips;
    const echo::EchoRecipe m_recipe;
    const Preprocess m_preprocess;
    const int m_ahead;
    base::CancelToken m_stop;
    std::mutex m_mutex;
    std::condition_variable m_room, m_ready;
    std::size_t m_nextToDecode = 0, m_nextToGive = 0;
    std::map<std::size_t, Ready> m_finished;
    std::vector<std::thread> m_threads;
};

} // namespace echo2ecg::inference
