// SPDX-License-Identifier: GPL-3.0-or-later
// CSV, NumPy arrays with a description, and what we export.
#include "base/npy.h"
#include "ecg/ecg_reader.h"
#include "ecg/export_wfdb.h"
#include "ecg_test_support.h"

#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

class TestEcgTables : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const char* name, const std::string& text)
    {
        return test::writeFile(test::pathOf(m_dir, name), text);
    }

private slots:
    void ourOwnExportsComeBack()
    {
        EcgRecord record = test::syntheticRecord(500, 2);
        record[Lead::V4][17] = std::numeric_limits<float>::quiet_NaN();
        record[Lead::V6].clear();
        for (const char* name : {"a.csv", "a.npy"}) {
            const auto out = test::pathOf(m_dir, name);
            exportEcg(record, out);
            QVERIFY(looksLikeEcg(out));
            const EcgRecord back = readEcg(out);
            QCOMPARE(back.signalHash(), record.signalHash());
            QVERIFY2(back.warnings.empty(), test::codesOf(back.warnings).c_str());
        }
    }

    void wfdbExport()
    {
        EcgRecord record = test::syntheticRecord(500, 4);
        record.patient.sex = "F";
        record.date = "2020-02-03";
        record.time = "04:05:06";
        record[Lead::V5].clear();
        // Multiples of one step come back as they are, with the step of any format here.
        test::roundToSteps(record);
        record[Lead::V1][3] = std::numeric_limits<float>::quiet_NaN();
        exportEcg(record, test::pathOf(m_dir, "w.hea"));
        const EcgRecord back = readEcg(test::pathOf(m_dir, "w.hea"));
        QVERIFY2(back.warnings.empty(), test::codesOf(back.warnings).c_str());
        QCOMPARE(back.signalHash(), record.signalHash());
        QCOMPARE(back.date + " " + back.time, std::string("2020-02-03 04:05:06"));
        QCOMPARE(back.patient.ageYears, std::optional(60));
        QCOMPARE(back.patient.sex, std::string("F"));
        // Arbitrary values are rounded, at most by half a step of 1/32000 of the peak, and the header says so.
        const EcgRecord smooth = test::syntheticRecord(500, 4);
        exportEcg(smooth, test::pathOf(m_dir, "s.dat"));
        const EcgRecord rounded = readEcg(test::pathOf(m_dir, "s.hea"));
        for (std::size_t i = 0; i < smooth.samples(); ++i)
            QVERIFY(std::abs(rounded[Lead::II][i] - smooth[Lead::II][i]) < 2.5e-5f);
        QCOMPARE(rounded.statements.size(), std::size_t(1));
        QVERIFY(!wfdbGainFor(smooth[Lead::II]).exact);
        QCOMPARE(test::errorOf([&] { exportEcg(smooth, test::pathOf(m_dir, "s.txt")); }), std::string("unsupported"));
    }

    void sharedExportsExactly()
    {
        for (const char* name : {"ecg_ge_muse_xml/braveheart_muse_1.xml", "ecg_scp/example_huffman.scp",
                                 "ecg_philips_sierra_xml/sierra_1_04.xml", "ecg_wfdb/E07500.hea"}) {
            const auto path = test::sharedData(name);
            E2E_NEED_SHARED(path);
            const EcgRecord record = readEcg(path);
            exportEcg(record, test::pathOf(m_dir, "x.hea"));
            const EcgRecord back = readEcg(test::pathOf(m_dir, "x.hea"));
            std::size_t exact = 0;
            double worst = 0;
            for (const Lead lead : allLeads) {
                exact += record[lead] == back[lead] ? 1 : 0;
                for (std::size_t i = 0; i < record.samples(); ++i)
                    worst = std::max(worst, std::abs(double(record[lead][i]) - back[lead][i]));
            }
            qInfo("%s: %zu of 12 leads exact, %.2e mV at most", name, exact, worst);
            QVERIFY(worst < 3e-4);
            QVERIFY(exact >= 8);
        }
    }

    void tablesOfOthers()
    {
        const EcgRecord timed =
            readEcg(file("t.csv", "time_ms;I [uV];II [uV];Note\r\n0;1,5;2;x\r\n4;3;-4;y\r\n8;;6;z\r\n"));
        QCOMPARE(timed.samplingHz, 250.0);
        QCOMPARE(timed[Lead::I][0], 0.0015f);
        QVERIFY(std::isnan(timed[Lead::I][2]));
        QCOMPARE(timed[Lead::II][1], -0.004f);
        QVERIFY(test::hasWarning(timed.warnings, "rate-from-times") &&
                test::hasWarning(timed.warnings, "leads-ignored"));

        const auto bare = file("n.csv", "1,2\n3,4\n");
        QVERIFY(!looksLikeEcg(bare));
        file("n.csv.json",
             R"({"rate_hz": 400, "units_per_mv": 200, "leads": ["V1", "II"], "sex": "M", "age_years": 50})");
        const EcgRecord described = readEcg(bare);
        QCOMPARE(described[Lead::V1], (std::vector<float>{0.005f, 0.015f}));
        QCOMPARE(described.samplingHz, 400.0);
        QCOMPARE(described.patient.ageYears, std::optional(50));
        QCOMPARE(described.companions.size(), std::size_t(1));
    }

    void refusedTables_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        QTest::newRow("no unit") << QByteArray("time_s,I,II\n0,1,2\n0.1,1,2\n") << "missing";
        QTest::newRow("no rate") << QByteArray("I (mV),II (mV)\n1,2\n1,2\n") << "missing";
        QTest::newRow("uneven") << QByteArray("time_s,I (mV),II (mV)\n0,1,2\n0.1,1,2\n0.9,1,2\n1,1,2\n")
                                << "inconsistent";
        QTest::newRow("text") << QByteArray("# mV; 500 Hz\nI,II\n1,x\n") << "malformed";
        QTest::newRow("0 Hz") << QByteArray("# mV; 0 Hz\nI,II\n1,2\n") << "malformed";
        QTest::newRow("nothing") << QByteArray("# mV; 500 Hz\nI,II\n") << "missing";
    }
    void refusedTables()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        const auto path = file("r.csv", text.toStdString());
        QVERIFY(looksLikeEcg(path));
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(path); })), code);
    }

    void arrays()
    {
        // As EchoNext keeps them: records × 1 × samples × leads.
        std::vector<float> values(2 * 1 * 5 * 12);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = float(i);
        const auto path = test::pathOf(m_dir, "many.npy");
        base::writeNpy(path, base::NpyArray::of({2, 1, 5, 12}, values));
        QVERIFY(!looksLikeEcg(path));
        const std::string leads = R"("leads": ["I","II","III","aVR","aVL","aVF","V1","V2","V3","V4","V5","V6"])";
        const auto describe = [&](const std::string& more) { file("many.npy.json", "{" + leads + more + "}"); };
        const auto error = [&] { return test::errorOf([&] { readEcg(path); }); };
        describe(R"(, "rate_hz": 250, "units": "uV", "record": 1)");
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samples(), std::size_t(5));
        QCOMPARE(record[Lead::II][2], 0.085f); // 60 + 2 · 12 + 1
        describe(R"(, "rate_hz": 250, "units": "uV")");
        try {
            readEcg(path);
            QFAIL("one of two records was guessed");
        } catch (const base::ParseError& problem) { // says what to add, and where
            QVERIFY(QString::fromStdString(problem.sentence()).contains("\"record\" (0 to 1) in many.npy.json"));
        }
        // Leads before samples, and more than memory should hold: 1.2 GB of which one record is really there.
        std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (20000, 12, 1250), }";
        header.resize(117, ' ');
        {
            std::ofstream big(test::pathOf(m_dir, "big.npy"), std::ios::binary);
            big << std::string("\x93NUMPY\1\0\x76\0", 10) << header << '\n';
            big.seekp(128 + std::streamoff(19'999) * 12 * 1250 * 4 + 1250 * 4);
            const float first = 7;
            big.write(reinterpret_cast<const char*>(&first), 4);
            big.seekp(128 + std::streamoff(20'000) * 12 * 1250 * 4 - 1);
            big.put('\0');
        }
        file("big.npy.json", "{" + leads + R"(, "rate_hz": 250, "units": "mV", "record": 19999})");
        QCOMPARE(readEcg(test::pathOf(m_dir, "big.npy"))[Lead::II][0], 7.0f);
        std::filesystem::remove(test::pathOf(m_dir, "big.npy"));
        describe(R"(, "rate_hz": 250, "units": "uV")");
        QCOMPARE(error(), std::string("missing"));
        describe(R"(, "rate_hz": 250, "units": "uV", "record": 2)");
        QCOMPARE(error(), std::string("missing"));
        describe(R"(, "rate_hz": 250, "record": 0)");
        QCOMPARE(error(), std::string("malformed"));
        describe(R"(, "rate_hz": 0, "units": "uV", "record": 0)");
        QCOMPARE(error(), std::string("malformed"));
        describe(R"(, "rate_hz": 250, "units": "uV", "record": 0, "layout": "leads_by_samples")");
        QCOMPARE(error(), std::string("inconsistent"));
        describe(R"(, "rate_hz": 250, "units_per_mv": -1)");
        QCOMPARE(error(), std::string("malformed"));
        file("many.npy.json", "{\"rate_hz\": 250, ]");
        QCOMPARE(error(), std::string("malformed"));
        base::writeNpy(path, base::NpyArray::of({12, 12}, std::vector<float>(144, 1.0f)));
        describe(R"(, "rate_hz": 250, "units": "mV")");
        QCOMPARE(error(), std::string("inconsistent"));
        base::writeNpy(path, base::NpyArray::of({0, 5, 12}, std::vector<float>{}));
        QCOMPARE(error(), std::string("missing"));
    }
};

QTEST_GUILESS_MAIN(TestEcgTables)
#include "test_ecg_tables.moc"
