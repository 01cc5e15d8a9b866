// SPDX-License-Identifier: GPL-3.0-or-later
// GE MUSE, HL7 aECG and Philips Sierra, from small documents made here.
#include "ecg/ecg_reader.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/xli.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

std::string int16s(const std::vector<int>& values)
{
    std::string bytes;
    for (const int v : values)
        bytes += {char(v & 0xFF), char((v >> 8) & 0xFF)};
    return bytes;
}

std::string base64(const std::string& bytes)
{
    return QByteArray(bytes.data(), qsizetype(bytes.size())).toBase64().toStdString();
}

std::string museLead(const char* id, const std::string& data, const std::string& more = {})
{
    return std::string(
               "<LeadData><LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS"
               "</LeadAmplitudeUnits><LeadID>") +
           id + "</LeadID>" + more + "<WaveFormData>" + data + "</WaveFormData></LeadData>";
}

std::string museWave(const char* type, const std::string& leads, const char* base = "500", const char* exponent = "0")
{
    return std::string("<Waveform><WaveformType>") + type + "</WaveformType><SampleBase>" + base +
           "</SampleBase><SampleExponent>" + exponent + "</SampleExponent>" + leads + "</Waveform>";
}

std::string muse(const std::string& inside)
{
    return "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!DOCTYPE RestingECG SYSTEM "
           "\"restecg.dtd\">\n<RestingECG>" +
           inside + "</RestingECG>";
}

const std::string two = museLead("I", base64(int16s({1, -2, 300}))) + museLead("II", base64(int16s({10, 20, -30})));

std::string sequence(const char* lead, const std::string& digits, const char* scale = "2.5", const char* unit = "uV")
{
    return std::string("<component><sequence><code code=\"MDC_ECG_LEAD_") + lead +
           "\" codeSystem=\"2.16.840.1.113883.6.24\"/><value xsi:type=\"SLIST_PQ\"><origin value=\"10\" unit=\"" +
           unit + "\"/><scale value=\"" + scale + "\" unit=\"" + unit + "\"/><digits>" + digits +
           "</digits></value></sequence></component>";
}

std::string set(const std::string& sequences, const char* increment = "0.002", const char* unit = "s",
                const char* head = "20200102030405.000")
{
    return std::string("<component><sequenceSet><component><sequence><code code=\"TIME_ABSOLUTE\"/><value "
                       "xsi:type=\"GLIST_TS\"><head value=\"") +
           head + "\"/><increment value=\"" + increment + "\" unit=\"" + unit + "\"/></value></sequence></component>" +
           sequences + "</sequenceSet></component>";
}

std::string aecg(const std::string& sets, const char* tag = "series", const char* code = "RHYTHM")
{
    return std::string("<AnnotatedECG xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
                       "<component><") +
           tag + "><code code=\"" + code + "\"/>" + sets + "</" + tag + "></component></AnnotatedECG>";
}

// Ten-bit codes of single bytes alone, which is valid LZW, and the end code.
std::string xliChunk(const std::vector<int>& stored, int start)
{
    std::string halves;
    for (const int v : stored)
        halves += char((v >> 8) & 0xFF);
    for (const int v : stored)
        halves += char(v & 0xFF);
    std::string packed;
    unsigned held = 0;
    int bits = 0;
    const auto put = [&](unsigned code) {
        held = (held << 10) | code;
        for (bits += 10; bits >= 8; bits -= 8)
            packed += char((held >> (bits - 8)) & 0xFF);
    };
    for (const char c : halves)
        put(static_cast<unsigned char>(c));
    put(1023);
    if (bits)
        packed += char((held << (8 - bits)) & 0xFF);
    const auto size = int(packed.size());
    return int16s({size & 0xFFFF, size >> 16, 1, start}) + packed;
}

