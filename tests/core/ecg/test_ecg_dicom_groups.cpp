// SPDX-License-Identifier: GPL-3.0-or-later
// DICOM objects with several multiplex groups, skew, borders and other classes, and what is written as DICOM.
#include "core/dicom/make_dicom.h"
#include "dicom/waveform.h"
#include "dicom/write_ecg.h"
#include "ecg/ecg_reader.h"
#include "ecg/export_dicom.h"
#include "ecg/readers/dicom_groups.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;
using test::DataWriter;
using test::Writing;

namespace {

constexpr const char* hemodynamic = "1.2.840.10008.5.1.4.1.1.9.2.1";

QByteArray code(const char* value, const char* scheme, const char* meaning)
{
    DataWriter item;
    return item.text(0x00080100, "SH", value).text(0x00080102, "SH", scheme).text(0x00080104, "LO", meaning).data();
}

struct Source
{
    const char *code, *scheme, *meaning, *skew = nullptr;
};

struct Group
{
    const char *label = "RHYTHM", *rate = "500", *offset = nullptr, *interpretation = "SS";
    std::vector<Source> channels;
    std::vector<int> values; // of every channel, plus its number
};

QByteArray group(const Group& g)
{
    DataWriter item;
    if (g.offset)
        item.text(0x00181068, "DS", g.offset);
    std::vector<QByteArray> definitions;
    for (const Source& source : g.channels) {
        DataWriter channel;
        channel.sequence(0x003A0208, {code(source.code, source.scheme, source.meaning)});
        channel.text(0x003A0210, "DS", "1").sequence(0x003A0211, {code("uV", "UCUM", "microvolt")});
        if (source.skew)
            channel.text(0x003A0215, "DS", source.skew);
        definitions.push_back(channel.data());
    }
    const bool bytes = g.interpretation[1] == 'B';
    QByteArray data;
    for (const int v : g.values)
        for (std::size_t c = 0; c < g.channels.size(); ++c)
            data += item.number(std::uint64_t(v + (bytes ? 0 : int(c))), bytes ? 1 : 2);
    item.text(0x003A0004, "CS", "ORIGINAL").us(0x003A0005, unsigned(g.channels.size()));
    item.ul(0x003A0010, unsigned(g.values.size())).text(0x003A001A, "DS", g.rate).text(0x003A0020, "SH", g.label);
    item.sequence(0x003A0200, definitions).us(0x54001004, bytes ? 8 : 16);
    item.text(0x54001006, "CS", g.interpretation).bytes(0x54001010, bytes ? "OB" : "OW", data);
    return item.data();
}

struct Note
{
    const char *code, *meaning;
    int position, annotationGroup, multiplexGroup;
};

QByteArray note(const Note& n)
{
    DataWriter item;
    item.bytes(0x0040A0B0, "US", item.number(std::uint64_t(n.multiplexGroup), 2) + item.number(0, 2));
    item.text(0x0040A130, "CS", "POINT").ul(0x0040A132, unsigned(n.position));
    item.sequence(0x0040A043, {code(n.code, n.code[0] == '5' ? "SCPECG" : "MDC", n.meaning)});
    return item.us(0x0040A180, unsigned(n.annotationGroup)).data();
}

QByteArray dataSet(const std::vector<Group>& groups, const std::vector<Note>& notes = {},
                   const char* classUid = test::ecgClass)
{
    DataWriter data;
    data.text(0x00080016, "UI", classUid).text(0x00080060, "CS", "ECG").text(0x00100020, "LO", "TEST");
    std::vector<QByteArray> items, annotations;
    for (const Group& g : groups)
        items.push_back(group(g));
    for (const Note& n : notes)
        annotations.push_back(note(n));
    if (!annotations.empty())
        data.sequence(0x0040B020, annotations);
    return data.sequence(0x54000100, items).data();
}

QByteArray object(const std::vector<Group>& groups, const std::vector<Note>& notes = {},
                  const char* classUid = test::ecgClass)
{
    return test::withMeta(dataSet(groups, notes, classUid), "1.2.840.10008.1.2.1", classUid);
}

const Source one{"5.6.3-9-1", "SCPECG", "Lead I"}, two{"2:2", "MDC", "Lead II"}, v1{"2:3", "MDC", "Lead V1"},
    v2{"2:4", "MDC", "Lead V2"}, pressure{"109000", "MDC", "Left ventricular pressure"};

std::vector<int> ramp(int n, int from = 0)
{
    std::vector<int> values;
    for (int i = 0; i < n; ++i)
        values.push_back(from + i);
    return values;
}

std::string sentences(const EcgRecord& record)
{
    std::string all;
    for (const auto& warning : record.warnings)
        all += warning.sentence + "\n";
    return all;
}

} // namespace

