// SPDX-License-Identifier: GPL-3.0-or-later
// WFDB beyond one file of plain samples: FLAC, MATLAB 5 matrices, records of several segments.
#include "ecg/ecg_reader.h"
#include "ecg_test_support.h"

#include <FLAC/stream_encoder.h>

#include <bit>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

using test::little;

// Interleaved samples as FLAC, in small blocks.
void writeFlac(const std::filesystem::path& file, unsigned channels, unsigned bits, const std::vector<int>& samples)
{
    FLAC__StreamEncoder* encoder = FLAC__stream_encoder_new();
    FLAC__stream_encoder_set_channels(encoder, channels);
    FLAC__stream_encoder_set_bits_per_sample(encoder, bits);
    FLAC__stream_encoder_set_sample_rate(encoder, 96000);
    FLAC__stream_encoder_set_blocksize(encoder, 64);
    FLAC__stream_encoder_set_streamable_subset(encoder, false);
    QCOMPARE(FLAC__stream_encoder_init_file(encoder, file.c_str(), nullptr, nullptr),
             FLAC__STREAM_ENCODER_INIT_STATUS_OK);
    QVERIFY(FLAC__stream_encoder_process_interleaved(encoder, samples.data(), unsigned(samples.size()) / channels));
    QVERIFY(FLAC__stream_encoder_finish(encoder));
    FLAC__stream_encoder_delete(encoder);
}

std::string element(int type, const std::string& data)
{
    std::string padded = data;
    padded.resize((data.size() + 7) / 8 * 8);
    return little(type, 4) + little(std::int64_t(data.size()), 4) + padded;
}

// A level 5 matrix `name`, columns of `rows` values; type 3 is int16, 9 double.
std::string matrix(const std::string& name, int rows, int columns, int type, const std::vector<int>& values)
{
    std::string data;
    for (const int v : values)
        data += type == 3 ? little(v, 2) : little(std::bit_cast<std::int64_t>(double(v)), 8);
    return element(14, element(6, little(type == 3 ? 10 : 6, 4) + little(0, 4)) +
                           element(5, little(rows, 4) + little(columns, 4)) +
                           // A short name, type and length in one word.
                           little(1 | std::int64_t(name.size()) << 16, 4) + (name + std::string(4, '\0')).substr(0, 4) +
                           element(type, data));
}

std::string matlab5(const std::string& elements)
{
    std::string head = "MATLAB 5.0 MAT-file, Platform: test";
    head.resize(124, ' ');
    return head + little(0x0100, 2) + "IM" + elements;
}

std::string deflated(const std::string& bytes)
{
    const QByteArray packed = qCompress(QByteArray::fromStdString(bytes)).mid(4); // behind the length of Qt
    return little(15, 4) + little(packed.size(), 4) + packed.toStdString();
}

} // namespace

class TestEcgWfdbMore : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path at(const char* name) { return test::pathOf(m_dir, name); }
    std::filesystem::path put(const char* name, const std::string& bytes) { return test::writeFile(at(name), bytes); }

