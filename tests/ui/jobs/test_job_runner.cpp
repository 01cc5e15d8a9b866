// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_bar.h"
#include "ui/jobs/job_runner.h"
#include "ui/jobs/progress_estimate.h"

#include <QLabel>
#include <QToolButton>
#include <QtTest>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using namespace std::chrono_literals;
using Lane = JobRunner::Lane;

namespace {

void workUntilCancelled(const base::JobContext& job)
{
    for (;;) {
        job.throwIfCancelled();
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

class TestJobRunner : public QObject
{
    Q_OBJECT
private slots:
    void deliversValueOnGuiThread()
    {
        JobRunner runner;
        QThread* workThread = nullptr;
        QThread* doneThread = nullptr;
        int value = 0;
        runner.start(
            "add", Lane::Device, this,
            [&](const base::JobContext&) {
                workThread = QThread::currentThread();
                return std::make_unique<int>(41); // move-only results are fine
            },
            [&](std::unique_ptr<int>& result) {
                doneThread = QThread::currentThread();
                value = *result + 1;
            });
        QSignalSpy idle(&runner, &JobRunner::idle);
        QVERIFY(!runner.isIdle());
        QVERIFY(idle.wait(2000));
        QCOMPARE(value, 42);
        QCOMPARE(doneThread, QThread::currentThread());
        QVERIFY(workThread != doneThread);
        QVERIFY(runner.isIdle());
        QVERIFY(runner.jobs().empty());
    }

    void jobsOfOneLaneKeepTheirOrder()
    {
        JobRunner runner;
        std::vector<int> done;
        std::atomic<int> inside{0};
        std::atomic<bool> overlapped{false};
        for (int i = 0; i < 6; ++i)
            runner.start(
                "job", Lane::Files, this,
                [i, &inside, &overlapped](const base::JobContext&) {
                    if (++inside > 1)
                        overlapped = true;
                    std::this_thread::sleep_for((6 - i) * 1ms);
                    --inside;
                    return i;
                },
                [&](int result) { done.push_back(result); });
        QTRY_VERIFY(runner.isIdle());
        QCOMPARE(done, (std::vector<int>{0, 1, 2, 3, 4, 5}));
        QVERIFY(!overlapped);
    }

    void lanesRunBesideEachOther()
    {
        JobRunner runner;
        runner.start("long", Lane::Device, this, workUntilCancelled, [] {});
        bool done = false;
        runner.start(
            "short", Lane::Files, this, [](const base::JobContext&) {}, [&] { done = true; });
        QTRY_VERIFY(done);
        QVERIFY(!runner.isIdle());
    }

    void cancelRunningAndWaiting()
    {
        JobRunner runner;
        QSignalSpy failed(&runner, &JobRunner::failed);
        bool delivered = false, ran = false;
        const int first = runner.start("first", Lane::Device, this, workUntilCancelled, [&] { delivered = true; });
        const int second = runner.start(
            "second", Lane::Device, this, [&](const base::JobContext&) { ran = true; }, [&] { delivered = true; });
        QTRY_COMPARE(runner.jobs().front().state, JobState::Running);
        QCOMPARE(runner.jobs().size(), std::size_t(2));
        QCOMPARE(runner.jobs().back().state, JobState::Waiting);
        runner.cancel(second);
        QCOMPARE(runner.jobs().size(), std::size_t(1));
        runner.cancel(first);
        QTRY_VERIFY(runner.isIdle());
        QVERIFY(!delivered && !ran);
        QCOMPARE(failed.count(), 0);
        QVERIFY(runner.jobs().empty()); // cancelled is no failure
    }

    void cancelledAfterTheWorkEndedIsNotDelivered()
    {
        JobRunner runner;
        bool delivered = false;
        std::atomic<bool> ended{false};
        const int id = runner.start(
            "job", Lane::Device, this, [&](const base::JobContext&) { ended = true; }, [&] { delivered = true; });
        while (!ended)
            std::this_thread::sleep_for(1ms);
        runner.cancel(id);
        QTRY_VERIFY(runner.isIdle());
        QVERIFY(!delivered);
    }

    void errorBecomesASentenceAndRetryRunsAgain()
    {
        JobRunner runner;
        QSignalSpy failed(&runner, &JobRunner::failed);
        int runs = 0, delivered = 0;
        const int id = runner.start(
            "import", Lane::Files, this,
            [&](const base::JobContext& job) {
                job.note({"clip-skipped", "A clip was skipped.", {}});
                if (++runs == 1)
                    throw base::ParseError(base::ErrorCode::Truncated, "The file ends early.",
                                           {"/data/folder/clip.dcm", "frame 3"});
                return runs;
            },
            [&](int result) { delivered = result; });
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(failed[0][0].toInt(), id);
        QCOMPARE(failed[0][2].toString(), QString("clip.dcm: The file ends early. (frame 3)"));
        QCOMPARE(runner.jobs().size(), std::size_t(1));
        const JobInfo info = runner.jobs().front();
        QCOMPARE(info.state, JobState::Failed);
        QCOMPARE(info.notes.size(), std::size_t(1));
        runner.retry(id);
        QTRY_VERIFY(runner.isIdle());
        QCOMPARE(delivered, 2);
        QVERIFY(runner.jobs().empty());
    }

    void foreignExceptionsAreCaught()
    {
        JobRunner runner;
        QSignalSpy failed(&runner, &JobRunner::failed);
        runner.start(
            "a", Lane::Device, this,
            [](const base::JobContext&) { throw std::runtime_error("first line\nstack of somebody"); }, [] {});
        runner.start(
            "b", Lane::Device, this, [](const base::JobContext&) { throw std::bad_alloc(); }, [] {});
        runner.start(
            "c", Lane::Device, this, [](const base::JobContext&) { throw 7; }, [] {});
        runner.start(
            "d", Lane::Device, this, [](const base::JobContext&) {}, [] { throw std::runtime_error("in delivery"); });
        QTRY_COMPARE(failed.count(), 4);
        QCOMPARE(failed[0][2].toString(), QString("Unexpected error: first line"));
        QVERIFY(failed[1][2].toString().contains("memory"));
        QVERIFY(failed[3][2].toString().contains("in delivery"));
        const std::vector<JobInfo> jobs = runner.jobs();
        QCOMPARE(jobs.size(), std::size_t(4));
        for (const JobInfo& job : jobs)
            runner.dismiss(job.id);
        QVERIFY(runner.jobs().empty());
    }

    void resultIsDroppedWhenTheReceiverIsGone()
    {
        JobRunner runner;
        auto receiver = std::make_unique<QObject>();
        bool delivered = false;
        std::atomic<bool> go{false};
        runner.start(
            "job", Lane::Device, receiver.get(),
            [&](const base::JobContext&) {
                while (!go)
                    std::this_thread::sleep_for(1ms);
            },
            [&] { delivered = true; });
        receiver.reset();
        go = true;
        QTRY_VERIFY(runner.isIdle());
        QVERIFY(!delivered);
    }

    void destructorCancelsAndWaits()
    {
        std::atomic<bool> ended{false};
        bool delivered = false;
        {
            JobRunner runner;
            runner.start(
                "job", Lane::Device, this,
                [&](const base::JobContext& job) {
                    while (!job.cancel.isCancelled())
                        std::this_thread::sleep_for(1ms);
                    std::this_thread::sleep_for(20ms);
                    ended = true;
                },
                [&] { delivered = true; });
            runner.start(
                "never", Lane::Device, this, [](const base::JobContext&) {}, [&] { delivered = true; });
            QTRY_COMPARE(runner.jobs().front().state, JobState::Running);
        }
        QVERIFY(ended);
        QTest::qWait(20);
        QVERIFY(!delivered);
    }

    void changesAreThrottled()
    {
        JobRunner runner;
        QSignalSpy changed(&runner, &JobRunner::changed);
        runner.start(
            "job", Lane::Device, this,
            [](const base::JobContext& job) {
                const auto end = std::chrono::steady_clock::now() + 550ms;
                for (int i = 0; std::chrono::steady_clock::now() < end; ++i)
                    job.report({"counting", i, 0, "things"});
            },
            [] {});
        QTRY_VERIFY(runner.isIdle());
        QVERIFY2(changed.count() >= 3 && changed.count() <= 9, qPrintable(QString::number(changed.count())));
    }

    void estimateComesFromTheRate()
    {
        ProgressEstimate estimate;
        estimate.report({"embedding", 0, 62, "clips"}, 10.0);
        estimate.report({"embedding", 10, 62, "clips"}, 11.0);
        QVERIFY(estimate.secondsLeft(11.0) < 0); // too early
        estimate.report({"embedding", 20, 62, "clips"}, 12.0);
        QVERIFY(std::abs(estimate.secondsLeft(12.0) - 4.2) < 1e-9);
        QVERIFY(std::abs(estimate.secondsLeft(13.0) - 3.2) < 1e-9);
        QCOMPARE(estimate.secondsLeft(99.0), 0.0);
        estimate.report({"writing", 0, 5, "files"}, 13.0); // a new step begins anew
        QVERIFY(estimate.secondsLeft(20.0) < 0);
    }

    void textOfProgress()
    {
        JobInfo job;
        job.title = "Encoding";
        QCOMPARE(progressText(job), QString("Encoding"));
        job.progress = {"embedding", 14, 62, "clips"};
        job.secondsLeft = 40.2;
        QCOMPARE(progressText(job), QString("embedding 14 of 62 clips · 0:41 left"));
        QCOMPARE(durationText(3725), QString("1:02:05"));
    }

    void barAppearsLateAndCancels()
    {
        JobRunner runner;
        JobBar bar(runner);
        bar.resize(600, 30);
        bar.show();
        QVERIFY(QTest::qWaitForWindowExposed(&bar));
        const auto buttons = bar.findChildren<QToolButton*>();
        QToolButton* cancel = buttons.at(0);
        QCOMPARE(cancel->text(), QString("Cancel"));
        QVERIFY(!cancel->isVisible());
        QElapsedTimer clock;
        clock.start();
        runner.start(
            "job", Lane::Device, this,
            [](const base::JobContext& job) {
                job.report({"embedding", 14, 62, "clips"});
                workUntilCancelled(job);
            },
            [] {});
        QTRY_VERIFY(cancel->isVisible());
        QVERIFY(clock.elapsed() >= 290);
        QCOMPARE(bar.findChildren<QLabel*>().at(0)->text().left(24), QString("embedding 14 of 62 clips"));
        cancel->click();
        QTRY_VERIFY(runner.isIdle());
        QTRY_VERIFY(!cancel->isVisible());
    }
};

QTEST_MAIN(TestJobRunner)
#include "test_job_runner.moc"
