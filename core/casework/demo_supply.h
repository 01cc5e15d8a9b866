// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "simulation/write_study.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace echo2ecg::casework {

using MadePatient = std::pair<simulation::VirtualPatient, simulation::PatientFiles>;

// Simulates patients on threads of its own, a few ahead of who takes them, and hands them over in the order asked for.
class DemoSupply
{
public:
    DemoSupply(std::vector<simulation::VirtualPatient> patients, std::filesystem::path folder, simulation::ClipSize size, int threads, base::CancelToken cancel);
    ~DemoSupply(); // stops and waits

    // All that are ready, `most` at most, waiting for one; empty: there are no more. Throws what simulating threw.
    std::vector<MadePatient> take(std::size_t most);
    // The folder of one patient, to import and to remove.
    std::filesystem::path folderOf(const simulation::VirtualPatient& patient) const;

private:
    void work();

    const std::vector<simulation::VirtualPatient> m_patients;
    const std::filesystem::path m_folder;
    const simulation::ClipSize m_size;
    const base::CancelToken m_cancel;
    base::CancelToken m_stop; // of the threads: cancelled with the job, or when nobody takes any more
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::size_t m_begun = 0, m_taken = 0;
    std::map<std::size_t, simulation::PatientFiles> m_ready;
    std::exception_ptr m_failure;
    std::vector<std::thread> m_threads;
};

} // namespace echo2ecg::casework
