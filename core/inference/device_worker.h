// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace echo2ecg::inference {

// The one thread that owns the device. Requests wait in two queues: an ECG is a matter of milliseconds, or of seconds
// when somebody waits for its explanation, and goes before studies, also between two batches of a study that is running
// (serveUrgent).
class DeviceWorker
{
public:
    enum class Urgency { Urgent, Normal };

    DeviceWorker();
    // Waits for what was asked for.
    ~DeviceWorker();
    DeviceWorker(const DeviceWorker&) = delete;
    DeviceWorker& operator=(const DeviceWorker&) = delete;

    // Blocks until `work` has run on the device thread; what it throws is thrown here. A request that is cancelled
    // while it waits never runs and throws base::Cancelled at once.
    void run(Urgency urgency, const base::CancelToken& cancel, const std::function<void()>& work);
    // On the device thread only: runs what is urgent and waiting.
    void serveUrgent();

private:
    struct Request
    {
        enum State { Waiting, Running, Done, Abandoned };
        const std::function<void()>* work = nullptr;
        std::exception_ptr failure;
        State state = Waiting; // guarded by m_mutex
    };
    void loop();
    void serve(const std::shared_ptr<Request>& request, std::unique_lock<std::mutex>& lock);

    std::mutex m_mutex;
    std::condition_variable m_wake, m_finished;
    std::deque<std::shared_ptr<Request>> m_urgent, m_normal;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace echo2ecg::inference
