// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/ecg_reader.h"
#include "ecg/quality_gate.h"
#include "ecg_test_support.h"

#include <chrono>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

// A small explicit little-endian writer, enough for a waveform object.
class Bytes
{
public:
    static std::string number(std::uint32_t value, int bytes)
    {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text += char(value >> (8 * i));
        return text;
    }
    static std::string element(std::uint16_t group, std::uint16_t tag, const char* vr, std::string value)
    {
        if (value.size() % 2)
            value += std::string(vr) == "UI" || std::string(vr) == "OW" ? '\0' : ' ';
        const bool isLong = std::string(vr) == "OW" || std::string(vr) == "SQ" || std::string(vr) == "OB";
        return number(group, 2) + number(tag, 2) + vr +
               (isLong ? std::string(2, '\0') + number(std::uint32_t(value.size()), 4)
                       : number(std::uint32_t(value.size()), 2)) +
               value;
    }
    static std::string sequence(std::uint16_t group, std::uint16_t tag, const std::vector<std::string>& items)
    {
        std::string value;
        for (const std::string& item : items)
            value += number(0xE000FFFE, 4).substr(0, 0) + number(0xFFFE, 2) + number(0xE000, 2) +
                     number(std::uint32_t(item.size()), 4) + item;
        return element(group, tag, "SQ", value);
    }
};

struct Channel
{
    std::string code, scheme = "SCPECG", label, sensitivity = "2.5", units = "uV";
};

std::string code(std::uint16_t group, std::uint16_t tag, const std::string& value, const std::string& scheme,
                 const std::string& meaning)
{
    return Bytes::sequence(group, tag,
                           {Bytes::element(8, 0x100, "SH", value) + Bytes::element(8, 0x102, "SH", scheme) +
                            Bytes::element(8, 0x104, "LO", meaning)});
}

std::string group(const char* label, int rate, const std::vector<Channel>& channels, int samples, int scale)
{
    std::vector<std::string> definitions;
    for (const Channel& c : channels) {
        std::string d = c.label.empty() ? "" : Bytes::element(0x3A, 0x203, "SH", c.label);
        d += code(0x3A, 0x208, c.code, c.scheme, c.label);
        if (!c.sensitivity.empty())
            d += Bytes::element(0x3A, 0x210, "DS", c.sensitivity) + code(0x3A, 0x211, c.units, "UCUM", c.units) +
                 Bytes::element(0x3A, 0x212, "DS", "1") + Bytes::element(0x3A, 0x213, "DS", "0");
        d += Bytes::element(0x3A, 0x21A, "US", Bytes::number(16, 2));
        d += Bytes::element(0x3A, 0x220, "DS", "0.05") + Bytes::element(0x3A, 0x221, "DS", "150");
        definitions.push_back(d);
    }
    std::string data;
    for (int i = 0; i < samples; ++i)
        for (std::size_t c = 0; c < channels.size(); ++c)
            data += Bytes::number(std::uint32_t(scale * (i + 10 * int(c))), 2);
    return Bytes::element(0x3A, 4, "CS", "ORIGINAL") +
           Bytes::element(0x3A, 5, "US", Bytes::number(std::uint32_t(channels.size()), 2)) +
           Bytes::element(0x3A, 0x10, "UL", Bytes::number(std::uint32_t(samples), 4)) +
           Bytes::element(0x3A, 0x1A, "DS", std::to_string(rate)) + Bytes::element(0x3A, 0x20, "SH", label) +
           Bytes::sequence(0x3A, 0x200, definitions) + Bytes::element(0x5400, 0x1004, "US", Bytes::number(16, 2)) +
           Bytes::element(0x5400, 0x1006, "CS", "SS") + Bytes::element(0x5400, 0x1010, "OW", data);
}

std::string paddedGroup(const std::vector<int>& values, int padding)
{
    std::string data;
    for (const int value : values)
        data += Bytes::number(std::uint32_t(value), 2);
    std::string all = group("RHYTHM", 500, {{"5.6.3-9-1", "SCPECG", "Lead I"}}, int(values.size()), 1);
    const std::string old = Bytes::element(0x5400, 0x1010, "OW", std::string(values.size() * 2, '\0'));
    all.resize(all.size() - old.size());
    return all + Bytes::element(0x5400, 0x100A, "OW", Bytes::number(std::uint32_t(padding), 2)) +
           Bytes::element(0x5400, 0x1010, "OW", data);
}

