// SPDX-License-Identifier: GPL-3.0-or-later
// MFER files made here after ISO 22077-1, in both byte orders and all types of numbers.
#include "ecg/ecg_reader.h"
#include "ecg/readers/mfer_reader.h"
#include "ecg_test_support.h"

#include <bit>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

class Mfer
{
public:
    explicit Mfer(bool big = true) : m_big(big)
    {
        if (!big)
            define(0x01, std::string(1, '\1'));
    }
    std::string number(std::int64_t value, int width) const
    {
        std::string text;
        for (int i = 0; i < width; ++i)
            text += char(std::uint64_t(value) >> (8 * (m_big ? width - 1 - i : i)));
        return text;
    }
    static std::string length(std::size_t n)
    {
        if (n < 128)
            return std::string(1, char(n));
        std::string text(1, char(0x84));
        for (int i = 3; i >= 0; --i)
            text += char(n >> (8 * i));
        return text;
    }
    static std::string definition(int tag, const std::string& value)
    {
        return char(tag) + length(value.size()) + value;
    }
    Mfer& define(int tag, const std::string& value)
    {
        bytes += definition(tag, value);
        return *this;
    }
    Mfer& count(int tag, int value, int width = 4) { return define(tag, number(value, width)); }
    // Unit, exponent, mantissa.
    Mfer& scaled(int tag, int unit, int exponent, int mantissa, int width = 2)
    {
        return define(tag, std::string{char(unit), char(exponent)} + number(mantissa, width));
    }
    Mfer& channel(int which, const std::string& definitions)
    {
        bytes += std::string{char(0x3F), char(which)} + length(definitions.size()) + definitions;
        return *this;
    }
    std::string lead(int code) const { return definition(0x09, number(code, 2)); }
    std::string sample(int type, double value) const
    {
        switch (type) {
        case 7:
            return number(std::bit_cast<std::int32_t>(float(value)), 4);
        case 8:
            return number(std::bit_cast<std::int64_t>(value), 8);
        case 3:
        case 5:
            return number(std::int64_t(value), 1);
        case 2:
        case 6:
            return number(std::int64_t(value), 4);
        default:
            return number(std::int64_t(value), 2);
        }
    }
    std::string bytes;

private:
    bool m_big;
};

// I and V1, two sequences of blocks of three, 500 Hz, 5 µV.
std::string twoLeads(bool big, int type, double null = 100)
{
    Mfer m(big);
    m.define(0x40, "MFR Standard 12 leads ECG").count(0x04, 3).count(0x05, 2, 1).count(0x06, 2, 2).count(0x08, 1, 2);
    m.define(0x0A, std::string(1, char(type))).scaled(0x0B, 0, 0, 500).scaled(0x0C, 0, -6, 5);
    m.define(0x12, m.sample(type, null));
    m.channel(0, m.lead(1)).channel(1, m.lead(3));
    std::string wave;
    for (const double v : {1, 2, 3, 10, 20, 30, 4, 5, 100, 40, 50, 60})
        wave += m.sample(type, v);
    return m.define(0x1E, wave).bytes;
}

} // namespace

class TestEcgMfer : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& bytes)
    {
        return test::writeFile(test::pathOf(m_dir, "x.mwf"), bytes);
    }
    static bool near(float value, double expected) { return std::abs(double(value) - expected) < 1e-6; }

