// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace echo2ecg::base {

// Shared between the person who may cancel and the work that asks. Thread-safe; copies share one flag.
class CancelToken
{
public:
    void cancel() const noexcept { m_flag->store(true, std::memory_order_relaxed); }
    bool isCancelled() const noexcept { return m_flag->load(std::memory_order_relaxed); }
    void throwIfCancelled() const
    {
        if (isCancelled())
            throw Cancelled();
    }

private:
    std::shared_ptr<std::atomic<bool>> m_flag = std::make_shared<std::atomic<bool>>(false);
};

// One state of a running job. total 0 means unknown.
struct Progress
{
    std::string step;  // "embedding", "scanning" …, for a person
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string unit;  // "clips", "files" …
};

// What long work is given: a place to report to and a token to ask. Callbacks come on the working thread.
struct JobContext
{
    CancelToken cancel;
    std::function<void(const Progress&)> onProgress;
    std::function<void(const Warning&)> onNote;  // failures of one item that don't end the job

    void report(Progress progress) const
    {
        if (onProgress)
            onProgress(progress);
    }
    void note(const Warning& warning) const
    {
        if (onNote)
            onNote(warning);
    }
    void throwIfCancelled() const { cancel.throwIfCancelled(); }
};

} // namespace echo2ecg::base