std::string object(const std::vector<std::string>& groups, const std::string& annotations = {})
{
    const char* ecg = "1.2.840.10008.5.1.4.1.1.9.1.1";
    const std::string meta = Bytes::element(2, 1, "OB", std::string("\0\1", 2)) + Bytes::element(2, 2, "UI", ecg) +
                             Bytes::element(2, 3, "UI", "1.2.3.4") +
                             Bytes::element(2, 0x10, "UI", "1.2.840.10008.1.2.1") +
                             Bytes::element(2, 0x12, "UI", "1.2.3");
    return std::string(128, '\0') + "DICM" + Bytes::element(2, 0, "UL", Bytes::number(std::uint32_t(meta.size()), 4)) +
           meta + Bytes::element(8, 0x16, "UI", ecg) + Bytes::element(8, 0x18, "UI", "1.2.3.4") +
           Bytes::element(8, 0x20, "DA", "20110203") + Bytes::element(8, 0x30, "TM", "101112") +
           Bytes::element(8, 0x60, "CS", "ECG") + Bytes::element(0x10, 0x20, "LO", "P1") +
           Bytes::element(0x10, 0x30, "DA", "19700304") + Bytes::element(0x10, 0x40, "CS", "F") +
           Bytes::element(0x20, 0x0D, "UI", "1.2.3.5") + Bytes::element(0x20, 0x0E, "UI", "1.2.3.6") + annotations +
           Bytes::sequence(0x5400, 0x100, groups);
}

const std::vector<Channel> two{{"5.6.3-9-1", "SCPECG", "Lead I"}, {"5.6.3-9-2", "SCPECG", "Lead II"}};

} // namespace

class TestEcgDicom : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& bytes)
    {
        return test::writeFile(test::pathOf(m_dir, "x.dcm"), bytes);
    }

