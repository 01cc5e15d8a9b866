// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/ecg_reader.h"
#include "ecg/readers/wfdb_header.h"
#include "ecg_test_support.h"

#include <chrono>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

using test::little;

// Two leads, four frames, in every storage format; the values fit the narrowest.
constexpr int frames[4][2] = {{5, -3}, {100, -100}, {-64, 63}, {0, 7}};

std::string encoded(int format)
{
    std::vector<int> values;
    for (const auto& frame : frames)
        values.insert(values.end(), {frame[0], frame[1]});
    std::string bytes;
    const auto u = [](int value, unsigned mask) { return std::uint32_t(value) & mask; };
    switch (format) {
    case 8: {
        int before[2] = {5, -3};
        for (std::size_t i = 0; i < values.size(); ++i) {
            // 200 is beyond one signed byte, so format 8 gets its own values below.
            bytes += char(values[i] - before[i % 2]);
            before[i % 2] = values[i];
        }
        break;
    }
    case 16:
        for (const int v : values)
            bytes += little(v, 2);
        break;
    case 24:
        for (const int v : values)
            bytes += little(v, 3);
        break;
    case 32:
        for (const int v : values)
            bytes += little(v, 4);
        break;
    case 61:
        for (const int v : values) {
            bytes += char(v >> 8);
            bytes += char(v);
        }
        break;
    case 80:
        for (const int v : values)
            bytes += char(v + 128);
        break;
    case 160:
        for (const int v : values)
            bytes += little(v + 32768, 2);
        break;
    case 212:
        for (std::size_t i = 0; i < values.size(); i += 2) {
            const auto a = u(values[i], 0xFFF), b = u(values[i + 1], 0xFFF);
            bytes += char(a & 0xFF);
            bytes += char((a >> 8) | ((b >> 8) << 4));
            bytes += char(b & 0xFF);
        }
        break;
    case 310:
    case 311:
        values.push_back(0);
        for (std::size_t i = 0; i < values.size(); i += 3) {
            const auto a = u(values[i], 0x3FF), b = u(values[i + 1], 0x3FF), c = u(values[i + 2], 0x3FF);
            if (format == 310)
                bytes += little(std::int64_t((a << 1) | ((c & 0x1F) << 11)), 2) +
                         little(std::int64_t((b << 1) | ((c >> 5) << 11)), 2);
            else
                bytes += little(std::int64_t(a | (b << 10) | (c << 20)), 4);
        }
        break;
    default:
        break;
    }
    return bytes;
}

std::string sumOf(int lead)
{
    int sum = 0;
    for (const auto& frame : frames)
        sum += frame[lead];
    return std::to_string(sum);
}

} // namespace

class TestEcgWfdb : public QObject
{
    Q_OBJECT

