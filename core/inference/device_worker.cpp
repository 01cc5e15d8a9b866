// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/device_worker.h"

#include <chrono>

namespace echo2ecg::inference {

DeviceWorker::DeviceWorker() : m_thread([this] { loop(); }) {}

DeviceWorker::~DeviceWorker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void DeviceWorker::run(Urgency urgency, const base::CancelToken& cancel, const std::function<void()>& work)
{
    const auto request = std::make_shared<Request>();
    request->work = &work;
    std::unique_lock lock(m_mutex);
    (urgency == Urgency::Urgent ? m_urgent : m_normal).push_back(request);
    m_wake.notify_all();
    // A token can't wake us, so it is looked at ten times a second while the request waits its turn.
    while (request->state != Request::Done) {
        if (request->state == Request::Waiting && cancel.isCancelled()) {
            request->state = Request::Abandoned;
            throw base::Cancelled();
        }
        m_finished.wait_for(lock, std::chrono::milliseconds(request->state == Request::Waiting ? 100 : 1000));
    }
    if (request->failure)
        std::rethrow_exception(request->failure);
}

void DeviceWorker::serve(const std::shared_ptr<Request>& request, std::unique_lock<std::mutex>& lock)
{
    if (request->state == Request::Abandoned)
        return;
    request->state = Request::Running;
    lock.unlock();
    std::exception_ptr failure;
    try {
        (*request->work)();
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    request->failure = std::move(failure);
    request->state = Request::Done;
    m_finished.notify_all();
}

void DeviceWorker::serveUrgent()
{
    std::unique_lock lock(m_mutex);
    while (!m_urgent.empty()) {
        const auto request = m_urgent.front();
        m_urgent.pop_front();
        serve(request, lock);
    }
}

void DeviceWorker::loop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [&] { return m_stop || !m_urgent.empty() || !m_normal.empty(); });
        auto& queue = m_urgent.empty() ? m_normal : m_urgent;
        if (queue.empty())
            return;
        const auto request = queue.front();
        queue.pop_front();
        serve(request, lock);
    }
}

} // namespace echo2ecg::inference
