// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/one_job.h"

#include "ui/jobs/job_bar.h"

#include <algorithm>

namespace echo2ecg::ui {

OneJob::OneJob(JobRunner& runner, QObject* parent) : QObject(parent), m_runner(&runner)
{
    connect(&runner, &JobRunner::failed, this, [this](int id, const QString&, const QString& sentence) {
        if (id != m_id)
            return;
        m_id = 0;
        emit failed(sentence);
        emit changed();
    });
    connect(&runner, &JobRunner::changed, this, [this] {
        if (!m_id)
            return;
        const auto jobs = m_runner->jobs();
        // What ended well was delivered before this; what is gone without a word was cancelled, from wherever.
        if (std::none_of(jobs.begin(), jobs.end(), [this](const JobInfo& job) { return job.id == m_id; })) {
            m_id = 0;
            emit cancelled();
        }
        emit changed();
    });
}

OneJob::~OneJob()
{
    stop();
}

void OneJob::stop()
{
    ++m_ticket;
    if (const int id = std::exchange(m_id, 0); id && m_runner)
        m_runner->cancel(id);
}

void OneJob::cancel()
{
    if (!m_id)
        return;
    stop();
    emit cancelled();
    emit changed();
}

QString OneJob::progress() const
{
    if (m_id && m_runner)
        for (const JobInfo& job : m_runner->jobs())
            if (job.id == m_id) {
                if (job.state == JobState::Waiting)
                    return tr("%1: waiting for another job").arg(job.title);
                return job.secondsRunning < 0.3 ? QString() : progressText(job);
            }
    return {};
}

} // namespace echo2ecg::ui
