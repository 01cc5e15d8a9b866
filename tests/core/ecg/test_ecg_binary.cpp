// SPDX-License-Identifier: GPL-3.0-or-later
// SCP-ECG, ISHNE and EDF/BDF, from small files made here.
#include "ecg/ecg_reader.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/scp_signal.h"
#include "ecg_test_support.h"

#include <map>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

using test::little;

std::string int16s(const std::vector<int>& values)
{
    std::string bytes;
    for (const int v : values)
        bytes += little(v, 2);
    return bytes;
}

std::string withCrc(const std::string& rest)
{
    return little(crcCcitt(rest), 2) + rest;
}

std::string scpFile(const std::map<int, std::string>& contents)
{
    const auto section = [](int id, const std::string& content) {
        return withCrc(little(id, 2) + little(16 + std::int64_t(content.size()), 4) + std::string("\x14\x14") +
                       (id == 0 ? std::string("SCPECG") : std::string(6, '\0')) + content);
    };
    std::string table, data;
    std::size_t at = 6 + 16 + 12 * 10;
    for (int id = 0; id < 12; ++id) {
        const auto found = contents.find(id);
        const std::string bytes = id > 0 && found != contents.end() ? section(id, found->second) : std::string{};
        table += little(id, 2) + little(id == 0 ? 136 : std::int64_t(bytes.size()), 4) +
                 little(id == 0         ? 7
                        : bytes.empty() ? 0
                                        : std::int64_t(at + 1),
                        4);
        data += bytes;
        at += bytes.size();
    }
    const std::string all = section(0, table) + data;
    return withCrc(little(std::int64_t(all.size()) + 6, 4) + all);
}

std::string scpLeads(const std::vector<int>& codes, int samples, int flags = 4)
{
    std::string text = little(std::int64_t(codes.size()), 1) + little(flags, 1);
    for (const int code : codes)
        text += little(1, 4) + little(samples, 4) + little(code, 1);
    return text;
}

std::string scpWave(const std::vector<std::string>& leads, int differences = 0, int bimodal = 0, int interval = 2000,
                    int nanovolts = 1000)
{
    std::string text = little(nanovolts, 2) + little(interval, 2) + little(differences, 1) + little(bimodal, 1), data;
    for (const std::string& lead : leads) {
        text += little(std::int64_t(lead.size()), 2);
        data += lead;
    }
    return text + data;
}

std::string packed(const std::string& bits)
{
    std::string bytes((bits.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i] == '1')
            bytes[i / 8] = char(bytes[i / 8] | (0x80 >> (i % 8)));
    return bytes;
}

std::vector<float> millivolts(const std::vector<int>& counts)
{
    std::vector<float> values;
    for (const int c : counts)
        values.push_back(float(c * 1e-3));
    return values;
}

std::string padded(const std::string& text, std::size_t width)
{
    return text + std::string(width - std::min(width, text.size()), ' ');
}

struct EdfSignal
{
    std::string label, unit, physicalMin, physicalMax, digitalMin, digitalMax;
    int perRecord = 2;
};

std::string edfHeader(const std::vector<EdfSignal>& all, const char* records, const char* duration,
                      const char* reserved = "", bool bdf = false)
{
    std::string text = bdf ? std::string("\xFF") + "BIOSEMI" : padded("0", 8);
    text += padded("P1 F 02-MAR-1950 Some_One", 80) + padded("Startdate 01-FEB-2020 X X X", 80) + "01.02.2010.11.12" +
            padded(std::to_string(256 + 256 * all.size()), 8) + padded(reserved, 44) + padded(records, 8) +
            padded(duration, 8) + padded(std::to_string(all.size()), 4);
    const auto column = [&](auto get, std::size_t width) {
        for (const EdfSignal& s : all)
            text += padded(get(s), width);
    };
    column([](const EdfSignal& s) { return s.label; }, 16);
    column([](const EdfSignal&) { return std::string("electrode"); }, 80);
    column([](const EdfSignal& s) { return s.unit; }, 8);
    column([](const EdfSignal& s) { return s.physicalMin; }, 8);
    column([](const EdfSignal& s) { return s.physicalMax; }, 8);
    column([](const EdfSignal& s) { return s.digitalMin; }, 8);
    column([](const EdfSignal& s) { return s.digitalMax; }, 8);
    column([](const EdfSignal&) { return std::string("HP:0.05Hz LP:150Hz N:50Hz"); }, 80);
    column([](const EdfSignal& s) { return std::to_string(s.perRecord); }, 8);
    column([](const EdfSignal&) { return std::string(); }, 32);
    return text;
}