std::string sierra(const std::string& data, const char* attributes = "compression=\"XLI\"",
                   const char* version = "1.04")
{
    return std::string(
               "<restingecgdata xmlns=\"http://www3.medical.philips.com\"><documentinfo><documenttype>PhilipsECG"
               "</documenttype><documentversion>") +
           version +
           "</documentversion></documentinfo><waveforms><parsedwaveforms dataencoding=\"Base64\" leadlabels=\"I II III "
           "aVR "
           "aVL aVF V1 V2 V3 V4 V5 V6\" samplespersecond=\"500\" resolution=\"5\" bitspersample=\"16\" " +
           attributes + ">" + data + "</parsedwaveforms></waveforms></restingecgdata>";
}

} // namespace

class TestEcgXml : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& text) { return test::writeFile(test::pathOf(m_dir, "x.xml"), text); }

private slots:
    void base64Decoding()
    {
        QCOMPARE(decodeBase64("AQID").bytes, std::string("\1\2\3"));
        QCOMPARE(decodeBase64(" AQ\n==").bytes, std::string("\1"));
        QVERIFY(decodeBase64("AQID").clean && decodeBase64("AQ==").clean && !decodeBase64("AQIDA").clean);
        QVERIFY(!decodeBase64("AQ*D").clean);
        QCOMPARE(crc32("123456789"), 0xCBF43926u);
        QCOMPARE(crcCcitt("123456789"), std::uint16_t(0x29B1));
    }

    void museRhythmNotMedian()
    {
        const std::string median = museWave("Median", museLead("I", base64(int16s({7, 7}))));
        const auto path = file(muse(median + museWave("Rhythm", two + museLead("V3R", base64(int16s({1, 1, 1}))))));
        QVERIFY(looksLikeEcg(path));
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samplingHz, 500.0);
        QCOMPARE(record[Lead::I], (std::vector<float>{0.00488f, -0.00976f, 1.464f}));
        QCOMPARE(record[Lead::aVF][1], float((20 + 1) * 0.00488));
        QVERIFY(test::hasWarning(record.warnings, "lead-derived") &&
                test::hasWarning(record.warnings, "leads-ignored"));
        QVERIFY(test::hasWarning(readEcg(file(muse(median))).warnings, "median-only"));
        QCOMPARE(readEcg(file(muse(museWave("Rhythm", two, "25", "1")))).samplingHz, 250.0);
    }

    void museFacts()
    {
        const EcgRecord record = readEcg(file(muse(
            "<PatientDemographics><PatientID>7</PatientID><PatientLastName>A</PatientLastName><PatientFirstName>B"
            "</PatientFirstName><Gender>FEMALE</Gender><DateofBirth>03-04-1960</DateofBirth></PatientDemographics>"
            "<TestDemographics><AcquisitionDate>02-01-2020</AcquisitionDate><AcquisitionTime>10:11:12</AcquisitionTime>"
            "</TestDemographics><Diagnosis><DiagnosisStatement><StmtFlag>ENDSLINE</StmtFlag><StmtText>Sinus rhythm"
            "</StmtText></DiagnosisStatement><DiagnosisStatement><StmtText>Possible</StmtText></DiagnosisStatement>"
            "<DiagnosisStatement><StmtFlag>ENDSLINE</StmtFlag><StmtText>LVH</StmtText></DiagnosisStatement></"
            "Diagnosis>" +
            museWave("Rhythm", two))));
        QCOMPARE(record.statements, (std::vector<std::string>{"Sinus rhythm", "Possible LVH"}));
        QCOMPARE(record.date, std::string("2020-02-01"));
        QCOMPARE(record.patient.birthDate, std::string("1960-03-04"));
        QCOMPARE(record.patient.ageYears, std::optional(59));
        QCOMPARE(record.patient.name, std::string("A^B"));
    }

    void museDamage()
    {
        const std::string good = base64(int16s({1, -2, 300}));
        const auto codes = [&](const std::string& lead) {
            return test::codesOf(readEcg(file(muse(museWave("Rhythm", lead)))).warnings);
        };
        QCOMPARE(codes(museLead("I", good,
                                "<LeadDataCRC32>" + std::to_string(crc32(int16s({1, -2, 300}))) + "</LeadDataCRC32>")),
                 std::string());
        QCOMPARE(codes(museLead("I", good, "<LeadDataCRC32>1</LeadDataCRC32>")), std::string("checksum "));
        QCOMPARE(codes(museLead("I", good, "<LeadSampleCountTotal>9</LeadSampleCountTotal>")),
                 std::string("sample-count "));
        QCOMPARE(codes(museLead("I", good.substr(0, 5))), std::string("truncated "));
        const std::string whole = muse(museWave("Rhythm", two));
        const EcgRecord cut = readEcg(file(whole.substr(0, whole.rfind("</WaveFormData>") - 3)));
        QCOMPARE(cut[Lead::I].size(), std::size_t(3));
        QVERIFY(test::hasWarning(cut.warnings, "truncated"));
    }

    void aecgOriginScaleAndUnits()
    {
        const EcgRecord micro = readEcg(file(aecg(set(sequence("I", " 1\n2\t-3 ") + sequence("AVL", "4 5 6")))));
        QCOMPARE(micro[Lead::I], (std::vector<float>{0.0125f, 0.015f, 0.0025f}));
        QCOMPARE(micro[Lead::aVL][0], 0.02f);
        QCOMPARE(micro.samplingHz, 500.0);
        const EcgRecord milli = readEcg(file(aecg(set(sequence("II", "1", "0.5", "mV"), "2", "ms"))));
        QCOMPARE(milli[Lead::II][0], 10.5f);
        QCOMPARE(milli.samplingHz, 500.0);
        QVERIFY(test::hasWarning(readEcg(file(aecg(set(sequence("I", "1", "1", "K"))))).warnings, "units-unknown"));
        QVERIFY(test::hasWarning(readEcg(file(aecg(set(sequence("I", "1 x 3"))))).warnings, "samples-invalid"));
        QVERIFY(test::hasWarning(
            readEcg(file(aecg(set(sequence("I", "1 2")), "derivedSeries", "REPRESENTATIVE_BEAT"))).warnings,
            "median-only"));
    }

    void aecgLeadsOneAfterTheOther()
    {
        const EcgRecord record = readEcg(file(aecg(set(sequence("I", "1 2 3"), "0.01", "s", "20200102030405.000") +
                                                   set(sequence("V1", "1 2 3"), "0.01", "s", "20200102030405.030"))));
        QCOMPARE(record.samples(), std::size_t(6));
        QVERIFY(std::isnan(record[Lead::V1][2]) && std::isnan(record[Lead::I][3]));
        QCOMPARE(record[Lead::V1][3], 0.0125f);
        QVERIFY(test::hasWarning(record.warnings, "leads-sequential"));
    }

    void museMedian()
    {
        // Borders in samples at their own rate; 0 says that there is no such wave.
        const std::string measured = "<RestingECGMeasurements><POnset>0</POnset><POffset>0</POffset><QOnset>1</QOnset>"
                                     "<QOffset>2</QOffset><TOffset>9</TOffset><ECGSampleBase>25</ECGSampleBase>"
                                     "<ECGSampleExponent>1</ECGSampleExponent></RestingECGMeasurements>";
        const std::string beat = museLead("I", base64(int16s({5, 6, 7}))) + museLead("II", base64(int16s({8, 9, 10})));
        EcgRecord record = readEcg(file(muse(measured + museWave("Median", beat) + museWave("Rhythm", two))));
        QCOMPARE(record[Lead::I][0], 0.00488f); // the rhythm
        QVERIFY(record.fileBeat && record.fileBeat->samplingHz == 500);
        QCOMPARE((*record.fileBeat)[Lead::II][2], 0.0488f);
        QVERIFY(std::abs((*record.fileBeat)[Lead::III][0] - 3 * 0.00488f) < 1e-6f);
        // 1 and 2 samples at 250 Hz are 4 and 8 ms; the T wave would end behind the beat.
        QCOMPARE(record.fileBorders, (WaveBorders{{}, {}, 0.004, std::nullopt, {}, {}}));
        QVERIFY(test::hasWarning(record.warnings, "borders-ignored"));
        // A damaged beat costs the beat alone.
        const std::string cut = museLead("I", "AAA");
        record = readEcg(file(muse(museWave("Median", cut) + museWave("Rhythm", two))));
        QVERIFY(!record.fileBeat && test::hasWarning(record.warnings, "beat-ignored"));
        QVERIFY(!test::hasWarning(record.warnings, "truncated"));
    }

    void cardioSoftMedian()
    {
        const auto block = [](const char* tag, const std::string& more, const std::string& one) {
            return std::string("<") + tag +
                   "><SampleRate units=\"Hz\">500</SampleRate><Resolution units=\"uVperLsb\">5" + "</Resolution>" +
                   more + "<WaveformData lead=\"I\">" + one + "</WaveformData></" + tag + ">";
        };
        const std::string valid =
            "<FirstValid units=\"Sample\">1</FirstValid><LastValid units=\"Sample\">4</LastValid>";
        const std::string measured =
            "<RestingECGMeasurements><POnset units=\"ms\">2</POnset><QOnset units=\"ms\">4</QOnset>"
            "<QOffset units=\"ms\">6</QOffset><TOffset units=\"Sample\">3</TOffset>" +
            block("MedianSamples", valid, "1,2,3,4,5,6,7") + "</RestingECGMeasurements>";
        const EcgRecord record = readEcg(file("<?xml version=\"1.0\"?><CardiologyXML>" + measured +
                                              block("StripData", {}, "9,9,9") + "</CardiologyXML>"));
        QVERIFY(record.fileBeat);
        QCOMPARE((*record.fileBeat)[Lead::I], (std::vector<float>{0.01f, 0.015f, 0.02f, 0.025f}));
        // The beat begins with its first valid sample, 2 ms in.
        const WaveBorders& b = record.fileBorders;
        QVERIFY(b.pOnset && std::abs(*b.pOnset) < 1e-9 && b.qrsOnset && std::abs(*b.qrsOnset - 0.002) < 1e-9);
        QVERIFY(b.qrsOffset && std::abs(*b.qrsOffset - 0.004) < 1e-9 && !b.tOffset);
        QCOMPARE(record[Lead::I], (std::vector<float>{0.045f, 0.045f, 0.045f}));
    }

    void aecgDerivedBeat()
    {
        const auto wave = [](const char* kind, const char* low, const char* high, const char* lead = "") {
            return std::string("<component><annotation><code code=\"MDC_ECG_WAVC\"/><value xsi:type=\"CE\" "
                               "code=\"MDC_ECG_WAVC_") +
                   kind + "\"/><support><supportingROI><component><boundary><code code=\"TIME_RELATIVE\"/><value>" +
                   low + high + "</value></boundary></component>" + lead +
                   "</supportingROI></support></annotation></component>";
        };
        const std::string ofLead = "<component><boundary><code code=\"MDC_ECG_LEAD_V1\"/></boundary></component>";
        const std::string waves =
            "<subjectOf><annotationSet>" +
            wave("QRSWAVE", "<low value=\"1\" unit=\"ms\"/>", "<high value=\"2\" unit=\"ms\"/>", ofLead.c_str()) +
            wave("QRSWAVE", "<low value=\"4\" unit=\"ms\"/>", "<high value=\"0.006\" unit=\"s\"/>") +
            wave("TWAVE", "", "<high value=\"8\" unit=\"ms\"/>") + "</annotationSet></subjectOf>";
        const std::string derived = "<derivation><derivedSeries><code code=\"REPRESENTATIVE_BEAT\"/>" +
                                    set(sequence("I", "1 2 3 4 5") + sequence("II", "5 4 3 2 1")) + waves +
                                    "</derivedSeries></derivation>";
        std::string text = aecg(set(sequence("I", "7 8") + sequence("II", "9 10")) + derived);
        // The beat counts from its own start.
        const auto inBeat = text.find("TIME_ABSOLUTE", text.find("derivedSeries"));
        text.replace(inBeat, 13, "TIME_RELATIVE");
        text.replace(text.find("20200102030405.000", inBeat), 18, "0");
        const EcgRecord record = readEcg(file(text));
        QCOMPARE(record.samples(), std::size_t(2));
        QVERIFY(record.fileBeat && record.fileBeat->samples() == 5);
        QCOMPARE((*record.fileBeat)[Lead::I][4], 0.0225f); // origin 10, scale 2.5
        QCOMPARE(record.fileBorders, (WaveBorders{{}, {}, 0.004, 0.006, {}, 0.008}));
    }

    void sierraRepBeats()
    {
        const auto beats = [](const std::string& inside) {
            return "<repbeats dataencoding=\"Base64\" samplespersec=\"1000\" resolution=\"2\">" + inside +
                   "</repbeats>";
        };
        std::string text = sierra(base64(int16s(std::vector<int>(24, 1))), "");
        const auto with = [&](const std::string& more) {
            std::string changed = text;
            return changed.insert(changed.find("</waveforms>"), more);
        };
        const std::string samples = base64(int16s({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 32767, 32767}));
        // 1.03: attributes. Over all leads: the earliest onset and the latest end.
        const EcgRecord old = readEcg(file(with(
            beats("<repbeat leadname=\"I\" pdur=\"1\" print=\"2\" qonset=\"4\" qrsdur=\"2\" tonset=\"7\" qtint=\"4\">" +
                  samples +
                  "</repbeat><repbeat leadname=\"II\" pdur=\"0\" print=\"3\" qonset=\"3\" qrsdur=\"2\" tonset=\"7\" "
                  "qtint=\"6\">" +
                  samples + "</repbeat>"))));
        QVERIFY(old.fileBeat && old.fileBeat->samples() == 10 && old.fileBeat->samplingHz == 1000);
        QCOMPARE((*old.fileBeat)[Lead::I][1], 0.004f);
        QCOMPARE(old.fileBorders, (WaveBorders{0.002, 0.003, 0.003, 0.006, 0.007, 0.009}));
        // 1.04: elements, and global values that count before those of the leads.
        const std::string element = "<repbeat leadname=\"I\"><qonset>5</qonset><qrsdur>1</qrsdur><waveform>" + samples +
                                    "</waveform></repbeat>";
        std::string global = with(beats(element));
        global.insert(global.find("<waveforms>"),
                      "<interpretations><interpretation><globalmeasurements><qonset>4</qonset>"
                      "<qrsdur>3</qrsdur></globalmeasurements></interpretation></interpretations>");
        QCOMPARE(readEcg(file(global)).fileBorders, (WaveBorders{{}, {}, 0.004, 0.007, {}, {}}));
        const EcgRecord broken = readEcg(file(with(beats("<repbeat leadname=\"I\">AAA</repbeat>"))));
        QVERIFY(!broken.fileBeat && test::hasWarning(broken.warnings, "beat-ignored"));
    }

    void sierraUnpacked()
    {
        // Two first values, then second differences, each one sample late: 64 is no change of slope.
        const std::vector<int> flat{0, 0, 64, 64}, slope{100, 110, 64, 64};
        std::string chunks;
        for (int i = 0; i < 12; ++i)
            chunks += xliChunk(i == 1 ? slope : flat, 0);
        const auto leads = decodeXli(chunks, 100, 16);
        QCOMPARE(leads.size(), std::size_t(12));
        QCOMPARE(leads[1].samples, (std::vector<std::int16_t>{100, 110, 120, 130}));
        const EcgRecord record = readEcg(file(sierra(base64(chunks))));
        // Nothing is left over, so the limb leads are what I and II predict.
        QCOMPARE(record[Lead::II], (std::vector<float>{0.5f, 0.55f, 0.6f, 0.65f}));
        QCOMPARE(record[Lead::III], record[Lead::II]);
        QCOMPARE(record[Lead::aVR][3], -0.325f);
        QCOMPARE(record[Lead::aVF][3], 0.65f);
        QVERIFY2(record.warnings.empty(), test::codesOf(record.warnings).c_str());
        const EcgRecord cut = readEcg(file(sierra(base64(chunks.substr(0, chunks.size() - 4)))));
        QVERIFY(test::hasWarning(cut.warnings, "truncated") && !cut.has(Lead::V6) && cut.has(Lead::V5));
    }

    void sierraPlain()
    {
        std::vector<int> all;
        for (int lead = 0; lead < 12; ++lead)
            for (const int v : {1, 2})
                all.push_back(lead == 2 ? 0 : lead < 3 ? v * 10 : v);
        const EcgRecord record = readEcg(file(sierra(base64(int16s(all)), "", "1.05")));
        QCOMPARE(record[Lead::I], (std::vector<float>{0.05f, 0.1f}));
        QCOMPARE(record[Lead::V6], (std::vector<float>{0.005f, 0.01f}));
        QVERIFY(test::hasWarning(record.warnings, "version-unknown"));
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& text, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << code;
        };
        const std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
        row("MUSE 0 Hz", muse(museWave("Rhythm", two, "0")), "malformed");
        row("MUSE no rate", muse(museWave("Rhythm", two, "x")), "malformed");
        row("MUSE huge exponent", muse(museWave("Rhythm", two, "1", "400")), "malformed");
        row("MUSE billion",
            muse(museWave("Rhythm", museLead("I", "AAAA",
                                             "<LeadSampleCountTotal>1000000000"
                                             "</LeadSampleCountTotal>"))),
            "limit-exceeded");
        row("MUSE four bytes", muse(museWave("Rhythm", museLead("I", "AAAA", "<LeadSampleSize>4</LeadSampleSize>"))),
            "unsupported");
        row("MUSE nothing", muse(""), "missing");
        row("MUSE no lead", muse(museWave("Rhythm", museLead("V7", "AAAA"))), "missing");
        row("MUSE bomb", bomb + "<RestingECG>&b;</RestingECG>", "unsupported");
        row("MUSE broken", "<RestingECG><Waveform", "truncated");
        row("aECG 0 s", aecg(set(sequence("I", "1"), "0")), "malformed");
        row("aECG NaN scale", aecg(set(sequence("I", "1", "nan"))), "malformed");
        row("aECG other unit of time", aecg(set(sequence("I", "1"), "2", "d")), "malformed");
        row("aECG bomb", bomb + "<AnnotatedECG/>", "unsupported");
        row(
            "aECG deep",
            "<AnnotatedECG>" +
                [] {
                    std::string deep;
                    for (int i = 0; i < 100; ++i)
                        deep += "<component>";
                    return deep;
                }(),
            "limit-exceeded");
        row("Sierra nothing", sierra(""), "missing");
        row("Sierra bomb", bomb + "<restingecgdata>&b;</restingecgdata>", "unsupported");
        row("Sierra billion", sierra("AAAA", "durationperchannel=\"2000000000\""), "limit-exceeded");
        row("Sierra compression", sierra("AAAA", "compression=\"ZIP\""), "unsupported");
        row("Sierra LZW size", sierra(base64("\xFF\xFF\xFF\xFF\1\1\1\1zzzz")), "missing");
    }
    void refused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        const auto path = file(text.toStdString());
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(path); })), code);
    }

    // Whatever is changed or cut: a record or one of our errors.
    void damagedAnywhere()
    {
        std::string chunks;
        for (int i = 0; i < 12; ++i)
            chunks += xliChunk({0, 5, 64, 70, 64, 20}, i);
        const std::string wholes[]{muse(museWave("Rhythm", two)),
                                   aecg(set(sequence("I", "1 2 3") + sequence("II", "4 5 6"))), sierra(base64(chunks))};
        unsigned random = 1;
        const auto next = [&random] { return (random = random * 1664525u + 1013904223u) >> 8; };
        for (const std::string& whole : wholes)
            for (int round = 0; round < 150; ++round) {
                std::string text = whole;
                for (unsigned changes = next() % 4 + 1; changes > 0; --changes)
                    text[next() % text.size()] = char(next() % 3 ? "0<>\"&19=/A"[next() % 10] : char(next()));
                if (next() % 3 == 0)
                    text.resize(next() % text.size());
                const auto path = file(text);
                const std::string error = test::errorOf([&] { readEcg(path); });
                QVERIFY2(!error.starts_with("not ours"), error.c_str());
            }
    }
};

QTEST_GUILESS_MAIN(TestEcgXml)
#include "test_ecg_xml.moc"
