// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_runner.h"

#include "ui/jobs/progress_estimate.h"

#include <QTimer>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

namespace echo2ecg::ui {

namespace {

constexpr int kChangedEveryMs = 100;
constexpr int kTickMs = 250; // the clock of running jobs moves also when the work is silent
constexpr std::size_t kEndedKept = 100;
constexpr std::size_t kNotesKept = 1000;

QString firstLine(const char* text)
{
    const QString line = QString::fromUtf8(text).section(QLatin1Char('\n'), 0, 0).trimmed();
    return line.isEmpty() ? QStringLiteral("no reason given") : line;
}

QString sentenceOf(const base::Error& error)
{
    QString text = QString::fromStdString(error.sentence());
    if (!error.place().where.empty())
        text +=
            (error.place().where.front() == '(' ? QStringLiteral(" %1") : QStringLiteral(" (%1)")) // a tag has its own
                .arg(QString::fromStdString(error.place().where));
    if (!error.place().file.empty())
        text.prepend(QString::fromStdString(error.place().file.filename().string()) + QStringLiteral(": "));
    return text;
}

} // namespace

// A job is made, listed and ended on the GUI thread. What the worker writes while it runs is behind `mutex`.
struct JobRunner::Impl
{
    struct Job
    {
        int id = 0;
        QString title;
        Lane lane = Lane::Device;
        bool hasReceiver = false;
        QPointer<QObject> receiver;
        Run run;
        Deliver deliver;
        base::CancelToken cancel;
        JobState state = JobState::Waiting;
        QString error;

        std::mutex mutex;
        base::Progress progress;
        ProgressEstimate estimate;
        base::Warnings notes;
        QElapsedTimer clock; // started by the worker
        double secondsRunning = 0;

        double seconds() const { return clock.isValid() ? double(clock.nsecsElapsed()) * 1e-9 : 0; }
        bool ended() const { return state != JobState::Waiting && state != JobState::Running; }
    };
    using JobPtr = std::shared_ptr<Job>;

    struct Outcome
    {
        JobState state = JobState::Done;
        std::any value;
        QString error;
    };

    struct Worker
    {
        std::mutex mutex;
        std::condition_variable wake;
        std::deque<JobPtr> queue;
        bool stop = false;
        std::thread thread;
    };

    JobRunner* q = nullptr;
    std::vector<JobPtr> jobs; // GUI thread
    int nextId = 1;
    bool wasBusy = false;
    std::array<Worker, 4> workers; // one for each lane
    QTimer changedTimer, tick;
    QElapsedTimer sinceChanged;
    std::atomic<bool> reported{false};

    explicit Impl(JobRunner* owner) : q(owner)
    {
        changedTimer.setSingleShot(true);
        QObject::connect(&changedTimer, &QTimer::timeout, q, [this] {
            sinceChanged.start();
            emit q->changed();
        });
        tick.setInterval(kTickMs);
        QObject::connect(&tick, &QTimer::timeout, q, [this] { touch(); });
        for (Worker& worker : workers)
            worker.thread = std::thread([this, &worker] { work(worker); });
    }

    Worker& workerOf(Lane lane) { return workers[std::size_t(lane)]; }

    // Announces a change, not more often than agreed.
    void touch()
    {
        if (changedTimer.isActive())
            return;
        const qint64 since = sinceChanged.isValid() ? sinceChanged.elapsed() : kChangedEveryMs;
        changedTimer.start(int(std::clamp<qint64>(kChangedEveryMs - since, 0, kChangedEveryMs)));
    }

    JobPtr find(int id) const
    {
        const auto it = std::find_if(jobs.begin(), jobs.end(), [id](const JobPtr& job) { return job->id == id; });
        return it == jobs.end() ? nullptr : *it;
    }

    void queue(const JobPtr& job)
    {
        wasBusy = true;
        Worker& worker = workerOf(job->lane);
        {
            const std::lock_guard lock(worker.mutex);
            worker.queue.push_back(job);
        }
        worker.wake.notify_one();
        tick.start();
        touch();
    }