class TestEcgDicomGroups : public QObject
{
    Q_OBJECT

    test::Folder m_folder;
    EcgRecord read(const QByteArray& bytes) { return readEcg(m_folder.write("g.dcm", bytes)); }

private slots:
    void groupsOfOneRecording()
    {
        // Without a time they are simultaneous; with one they are put where they belong.
        const Group limb{"RHYTHM", "500", nullptr, "SS", {one, two}, ramp(10)},
            chest{"RHYTHM", "500", nullptr, "SS", {v1}, ramp(10, 100)};
        EcgRecord record = read(object({limb, chest}));
        QCOMPARE(record.presentLeads(), std::size_t(7));
        QCOMPARE(record[Lead::V1][0], 0.1f);
        QVERIFY(test::hasWarning(record.warnings, "groups-joined"));
        Group first = limb, later = chest;
        first.offset = "1000";
        later.offset = "1020";
        record = read(object({first, later}));
        QCOMPARE(record.samples(), std::size_t(20));
        QVERIFY(std::isnan(record[Lead::V1][9]) && std::isnan(record[Lead::I][10]));
        QCOMPARE(record[Lead::V1][10], 0.1f);
        QVERIFY(test::hasWarning(record.warnings, "leads-sequential"));
        later.offset = "100000000000";
        QCOMPARE(test::errorOf([&] { read(object({first, later})); }), std::string("limit-exceeded"));
    }

    void noGroupIsDroppedSilently()
    {
        const Group rhythm{"RHYTHM", "500", nullptr, "SS", {one, two}, ramp(10)},
            again{"RHYTHM", "500", nullptr, "SS", {two}, ramp(5)},
            slow{"LVP", "250", nullptr, "SS", {pressure, pressure}, ramp(25)};
        const EcgRecord record = read(object({rhythm, again, slow}));
        QVERIFY(test::hasWarning(record.warnings, "waveform-ignored"));
        const std::string all = sentences(record);
        QVERIFY2(all.find("group 2 (1 channels, 500 Hz, 0.0 s), group 3 (2 channels, 250 Hz, 0.1 s)") !=
                     std::string::npos,
                 all.c_str());
    }

    void otherClasses()
    {
        Group lvp{"LVP", "250", nullptr, "SS", {pressure}, ramp(25)}, leads{"ECG", "500", nullptr, "SS", {}, ramp(10)};
        for (const char* c : {"2:1", "2:2", "2:61", "2:62", "2:63", "2:64", "2:3", "2:4", "2:5", "2:6", "2:7", "2:8"})
            leads.channels.push_back({c, "MDC", "Lead"});
        for (const char* uid : {hemodynamic, "1.2.840.10008.5.1.4.1.1.9.3.1", "1.2.840.10008.5.1.4.1.1.9.5.1",
                                "1.2.840.10008.5.1.4.1.1.9.1.4"}) {
            const auto path = m_folder.write("h.dcm", object({lvp, leads}, {}, uid));
            QVERIFY2(looksLikeEcg(path), uid);
            const EcgRecord record = readEcg(path);
            QCOMPARE(record.presentLeads(), std::size_t(12));
            QCOMPARE(record.samplingHz, 500.0);
            QCOMPARE(record[Lead::V6][0], 0.011f);
            QVERIFY(test::hasWarning(record.warnings, "waveform-ignored"));
        }
        QVERIFY(!looksLikeEcg(m_folder.write("p.dcm", object({lvp}, {}, hemodynamic))));
    }

    void everyTransferSyntax()
    {
        const Group g{"RHYTHM", "500", nullptr, "SS", {one, two}, ramp(300)};
        QByteArray deflated = qCompress(dataSet({g})).mid(6); // behind the length of Qt and the head of zlib
        deflated.chop(4);
        const EcgRecord record = read(test::withMeta(deflated, "1.2.840.10008.1.2.1.99", test::ecgClass));
        QCOMPARE(record.samples(), std::size_t(300));
        QCOMPARE(record[Lead::I][299], 0.299f);
    }

