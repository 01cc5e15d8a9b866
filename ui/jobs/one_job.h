// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"

namespace echo2ecg::ui {

// A place for one job at a time: starting another cancels the one before, and whatever that still brings is dropped.
// GUI thread only; may outlive the runner.
class OneJob : public QObject
{
    Q_OBJECT
public:
    explicit OneJob(JobRunner& runner, QObject* parent = nullptr);
    ~OneJob() override;

    // `work` must return something; `done` gets it as a reference.
    template <class Work, class Done> void start(const QString& title, JobRunner::Lane lane, Work work, Done done)
    {
        stop();
        const int ticket = ++m_ticket;
        m_id = m_runner->start(title, lane, this, std::move(work), [this, ticket, done](auto& result) {
            if (ticket != m_ticket)
                return;
            m_id = 0;
            done(result);
            emit changed();
        });
        emit changed();
    }
    // As a person does: cancelled() follows.
    void cancel();
    bool isRunning() const { return m_id != 0; }
    // "reading weights 2 of 7 files · 0:03 left"; empty in the first 300 ms, which need no words.
    QString progress() const;

signals:
    void changed(); // began, went on or ended
    void cancelled();
    void failed(const QString& sentence);

private:
    void stop();
    QPointer<JobRunner> m_runner;
    int m_id = 0, m_ticket = 0;
};

} // namespace echo2ecg::ui