private slots:
    void flac_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("perFrame");
        for (const int bits : {8, 16, 24})
            for (const int perFrame : {1, 2})
                QTest::addRow("5%02d, %d per frame", bits, perFrame) << bits << perFrame;
    }
    void flac()
    {
        QFETCH(int, bits);
        QFETCH(int, perFrame);
        const int most = 1 << (bits - 1), n = 400;
        std::vector<int> samples;
        for (int i = 0; i < n; ++i)
            samples.insert(samples.end(), {i == 7 ? -most : (i * 37) % (most - 1), -(i % 100)});
        writeFlac(at("f.flac"), 2, unsigned(bits), samples);
        const std::string format = std::to_string(500 + bits) + (perFrame > 1 ? "x2" : "");
        const auto header = put("f.hea", "f 2 500 " + std::to_string(n / perFrame) + "\nf.flac " + format +
                                             " 1000 0 0 0 0 0 I\nf.flac " + format + " 1000 0 0 0 0 0 II\n");
        const EcgRecord record = readEcg(header);
        QCOMPARE(record.samplingHz, 500.0 * perFrame);
        QCOMPARE(record.samples(), std::size_t(n));
        QVERIFY(std::isnan(record[Lead::I][7])); // the smallest number marks what is invalid
        for (std::size_t i = 8; i < std::size_t(n); ++i) {
            QCOMPARE(record[Lead::I][i], float(samples[2 * i] / 1000.0));
            QCOMPARE(record[Lead::II][i], float(samples[2 * i + 1] / 1000.0));
        }
        QVERIFY(readEcg(at("f.flac")).samples() == std::size_t(n));
    }

    void flacThatIsSomethingElse()
    {
        std::vector<int> samples(200, 3);
        writeFlac(at("g.flac"), 1, 16, samples);
        const auto two = put("g.hea", "g 2 500 100\ng.flac 516 1 0 0 0 0 0 I\ng.flac 516 1 0 0 0 0 0 II\n");
        QCOMPARE(test::errorOf([&] { readEcg(two); }), std::string("inconsistent"));
        const auto wider = put("g.hea", "g 1 500 100\ng.flac 524 1 0 0 0 0 0 I\n");
        QCOMPARE(test::errorOf([&] { readEcg(wider); }), std::string("inconsistent"));
        const auto good = put("g.hea", "g 1 500 200\ng.flac 516 1 0 0 0 0 0 I\n");
        QCOMPARE(readEcg(good).samples(), std::size_t(200));
        std::ifstream in(at("g.flac"), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        put("g.flac", "no FLAC at all");
        QCOMPARE(test::errorOf([&] { readEcg(good); }), std::string("malformed"));
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::string changed = bytes;
            changed[i] = char(changed[i] ^ 0x55);
            for (const std::string& broken : {changed, bytes.substr(0, i)}) {
                put("g.flac", broken);
                const std::string outcome = test::errorOf([&] { readEcg(good); });
                QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
            }
        }
    }

    void matlabMatrices()
    {
        const auto header =
            put("m.hea", "m 2 500 3\nm.mat 16+24 1000/mV 16 0 1 6 0 I\nm.mat 16+24 1000/mV 16 0 -4 -15 0 II\n");
        const std::vector<int> values{1, -4, 2, -5, 3, -6};
        for (const int type : {3, 9}) {
            const std::string val = matrix("val", 2, 3, type, values), other = matrix("x", 1, 1, type, {9});
            for (const std::string& elements : {val, other + val, deflated(val), deflated(other) + deflated(val)}) {
                put("m.mat", matlab5(elements));
                const EcgRecord record = readEcg(header);
                QCOMPARE(record[Lead::I], (std::vector<float>{0.001f, 0.002f, 0.003f}));
                QCOMPARE(record[Lead::II], (std::vector<float>{-0.004f, -0.005f, -0.006f}));
                QVERIFY2(test::codesOf(record.warnings) == "lead-derived ", test::codesOf(record.warnings).c_str());
            }
        }
        put("m.mat", matlab5(matrix("val", 2, 2, 3, {1, -4, 2, -5})));
        QVERIFY(test::hasWarning(readEcg(header).warnings, "sample-count"));
        const auto outcome = [&](const std::string& bytes) {
            put("m.mat", bytes);
            return test::errorOf([&] { readEcg(header); });
        };
        QCOMPARE(outcome(matlab5(matrix("x", 2, 3, 3, values))), std::string("missing"));
        QCOMPARE(outcome(matlab5(matrix("val", 3, 2, 3, values))), std::string("inconsistent"));
        QCOMPARE(outcome(matlab5(matrix("val", 2, 1000000000, 3, values))), std::string("missing"));
        QCOMPARE(outcome(std::string("\x89HDF\r\n\x1a\n") + std::string(200, ' ')), std::string("unsupported"));
        const std::string packed = matlab5(deflated(matrix("val", 2, 3, 9, values)));
        for (std::size_t i = 0; i < packed.size(); ++i) {
            std::string changed = packed;
            changed[i] = char(changed[i] ^ 0x55);
            for (const std::string& broken : {changed, packed.substr(0, i)})
                QVERIFY(!outcome(broken).starts_with("not ours"));
        }
        // Zeros without end, in a few bytes.
        put("m.mat", matlab5(deflated(std::string(64 << 20, '\0'))));
        QVERIFY(outcome(matlab5(deflated(std::string(64 << 20, '\0')))) == "missing");
        // Large variables in front are only looked at, and not without end.
        const std::string large = deflated(matrix("x", 100, 100, 9, std::vector<int>(10000)));
        std::string before = large;
        for (int i = 1; i < 999; ++i)
            before += large;
        const std::string val = deflated(matrix("val", 2, 3, 3, values));
        QCOMPARE(outcome(matlab5(before + val)), std::string("none"));
        QCOMPARE(outcome(matlab5(before + large + val)), std::string("missing"));
    }

    void fixedSegments()
    {
        put("a.hea", "a 2 500 2\na.dat 16 1000 16 0 1 0 0 I\na.dat 16 1000 16 0 2 0 0 V1\n");
        put("a.dat", little(1, 2) + little(2, 2) + little(3, 2) + little(4, 2));
        put("b.hea", "b 2 500 1\nb.dat 16 1000 16 0 5 0 0 I\nb.dat 16 2000 16 0 6 0 0 V1\n");
        put("b.dat", little(5, 2) + little(6, 2));
        const EcgRecord record = readEcg(put("s.hea", "s/3 2 500 5 10:11:12 29/02/2024\na 2\n~ 2\nb 1\n#Age: 63\n"));
        QCOMPARE(record.samples(), std::size_t(5));
        QCOMPARE(record[Lead::I][1], 0.003f);
        QVERIFY(std::isnan(record[Lead::I][2]) && std::isnan(record[Lead::V1][3]));
        QCOMPARE(record[Lead::I][4], 0.005f);
        QCOMPARE(record[Lead::V1][4], 0.003f);
        QCOMPARE(record.patient.ageYears, std::optional(63));
        QCOMPARE(record.date, std::string("2024-02-29"));
        QCOMPARE(record.companions.size(), std::size_t(4));
        QVERIFY(test::hasWarning(record.warnings, "segments-gaps"));
    }

    void changingSegments()
    {
        // A layout in front; one part lacks V1, one holds pressure alone, one isn't there.
        put("v_layout.hea", "v_layout 2 500 0\n~ 0 1000 16 0 0 0 0 I\n~ 0 1000 16 0 0 0 0 V1\n");
        put("c.hea", "c 1 500 2\nc.dat 16 1000 16 0 1 0 0 I\n");
        put("c.dat", little(1, 2) + little(2, 2));
        put("d.hea", "d 1 500 1\nd.dat 16 100/mmHg 16 0 1 0 0 ABP\n");
        put("d.dat", little(1, 2));
        put("e.hea", "e 2 500 1\ne.dat 16 1000 16 0 7 0 0 V1\ne.dat 16 1000 16 0 8 0 0 I\n");
        put("e.dat", little(7, 2) + little(8, 2));
        const EcgRecord record = readEcg(put("v.hea", "v/5 2 500 5\nv_layout 0\nc 2\nd 1\nabsent 1\ne 1\n"));
        QCOMPARE(record.samples(), std::size_t(5));
        QCOMPARE(record[Lead::I][0], 0.001f);
        QCOMPARE(record[Lead::I][4], 0.008f);
        QCOMPARE(record[Lead::V1][4], 0.007f);
        for (const std::size_t i : {0u, 1u, 2u, 3u})
            QVERIFY(std::isnan(record[Lead::V1][i]));
        QVERIFY(test::hasWarning(record.warnings, "companion-missing"));
        QVERIFY(test::hasWarning(record.warnings, "segments-gaps"));
    }

    void segmentsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        QTest::newRow("fewer than declared") << QByteArray("s/3 1 500 4\nn 2\n") << "truncated";
        QTest::newRow("outside") << QByteArray("s/1 1 500 4\n../n 4\n") << "malformed";
        QTest::newRow("of itself") << QByteArray("s/1 1 500 4\ns 4\n") << "unsupported";
        QTest::newRow("no number") << QByteArray("s/x 1 500 4\nn 4\n") << "malformed";
        QTest::newRow("a billion segments") << QByteArray("s/1000000000 1 500 4\nn 4\n") << "limit-exceeded";
        QTest::newRow("a billion samples") << QByteArray("s/1 1 500 4\nn 1000000000\n") << "limit-exceeded";
        QTest::newRow("too many together") << QByteArray("s/2 1 500 4\n~ 1500000\n~ 1500000\n") << "limit-exceeded";
        QTest::newRow("all absent") << QByteArray("s/1 1 500 4\nnothere 4\n") << "missing";
        QTest::newRow("other rate") << QByteArray("s/1 1 250 4\nn 4\n") << "unsupported";
    }
    void segmentsRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        put("n.hea", "n 1 500 4\nn.dat 16 1000 16 0 1 0 0 I\n");
        put("n.dat", little(1, 2) + little(1, 2) + little(1, 2) + little(1, 2));
        const auto header = put("s.hea", text.toStdString());
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(header); })), code);
    }
};

QTEST_GUILESS_MAIN(TestEcgWfdbMore)
#include "test_ecg_wfdb_more.moc"