    void companded()
    {
        // µ-law 0x80 is 8031 and 0xFF is 0, A-law 0xAA is 4032 and 0x55 is −1 (G.711).
        const EcgRecord mu = read(object({{"RHYTHM", "500", nullptr, "MB", {one}, {0x80, 0xFF, 0x00}}}));
        QCOMPARE(mu[Lead::I], (std::vector<float>{8.031f, 0.0f, -8.031f}));
        QVERIFY(test::hasWarning(mu.warnings, "companded"));
        const EcgRecord a = read(object({{"RHYTHM", "500", nullptr, "AB", {one}, {0xAA, 0x55, 0x2A}}}));
        QCOMPARE(a[Lead::I], (std::vector<float>{4.032f, -0.001f, -4.032f}));
    }

    void skewIsUndone()
    {
        Source late = two;
        late.skew = "3";
        EcgRecord record = read(object({{"RHYTHM", "500", nullptr, "SS", {one, late}, ramp(20)}}));
        QVERIFY(std::isnan(record[Lead::II][2]));
        for (std::size_t i = 3; i < 20; ++i)
            QCOMPARE(record[Lead::II][i], float((double(i) - 3 + 1) * 1e-3));
        QVERIFY(test::hasWarning(record.warnings, "channel-skew"));
        late.skew = "-0.25"; // a quarter of a sample early
        record = read(object({{"RHYTHM", "500", nullptr, "SS", {one, late}, ramp(20)}}));
        for (std::size_t i = 0; i + 1 < 20; ++i)
            QVERIFY(std::abs(record[Lead::II][i] - float((double(i) + 0.25 + 1) * 1e-3)) < 1e-6f);
        QVERIFY(sentences(record).find("interpolated") != std::string::npos);
        late.skew = "1e9";
        record = read(object({{"RHYTHM", "500", nullptr, "SS", {one, late}, ramp(20)}}));
        QCOMPARE(record[Lead::II][0], 0.001f);
        QVERIFY(test::hasWarning(record.warnings, "channel-skew"));
        // A sine of a tenth of the rate comes back within a hundredth of its height.
        std::vector<float> sine, expected;
        for (int i = 0; i < 60; ++i) {
            sine.push_back(float(std::sin(0.2 * std::numbers::pi * (i + 0.5))));
            expected.push_back(float(std::sin(0.2 * std::numbers::pi * i)));
        }
        const auto shifted = shiftedBack(sine, 0.5);
        for (std::size_t i = 2; i < 58; ++i)
            QVERIFY(std::abs(shifted[i] - expected[i]) < 0.01f);
    }

    void bordersOfTheMedian()
    {
        std::vector<int> beat(100, 0), rhythm(600, 0);
        for (int i = 40; i < 50; ++i)
            beat[std::size_t(i)] = i % 2 ? 900 : -900;
        for (int i = 300; i < 310; ++i)
            rhythm[std::size_t(i)] = i % 2 ? 900 : -900;
        const Group r{"RHYTHM", "500", nullptr, "SS", {one, two}, rhythm},
            m{"MEDIAN BEAT", "500", nullptr, "SS", {one, two}, beat};
        // By number and by words, of the averaged beat itself.
        std::vector<Note> notes{{"5.10.3-1", "P onset", 21, 1, 2},   {"x", "P Wave Offset", 31, 1, 2},
                                {"5.10.3-3", "QRS onset", 41, 1, 2}, {"x", "QRS offset", 51, 1, 2},
                                {"x", "T onset", 61, 1, 2},          {"5.10.3-5", "T offset", 81, 1, 2}};
        EcgRecord record = read(object({r, m}, notes));
        QVERIFY(record.fileBeat && record.fileBeat->samples() == 100 && record.fileBeat->samplingHz == 500);
        QCOMPARE(record.fileBorders, (WaveBorders{0.04, 0.06, 0.08, 0.1, 0.12, 0.16}));
        QVERIFY(!test::hasWarning(record.warnings, "borders-assumed"));
        // Said to be of the rhythm: taken where they fit the averaged beat, left alone where they fit the rhythm.
        for (Note& n : notes)
            n.multiplexGroup = 1;
        record = read(object({r, m}, notes));
        QCOMPARE(record.fileBorders.qrsOnset, std::optional(0.08));
        QVERIFY(test::hasWarning(record.warnings, "borders-assumed"));
        record = read(object({r, m}, {{"5.10.3-3", "", 301, 1, 1}, {"5.10.3-4", "", 311, 1, 1}}));
        QCOMPARE(record.fileBorders, WaveBorders{});
        // Outside of the beat, and turned around.
        record = read(
            object({r, m}, {{"5.10.3-3", "", 51, 1, 2}, {"5.10.3-4", "", 41, 1, 2}, {"5.10.3-5", "", 5000, 1, 2}}));
        QCOMPARE(record.fileBorders, WaveBorders{});
        QVERIFY(test::hasWarning(record.warnings, "borders-ignored"));
    }

