// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/ecg_reader.h"
#include "ecg_test_support.h"

#include <chrono>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

std::string block(const char* tag, const std::string& leads, const char* rate = "500", const char* count = "4",
                  const char* resolution = "5")
{
    return std::string("<") + tag + "><NumberOfLeads>2</NumberOfLeads><SampleRate units=\"Hz\">" + rate +
           "</SampleRate><ChannelSampleCountTotal>" + count +
           "</ChannelSampleCountTotal><Resolution units=\"uVperLsb\">" + resolution + "</Resolution>" + leads + "</" +
           tag + ">";
}

const std::string twoLeads =
    "<WaveformData lead=\"I\">\t1,2,\n3,-4</WaveformData><WaveformData lead=\"II\">10,20,30,40,</WaveformData>";

std::string document(const std::string& inside, const char* encoding = "ISO8859-1")
{
    return std::string("<?xml version=\"1.0\" encoding=\"") + encoding + "\" ?>\n<CardiologyXML>" + inside +
           "</CardiologyXML>\n";
}

} // namespace

class TestEcgCardioSoft : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& text) { return test::writeFile(test::pathOf(m_dir, "x.xml"), text); }

private slots:
    void samplesInMillivolts()
    {
        const auto path = file(document("<ObservationType>RestECG</ObservationType>" + block("StripData", twoLeads)));
        QVERIFY(looksLikeEcg(path));
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.format, std::string("GE CardioSoft XML"));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::I], (std::vector<float>{0.005f, 0.01f, 0.015f, -0.02f}));
        QCOMPARE(record[Lead::II], (std::vector<float>{0.05f, 0.1f, 0.15f, 0.2f}));
        QCOMPARE(record.presentLeads(), std::size_t(6));
        QVERIFY(test::hasWarning(record.warnings, "lead-derived"));
    }

    void theStripIsReadNotTheMedian_data()
    {
        QTest::addColumn<QByteArray>("text");
        const std::string median = block(
            "MedianSamples", "<WaveformData lead=\"I\">7,7</WaveformData><WaveformData lead=\"II\">7,7</WaveformData>",
            "1000", "2", "1");
        const std::string strip = block("StripData", twoLeads);
        QTest::newRow("beside the measurements") << QByteArray::fromStdString(
            document("<RestingECGMeasurements>" + median + "</RestingECGMeasurements>" + strip));
        QTest::newRow("inside the measurements") << QByteArray::fromStdString(
            document("<RestingECGMeasurements>" + median + strip + "</RestingECGMeasurements>"));
        QTest::newRow("strip first") << QByteArray::fromStdString(
            document(strip + "<RestingECGMeasurements>" + median + "</RestingECGMeasurements>"));
        QTest::newRow("one level deeper") << QByteArray::fromStdString(document(
            "<RestECG><RestingECGMeasurements>" + median + "</RestingECGMeasurements>" + strip + "</RestECG>"));
    }
    void theStripIsReadNotTheMedian()
    {
        QFETCH(QByteArray, text);
        const EcgRecord record = readEcg(file(text.toStdString()));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::II], (std::vector<float>{0.05f, 0.1f, 0.15f, 0.2f}));
        QVERIFY(!test::hasWarning(record.warnings, "median-only"));
    }

    void medianAloneIsSaid()
    {
        const EcgRecord record = readEcg(file(document(block("MedianSamples", twoLeads))));
        QVERIFY(test::hasWarning(record.warnings, "median-only"));
    }

    void factsAroundTheSignal()
    {
        const EcgRecord record = readEcg(file(document(
            "<ObservationDateTime><Hour>9</Hour><Minute>5</Minute><Second>7</Second><Day>3</Day><Month>2</"
            "Month><Year>2011</Year></ObservationDateTime>"
            "<PatientInfo><PID>P1</PID><Name><FamilyName>M\xFCller</FamilyName><GivenName>A</GivenName></"
            "Name><BirthDateTime><Day>4</Day><Month>3</Month>"
            "<Year>1970</Year></BirthDateTime><Gender>FEMALE</Gender></PatientInfo>"
            "<FilterSetting><Filter50Hz>Yes</Filter50Hz><LowPass units=\"Hz\">150</LowPass><HighPass "
            "units=\"Hz\">0.01</HighPass></FilterSetting>"
            "<Interpretation><Diagnosis><DiagnosisText>Sinus</DiagnosisText><DiagnosisText></DiagnosisText></"
            "Diagnosis></Interpretation>"
            "<RestingECGMeasurements><VentricularRate units=\"BPM\">86</VentricularRate><QTCInterval "
            "units=\"ms\">449</QTCInterval>"
            "<DiagnosisVersion>12SL</DiagnosisVersion><POnset units=\"ms\"></POnset></RestingECGMeasurements>" +
            block("StripData", twoLeads))));
        QCOMPARE(record.date, std::string("2011-02-03"));
        QCOMPARE(record.time, std::string("09:05:07"));
        QCOMPARE(record.patient.id, std::string("P1"));
        QCOMPARE(QString::fromStdString(record.patient.name), QString::fromUtf8("Müller^A"));
        QCOMPARE(record.patient.birthDate, std::string("1970-03-04"));
        QCOMPARE(record.patient.ageYears, std::optional(40));
        QCOMPARE(record.patient.sex, std::string("F"));
        QCOMPARE(record.filters.notchHz, std::optional(50.0));
        QCOMPARE(record.filters.lowPassHz, std::optional(150.0));
        QCOMPARE(record.filters.highPassHz, std::optional(0.01));
        QCOMPARE(record.statements, (std::vector<std::string>{"Sinus"}));
        QCOMPARE(record.measurements.size(), std::size_t(2));
        QCOMPARE(record.measurements[0].name, std::string("Ventricular rate"));
        QCOMPARE(record.measurements[0].value, std::optional(86.0));
        QCOMPARE(record.measurements[0].unit, std::string("BPM"));
        QCOMPARE(record.measurements[1].name, std::string("QTc interval"));
    }

    void gapsAndUnequalLeads()
    {
        const EcgRecord record = readEcg(file(document(block(
            "StripData", "<WaveformData lead=\"V1\">1,,3,4</WaveformData><WaveformData lead=\"V2\">1,2</WaveformData>"
                         "<WaveformData lead=\"V9\">1</WaveformData>"))));
        QVERIFY(std::isnan(record[Lead::V1][1]));
        QCOMPARE(record[Lead::V2].size(), std::size_t(4));
        QVERIFY(std::isnan(record[Lead::V2][3]));
        for (const char* code : {"samples-invalid", "leads-unequal", "leads-ignored"})
            QVERIFY2(test::hasWarning(record.warnings, code), code);
    }

    void withoutResolutionTheUnitIsUnknown()
    {
        for (const char* resolution : {"", "0", "nan", "-1"})
            QVERIFY(
                test::hasWarning(readEcg(file(document(block("StripData", twoLeads, "500", "4", resolution)))).warnings,
                                 "units-unknown"));
    }

    void declaredCountDiffers()
    {
        QVERIFY(test::hasWarning(readEcg(file(document(block("StripData", twoLeads, "500", "5000")))).warnings,
                                 "truncated"));
        QVERIFY(test::hasWarning(readEcg(file(document(block("StripData", twoLeads, "500", "3")))).warnings,
                                 "sample-count"));
    }

    void badDocuments_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& text, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << code;
        };
        row("0 Hz", document(block("StripData", twoLeads, "0")), "malformed");
        row("no rate", document(block("StripData", twoLeads, "")), "malformed");
        row("NaN Hz", document(block("StripData", twoLeads, "nan")), "malformed");
        row("billion samples", document(block("StripData", twoLeads, "500", "1000000000")), "limit-exceeded");
        row("infinite samples", document(block("StripData", twoLeads, "500", "inf")), "malformed");
        row("a word among the samples", document(block("StripData", "<WaveformData lead=\"I\">1,two,3</WaveformData>")),
            "malformed");
        row("no waveform", document("<PatientInfo/>"), "missing");
        row("no standard lead", document(block("StripData", "<WaveformData lead=\"X\">1,2</WaveformData>")), "missing");
        row("cut in the strip", document(block("StripData", twoLeads)).substr(0, 260), "truncated");
        row("not closed", "<CardiologyXML><a></b></CardiologyXML>", "malformed");
        std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE CardiologyXML [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\">";
        for (char c = 'b'; c <= 'j'; ++c) {
            bomb += std::string("<!ENTITY ") + c + " \"";
            for (int i = 0; i < 10; ++i)
                bomb += std::string("&") + char(c - 1) + ";";
            bomb += "\">";
        }
        row("entity bomb", bomb + "]><CardiologyXML><StripData>&j;</StripData></CardiologyXML>", "unsupported");
        row("external entity",
            "<?xml version=\"1.0\"?><!DOCTYPE CardiologyXML [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><CardiologyXML>"
            "<PatientInfo><PID>&x;</PID></PatientInfo></CardiologyXML>",
            "unsupported");
        row("unknown entity", "<CardiologyXML><PatientInfo><PID>&x;</PID></PatientInfo></CardiologyXML>", "malformed");
        std::string deep = "<CardiologyXML>";
        for (int i = 0; i < 100000; ++i)
            deep += "<a>";
        row("deep", deep, "limit-exceeded");
    }
    void badDocuments()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        const auto path = file(text.toStdString());
        QVERIFY(looksLikeEcg(path));
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(path); })), code);
    }

    void damageBehindTheStripIsAWarning()
    {
        const std::string text = document(block("StripData", twoLeads) + "<More>");
        const EcgRecord record = readEcg(file(text));
        QCOMPARE(record.samples(), std::size_t(4));
        QVERIFY(test::hasWarning(record.warnings, "truncated"));
    }

    void anExternalDtdIsNotLookedAt()
    {
        const EcgRecord record =
            readEcg(file("<?xml version=\"1.0\"?><!DOCTYPE CardiologyXML SYSTEM \"absent.dtd\"><CardiologyXML>" +
                         block("StripData", twoLeads) + "</CardiologyXML>"));
        QCOMPARE(record.samples(), std::size_t(4));
    }

    void sharedFile()
    {
        const auto path = test::sharedData("ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml");
        E2E_NEED_SHARED(path);
        const auto start = std::chrono::steady_clock::now();
        const EcgRecord record = readEcg(path);
        qInfo("cardiosoft_v651_rest.xml read in %.2f ms",
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        QCOMPARE(record.presentLeads(), std::size_t(12));
        QCOMPARE(record.samples(), std::size_t(5000));
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::I][0], 0.030f);
        QCOMPARE(record[Lead::I][1], 0.025f);
        QCOMPARE(record[Lead::V1][0], 0.085f);
        QCOMPARE(record[Lead::V6][0], -0.045f);
        QCOMPARE(record.patient.ageYears, std::optional(40));
        QCOMPARE(record.patient.sex, std::string("M"));
        QCOMPARE(record.date, std::string("2008-09-23"));
        QCOMPARE(record.time, std::string("10:48:34"));
        QCOMPARE(record.device, std::string("CardioSoft V6.51"));
        QCOMPARE(record.filters.notchHz, std::optional(60.0));
        QCOMPARE(record.filters.lowPassHz, std::optional(100.0));
        QCOMPARE(record.filters.highPassHz, std::optional(0.05));
        QVERIFY(test::hasWarning(record.warnings, "simulated-patient"));
        QVERIFY(!test::hasWarning(record.warnings, "truncated"));
        const auto value = [&](const char* name) {
            for (const auto& m : record.measurements)
                if (m.name == name)
                    return m.value.value_or(-1);
            return -1.0;
        };
        QCOMPARE(value("QRS duration"), 90.0);
        QCOMPARE(value("Ventricular rate"), 86.0);
        QCOMPARE(value("PQ interval"), 170.0);
        // Extremes of the strip's own numbers, times 5 µV.
        QCOMPARE(*std::max_element(record[Lead::V4].begin(), record[Lead::V4].end()), 1.390f);
        QCOMPARE(*std::min_element(record[Lead::V1].begin(), record[Lead::V1].end()), -0.755f);
    }

    void damagedAnywhere()
    {
        // Cut or changed at any byte: an error of ours, or a record.
        const std::string whole = document("<PatientInfo><PID>P</PID></PatientInfo>" + block("StripData", twoLeads));
        for (std::size_t at = 0; at < whole.size(); at += 3) {
            std::string changed = whole;
            changed[at] = char(at * 37);
            for (const std::string& text : {whole.substr(0, at), changed}) {
                const std::string outcome = test::errorOf([&] { readEcg(file(text)); });
                QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestEcgCardioSoft)
#include "test_ecg_cardiosoft.moc"