    void work(Worker& worker)
    {
        for (;;) {
            JobPtr job;
            {
                std::unique_lock lock(worker.mutex);
                worker.wake.wait(lock, [&] { return worker.stop || !worker.queue.empty(); });
                if (worker.stop)
                    return;
                job = std::move(worker.queue.front());
                worker.queue.pop_front();
            }
            {
                const std::lock_guard lock(job->mutex);
                job->clock.start();
            }
            QMetaObject::invokeMethod(
                q,
                [this, job] {
                    if (job->state == JobState::Waiting)
                        job->state = JobState::Running;
                    touch();
                },
                Qt::QueuedConnection);
            auto outcome = std::make_shared<Outcome>(execute(*job));
            // The job goes with the event: what its functions captured is freed on the GUI thread.
            QMetaObject::invokeMethod(
                q, [this, job = std::move(job), outcome] { finish(job, *outcome); }, Qt::QueuedConnection);
        }
    }

    Outcome execute(Job& job)
    {
        base::JobContext context;
        context.cancel = job.cancel;
        context.onProgress = [this, &job](const base::Progress& progress) {
            {
                const std::lock_guard lock(job.mutex);
                job.progress = progress;
                job.estimate.report(progress, job.seconds());
            }
            // One event in flight is enough, however often the work reports.
            if (!reported.exchange(true))
                QMetaObject::invokeMethod(
                    q,
                    [this] {
                        reported = false;
                        touch();
                    },
                    Qt::QueuedConnection);
        };
        context.onNote = [&job](const base::Warning& note) {
            const std::lock_guard lock(job.mutex);
            if (job.notes.size() < kNotesKept)
                job.notes.push_back(note);
        };
        Outcome outcome;
        try {
            context.throwIfCancelled();
            outcome.value = job.run(context);
        } catch (const base::Error& error) {
            outcome.state = error.code() == base::ErrorCode::Cancelled ? JobState::Cancelled : JobState::Failed;
            outcome.error = sentenceOf(error);
        } catch (const std::bad_alloc&) {
            outcome.state = JobState::Failed;
            outcome.error = QStringLiteral("There is not enough memory for this.");
        } catch (const std::exception& error) {
            outcome.state = JobState::Failed;
            outcome.error = QStringLiteral("Unexpected error: ") + firstLine(error.what());
        } catch (...) {
            outcome.state = JobState::Failed;
            outcome.error = QStringLiteral("Unexpected error without a reason.");
        }
        return outcome;
    }

    void finish(const JobPtr& job, Outcome& outcome)
    {
        {
            const std::lock_guard lock(job->mutex);
            job->secondsRunning = job->seconds();
        }
        // Cancelled wins over whatever the work came to after the person had pressed the button.
        job->state = job->cancel.isCancelled() ? JobState::Cancelled : outcome.state;
        if (job->state == JobState::Done && !(job->hasReceiver && !job->receiver)) {
            try {
                job->deliver(outcome.value);
            } catch (const base::Error& error) {
                job->state = error.code() == base::ErrorCode::Cancelled ? JobState::Cancelled : JobState::Failed;
                outcome.error = sentenceOf(error);
            } catch (const std::exception& error) {
                job->state = JobState::Failed;
                outcome.error = QStringLiteral("Unexpected error: ") + firstLine(error.what());
            }
        }
        if (job->state == JobState::Failed)
            job->error = outcome.error;
        settle();
        if (job->state == JobState::Failed)
            emit q->failed(job->id, job->title, job->error);
    }

    // After a job ended: forget what nobody can use any more, tell who waits for silence.
    void settle()
    {
        std::erase_if(jobs, [](const JobPtr& job) { return job->state == JobState::Done; });
        std::size_t ended = 0;
        for (std::size_t i = jobs.size(); i-- > 0;)
            if (jobs[i]->ended() && ++ended > kEndedKept)
                jobs.erase(jobs.begin() + std::ptrdiff_t(i));
        touch();
        if (isIdle()) {
            tick.stop();
            if (std::exchange(wasBusy, false))
                emit q->idle();
        }
    }