    void manyCandidatesForBorders()
    {
        // Of a file that describes the rhythm beat by beat only the first are looked at, and no QRS is longer than 1 s.
        std::vector<int> beat(1000, 0);
        for (int i = 40; i < 50; ++i)
            beat[std::size_t(i)] = i % 2 ? 900 : -900;
        const Group r{"RHYTHM", "500", nullptr, "SS", {one, two}, std::vector<int>(1000, 0)},
            m{"MEDIAN BEAT", "500", nullptr, "SS", {one, two}, beat};
        const auto notesWith = [](int flat) {
            std::vector<Note> notes;
            for (int i = 0; i < flat; ++i) {
                notes.push_back({"5.10.3-3", "", 701, i + 1, 1});
                notes.push_back({"5.10.3-4", "", 711, i + 1, 1});
            }
            notes.push_back({"5.10.3-3", "", 41, 60000, 1});
            notes.push_back({"5.10.3-4", "", 51, 60000, 1});
            return notes;
        };
        QCOMPARE(read(object({r, m}, notesWith(50))).fileBorders.qrsOnset, std::optional(0.08));
        QCOMPARE(read(object({r, m}, notesWith(100))).fileBorders, WaveBorders{});
        QCOMPARE(read(object({r, m}, {{"5.10.3-3", "", 41, 1, 1}, {"5.10.3-4", "", 600, 1, 1}})).fileBorders,
                 WaveBorders{});
    }

    void agesAreDigits()
    {
        const auto ageOf = [&](const char* written) {
            DataWriter data;
            data.text(0x00080016, "UI", test::ecgClass).text(0x00080060, "CS", "ECG").text(0x00101010, "AS", written);
            data.sequence(0x54000100, {group({"RHYTHM", "500", nullptr, "SS", {one}, ramp(10)})});
            return read(test::withMeta(data.data(), "1.2.840.10008.1.2.1", test::ecgClass)).patient.ageYears;
        };
        QCOMPARE(ageOf("061Y"), std::optional(61));
        QCOMPARE(ageOf("030M"), std::optional(2));
        for (const char* odd : {"nanY", "infY", "9e9Y", "-01Y", "1.5Y"})
            QCOMPARE(ageOf(odd), std::optional<int>());
    }

