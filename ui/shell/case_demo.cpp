// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the case session that fills a demo library.
#include "ui/retrieval/formatting.h"
#include "ui/shell/case_session.h"

#include <algorithm>
#include <utility>

namespace echo2ecg::ui {

namespace {

constexpr qint64 refreshEveryMs = 3000; // of the tree, while it grows
constexpr int firstRanked = 8;          // patients after which the open case is ranked for the first time, then each time they have doubled

} // namespace

bool CaseSession::canBeDemo() const
{
    return casework::canBeDemoLibrary(*m_library);
}

void CaseSession::fillDemo(int patients)
{
    if (m_demo)
        return;
    m_demoRanked = 0;
    m_sinceRefresh.invalidate();
    m_demo = m_jobs.start(
        tr("Virtual patients"), JobRunner::Lane::Long, this,
        [this, library = m_library.get(), slot = m_engineSlot, patients](const base::JobContext& job) {
            casework::DemoPlan plan;
            plan.patients = patients;
            casework::DemoHooks hooks;
            hooks.engine = [slot] {
                const std::lock_guard lock(slot->mutex);
                return slot->cases;
            };
            hooks.onPatients = [this](const casework::DemoProgress& progress) {
                QMetaObject::invokeMethod(this, [this, progress] { demoGrew(progress); }, Qt::QueuedConnection);
            };
            return casework::fillDemoLibrary(*library, plan, hooks, job);
        },
        [this, wasOpen = m_ecg != 0](const casework::DemoSummary& made) {
            if (made.added > 0 || wasOpen) // not at every start
                say(tr("The demo library holds %1, who are no persons").arg(counted(made.patients, "virtual patient", "virtual patients")));
            if (!m_ecg)
                reopenLast();
            if (!m_ecg && made.telling)
                openEcg(made.telling);
        });
}

void CaseSession::demoGrew(const casework::DemoProgress& progress)
{
    if (!m_demo)
        return;
    if (!m_sinceRefresh.isValid() || m_sinceRefresh.hasExpired(refreshEveryMs)) {
        m_sinceRefresh.start();
        refreshLibrary();
    }
    if (!m_ecg)
        reopenLast();
    if (!m_ecg && progress.telling)
        openEcg(progress.telling);
    const int enough = std::max(firstRanked, 2 * m_demoRanked);
    if (m_ecg && m_loaded && progress.embedded > 0 && progress.patients >= enough) {
        m_demoRanked = progress.patients;
        runAnalysis(true);
    }
}

// The job has ended, whichever way: what is in is shown, embedded and ranked.
void CaseSession::followDemo()
{
    if (!m_demo)
        return;
    for (const JobInfo& job : m_jobs.jobs())
        if (job.id == m_demo && (job.state == JobState::Running || job.state == JobState::Waiting))
            return;
    m_demo = 0;
    refreshLibrary();
    m_weightsChange = true;
    if (m_ecg && m_loaded)
        runAnalysis(false); // and what is missing is embedded
    else
        embedMissing();
}

} // namespace echo2ecg::ui