const EdfSignal leadI{"ECG I", "uV", "-32768", "32767", "-32768", "32767"};
const EdfSignal leadII{"ECG II", "mV", "-10", "10", "-1000", "1000"};

std::string ishne(const std::vector<int>& values, int leads = 2, int rate = 250, int nanovolts = 1000,
                  int declared = -1)
{
    std::string head(512, '\0');
    const auto set = [&](std::size_t at, const std::string& bytes) { head.replace(at - 10, bytes.size(), bytes); };
    set(14, little(declared < 0 ? std::int64_t(values.size()) / std::max(1, leads) : declared, 4));
    set(18, little(522, 4));
    set(22, little(522, 4));
    set(28, "Given");
    set(68, "Family");
    set(128, little(2, 2));
    set(132, int16s({4, 3, 1960}));
    set(138, int16s({5, 6, 2020}));
    set(150, int16s({7, 8, 9}));
    set(156, little(leads, 2));
    for (std::size_t i = 0; i < 12; ++i) {
        set(158 + 2 * i, little(5 + std::int64_t(i), 2));
        set(206 + 2 * i, little(nanovolts, 2));
    }
    set(272, little(rate, 2));
    return "ISHNE1.0" + little(crcCcitt(head), 2) + head + int16s(values);
}

} // namespace

class TestEcgBinary : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& bytes)
    {
        return test::writeFile(test::pathOf(m_dir, "x.bin"), bytes);
    }