    void exportedAndReadBack()
    {
        EcgRecord record = test::syntheticRecord(500, 4);
        record.patient = {"SECRET-ID", "Secret^Name", "1960-01-02", "F", 60};
        record.date = "2020-02-03";
        record.time = "04:05:06";
        record.device = "Maker Model";
        record.filters = {0.05, 150.0, 50.0};
        record[Lead::V5].clear();
        test::roundToSteps(record);
        record[Lead::V1][3] = std::numeric_limits<float>::quiet_NaN();
        const auto path = m_folder.path("x.dcm");
        exportEcg(record, path);
        const EcgRecord back = readEcg(path);
        QVERIFY2(back.warnings.empty(), test::codesOf(back.warnings).c_str());
        QCOMPARE(back.format, std::string("DICOM 12-lead ECG"));
        QCOMPARE(back.signalHash(), record.signalHash());
        QCOMPARE(back.date + " " + back.time, std::string("2020-02-03 04:05:06"));
        QCOMPARE(back.patient.sex + back.device, std::string("FMaker Model"));
        QCOMPARE(back.patient.ageYears, std::optional(60));
        QVERIFY(back.filters.highPassHz == 0.05 && back.filters.lowPassHz == 150.0 && back.filters.notchHz == 50.0);
        QVERIFY(back.patient.name.empty() && back.patient.id.empty() && back.patient.birthDate.empty());
        std::ifstream in(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        QVERIFY(bytes.find("Secret") == std::string::npos && bytes.find("SECRET") == std::string::npos);
        // New identifiers each time.
        exportEcg(record, m_folder.path("y.dcm"));
        QVERIFY(readEcg(m_folder.path("y.dcm")).studyUid != back.studyUid && back.studyUid.starts_with("2.25."));
    }

    void oddNumbersAreWritten()
    {
        EcgRecord record = test::syntheticRecord(1000.0 / 3, 4); // more digits than a decimal string holds
        record.filters = {0.05, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()};
        constexpr float infinite = std::numeric_limits<float>::infinity();
        record[Lead::V1][3] = infinite;
        record[Lead::V1][4] = -infinite;
        const auto path = m_folder.path("o.dcm");
        exportEcg(record, path);
        const EcgRecord back = readEcg(path);
        QVERIFY(std::abs(back.samplingHz - record.samplingHz) < 1e-9);
        QVERIFY(back.filters.highPassHz == 0.05 && !back.filters.lowPassHz && !back.filters.notchHz);
        QVERIFY(std::isnan(back[Lead::V1][3]) && std::isnan(back[Lead::V1][4]));
        for (std::size_t i = 5; i < record.samples(); ++i)
            QVERIFY(std::abs(back[Lead::V1][i] - record[Lead::V1][i]) < 2.5e-5f);
        for (const double value : {333.3333333333333, 0.1, 1000.0, 1 / 3e9, 1e-300 / 3, 12345678901234567.0 / 7})
            QVERIFY(dicom::decimalString(value).size() <= 16 &&
                    std::abs(std::stod(dicom::decimalString(value)) / value - 1) < 1e-8);
        exportEcg(record, m_folder.path("o.hea"));
        const EcgRecord wfdb = readEcg(m_folder.path("o.hea"));
        QVERIFY(std::isnan(wfdb[Lead::V1][3]) && std::abs(wfdb[Lead::V1][100] - record[Lead::V1][100]) < 1e-4f);
    }

    void exportedForItsRateAndLength()
    {
        const auto path = m_folder.path("l.dcm");
        exportEcg(test::syntheticRecord(1000, 20), path);
        QCOMPARE(readEcg(path).format, std::string("DICOM General ECG"));
        exportEcg(test::syntheticRecord(100, 10), path);
        QCOMPARE(readEcg(path).format, std::string("DICOM Ambulatory ECG"));
        QCOMPARE(test::errorOf([&] { exportEcg(test::syntheticRecord(2000, 1), path); }), std::string("unsupported"));
        QCOMPARE(test::errorOf([&] { exportEcg(test::syntheticRecord(500, 1), m_folder.path("no/such/x.dcm")); }),
                 std::string("io"));
        const EcgRecord smooth = test::syntheticRecord(500, 4);
        QVERIFY(!dicomStepFor(smooth[Lead::II]).exact);
        exportEcg(smooth, path);
        const EcgRecord rounded = readEcg(path);
        for (std::size_t i = 0; i < smooth.samples(); ++i)
            QVERIFY(std::abs(rounded[Lead::II][i] - smooth[Lead::II][i]) < 2.5e-5f);
    }

    void sharedExports()
    {
        for (const char* name :
             {"ecg_ge_muse_xml/braveheart_muse_1.xml", "ecg_scp/example_huffman.scp",
              "ecg_philips_sierra_xml/sierra_1_04.xml", "ecg_wfdb/E07500.hea", "ecg_dicom/mortara_eli250_12lead.dcm"}) {
            const auto path = test::sharedData(name);
            E2E_NEED_SHARED(path);
            const EcgRecord record = readEcg(path);
            exportEcg(record, m_folder.path("s.dcm"));
            const EcgRecord back = readEcg(m_folder.path("s.dcm"));
            std::size_t exact = 0;
            double worst = 0;
            for (const Lead lead : allLeads) {
                exact += record[lead] == back[lead] ? 1 : 0;
                for (std::size_t i = 0; i < record.samples(); ++i)
                    worst = std::max(worst, std::abs(double(record[lead][i]) - double(back[lead][i])));
            }
            qInfo("%s: %zu of 12 leads exact, %.2e mV at most", name, exact, worst);
            QVERIFY(worst < 3e-4 && exact >= 8);
        }
    }
};

QTEST_GUILESS_MAIN(TestEcgDicomGroups)
#include "test_ecg_dicom_groups.moc"