private slots:
    void rhythmNotMedian()
    {
        const std::string rhythm = group("RHYTHM", 500, two, 100, 1), median = group("MEDIAN BEAT", 1000, two, 300, 7);
        for (const auto& groups : {std::vector{rhythm, median}, std::vector{median, rhythm}}) {
            const auto path = file(object(groups));
            QVERIFY(looksLikeEcg(path));
            const EcgRecord record = readEcg(path);
            QCOMPARE(record.samplingHz, 500.0);
            QCOMPARE(record.samples(), std::size_t(100));
            QCOMPARE(record[Lead::I][99], 0.2475f);
            QCOMPARE(record[Lead::II][0], 0.025f);
            QVERIFY(!test::hasWarning(record.warnings, "median-only"));
        }
        QVERIFY(test::hasWarning(readEcg(file(object({median}))).warnings, "median-only"));
    }

    void factsAroundTheSignal()
    {
        const std::string value = code(0x40, 0xA043, "5.10.2.1-3", "SCPECG", "QRS Duration") +
                                  Bytes::element(0x40, 0xA0B0, "US", Bytes::number(1, 2) + Bytes::number(0, 2)) +
                                  code(0x40, 0x8EA, "ms", "UCUM", "ms") + Bytes::element(0x40, 0xA30A, "DS", "92");
        const std::string text = Bytes::element(0x40, 0xA0B0, "US", Bytes::number(1, 2) + Bytes::number(0, 2)) +
                                 Bytes::element(0x70, 6, "ST", "Sinus rhythm");
        // Element order inside the object doesn't matter to the reader being tested; 0040,B020 stands before group
        // 5400.
        const EcgRecord record =
            readEcg(file(object({group("RHYTHM", 500, two, 100, 1)}, Bytes::sequence(0x40, 0xB020, {text, value}))));
        QCOMPARE(record.patient.id, std::string("P1"));
        QCOMPARE(record.patient.birthDate, std::string("1970-03-04"));
        QCOMPARE(record.patient.ageYears, std::optional(40));
        QCOMPARE(record.patient.sex, std::string("F"));
        QCOMPARE(record.date, std::string("2011-02-03"));
        QCOMPARE(record.time, std::string("10:11:12"));
        QCOMPARE(record.studyUid, std::string("1.2.3.5"));
        QCOMPARE(record.filters.highPassHz, std::optional(0.05));
        QCOMPARE(record.filters.lowPassHz, std::optional(150.0));
        QCOMPARE(record.statements, (std::vector<std::string>{"Sinus rhythm"}));
        QCOMPARE(record.measurements.size(), std::size_t(1));
        QCOMPARE(record.measurements[0].name, std::string("QRS Duration"));
        QCOMPARE(record.measurements[0].value, std::optional(92.0));
        QCOMPARE(record.measurements[0].unit, std::string("ms"));
    }

    void unitsOfChannels()
    {
        std::vector<Channel> channels{{"5.6.3-9-3", "SCPECG", "V1", "0.5", "mV"},
                                      {"2:4", "MDC", "V2", "0.001", "V"},
                                      {"5.6.3-9-5", "SCPECG", "V3", "2", "mm[Hg]"},
                                      {"5.6.3-9-6", "SCPECG", "V4", "", ""}};
        const EcgRecord record = readEcg(file(object({group("RHYTHM", 500, channels, 10, 1)})));
        QCOMPARE(record[Lead::V1][2], 1.0f);
        QCOMPARE(record[Lead::V2][0], 10.0f);
        QCOMPARE(record[Lead::V4][0], 30.0f);
        QCOMPARE(std::count_if(record.warnings.begin(), record.warnings.end(),
                               [](const auto& w) { return w.code == "units-unknown"; }),
                 std::ptrdiff_t(2));
        QVERIFY(isBlocked(checkQuality(record, {})));
    }

    void leadsByNameAndStrangers()
    {
        std::vector<Channel> channels{
            {"X1", "99LOCAL", "Lead II"}, {"X2", "99LOCAL", "RESP"}, {"5.6.3-9-2", "SCPECG", "again"}};
        const EcgRecord record = readEcg(file(object({group("RHYTHM", 500, channels, 10, 1)})));
        QCOMPARE(record.presentLeads(), std::size_t(1));
        QCOMPARE(record[Lead::II][0], 0.0f);
        for (const char* code : {"lead-by-name", "leads-ignored", "lead-twice"})
            QVERIFY2(test::hasWarning(record.warnings, code), code);
        QCOMPARE(test::errorOf([&] {
                     readEcg(file(object({group("RHYTHM", 500, {{"X", "99LOCAL", "RESP"}}, 10, 1)})));
                 }),
                 std::string("missing"));
    }

    void noRateAndManySamples()
    {
        QVERIFY(test::errorOf([&] { readEcg(file(object({group("RHYTHM", 0, two, 10, 1)}))); }) != "none");
        // A billion samples in the header, forty bytes in the file: never allocated, and either cut with a warning or
        // refused.
        std::string bytes = object({group("RHYTHM", 500, two, 10, 1)});
        const std::string declared = Bytes::element(0x3A, 0x10, "UL", Bytes::number(10, 4));
        const auto at = bytes.find(declared);
        QVERIFY(at != std::string::npos);
        bytes.replace(at, declared.size(), Bytes::element(0x3A, 0x10, "UL", Bytes::number(1000000000, 4)));
        const auto path = file(bytes);
        try {
            const EcgRecord record = readEcg(path);
            QVERIFY(record.samples() <= 10);
            QVERIFY(!record.warnings.empty());
        } catch (const base::ParseError&) {
        }
        // Cut anywhere: an error or a shorter record, never anything else.
        for (std::size_t cut = 0; cut < bytes.size(); cut += 13) {
            const std::string outcome = test::errorOf([&] { readEcg(file(bytes.substr(0, cut))); });
            QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
        }
    }

    void mortara_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("12-lead") << "ecg_dicom/mortara_eli250_12lead.dcm";
        QTest::newRow("General ECG") << "derived/ecg_as_general_ecg_class.dcm";
    }
    void mortara()
    {
        QFETCH(QString, name);
        const auto path = test::sharedData(name.toUtf8().constData());
        E2E_NEED_SHARED(path);
        QVERIFY(looksLikeEcg(path));
        const auto start = std::chrono::steady_clock::now();
        const EcgRecord record = readEcg(path);
        qInfo("%s read in %.2f ms", qPrintable(name),
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        QCOMPARE(record.presentLeads(), std::size_t(12));
        QCOMPARE(record.samples(), std::size_t(10000));
        QCOMPARE(record.samplingHz, 1000.0);
        // Stored counts, read from the bytes by hand: first, lowest, highest, and the sum of all; 1.25 µV each.
        struct Fact
        {
            Lead lead;
            int first, low, high;
            long sum;
        };
        for (const Fact& fact : {Fact{Lead::I, 80, -50, 580, 741291}, Fact{Lead::II, 90, -167, 910, 726870},
                                 Fact{Lead::III, 10, -235, 350, -14421}, Fact{Lead::aVR, -85, -745, 68, -731598},
                                 Fact{Lead::aVL, 35, -98, 275, 375411}, Fact{Lead::aVF, 50, -200, 620, 353730},
                                 Fact{Lead::V1, 40, -900, 165, 286220}, Fact{Lead::V2, 15, -665, 220, 317155},
                                 Fact{Lead::V3, -10, -870, 640, 293860}, Fact{Lead::V4, -20, -210, 860, 304835},
                                 Fact{Lead::V5, -55, -180, 1570, 308945}, Fact{Lead::V6, -40, -130, 1155, 307350}}) {
            const auto& values = record[fact.lead];
            const auto near = [](double a, double counts) { return std::abs(a - counts * 1.25e-3) < 1e-6; };
            double sum = 0;
            for (const float value : values)
                sum += double(value);
            QVERIFY(near(double(values[0]), fact.first));
            QVERIFY(near(double(*std::min_element(values.begin(), values.end())), fact.low));
            QVERIFY(near(double(*std::max_element(values.begin(), values.end())), fact.high));
            QVERIFY(std::abs(sum - double(fact.sum) * 1.25e-3) < 1e-3);
        }
        QCOMPARE(record.filters.highPassHz, std::optional(0.05));
        QCOMPARE(record.filters.lowPassHz, std::optional(300.0));
        QVERIFY(!record.filters.notchHz);
        QVERIFY(!record.measurements.empty());
        QVERIFY(!record.statements.empty());
        QVERIFY2(!isBlocked(checkQuality(record, {})), test::codesOf(record.warnings).c_str());
    }

    void implicitLittleEndian()
    {
        const auto path = test::sharedData("ecg_dicom/ecgtoolkit_12lead_implicit.dcm");
        E2E_NEED_SHARED(path);
        const auto start = std::chrono::steady_clock::now();
        const EcgRecord record = readEcg(path);
        qInfo("ecgtoolkit_12lead_implicit.dcm read in %.2f ms",
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        QCOMPARE(record.presentLeads(), std::size_t(12));
        QCOMPARE(record.samples(), std::size_t(5000));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::I][0], -0.005f);
        QCOMPARE(record[Lead::V2][0], 0.1375f);
        QVERIFY(std::abs(*std::min_element(record[Lead::V2].begin(), record[Lead::V2].end()) + 771 * 2.5e-3f) < 1e-6f);
        QVERIFY(!isBlocked(checkQuality(record, {})));
        // It declares 0 as padding; its 131 zeros of lead I are samples all the same.
        QVERIFY(test::hasWarning(record.warnings, "padding-zero"));
        QCOMPARE(std::count(record[Lead::I].begin(), record[Lead::I].end(), 0.0f), std::ptrdiff_t(131));
        QCOMPARE(std::count(record[Lead::II].begin(), record[Lead::II].end(), 0.0f), std::ptrdiff_t(85));
        double sum = 0;
        for (const float value : record[Lead::V6])
            sum += double(value);
        QVERIFY(std::abs(sum + 1762 * 2.5e-3) < 1e-3);
    }

    void paddingOfZero()
    {
        // Declared as padding, in a signal that crosses zero often: samples. In a signal that never comes near: holes.
        for (const int offset : {0, 500}) {
            std::vector<int> values;
            for (int i = 0; i < 2000; ++i)
                values.push_back(offset + (i * 7) % 41 - 20);
            for (int i = 0; i < 60; ++i)
                values[std::size_t(offset ? i * 20 : 1940 + i)] = 0;
            const EcgRecord record = readEcg(file(object({paddedGroup(values, 0)})));
            const auto holes =
                std::count_if(record[Lead::I].begin(), record[Lead::I].end(), [](float v) { return std::isnan(v); });
            QCOMPARE(holes, std::ptrdiff_t(60));
            QCOMPARE(test::hasWarning(record.warnings, "padding-zero"), offset == 0);
            QCOMPARE(std::count(record[Lead::I].begin(), record[Lead::I].end(), 0.0f) > 20, offset == 0);
        }
    }

    void withoutSensitivityTheGateBlocks()
    {
        const auto path = test::sharedData("derived/ecg_no_sensitivity.dcm");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record[Lead::I][0], 80.0f);
        QVERIFY(test::hasWarning(record.warnings, "units-unknown"));
        const auto findings = checkQuality(record, {});
        QVERIFY(isBlocked(findings));
        QVERIFY(std::any_of(findings.begin(), findings.end(),
                            [](const Finding& f) { return f.code == "units-implausible"; }));
    }

    void halfOfTheFile()
    {
        const auto path = test::sharedData("derived/ecg_truncated_half.dcm");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samples(), std::size_t(5304)); // whole frames of 24 bytes that are there
        QVERIFY2(!record.warnings.empty(), "the cut must be visible");
        const EcgRecord whole = readEcg(test::sharedData("ecg_dicom/mortara_eli250_12lead.dcm"));
        for (const Lead lead : allLeads)
            QVERIFY(std::equal(record[lead].begin(), record[lead].end(), whole[lead].begin()));
    }
};

QTEST_GUILESS_MAIN(TestEcgDicom)
#include "test_ecg_dicom.moc"
