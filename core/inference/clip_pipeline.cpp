// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/clip_pipeline.h"

#include <algorithm>
#include <chrono>

namespace echo2ecg::inference {

ClipPipeline::ClipPipeline(std::vector<const echo::EchoClip*> clips, const echo::EchoRecipe& recipe,
                           Preprocess preprocess, int threads, int ahead)
    : m_clips(std::move(clips)), m_recipe(recipe), m_preprocess(std::move(preprocess)), m_ahead(std::max(1, ahead))
{
    const int useful = std::min(std::max(1, threads), int(std::min<std::size_t>(m_clips.size(), 256)));
    for (int i = 0; i < useful; ++i)
        m_threads.emplace_back([this] { produce(); });
}

ClipPipeline::~ClipPipeline()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop.cancel();
    }
    m_room.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

void ClipPipeline::produce()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_room.wait(lock, [&] {
            return m_stop.isCancelled() || m_nextToDecode == m_clips.size() ||
                   int(m_nextToDecode - m_nextToGive) < m_ahead;
        });
        if (m_stop.isCancelled() || m_nextToDecode == m_clips.size())
            return;
        Ready ready;
        ready.position = m_nextToDecode++;
        lock.unlock();
        try {
            ready.clip = m_preprocess(*m_clips[ready.position], m_recipe, m_stop);
        } catch (...) {
            ready.failure = std::current_exception();
        }
        lock.lock();
        const std::size_t position = ready.position;
        m_finished.emplace(position, std::move(ready));
        m_ready.notify_all();
    }
}

std::optional<ClipPipeline::Ready> ClipPipeline::next(const base::CancelToken& cancel,
                                                      const std::function<void()>& whileWaiting)
{
    std::unique_lock lock(m_mutex);
    if (m_nextToGive == m_clips.size())
        return std::nullopt;
    for (;;) {
        if (cancel.isCancelled())
            throw base::Cancelled();
        const auto found = m_finished.find(m_nextToGive);
        if (found != m_finished.end()) {
            Ready ready = std::move(found->second);
            m_finished.erase(found);
            ++m_nextToGive;
            m_room.notify_all();
            return ready;
        }
        m_ready.wait_for(lock, std::chrono::milliseconds(20));
        if (whileWaiting) {
            lock.unlock();
            whileWaiting();
            lock.lock();
        }
    }
}

} // namespace echo2ecg::inference