private slots:
    void typesAndByteOrders()
    {
        for (const bool big : {true, false}) {
            for (const int type : {0, 1, 2, 3, 5, 6, 7, 8}) {
                const auto path = file(twoLeads(big, type));
                QVERIFY(looksLikeEcg(path));
                const EcgRecord record = readEcg(path);
                QCOMPARE(record.format, std::string("MFER"));
                QCOMPARE(record.samplingHz, 500.0);
                QCOMPARE(record.samples(), std::size_t(6));
                for (const auto& [lead, values] :
                     {std::pair{Lead::I, std::vector<double>{1, 2, 3, 4, 5}}, {Lead::V1, {10, 20, 30, 40, 50, 60}}})
                    for (std::size_t i = 0; i < values.size(); ++i)
                        QVERIFY(near(record[lead][i], values[i] * 0.005));
                QVERIFY(std::isnan(record[Lead::I][5])); // the null value
            }
        }
    }

    void leadsChannelsAndOffsets()
    {
        // All twelve by code, each with a type, step and offset of its own.
        const std::vector<std::pair<int, Lead>> codes{
            {1, Lead::I},  {2, Lead::II}, {61, Lead::III}, {62, Lead::aVR}, {63, Lead::aVL}, {64, Lead::aVF},
            {3, Lead::V1}, {4, Lead::V2}, {5, Lead::V3},   {6, Lead::V4},   {7, Lead::V5},   {8, Lead::V6}};
        Mfer m(false);
        m.count(0x05, 13, 1).scaled(0x0B, 1, -3, 2); // 2 ms
        std::string wave;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const int type = i % 2 ? 2 : 0;
            Mfer inner(false);
            inner.bytes.clear();
            inner.define(0x0A, std::string(1, char(type))).scaled(0x0C, 0, -7, int(10 + i), 1);
            inner.define(0x0D, inner.sample(type, 7));
            m.channel(int(i), m.lead(codes[i].first) + inner.bytes);
            wave += m.sample(type, double(i) * 100);
        }
        m.channel(12, m.lead(16)); // X of Frank
        wave += m.sample(0, 1);
        const EcgRecord record = readEcg(file(m.define(0x1E, wave + wave).bytes));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record.samples(), std::size_t(2));
        for (std::size_t i = 0; i < codes.size(); ++i)
            QVERIFY(near(record[codes[i].second][1], (double(i) * 100 + 7) * double(10 + i) * 1e-4));
        QVERIFY(test::hasWarning(record.warnings, "leads-ignored"));
        QVERIFY(!test::hasWarning(record.warnings, "lead-derived"));
    }

    void factsFramesAndBeat()
    {
        Mfer m;
        m.count(0x05, 2, 1).count(0x08, 1, 2).scaled(0x0B, 0, 0, 250).scaled(0x0C, 0, -6, 1);
        m.define(0x81, "Family^Given").define(0x82, "ID7^x").define(0x84, "\2");
        m.define(0x83, "\x40" + m.number(3, 2) + m.number(1960, 2) + "\3\4");
        m.define(0x85, m.number(2024, 2) + "\2\x1d\x0a\x0b\x0c" + m.number(0, 4));
        m.define(0x17, "Maker^Model^1.0").define(0x11, "HPF=0.05").define(0x11, "LPF=150Hz").define(0x11, "BEF=50^Hum");
        m.channel(0, m.lead(1)).channel(1, m.lead(2));
        m.define(0x1E, m.number(1, 2) + m.number(2, 2)).define(0x1E, m.number(3, 2) + m.number(5, 2));
        m.count(0x08, 9, 2).scaled(0x0B, 0, 0, 1000);
        m.define(0x1E, m.number(7, 2) + m.number(9, 2) + m.number(70, 2) + m.number(90, 2)).define(0x80, "");
        const EcgRecord record = readEcg(file(m.bytes + "what follows the end isn't read"));
        QCOMPARE(record.samples(), std::size_t(2));
        QVERIFY(near(record[Lead::II][1], 0.005) && near(record[Lead::III][1], 0.002));
        QCOMPARE(record.patient.name + record.patient.id, std::string("Family^GivenID7"));
        QCOMPARE(record.patient.sex + record.patient.birthDate, std::string("F1960-03-04"));
        QCOMPARE(record.patient.ageYears, std::optional(64));
        QCOMPARE(record.date + " " + record.time, std::string("2024-02-29 10:11:12"));
        QCOMPARE(record.device, std::string("Maker Model 1.0"));
        QVERIFY(record.filters.highPassHz == 0.05 && record.filters.lowPassHz == 150.0 &&
                record.filters.notchHz == 50.0);
        QVERIFY(record.fileBeat && record.fileBeat->samplingHz == 1000 && record.fileBeat->samples() == 2);
        QVERIFY(near((*record.fileBeat)[Lead::II][1], 0.09));
    }

    void whatIsNotStatedIsSaid()
    {
        Mfer m;
        m.count(0x05, 1, 1).channel(0, m.lead(1)).define(0x1E, m.number(1000, 2));
        const EcgRecord record = MferReader().read(file(m.bytes));
        QVERIFY(record.samplingHz == 1000 && near(record[Lead::I][0], 1.0));
        QVERIFY(test::hasWarning(record.warnings, "rate-assumed") && test::hasWarning(record.warnings, "gain-assumed"));
    }

    void aLeadOfAllIsTheFirstChannels()
    {
        Mfer m;
        m.count(0x05, 2, 1).define(0x09, m.number(0, 2) + "II").define(0x1E, m.number(1, 4));
        const EcgRecord record = MferReader().read(file(m.bytes));
        QCOMPARE(record.presentLeads(), std::size_t(1));
        QVERIFY(record.has(Lead::II) && !test::hasWarning(record.warnings, "lead-twice"));
    }

    void framesAreBounded()
    {
        Mfer m;
        m.count(0x05, 1, 1).channel(0, m.lead(1));
        for (int i = 0; i < 20000; ++i) // without data, they are nothing
            m.define(0x1E, "");
        QCOMPARE(MferReader().read(file(m.define(0x1E, m.number(1, 2)).bytes)).samples(), std::size_t(1));
        Mfer many;
        many.count(0x05, 512, 2);
        for (int i = 0; i < 129; ++i)
            many.define(0x1E, m.number(1, 2));
        QCOMPARE(test::errorOf([&] { MferReader().read(file(many.bytes)); }), std::string("limit-exceeded"));
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* what, const std::string& bytes, const char* code) {
            QTest::newRow(what) << QByteArray::fromStdString(bytes) << QString(code);
        };
        const Mfer m;
        const std::string wave = Mfer::definition(0x1E, m.number(1, 2)), one = Mfer().channel(0, m.lead(1)).bytes;
        row("no samples", Mfer().count(0x05, 1).bytes, "missing");
        row("0 Hz", Mfer().scaled(0x0B, 0, 0, 0).bytes + one + wave, "malformed");
        row("0 s", Mfer().scaled(0x0B, 1, 0, 0).bytes + one + wave, "malformed");
        row("metres", Mfer().scaled(0x0B, 2, 0, 1).bytes + one + wave, "malformed");
        row("negative rate", Mfer().scaled(0x0B, 0, 0, -5).bytes + one + wave, "malformed");
        row("no resolution", Mfer().scaled(0x0C, 0, 0, 0).bytes + one + wave, "malformed");
        row("block of 0", Mfer().count(0x04, 0).bytes + one + wave, "malformed");
        row("a billion samples", Mfer().count(0x04, 1000000000).bytes + one + wave, "malformed");
        row("a billion channels", Mfer().count(0x05, 1000000000).bytes + one + wave, "malformed");
        row("AHA compression", Mfer().define(0x0A, "\x09").bytes + one + wave, "unsupported");
        row("compressed", Mfer().define(0x0E, std::string("\0\1", 2)).bytes + one + wave, "unsupported");
        row("open length", one + "\x3F" + std::string("\0\x80", 2) + wave, "unsupported");
        row("no lead", Mfer().channel(0, m.lead(99)).bytes + wave, "missing");
        row("pressure", Mfer().channel(0, m.lead(1) + Mfer().scaled(0x0C, 1, 0, 1).bytes).bytes + wave, "missing");
        row("two rates",
            Mfer()
                .count(0x05, 2, 1)
                .channel(0, m.lead(1) + Mfer().scaled(0x0B, 0, 0, 500).bytes)
                .channel(1, m.lead(2) + Mfer().scaled(0x0B, 0, 0, 250).bytes)
                .define(0x1E, m.number(1, 4))
                .bytes,
            "unsupported");
    }
    void refused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, code);
        QCOMPARE(QString::fromStdString(test::errorOf([&] { MferReader().read(file(bytes.toStdString())); })), code);
    }

    void damagedAnywhere()
    {
        const std::string good = twoLeads(true, 0);
        for (std::size_t cut = 0; cut < good.size(); ++cut) {
            const std::string outcome = test::errorOf([&] { MferReader().read(file(good.substr(0, cut))); });
            QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
        }
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string changed = good;
            changed[at] = char(changed[at] ^ 0xFF);
            const std::string outcome = test::errorOf([&] { MferReader().read(file(changed)); });
            QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
        }
        QVERIFY(test::hasWarning(readEcg(file(good.substr(0, good.size() - 3))).warnings, "truncated"));
    }

    void textIsNoMfer()
    {
        for (const char* text : {"r 1 500 4\nr.dat 16 1 16 0 0 0 0 I\n", "I,II\n1,2\n", "@PG", "\1\1\1"})
            QVERIFY(!MferReader().recognises({}, text));
    }
};

QTEST_GUILESS_MAIN(TestEcgMfer)
#include "test_ecg_mfer.moc"
