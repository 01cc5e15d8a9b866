// SPDX-License-Identifier: GPL-3.0-or-later
// Every ECG sample against what the file itself states or what follows from physiology.
#include "ecg/ecg_reader.h"
#include "ecg_test_support.h"

#include <chrono>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

// Mean RR in ms: peaks of the summed slope of all leads, at least 300 ms apart, above 0.4 of the usual peak.
double meanRr(const EcgRecord& record)
{
    const std::size_t n = record.samples();
    const auto lag = std::max<std::size_t>(1, std::size_t(record.samplingHz * 0.02));
    std::vector<double> slope(n, 0.0);
    for (const auto& lead : record.leads)
        for (std::size_t i = lag; i < lead.size(); ++i)
            if (!std::isnan(lead[i]) && !std::isnan(lead[i - lag]))
                slope[i] += std::abs(double(lead[i]) - double(lead[i - lag]));
    // The usual peak: the median of the largest slopes of each two seconds.
    std::vector<double> peaks;
    const auto window = std::size_t(2 * record.samplingHz);
    for (std::size_t at = 0; at + window <= n; at += window)
        peaks.push_back(
            *std::max_element(slope.begin() + std::ptrdiff_t(at), slope.begin() + std::ptrdiff_t(at + window)));
    if (peaks.empty())
        return 0;
    std::sort(peaks.begin(), peaks.end());
    const double threshold = 0.4 * peaks[peaks.size() / 2];
    std::vector<std::size_t> beats;
    const auto refractory = std::size_t(0.3 * record.samplingHz);
    for (std::size_t i = 0; i < n; ++i) {
        if (slope[i] < threshold)
            continue;
        const std::size_t end = std::min(n, i + refractory);
        beats.push_back(std::size_t(
            std::max_element(slope.begin() + std::ptrdiff_t(i), slope.begin() + std::ptrdiff_t(end)) - slope.begin()));
        i = beats.back() + refractory;
    }
    return beats.size() < 2
               ? 0
               : double(beats.back() - beats.front()) / double(beats.size() - 1) / record.samplingHz * 1000;
}

double largestDistance(const EcgRecord& record)
{
    double worst = 0;
    for (std::size_t i = 0; i < record.samples(); ++i) {
        const double d = std::abs(double(record[Lead::II][i]) - record[Lead::I][i] - record[Lead::III][i]);
        worst = std::isnan(d) ? worst : std::max(worst, d);
    }
    return worst;
}

double stated(const EcgRecord& record, const char* name)
{
    for (const StatedMeasurement& each : record.measurements)
        if (each.name == name && each.value)
            return *each.value;
    return 0;
}

} // namespace

