// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "training/run_curves.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

// Curves of a run that is still being written, and its record.
using namespace echo2ecg;

namespace {

std::string step(int number, double loss)
{
    return R"({"kind":"step","step":)" + std::to_string(number) + R"(,"epoch":1,"loss":)" + std::to_string(loss) + R"(,"rate":0.0005,"gradient":1.5,"temperature":0.5})" + "\n";
}

const std::string epoch = R"({"kind":"epoch","epoch":1,"step":3,"train_loss":2.5,"train_batch_p1":0.25,"val_loss":2.25,"val_ecg_to_echo_p1":0.5,"val_ecg_to_echo_r5":1,)"
                          R"("val_ecg_to_echo_mean_rank":1.75,"val_ecg_to_echo_median_rank":1.5,"val_ecg_to_echo_chance_p1":0.125})"
                          "\n";

} // namespace

class TestRunCurves : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    std::filesystem::path folder() const { return m_dir.path().toStdString(); }
    std::filesystem::path file() const { return folder() / "curves.jsonl"; }
    void write(const std::string& text, std::ios::openmode mode = std::ios::trunc) const { std::ofstream(file(), std::ios::binary | std::ios::out | mode) << text; }

private slots:
    void growsWithTheFile()
    {
        std::filesystem::remove(file());
        training::CurveReader reader(folder());
        QVERIFY(!reader.read());
        write(step(1, 3) + step(2, 2.75));
        QVERIFY(reader.read());
        QCOMPARE(reader.curves().steps.size(), std::size_t(2));
        QCOMPARE(reader.curves().steps[1].loss, 2.75);
        QCOMPARE(*reader.curves().steps[1].temperature, 0.5);
        QVERIFY(!reader.read());

        // Half a line waits for its other half.
        const std::string third = step(3, 2.5);
        write(third.substr(0, 20), std::ios::app);
        QVERIFY(!reader.read());
        write(third.substr(20) + epoch, std::ios::app);
        QVERIFY(reader.read());
        QCOMPARE(reader.curves().steps.size(), std::size_t(3));
        QCOMPARE(reader.curves().steps.back().loss, 2.5);
        QCOMPARE(reader.damagedLines(), std::size_t(0));
        QCOMPARE(reader.curves().epochs.size(), std::size_t(1));
        const training::RunEpoch& e = reader.curves().epochs[0];
        QCOMPARE(*e.valLoss, 2.25);
        QCOMPARE(*e.trainHits, 0.25);
        QCOMPARE(e.ecgToEcho->p1, 0.5);
        QCOMPARE(e.ecgToEcho->meanRank, 1.75);
        QCOMPARE(e.ecgToEcho->chance, 0.125);
        QVERIFY(!e.echoToEcg);
    }
    void goesBackWithACheckpoint()
    {
        write(step(1, 3) + step(2, 2) + step(3, 1));
        training::CurveReader reader(folder());
        reader.read();
        QCOMPARE(reader.curves().steps.size(), std::size_t(3));
        // Cut behind the first step, and other ones written, in one go: longer than before.
        write(step(1, 3) + step(2, 2.5) + step(3, 2.25) + step(4, 2));
        QVERIFY(reader.read());
        QCOMPARE(reader.curves().steps.size(), std::size_t(4));
        QCOMPARE(reader.curves().steps[1].loss, 2.5);
        write(step(1, 3));
        QVERIFY(reader.read());
        QCOMPARE(reader.curves().steps.size(), std::size_t(1));
        std::filesystem::remove(file());
        QVERIFY(reader.read());
        QVERIFY(reader.curves().steps.empty());
    }
    void damagedLinesAreCounted()
    {
        write(step(1, 3) + "{\"kind\":\"step\",\"step\":\"two\"}\nnothing\n\n" + R"({"kind":"later","x":1})" + "\n" + step(3, 1));
        training::CurveReader reader(folder());
        reader.read();
        QCOMPARE(reader.curves().steps.size(), std::size_t(2));
        QCOMPARE(reader.damagedLines(), std::size_t(2));
    }
    void recordForPeople()
    {
        QVERIFY(!training::readRunRecord(folder()));
        std::ofstream(folder() / "run.json") << R"({"format":1,"kind":"alignment","finished":true,"program":"echo2ecg 0.1.0","libtorch":"2.1","device":"CPU, 2 threads","precision":"float32",
            "start":{"id":"abc","name":"small"},"training":{"batch":8,"rates":{"base":0.0005},"seed":7,"epochs":3},
            "data":{"sha256":"00ff","rows":12,"pairs":{"train":8,"val":2,"test":1},"patients":{"train":4,"val":1,"test":1},"splits_were_given":true,"too_far_apart":1,"without_dates":0,"unreadable":0},
            "steps":3,"epoch_taken":3,"batches_per_second":1.5,"bundle":{"id":"def","name":"small, trained"}})";
        auto record = training::readRunRecord(folder());
        QVERIFY(record->finished && *record->seed == 7 && *record->epochs == 3 && record->pairs->train == 8 && record->patients->test == 1 && *record->splitsWereGiven);
        QCOMPARE(record->dataHash, std::string("00ff"));
        QCOMPARE(record->settings[1].first, std::string("rates.base"));
        QCOMPARE(record->bundleId, std::string("def"));
        QVERIFY(record->bundleFolder.empty() && !record->simulated); // none lies there
        std::filesystem::create_directories(folder() / "bundle");
        std::ofstream(folder() / "bundle" / "bundle.json") << R"({"simulated":true})";
        record = training::readRunRecord(folder());
        QCOMPARE(record->bundleFolder, folder() / "bundle");
        QVERIFY(record->simulated);
        // Of an encoder: what it learned, and of how many ECGs.
        std::ofstream(folder() / "run.json") << R"({"kind":"ECG encoder","training":{"batch":32,"targets":["lvedv_ml","lvef_percent"]},"data":{"sha256":"00ff","ecgs":{"train":8,"val":2,"test":0}}})";
        record = training::readRunRecord(folder());
        QCOMPARE(record->kind, std::string("ECG encoder"));
        QCOMPARE(record->settings[1].second, std::string("lvedv_ml, lvef_percent"));
        QVERIFY(record->ecgs && record->ecgs->train == 8 && record->ecgs->val == 2 && !record->clips);
        std::ofstream(folder() / "run.json") << "{";
        QVERIFY_EXCEPTION_THROWN(training::readRunRecord(folder()), base::ParseError);
    }
    void smoothing()
    {
        QCOMPARE(training::smoothed({1, 2, 6, 3}, 1), (std::vector<double>{1, 3, 11.0 / 3, 3}));
        QCOMPARE(training::smoothed({1, 2}, 0), (std::vector<double>{1, 2}));
        QVERIFY(training::smoothed({}, 5).empty());
    }
};

QTEST_GUILESS_MAIN(TestRunCurves)
#include "test_run_curves.moc"
