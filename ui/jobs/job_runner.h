// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QString>

#include <any>
#include <functional>
#include <memory>
#include <vector>

namespace echo2ecg::ui {

enum class JobState { Waiting, Running, Done, Failed, Cancelled };

struct JobInfo
{
    int id = 0;
    QString title;
    JobState state = JobState::Waiting;
    base::Progress progress;
    double secondsRunning = 0;
    double secondsLeft = -1; // estimate; < 0 unknown
    QString error;           // of Failed, a sentence
    std::vector<base::Warning> notes;
};

// Runs value-returning work on worker threads and delivers the result on the GUI thread, dropped if the receiver is
// gone. Jobs of one lane run one after another; lanes run beside each other. A job can be listed, cancelled and
// retried. GUI thread only; the work itself runs elsewhere.
class JobRunner : public QObject
{
    Q_OBJECT
public:
    // Aside: long, and nothing waits for it. Long: minutes to days while all else goes on.
    enum class Lane { Device, Files, Aside, Long };

    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override; // cancels everything and waits

    template <class Work, class Done>
    int start(const QString& title, Lane lane, QObject* receiver, Work work, Done done)
    {
        using Result = decltype(work(std::declval<const base::JobContext&>()));
        auto run = [work](const base::JobContext& job) -> std::any {
            if constexpr (std::is_void_v<Result>) {
                work(job);
                return {};
            } else {
                return std::make_any<std::shared_ptr<Result>>(std::make_shared<Result>(work(job)));
            }
        };
        auto deliver = [done](const std::any& value) {
            if constexpr (std::is_void_v<Result>)
                done();
            else
                done(*std::any_cast<std::shared_ptr<Result>>(value));
        };
        return enqueue(title, lane, receiver, run, deliver);
    }

    void cancel(int id);
    void cancelAll();
    void retry(int id);                // of a failed or cancelled job
    void dismiss(int id);              // takes an ended job off the list
    std::vector<JobInfo> jobs() const; // running and waiting first, then ended ones that failed
    bool isIdle() const;

signals:
    void changed(); // at most every 100 ms while running
    void failed(int id, QString title, QString sentence);
    void idle();

private:
    using Run = std::function<std::any(const base::JobContext&)>;
    using Deliver = std::function<void(const std::any&)>;
    int enqueue(const QString& title, Lane lane, QObject* receiver, Run run, Deliver deliver);
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
