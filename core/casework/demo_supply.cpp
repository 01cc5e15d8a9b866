// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/demo_supply.h"

#include "base/parallel.h"

#include <chrono>
#include <cstdio>

namespace echo2ecg::casework {

namespace {

constexpr std::size_t mostAhead = 24; // patients on the disk that nobody took yet, some 2 MB each
constexpr std::chrono::milliseconds glance{50}; // how often who waits looks whether the job was cancelled

} // namespace

DemoSupply::DemoSupply(std::vector<simulation::VirtualPatient> patients, std::filesystem::path folder, simulation::ClipSize size, int threads, base::CancelToken cancel)
    : m_patients(std::move(patients)), m_folder(std::move(folder)), m_size(size), m_cancel(std::move(cancel))
{
    const int count = std::min(base::threadsFor(threads), int(m_patients.size()));
    for (int i = 0; i < count; ++i)
        m_threads.emplace_back([this] { work(); });
}

DemoSupply::~DemoSupply()
{
    m_stop.cancel();
    m_wake.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

std::filesystem::path DemoSupply::folderOf(const simulation::VirtualPatient& patient) const
{
    char name[32];
    std::snprintf(name, sizeof name, "patient%04d", patient.number);
    return m_folder / name;
}

void DemoSupply::work()
{
    for (;;) {
        std::size_t at = 0;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stop.isCancelled() || m_failure || m_begun >= m_patients.size() || m_begun < m_taken + mostAhead; });
            if (m_stop.isCancelled() || m_failure || m_begun >= m_patients.size())
                return;
            at = m_begun++;
        }
        try {
            simulation::PatientFiles files = simulation::writePatient(m_patients[at], folderOf(m_patients[at]), m_size, m_stop);
            const std::lock_guard lock(m_mutex);
            m_ready.emplace(at, std::move(files));
        } catch (...) {
            const std::lock_guard lock(m_mutex);
            if (!m_failure)
                m_failure = std::current_exception();
        }
        m_wake.notify_all();
    }
}

std::vector<MadePatient> DemoSupply::take(std::size_t most)
{
    std::vector<MadePatient> made;
    {
        std::unique_lock lock(m_mutex);
        while (m_taken < m_patients.size() && !m_failure && m_ready.count(m_taken) == 0) {
            m_cancel.throwIfCancelled();
            m_wake.wait_for(lock, glance);
        }
        m_cancel.throwIfCancelled();
        if (m_failure)
            std::rethrow_exception(m_failure);
        for (auto next = m_ready.find(m_taken); next != m_ready.end() && made.size() < most; next = m_ready.find(m_taken)) {
            made.emplace_back(m_patients[m_taken], std::move(next->second));
            m_ready.erase(next);
            ++m_taken;
        }
    }
    m_wake.notify_all();
    return made;
}

} // namespace echo2ecg::casework