class TestEcgSamples : public QObject
{
    Q_OBJECT

private slots:
    void samples_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("samples");
        QTest::addColumn<double>("step"); // resolution in mV; Einthoven holds within two
        QTest::addColumn<int>("rr");      // ms as the file or its documentation states, 0 where it doesn't
        const auto row = [](const char* file, const char* format, double rate, int samples, double step, int rr) {
            QTest::newRow(file) << QString(format) << rate << samples << step << rr;
        };
        row("ecg_ge_muse_xml/braveheart_muse_1.xml", "GE MUSE XML", 500, 5000, 0.00488, 1242);
        row("ecg_ge_muse_xml/braveheart_muse_2.xml", "GE MUSE XML", 500, 5000, 0.00488, 922);
        row("ecg_hl7_aecg/fda_subject1_0.xml", "HL7 aECG", 500, 5000, 0.0025, 0);
        row("ecg_hl7_aecg/hl7_example_aecg.xml", "HL7 aECG", 500, 5000, 0.0025, 0);
        row("ecg_hl7_aecg/hl7aecg_1000hz.xml", "HL7 aECG", 1000, 10000, 0.0025, 60000 / 52);
        row("ecg_philips_sierra_xml/sierra_1_03.xml", "Philips Sierra XML", 500, 5264, 0.005, 1464);
        row("ecg_philips_sierra_xml/sierra_1_03_repbeats.xml", "Philips Sierra XML", 500, 5264, 0.005, 1464);
        row("ecg_philips_sierra_xml/sierra_1_04.xml", "Philips Sierra XML", 500, 5300, 0.005, 1463);
        row("ecg_philips_sierra_xml/sierra_1_04_demo.xml", "Philips Sierra XML", 500, 5300, 0.005, 714);
        row("ecg_scp/example_huffman.scp", "SCP-ECG", 500, 5000, 0.0025, 0);
        row("ecg_scp/demo_8lead_raw.scp", "SCP-ECG", 1000, 10000, 0.000183, 0);
        row("ecg_ishne/ECG_P28.01.ecg", "ISHNE", 1000, 95573, 0.005, 0);
        row("ecg_edf_bdf/contec_0000050_12lead.edf", "EDF", 800, 37855, 0.0306, 0);
        row("ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml", "GE CardioSoft XML", 500, 5000, 0.06, 0);
        row("ecg_dicom/mortara_eli250_12lead.dcm", "DICOM 12-lead ECG", 1000, 10000, 0.005, 0);
        row("ecg_dicom/ecgtoolkit_12lead_implicit.dcm", "DICOM 12-lead ECG", 500, 5000, 0.005, 0);
    }
    void samples()
    {
        QFETCH(QString, format);
        QFETCH(double, rate);
        QFETCH(int, samples);
        QFETCH(double, step);
        QFETCH(int, rr);
        const auto path = test::sharedData(QTest::currentDataTag());
        E2E_NEED_SHARED(path);
        QVERIFY(looksLikeEcg(path));
        const auto start = std::chrono::steady_clock::now();
        const EcgRecord record = readEcg(path);
        const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        float least = 0, most = 0;
        for (const auto& lead : record.leads)
            for (const float v : lead) {
                least = std::min(least, v);
                most = std::max(most, v);
            }
        const double measured = meanRr(record);
        qInfo("%zu leads, %g Hz, %zu samples, %.3f to %.3f mV, I+III-II %.4f mV, RR %.0f ms (stated %d), %.1f ms; %s",
              record.presentLeads(), record.samplingHz, record.samples(), double(least), double(most),
              largestDistance(record), measured, rr, ms, test::codesOf(record.warnings).c_str());
        QCOMPARE(QString::fromStdString(record.format), format);
        QCOMPARE(record.samplingHz, rate);
        QCOMPARE(record.samples(), std::size_t(samples));
        QCOMPARE(record.presentLeads(), std::size_t(12));
        for (const char* bad : {"checksum", "truncated", "sample-count", "units-unknown", "samples-invalid"})
            QVERIFY2(!test::hasWarning(record.warnings, bad), bad);
        QVERIFY2(largestDistance(record) <= 2 * step + 1e-6, QByteArray::number(largestDistance(record)).constData());
        QVERIFY(most > 0.3f && most < 8 && least > -20);
        // Beats fall where the file says that they do: a wrong rate or a misread signal can't pass this.
        if (rr)
            QVERIFY2(std::abs(measured - rr) < 0.04 * rr, QByteArray::number(measured).constData());
    }

    // The two 1.03 files hold one recording.
    void sameRecordingSameSignal()
    {
        const auto path = test::sharedData("ecg_philips_sierra_xml/sierra_1_03.xml");
        E2E_NEED_SHARED(path);
        QCOMPARE(readEcg(path).signalHash(),
                 readEcg(test::sharedData("ecg_philips_sierra_xml/sierra_1_03_repbeats.xml")).signalHash());
        QCOMPARE(readEcg(test::sharedData("ecg_hl7_aecg/fda_subject1_0.xml")).signalHash(),
                 readEcg(test::sharedData("ecg_hl7_aecg/hl7_example_aecg.xml")).signalHash());
    }

    // One recording of an ELI250, as SCP-ECG, as aECG and as DICOM.
    void sameRecordingInOtherFormats()
    {
        const auto path = test::sharedData("ecg_scp/example_huffman.scp");
        E2E_NEED_SHARED(path);
        const EcgRecord scp = readEcg(path), aecg = readEcg(test::sharedData("ecg_hl7_aecg/hl7_example_aecg.xml")),
                        dicom = readEcg(test::sharedData("ecg_dicom/ecgtoolkit_12lead_implicit.dcm"));
        for (const auto* other : {&aecg, &dicom}) {
            double worst = 0;
            for (const Lead lead : allLeads)
                for (std::size_t i = 0; i < scp.samples(); ++i)
                    worst = std::max(worst, std::abs(double(scp[lead][i]) - double((*other)[lead][i])));
            qInfo("SCP-ECG against %s: %.4f mV at most", other->format.c_str(), worst);
            QVERIFY(worst < 1e-6);
        }
    }

    // The file states R and S of each lead; the signal must have them.
    void amplitudesThatTheFileStates()
    {
        const auto path = test::sharedData("ecg_philips_sierra_xml/sierra_1_03.xml");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        const std::pair<Lead, double> peaks[]{{Lead::I, 0.912}, {Lead::aVL, 0.908}};
        for (const auto& [lead, mv] : peaks) {
            // The tallest R of the beats lies near the average R, above a baseline that drifts a little.
            std::vector<float> sorted = record[lead];
            std::sort(sorted.begin(), sorted.end());
            const double height = double(sorted.back()) - double(sorted[sorted.size() / 2]);
            qInfo("%s: %.3f mV, stated %.3f", std::string(name(lead)).c_str(), height, mv);
            QVERIFY(std::abs(height - mv) < 0.25);
        }
        const auto troughs = record[Lead::V1];
        QVERIFY(*std::min_element(troughs.begin(), troughs.end()) < -0.6f); // S 0.757 mV
    }

    void statedMeasurements()
    {
        const auto path = test::sharedData("ecg_ge_muse_xml/braveheart_muse_1.xml");
        E2E_NEED_SHARED(path);
        const EcgRecord muse = readEcg(path);
        QCOMPARE(stated(muse, "Ventricular rate"), 48.0);
        QCOMPARE(stated(muse, "QTc interval"), 403.0);
        QCOMPARE(stated(muse, "PR interval"), (stated(muse, "QRS onset") - stated(muse, "P onset")) * 2);
        QCOMPARE(muse.filters.highPassHz, std::optional(0.16));
        QCOMPARE(muse.filters.lowPassHz, std::optional(150.0));
        QCOMPARE(muse.filters.notchHz, std::optional(60.0));
        const EcgRecord sierra = readEcg(test::sharedData("ecg_philips_sierra_xml/sierra_1_04.xml"));
        QCOMPARE(stated(sierra, "Ventricular rate"), 41.0);
        QCOMPARE(stated(sierra, "RR interval"), 1463.0);
        QCOMPARE(stated(sierra, "QTc interval (Fridericia)"), 497.0);
        QCOMPARE(sierra.patient.sex, std::string("F"));
        QCOMPARE(sierra.date, std::string("2008-12-23"));
        QCOMPARE(sierra.statements.size(), std::size_t(3));
        QCOMPARE(sierra.statements[1], std::string("SINUS BRADYCARDIA (V-rate<60)"));
        QVERIFY(test::hasWarning(sierra.warnings, "calibration-removed"));
        const EcgRecord aecg = readEcg(test::sharedData("ecg_hl7_aecg/fda_subject1_0.xml"));
        QVERIFY(stated(aecg, "QT interval") + stated(aecg, "QT interval, first beat") > 300);
        QCOMPARE(aecg.filters.lowPassHz, std::optional(150.0));
        QCOMPARE(aecg.filters.notchHz, std::optional(60.0));
        QCOMPARE(aecg.date, std::string("2002-11-22"));
        QCOMPARE(aecg.time, std::string("09:10:00"));
        QCOMPARE(aecg.patient.ageYears, std::optional(46));
        QCOMPARE(aecg.device, std::string("ELI250 5.3"));
        const EcgRecord scp = readEcg(test::sharedData("ecg_scp/example_huffman.scp"));
        qInfo("SCP: %zu measurements, %zu statements, device %s, QRS %g, RR %g", scp.measurements.size(),
              scp.statements.size(), scp.device.c_str(), stated(scp, "QRS duration"), stated(scp, "RR interval"));
    }

    void damagedCopies()
    {
        const auto path = test::sharedData("derived/scp_truncated.scp");
        E2E_NEED_SHARED(path);
        const EcgRecord cut = readEcg(path), whole = readEcg(test::sharedData("ecg_scp/example_huffman.scp"));
        QVERIFY(test::hasWarning(cut.warnings, "truncated"));
        std::size_t complete = 0;
        for (const Lead lead : allLeads)
            complete += cut[lead] == whole[lead] ? 1 : 0;
        qInfo("truncated SCP: %zu of 12 leads as in the whole file; %s", complete, test::codesOf(cut.warnings).c_str());
        QVERIFY(complete >= 4);
        const EcgRecord crc = readEcg(test::sharedData("derived/scp_bad_crc.scp"));
        QVERIFY(test::hasWarning(crc.warnings, "checksum"));
        const auto muse = test::sharedData("derived/muse_truncated_mid_base64.xml");
        const EcgRecord partial = readEcg(muse);
        QVERIFY(test::hasWarning(partial.warnings, "truncated"));
        const EcgRecord original = readEcg(test::sharedData("ecg_ge_muse_xml/braveheart_muse_1.xml"));
        QVERIFY(partial[Lead::I] == original[Lead::I] && partial[Lead::II] == original[Lead::II]);
        qInfo("truncated MUSE: %zu leads; %s", partial.presentLeads(), test::codesOf(partial.warnings).c_str());
    }

    void refused_data()
    {
        QTest::addColumn<QString>("code");
        QTest::newRow("hostile_ecg/empty.xml") << "missing";
        QTest::newRow("hostile_ecg/sierra_invalid_doc_type.xml") << "unsupported";
        QTest::newRow("ecg_edf_bdf/test_generator.bdf") << "not-recognised";
    }
    void refused()
    {
        QFETCH(QString, code);
        const auto path = test::sharedData(QTest::currentDataTag());
        E2E_NEED_SHARED(path);
        QCOMPARE(QString::fromStdString(test::errorOf([&] { readEcg(path); })), code);
    }

    void aLeadOfThirteenSamples()
    {
        const auto path = test::sharedData("hostile_ecg/minimum_aecg_effectiveTime_low.xml");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.presentLeads(), std::size_t(1));
        QCOMPARE(record[Lead::II].size(), std::size_t(13));
        QCOMPARE(record[Lead::II][12], -0.0225f);
    }
};

QTEST_GUILESS_MAIN(TestEcgSamples)
#include "test_ecg_samples.moc"