    bool isIdle() const
    {
        return std::all_of(jobs.begin(), jobs.end(), [](const JobPtr& job) { return job->ended(); });
    }

    JobInfo info(Job& job) const
    {
        JobInfo info;
        info.id = job.id;
        info.title = job.title;
        info.state = job.state;
        info.error = job.error;
        const std::lock_guard lock(job.mutex);
        info.progress = job.progress;
        info.notes = job.notes;
        info.secondsRunning = job.ended() ? job.secondsRunning : job.seconds();
        if (job.state == JobState::Running)
            info.secondsLeft = job.estimate.secondsLeft(job.seconds());
        return info;
    }
};

JobRunner::JobRunner(QObject* parent) : QObject(parent), m_impl(std::make_unique<Impl>(this)) {}

JobRunner::~JobRunner()
{
    for (const Impl::JobPtr& job : m_impl->jobs)
        job->cancel.cancel();
    for (Impl::Worker& worker : m_impl->workers) {
        {
            const std::lock_guard lock(worker.mutex);
            worker.stop = true;
            worker.queue.clear();
        }
        worker.wake.notify_all();
    }
    for (Impl::Worker& worker : m_impl->workers)
        worker.thread.join();
}

int JobRunner::enqueue(const QString& title, Lane lane, QObject* receiver, Run run, Deliver deliver)
{
    auto job = std::make_shared<Impl::Job>();
    job->id = m_impl->nextId++;
    job->title = title;
    job->lane = lane;
    job->hasReceiver = receiver != nullptr;
    job->receiver = receiver;
    job->run = std::move(run);
    job->deliver = std::move(deliver);
    m_impl->jobs.push_back(job);
    m_impl->queue(job);
    return job->id;
}

void JobRunner::cancel(int id)
{
    const Impl::JobPtr job = m_impl->find(id);
    if (!job || job->ended())
        return;
    job->cancel.cancel();
    Impl::Worker& worker = m_impl->workerOf(job->lane);
    bool waiting = false;
    {
        const std::lock_guard lock(worker.mutex);
        waiting = std::erase(worker.queue, job) > 0;
    }
    if (waiting) {
        job->state = JobState::Cancelled;
        m_impl->settle();
    }
    m_impl->touch();
}

void JobRunner::cancelAll()
{
    std::vector<int> ids;
    for (const Impl::JobPtr& job : m_impl->jobs)
        ids.push_back(job->id);
    // Those behind first, so that none of them starts when the one before it ends.
    std::for_each(ids.rbegin(), ids.rend(), [this](int id) { cancel(id); });
}

void JobRunner::retry(int id)
{
    const Impl::JobPtr job = m_impl->find(id);
    if (!job || (job->state != JobState::Failed && job->state != JobState::Cancelled))
        return;
    if (job->hasReceiver && !job->receiver) {
        dismiss(id);
        return;
    }
    job->cancel = {};
    job->state = JobState::Waiting;
    job->error.clear();
    {
        const std::lock_guard lock(job->mutex);
        job->progress = {};
        job->estimate = {};
        job->notes.clear();
        job->clock.invalidate();
        job->secondsRunning = 0;
    }
    m_impl->queue(job);
}

void JobRunner::dismiss(int id)
{
    std::erase_if(m_impl->jobs, [id](const Impl::JobPtr& job) { return job->id == id && job->ended(); });
    m_impl->touch();
}

std::vector<JobInfo> JobRunner::jobs() const
{
    std::vector<JobInfo> list;
    for (JobState state : {JobState::Running, JobState::Waiting, JobState::Failed})
        for (const Impl::JobPtr& job : m_impl->jobs)
            if (job->state == state)
                list.push_back(m_impl->info(*job));
    return list;
}

bool JobRunner::isIdle() const
{
    return m_impl->isIdle();
}

} // namespace echo2ecg::ui