    std::filesystem::path hea(const QTemporaryDir& dir, const std::string& text, const char* name = "r.hea")
    {
        return test::writeFile(test::pathOf(dir, name), text);
    }

private slots:
    void storageFormats_data()
    {
        QTest::addColumn<int>("format");
        for (const int format : {16, 24, 32, 61, 80, 160, 212, 310, 311})
            QTest::addRow("%d", format) << format;
    }
    void storageFormats()
    {
        QFETCH(int, format);
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), encoded(format));
        const std::string f = std::to_string(format);
        const auto file = hea(dir, "r 2 500 4\nr.dat " + f + " 100(0)/mV 16 0 5 " + sumOf(0) + " 0 I\nr.dat " + f +
                                       " 100(0)/mV 16 0 -3 " + sumOf(1) + " 0 II\n");
        const EcgRecord record = readEcg(file);
        QVERIFY2(record.warnings.size() == 1 && record.warnings[0].code == "lead-derived",
                 test::codesOf(record.warnings).c_str());
        QCOMPARE(record.samples(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(record[Lead::I][i], float(frames[i][0]) / 100);
            QCOMPARE(record[Lead::II][i], float(frames[i][1]) / 100);
        }
    }

    void firstDifferences()
    {
        QTemporaryDir dir;
        // Starts at the initial value; each byte adds.
        test::writeFile(test::pathOf(dir, "r.dat"), std::string({0, 100, 100, -128}));
        const EcgRecord record =
            readEcg(hea(dir, "r 1 500 4\nr.dat 8 200 8 0 10 " + std::to_string(10 + 110 + 210 + 82) + " 0 I\n"));
        QCOMPARE(record[Lead::I], (std::vector<float>{10 / 200.f, 110 / 200.f, 210 / 200.f, 82 / 200.f}));
        QVERIFY(!test::hasWarning(record.warnings, "checksum"));
    }

    void gainBaselineUnitsAndInvalid()
    {
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), little(300, 2) + little(300, 2) + little(300, 2) +
                                                        little(-32768, 2) + little(0, 2) + little(0, 2));
        const EcgRecord record = readEcg(hea(dir, "r 3 250/1000(0) 2 10:11:12 03/04/2005\n"
                                                  "r.dat 16 2(100)/uV 16 50 0 0 0 I\n"
                                                  "r.dat 16 1e3 16 50 0 0 0 II\n"
                                                  "r.dat 16 100/mmHg 16 0 0 0 0 V1\n"));
        QCOMPARE(record[Lead::I][0], 0.1f); // (300 − 100) / 2 µV
        QVERIFY(std::isnan(record[Lead::I][1]));
        QCOMPARE(record[Lead::II][0], 0.25f); // the ADC zero stands in for the baseline
        QVERIFY(test::hasWarning(record.warnings, "units-unknown"));
        QCOMPARE(record.date, std::string("2005-04-03"));
        QCOMPARE(record.time, std::string("10:11:12"));
        QCOMPARE(record.samplingHz, 250.0);
        QVERIFY(test::hasWarning(record.warnings, "initial-value"));
        QVERIFY(test::hasWarning(record.warnings, "checksum"));
    }

    void skewSeveralPerFrameAndNoCount()
    {
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), "xx" + little(1, 2) + little(2, 2) + little(9, 2) + little(3, 2) +
                                                        little(4, 2) + little(9, 2) + little(5, 2) + little(6, 2) +
                                                        little(9, 2));
        const EcgRecord record =
            readEcg(hea(dir, "r 2 250\nr.dat 16x2:1+2 1 16 0 1 12 0 V5\nr.dat 16+2 1 16 0 9 27 0 resp\n"));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record.samples(), std::size_t(6));
        QCOMPARE(record[Lead::V5][0], 3.0f);
        QCOMPARE(record[Lead::V5][3], 6.0f);
        QVERIFY(std::isnan(record[Lead::V5][4]) && std::isnan(record[Lead::V5][5]));
        QVERIFY(test::hasWarning(record.warnings, "skew"));
        QVERIFY(test::hasWarning(record.warnings, "leads-ignored"));
    }

    void commentsBecomeFacts()
    {
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), little(1, 2));
        const EcgRecord record = readEcg(hea(dir, "# before\nr 1 250 1\n\nr.dat 16 1 16 0 1 1 0 Lead I\n#Age: 63\n# "
                                                  "Sex: Female\n#Dx: 426783006,12345\n# Rx: Unknown\n"));
        QCOMPARE(record.patient.ageYears, std::optional(63));
        QCOMPARE(record.patient.sex, std::string("F"));
        QCOMPARE(record.statements, (std::vector<std::string>{"sinus rhythm (SNOMED CT 426783006)", "Dx 12345"}));
    }

    void badHeaders_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto one = [](const char* record, const char* signal) {
            return QByteArray(record) + "\n" + signal + "\n";
        };
        QTest::newRow("billion samples") << one("r 1 500 1000000000", "r.dat 16 1 16 0 0 0 0 I") << "limit-exceeded";
        QTest::newRow("0 Hz") << one("r 1 0 4", "r.dat 16 1 16 0 0 0 0 I") << "malformed";
        QTest::newRow("huge rate") << one("r 1 9e9 4", "r.dat 16 1 16 0 0 0 0 I") << "limit-exceeded";
        QTest::newRow("NaN gain") << one("r 1 500 4", "r.dat 16 nan 16 0 0 0 0 I") << "malformed";
        QTest::newRow("infinite gain") << one("r 1 500 4", "r.dat 16 inf 16 0 0 0 0 I") << "malformed";
        QTest::newRow("negative gain") << one("r 1 500 4", "r.dat 16 -5 16 0 0 0 0 I") << "malformed";
        QTest::newRow("many signals") << one("r 100000 500 4", "r.dat 16 1 16 0 0 0 0 I") << "limit-exceeded";
        QTest::newRow("missing lines") << one("r 12 500 4", "r.dat 16 1 16 0 0 0 0 I") << "truncated";
        QTest::newRow("segments") << QByteArray("r/3 12 500 4\nr_1 2\n") << "truncated";
        QTest::newRow("format") << one("r 1 500 4", "r.dat 999 1 16 0 0 0 0 I") << "unsupported";
        QTest::newRow("outside") << one("r 1 500 4", "../r.dat 16 1 16 0 0 0 0 I") << "malformed";
        QTest::newRow("device") << one("r 1 500 4", "/dev/zero 16 1 16 0 0 0 0 I") << "malformed";
        QTest::newRow("companion") << one("r 1 500 4", "absent.dat 16 1 16 0 0 0 0 I") << "missing";
        QTest::newRow("no leads") << one("r 1 500 4", "r.dat 16 1 16 0 0 0 0 MLII") << "missing";
        QTest::newRow("offset") << one("r 1 500 4", "r.dat 16+99999999999 1 16 0 0 0 0 I") << "truncated";
        QTest::newRow("frame of 10^9") << one("r 1 500 4", "r.dat 16x1000000000 1 16 0 0 0 0 I") << "malformed";
        QTest::newRow("frame times rate") << one("r 1 500 1000000", "r.dat 16x100 1 16 0 0 0 0 I") << "limit-exceeded";
    }
    void badHeaders()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), little(1, 8));
        const auto file = hea(dir, text.toStdString());
        QVERIFY(looksLikeEcg(file));
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(file); })), code);
    }

    void nothingInTheFile()
    {
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), {});
        QCOMPARE(test::errorOf([&] { readEcg(hea(dir, "r 1 500 4\nr.dat 16 1 16 0 0 0 0 I\n")); }),
                 std::string("missing"));
    }

    void aSignalFileIsReadThroughItsHeader()
    {
        QTemporaryDir dir;
        const auto data = test::writeFile(test::pathOf(dir, "r.dat"), encoded(16));
        QVERIFY(!looksLikeEcg(data));
        const auto header = hea(dir, "r 2 500 4\nr.dat 16 100 16 0 5 41 0 I\nr.dat 16 100 16 0 -3 -33 0 II\n");
        QVERIFY(looksLikeEcg(data));
        const EcgRecord record = readEcg(data);
        QCOMPARE(record.file, data);
        QCOMPARE(record.companions, (std::vector<std::filesystem::path>{header}));
        QCOMPARE(record.signalHash(), readEcg(header).signalHash());
        QCOMPARE(readEcg(header).companions, (std::vector<std::filesystem::path>{data}));
        // A file that the header doesn't list isn't a signal of it.
        QVERIFY(!looksLikeEcg(test::writeFile(test::pathOf(dir, "r.txt"), "x")));
    }

    void damagedSamplesAreNoticed()
    {
        QTemporaryDir dir;
        std::string bytes = encoded(16);
        bytes[8] = char(bytes[8] ^ 1);
        test::writeFile(test::pathOf(dir, "r.dat"), bytes);
        const auto file = hea(dir, "r 2 500 4\nr.dat 16 100 16 0 5 " + sumOf(0) + " 0 I\nr.dat 16 100 16 0 -3 " +
                                       sumOf(1) + " 0 II\n");
        const EcgRecord record = readEcg(file);
        const auto warned = std::find_if(record.warnings.begin(), record.warnings.end(),
                                         [](const auto& w) { return w.code == "checksum"; });
        QVERIFY(warned != record.warnings.end());
        QCOMPARE(warned->where, std::string("I"));
    }

    void damagedAnywhere()
    {
        QTemporaryDir dir;
        test::writeFile(test::pathOf(dir, "r.dat"), encoded(212));
        const std::string whole =
            "r 2 500 4\nr.dat 212:1+0 100(0)/mV 12 0 5 41 0 I\nr.dat 212x1 100(0)/mV 12 0 -3 -33 0 II\n# Age: 60\n";
        for (std::size_t at = 0; at < whole.size(); ++at) {
            for (const char c : {'9', '-', ' ', '\n', '/', '\0', 'x', 'e'}) {
                std::string changed = whole;
                changed[at] = c;
                const std::string outcome = test::errorOf([&] { readEcg(hea(dir, changed)); });
                QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
            }
        }
    }

    void matlabFileThatIsSomethingElse()
    {
        QTemporaryDir dir;
        const std::string signal = "r.mat 16+24 1 16 0 1 1 0 I\n";
        const auto file = hea(dir, "r 1 500 1\n" + signal);
        const std::string data = little(1, 2);
        test::writeFile(test::pathOf(dir, "r.mat"), little(30, 4) + little(1, 4) + little(1, 4) + little(0, 4) +
                                                        little(4, 4) + std::string("val\0", 4) + data);
        QCOMPARE(readEcg(file)[Lead::I][0], 1.0f);
        test::writeFile(test::pathOf(dir, "r.mat"), little(0, 4) + little(1, 4) + little(1, 4) + little(0, 4) +
                                                        little(4, 4) + std::string("val\0", 4) + data);
        QCOMPARE(test::errorOf([&] { readEcg(file); }), std::string("inconsistent"));
        test::writeFile(test::pathOf(dir, "r.mat"), "MATLAB 5.0 MAT-file, and so on and on");
        QCOMPARE(test::errorOf([&] { readEcg(file); }), std::string("inconsistent"));
    }

    void sharedRecords_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("samples");
        QTest::addColumn<QString>("sex");
        QTest::newRow("PTB-XL") << "ecg_wfdb/00001_lr.hea" << 100.0 << 1000 << "";
        QTest::newRow("Georgia") << "ecg_wfdb/E07500.hea" << 500.0 << 5000 << "M";
        QTest::newRow("HR") << "ecg_wfdb/HR06000.hea" << 500.0 << 5000 << "F";
        QTest::newRow("Chapman") << "ecg_wfdb/JS20000.hea" << 500.0 << 5000 << "F";
        QTest::newRow("PTB, 15 leads in two files") << "ecg_wfdb/s0010_re.hea" << 1000.0 << 38400 << "F";
    }
    void sharedRecords()
    {
        QFETCH(QString, file);
        QFETCH(double, rate);
        QFETCH(int, samples);
        QFETCH(QString, sex);
        const auto path = test::sharedData(file.toUtf8().constData());
        E2E_NEED_SHARED(path);
        QVERIFY(looksLikeEcg(path));
        const auto start = std::chrono::steady_clock::now();
        const EcgRecord record = readEcg(path);
        qInfo("%s read in %.2f ms", qPrintable(file),
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        QCOMPARE(record.samplingHz, rate);
        QCOMPARE(record.samples(), std::size_t(samples));
        QCOMPARE(record.presentLeads(), std::size_t(12));
        QCOMPARE(QString::fromStdString(record.patient.sex), sex);
        // Initial values and checksums of the header are facts about the samples that no reader made.
        QVERIFY2(!test::hasWarning(record.warnings, "checksum"), test::codesOf(record.warnings).c_str());
        QVERIFY2(!test::hasWarning(record.warnings, "initial-value"), test::codesOf(record.warnings).c_str());
        QVERIFY(!test::hasWarning(record.warnings, "units-unknown"));
        QVERIFY(!test::hasWarning(record.warnings, "truncated"));
        std::ifstream stream(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        const WfdbHeader header = parseWfdbHeader(text, path);
        std::size_t compared = 0;
        for (const WfdbSignal& signal : header.channels)
            if (const auto lead = leadFromName(signal.description)) {
                QCOMPARE(record[*lead][0], float(double(*signal.initialValue) / signal.gain));
                ++compared;
            }
        QCOMPARE(compared, std::size_t(12));
        for (std::size_t i = 0; i < record.samples(); i += 7)
            QVERIFY(std::abs(record[Lead::II][i] - record[Lead::I][i] - record[Lead::III][i]) < 0.011f);
    }

    void sharedFacts()
    {
        const auto path = test::sharedData("ecg_wfdb/s0010_re.dat");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.patient.ageYears, std::optional(81));
        QCOMPARE(record.date, std::string("1990-10-01"));
        QVERIFY(test::hasWarning(record.warnings, "date-assumed"));
        QVERIFY(test::hasWarning(record.warnings, "leads-ignored"));
        const EcgRecord mat = readEcg(test::sharedData("ecg_wfdb/E07500.mat"));
        QVERIFY(std::find(mat.statements.begin(), mat.statements.end(), "sinus bradycardia (SNOMED CT 426177001)") !=
                mat.statements.end());
    }

    void sharedTruncated()
    {
        const auto path = test::sharedData("derived/HR06000_truncated.hea");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samples(), std::size_t(2499)); // (60012 − 24) / 24 whole frames
        QVERIFY(test::hasWarning(record.warnings, "truncated"));
        QVERIFY(!test::hasWarning(record.warnings, "checksum"));
        const EcgRecord whole = readEcg(test::sharedData("ecg_wfdb/HR06000.hea"));
        for (const Lead lead : allLeads)
            QVERIFY(std::equal(record[lead].begin(), record[lead].end(), whole[lead].begin()));
    }
};

QTEST_GUILESS_MAIN(TestEcgWfdb)
#include "test_ecg_wfdb.moc"