private slots:
    void scpPlainAndDifferences()
    {
        const std::vector<int> values{5, 9, 4, -7, 300};
        const std::vector<std::vector<int>> coded{values, {5, 4, -5, -11, 307}, {5, 9, -9, -6, 318}};
        for (int order = 0; order < 3; ++order) {
            const EcgRecord record = readEcg(
                file(scpFile({{3, scpLeads({1, 2}, 5)},
                              {6, scpWave({int16s(coded[std::size_t(order)]), int16s({1, 0, 0, 0, 0})}, order)}})));
            QCOMPARE(record[Lead::I], millivolts(values));
            QCOMPARE(record.samplingHz, 500.0);
            QCOMPARE(test::codesOf(record.warnings), std::string("lead-derived "));
        }
    }

    void scpHuffman()
    {
        // Default table: 0, 1, −1, 2, −8, then 100 as eight and −1000 as sixteen bits.
        const std::string bits = "0"
                                 "100"
                                 "101"
                                 "1100"
                                 "1111111101"
                                 "1111111110"
                                 "01100100"
                                 "1111111111"
                                 "1111110000011000";
        const std::map<int, std::string> usual{
            {2, little(19999, 2)}, {3, scpLeads({1}, 7)}, {6, scpWave({packed(bits)})}};
        QCOMPARE(readEcg(file(scpFile(usual)))[Lead::I], millivolts({0, 1, -1, 2, -8, 100, -1000}));

        // Two tables of one's own. The first: 0 → 7, 10 → table 2, 11 → four more bits on top of 20. The second: 1 →
        // −3, 0 → table 1.
        const auto code = [](int prefix, int total, int mode, int value, int bit) {
            return little(prefix, 1) + little(total, 1) + little(mode, 1) + little(value, 2) + little(bit, 4);
        };
        const std::string tables = little(2, 2) + little(3, 2) + code(1, 1, 1, 7, 0) + code(2, 2, 0, 2, 1) +
                                   code(2, 6, 1, 20, 3) + little(2, 2) + code(1, 1, 1, -3, 1) + code(1, 1, 0, 1, 0);
        const std::map<int, std::string> own{{2, tables},
                                             {3, scpLeads({1}, 5)},
                                             {6, scpWave({packed("0"
                                                                 "10"
                                                                 "1"
                                                                 "1"
                                                                 "0"
                                                                 "11"
                                                                 "1111"
                                                                 "0")})}};
        QCOMPARE(readEcg(file(scpFile(own)))[Lead::I], millivolts({7, -3, -3, 19, 7}));
    }

    void scpReferenceBeat()
    {
        // A beat of three samples (6 ms), fiducial at its second, subtracted around samples 3 and 8.
        const auto beat = [](int type, int begin, int fiducial, int end) {
            return little(type, 2) + little(begin, 4) + little(fiducial, 4) + little(end, 4);
        };
        const std::string where = little(6, 2) + little(2, 2) + little(3, 2) + beat(0, 2, 3, 4) + beat(1, 5, 5, 5) +
                                  beat(0, 7, 8, 9) + std::string(24, '\0');
        const EcgRecord record = readEcg(file(scpFile({{3, scpLeads({1}, 9, 5)},
                                                       {4, where},
                                                       {5, scpWave({int16s({10, 50, 20})}, 0, 0, 2000, 2000)},
                                                       {6, scpWave({int16s({1, 2, 3, 4, 5, 6, 7, 8, 9})})}})));
        const std::vector<int> expected{1, 22, 103, 44, 5, 6, 27, 108, 49};
        for (std::size_t i = 0; i < 9; ++i)
            QVERIFY(std::abs(record[Lead::I][i] - float(expected[i] * 1e-3)) < 1e-6f);
    }

    void scpBimodal()
    {
        // Twelve samples; 5 to 8 keep the full rate, around them one value stands for four.
        const std::string where = little(8, 2) + little(1, 2) + little(1, 2) + little(1, 2) + little(0, 4) +
                                  little(0, 4) + little(0, 4) + little(5, 4) + little(8, 4);
        const EcgRecord record = readEcg(file(scpFile({{3, scpLeads({1}, 12)},
                                                       {4, where},
                                                       {5, scpWave({int16s({0, 0, 0, 0})})},
                                                       {6, scpWave({int16s({40, 1, 2, 3, 4, 80})}, 0, 1, 8000)}})));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::I], millivolts({40, 40, 40, 40, 1, 2, 3, 4, 80, 80, 80, 80}));
        QVERIFY(test::hasWarning(record.warnings, "rate-reduced"));
        // Two values in a row are joined by a line between the middles of their groups.
        const auto line = spreadBimodal({0, 8}, {}, 4, 1, 8);
        QCOMPARE(line, (std::vector<float>{0, 0, 1, 3, 5, 7, 8, 8}));
    }

    void scpAllAtOnce()
    {
        // Second differences in Huffman codes of a bimodal file whose reference beat was subtracted: 16 samples at 500
        // Hz, 5 to 12 protected, the beat at 6 to 9 (fiducial 7, the second of four).
        const auto huffman = [](const std::vector<int>& values) {
            std::string bits;
            for (const int v : values)
                bits += v == 0 ? "0" : std::string(std::size_t(std::abs(v)), '1') + (v > 0 ? "00" : "01");
            return bits;
        };
        const auto second = [](const std::vector<int>& values) {
            std::vector<int> d = values;
            for (std::size_t i = values.size(); i-- > 2;)
                d[i] = values[i] - 2 * values[i - 1] + values[i - 2];
            return d;
        };
        const std::vector<int> beat{1, 3, 4, 2}, kept{1, 2, 2, 1, 0, -1, -1, 0, 1, 3}; // 1 + 8 + 1 values
        const std::string where = little(8, 2) + little(2, 2) + little(1, 2) + little(0, 2) + little(6, 4) +
                                  little(7, 4) + little(9, 4) + little(5, 4) + little(12, 4);
        const EcgRecord record =
            readEcg(file(scpFile({{2, little(19999, 2)},
                                  {3, scpLeads({1}, 16, 5)},
                                  {4, where},
                                  {5, scpWave({packed(huffman(second(beat)))}, 2, 0, 2000, 2000)},
                                  {6, scpWave({packed(huffman(second(kept)))}, 2, 1, 8000)},
                                  {7, std::string("\1\0", 2) + int16s({800, 800, 29999, 29999, 2, 6, 7, 0, 0, 0})}})));
        QCOMPARE(record.samplingHz, 500.0);
        const std::vector<int> expected{1, 1, 1, 1, 2, 2 + 2, 1 + 6, 0 + 8, -1 + 4, -1, 0, 1, 3, 3, 3, 3};
        QCOMPARE(record.samples(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::abs(record[Lead::I][i] - float(expected[i] * 1e-3)) < 1e-6f, QByteArray::number(int(i)));
        // The beat itself, and where section 7 puts its QRS complex.
        QVERIFY(record.fileBeat);
        QCOMPARE((*record.fileBeat)[Lead::I], (std::vector<float>{0.002f, 0.006f, 0.008f, 0.004f}));
        QCOMPARE(record.fileBorders, (WaveBorders{std::nullopt, std::nullopt, 0.002, 0.006, std::nullopt, 0.007}));
    }

    void scpLeadValuesAndCodes()
    {
        const auto lead = [](int id, const std::vector<int>& values) {
            return little(id, 2) + little(std::int64_t(2 * values.size()), 2) + int16s(values);
        };
        const std::string values = little(3, 2) + little(0, 2) +
                                   lead(3, {100, 160, 90, 400, 0, 29999, 30, 0, 0, -50, 1200}) + lead(99, {1, 2}) +
                                   lead(62, {0, 0, 88});
        const std::string codes = std::string("\0", 1) + int16s({2020}) + "\1\1\1\1\1\2" + "\1" + little(5, 2) +
                                  std::string("\1SR\0\0", 5) + "\2" + little(6, 2) + std::string("\2Text\0", 6);
        const EcgRecord record =
            readEcg(file(scpFile({{3, scpLeads({1}, 1)}, {6, scpWave({int16s({1})})}, {10, values}, {11, codes}})));
        std::map<std::string, double> m;
        for (const auto& each : record.measurements)
            m[each.name] = each.value.value_or(0);
        const std::map<std::string, double> expected{
            {"P duration, V1", 100}, {"PR interval, V1", 160}, {"QRS duration, V1", 90},  {"QT interval, V1", 400},
            {"S duration, V1", 30},  {"Q amplitude, V1", -50}, {"R amplitude, V1", 1200}, {"QRS duration, aVR", 88}};
        QVERIFY(m == expected);
        QCOMPARE(record.statements, (std::vector<std::string>{"SCP-ECG statement code SR", "Text"}));
    }

    void scpFacts()
    {
        const auto tag = [](int id, const std::string& value) {
            return little(id, 1) + little(std::int64_t(value.size()), 2) + value;
        };
        const std::string header = tag(0, std::string("M\xFCller\0", 7)) + tag(2, "id") +
                                   tag(5, int16s({1970}) + "\3\4") + tag(8, "\2") + tag(25, int16s({2020}) + "\5\6") +
                                   tag(26, "\7\10\11") + tag(27, int16s({5})) + tag(28, int16s({150})) + tag(29, "\1") +
                                   tag(255, "");
        const std::string global = std::string("\1\0", 2) + int16s({800, 29999, 100, 200, 260, 350, 660, 45, 999, -20});
        const std::string text =
            std::string("\0", 1) + int16s({2020}) + "\1\1\1\1\1\1\1" + little(6, 2) + std::string("Sinus\0", 6);
        const EcgRecord record = readEcg(
            file(scpFile({{1, header}, {3, scpLeads({1}, 1)}, {6, scpWave({int16s({1})})}, {7, global}, {8, text}})));
        QCOMPARE(QString::fromStdString(record.patient.name), QString::fromUtf8("Müller"));
        QCOMPARE(record.patient.ageYears, std::optional(50));
        QCOMPARE(record.patient.sex, std::string("F"));
        QCOMPARE(record.date + " " + record.time, std::string("2020-05-06 07:08:09"));
        QCOMPARE(record.filters.highPassHz, std::optional(0.05));
        QCOMPARE(record.filters.notchHz, std::optional(60.0));
        QCOMPARE(record.statements, (std::vector<std::string>{"Sinus"}));
        std::map<std::string, double> m;
        for (const auto& each : record.measurements)
            m[each.name] = each.value.value_or(0);
        const std::map<std::string, double> expected{{"RR interval", 800}, {"P duration", 100},  {"PR interval", 160},
                                                     {"QRS duration", 90}, {"QT interval", 400}, {"P axis", 45},
                                                     {"T axis", -20}};
        QVERIFY(m == expected);
    }

    void edfScalesAndRecords()
    {
        const EcgRecord record =
            readEcg(file(edfHeader({leadI, leadII, {"SpO2", "%", "0", "1", "0", "1", 1}}, "2", "0.01") +
                         int16s({1, 2, 100, 200, 7, 3, 4, 300, 400, 7})));
        QCOMPARE(record.format, std::string("EDF"));
        QCOMPARE(record.samplingHz, 200.0);
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY(std::abs(record[Lead::I][i] - float(i + 1) / 1000) < 1e-7f);
            QVERIFY(std::abs(record[Lead::II][i] - float(i + 1)) < 1e-6f);
        }
        QCOMPARE(record.date, std::string("2020-02-01"));
        QCOMPARE(record.filters.notchHz, std::optional(50.0));
        QCOMPARE(record.filters.highPassHz, std::optional(0.05));
        QVERIFY(test::hasWarning(record.warnings, "leads-ignored"));
        const EcgRecord one =
            readEcg(file(edfHeader({{"I", "mV", "-1", "1", "-100", "100", 1}}, "3", "0.00125") + int16s({1, 2, 3})));
        QCOMPARE(one.samplingHz, 800.0);
        QCOMPARE(one.samples(), std::size_t(3));
        const EcgRecord bdf =
            readEcg(file(edfHeader({{"I", "uV", "-8388608", "8388607", "-8388608", "8388607"}}, "1", "1", "", true) +
                         little(-5, 3) + little(70000, 3)));
        QCOMPARE(bdf.format, std::string("BDF"));
        QVERIFY(std::abs(bdf[Lead::I][0] + 0.005f) < 1e-6f && std::abs(bdf[Lead::I][1] - 70.f) < 1e-4f);
    }

    void edfGapsAndFacts()
    {
        const EdfSignal tal{"EDF Annotations", "", "-1", "1", "-32768", "32767", 4};
        const auto at = [](const char* onset) { return padded(onset + std::string("\x14\x14"), 8); };
        const EcgRecord record = readEcg(file(edfHeader({leadI, tal}, "2", "0.01", "EDF+D") + int16s({1, 2}) +
                                              at("+0") + int16s({3, 4}) + at("+0.02")));
        QCOMPARE(record.samples(), std::size_t(6));
        QVERIFY(std::isnan(record[Lead::I][2]) && std::isnan(record[Lead::I][3]) && record[Lead::I][4] > 0.0029f);
        QVERIFY(test::hasWarning(record.warnings, "gaps"));
        QCOMPARE(record.patient.sex, std::string("F"));
        QCOMPARE(record.patient.birthDate, std::string("1950-03-02"));
        QCOMPARE(record.patient.ageYears, std::optional(69));
    }

    void ishneFile()
    {
        const EcgRecord record = readEcg(file(ishne({1, 10, 2, 20, 3, -32768})));
        QCOMPARE(record[Lead::I], (std::vector<float>{0.001f, 0.002f, 0.003f}));
        QVERIFY(std::isnan(record[Lead::II][2]) && test::hasWarning(record.warnings, "samples-invalid"));
        QCOMPARE(record.samplingHz, 250.0);
        QCOMPARE(record.patient.name, std::string("Family^Given"));
        QCOMPARE(record.date + " " + record.time, std::string("2020-06-05 07:08:09"));
        QVERIFY(!test::hasWarning(record.warnings, "checksum"));
        QVERIFY(test::hasWarning(readEcg(file(ishne({1, 2, 3, 4}, 2, 250, 1000, 9))).warnings, "truncated"));
        QVERIFY(test::hasWarning(readEcg(file(ishne({1, 2, 3, 4}, 2, 250, 1000, 4))).warnings, "sample-count"));
        QVERIFY(test::hasWarning(readEcg(file(ishne({1, 2}, 2, 250, 0))).warnings, "units-unknown"));
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& bytes, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << code;
        };
        const std::string wave = scpWave({int16s({1})});
        row("SCP no leads", scpFile({{6, wave}}), "missing");
        row("SCP no rhythm", scpFile({{3, scpLeads({1}, 1)}}), "missing");
        row("SCP billion", scpFile({{3, scpLeads({1}, 1000000000)}, {6, wave}}), "limit-exceeded");
        row("SCP 0 µs", scpFile({{3, scpLeads({1}, 1)}, {6, scpWave({int16s({1})}, 0, 0, 0)}}), "malformed");
        row("SCP 0 nV", scpFile({{3, scpLeads({1}, 1)}, {6, scpWave({int16s({1})}, 0, 0, 2000, 0)}}), "malformed");
        row("SCP third differences", scpFile({{3, scpLeads({1}, 1)}, {6, scpWave({int16s({1})}, 3)}}), "malformed");
        row("SCP tables", scpFile({{2, little(9999, 2)}, {3, scpLeads({1}, 1)}, {6, wave}}), "malformed");
        row("SCP without its beat", scpFile({{3, scpLeads({1}, 1, 5)}, {6, wave}}), "missing");
        row("SCP no samples", scpFile({{3, scpLeads({1}, 1)}, {6, scpWave({""})}}), "missing");
        row("SCP cut table", scpFile({{3, scpLeads({1}, 1)}, {6, wave}}).substr(0, 60), "malformed");
        row("EDF 0 s", edfHeader({leadI}, "1", "0") + int16s({1, 2}), "malformed");
        row("EDF billion", edfHeader({{"I", "mV", "-1", "1", "-1", "1", 99999999}}, "1", "1"), "limit-exceeded");
        row("EDF no samples in a record", edfHeader({{"I", "mV", "-1", "1", "-1", "1", 0}}, "1", "1"), "malformed");
        row("EDF cut header", edfHeader({leadI, leadII}, "1", "1").substr(0, 400), "truncated");
        row("EDF nothing behind it", edfHeader({leadI}, "1", "1"), "missing");
        row("ISHNE 0 Hz", ishne({1, 2}, 2, 0), "malformed");
        row("ISHNE leads", ishne({1, 2}, 40), "malformed");
        row("ISHNE billion", ishne({1, 2}, 2, 250, 1000, 1000000000), "limit-exceeded");
        row("ISHNE cut", ishne({1, 2}).substr(0, 300), "truncated");
    }
    void refused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, code);
        const auto path = file(bytes.toStdString());
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(path); })), code);
    }

    // Whatever is changed or cut: a record or one of our errors.
    void damagedAnywhere()
    {
        const std::string where = little(6, 2) + little(2, 2) + little(1, 2) + little(0, 2) + little(2, 4) +
                                  little(3, 4) + little(4, 4) + little(2, 4) + little(4, 4);
        const std::string wholes[]{
            scpFile({{2, little(19999, 2)},
                     {3, scpLeads({1, 2}, 9, 5)},
                     {4, where},
                     {5, scpWave({packed("0100101"), packed("1001100")}, 1)},
                     {6, scpWave({packed("010010111111111101111"), packed("1001100110011001100")}, 2, 1, 8000)},
                     {7, std::string(22, '\1')},
                     {8, std::string(30, '\1')}}),
            scpFile({{3, scpLeads({1}, 4)}, {6, scpWave({int16s({1, 2, 3, 4})})}}),
            edfHeader({leadI, leadII}, "2", "0.01", "EDF+D") + int16s({1, 2, 3, 4, 5, 6, 7, 8}), ishne({1, 2, 3, 4})};
        unsigned random = 7;
        const auto next = [&random] { return (random = random * 1664525u + 1013904223u) >> 8; };
        for (const std::string& whole : wholes)
            for (int round = 0; round < 150; ++round) {
                std::string bytes = whole;
                for (unsigned changes = next() % 4 + 1; changes > 0; --changes)
                    bytes[next() % bytes.size()] = char(next() % 2 ? next() : next() % 2 ? 0xFF : 0);
                if (next() % 4 == 0)
                    bytes.resize(next() % bytes.size());
                const auto path = file(bytes);
                const std::string error = test::errorOf([&] { readEcg(path); });
                QVERIFY2(!error.starts_with("not ours"), error.c_str());
            }
    }
};

QTEST_GUILESS_MAIN(TestEcgBinary)
#include "test_ecg_binary.moc"
