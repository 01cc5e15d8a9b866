// SPDX-License-Identifier: GPL-3.0-or-later
// Our measurements beside those that the sample files state. docs/validation.md shows the table that this prints.
#include "ecg/ecg_reader.h"
#include "ecg/measure/measurements.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

// What a difference may be, in the unit of the quantity.
double tolerance(Quantity quantity)
{
    switch (quantity) {
    case Quantity::HeartRate:
        return 1;
    case Quantity::RrMean:
        return 16;
    case Quantity::Pr:
    case Quantity::PDuration:
        return 15;
    case Quantity::Qrs:
        return 10;
    case Quantity::Qt:
        return 12;
    case Quantity::QtcBazett:
    case Quantity::QtcFridericia:
        return 14;
    case Quantity::PAxis:
    case Quantity::QrsAxis:
    case Quantity::TAxis:
        return 12;
    default:
        return 0;
    }
}

double difference(Quantity quantity, double ours, double theirs)
{
    const double d = ours - theirs;
    return unit(quantity) == "°" ? std::remainder(d, 360.0) : d;
}

using Exceptions = QList<QPair<int, double>>; // quantity → its own tolerance here

} // namespace

class TestEcgMeasureSamples : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheFile_data()
    {
        QTest::addColumn<Exceptions>("exceptions");
        QTest::addColumn<int>("compared");
        const auto row = [](const char* file, int compared, const Exceptions& exceptions = {}) {
            QTest::newRow(file) << exceptions << compared;
        };
        row("ecg_dicom/ecgtoolkit_12lead_implicit.dcm", 7,
            {{int(Quantity::QrsAxis), 13}, {int(Quantity::QtcBazett), 18}});
        row("ecg_hl7_aecg/fda_subject1_0.xml", 8, {{int(Quantity::QrsAxis), 13}, {int(Quantity::QtcBazett), 18}});
        row("ecg_scp/example_huffman.scp", 7, {{int(Quantity::QrsAxis), 13}});
        row("ecg_dicom/mortara_eli250_12lead.dcm", 8);
        // The simulator's T wave is flat in the limb leads, and its Sokolow index of 99 mV is a placeholder.
        row("ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml", 11,
            {{int(Quantity::TAxis), 25}, {int(Quantity::SokolowLyon), 100}});
        row("ecg_ge_muse_xml/braveheart_muse_1.xml", 9);
        row("ecg_ge_muse_xml/braveheart_muse_2.xml", 9);
        row("ecg_hl7_aecg/hl7aecg_1000hz.xml", 1);
        // A simulator's strip (every RR is 1478 ms): after 100 ms of QRS small steps of its samples go on.
        row("ecg_philips_sierra_xml/sierra_1_03.xml", 8, {{int(Quantity::Qrs), 40}});
        // P durations of 508 and 148 ms are longer than the PR intervals beside them.
        row("ecg_philips_sierra_xml/sierra_1_04.xml", 11, {{int(Quantity::PDuration), 500}});
        // The rate changes from 105 to 71/min within the ten seconds.
        row("ecg_philips_sierra_xml/sierra_1_04_demo.xml", 11,
            {{int(Quantity::PDuration), 60}, {int(Quantity::HeartRate), 3}, {int(Quantity::RrMean), 30}});
    }
    void agreesWithTheFile()
    {
        QFETCH(Exceptions, exceptions);
        QFETCH(int, compared);
        const auto path = test::sharedData(QTest::currentDataTag());
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        const Measurements m = measure(record);
        int count = 0;
        QString line, failure;
        for (const Measured& stated : statedByFile(record)) {
            const Measured& ours = m[stated.quantity];
            const auto name = QString::fromStdString(std::string(label(stated.quantity)));
            if (!ours.value) {
                failure += name + ": " + QString::fromStdString(ours.whyNot) + "; ";
                continue;
            }
            const double d = difference(stated.quantity, *ours.value, *stated.value);
            line += QString("%1 %2 (file %3, %4%5); ")
                        .arg(name)
                        .arg(*ours.value, 0, 'f', 1)
                        .arg(*stated.value)
                        .arg(d > 0 ? "+" : "")
                        .arg(d, 0, 'f', 1);
            double allowed = tolerance(stated.quantity);
            for (const auto& [quantity, own] : exceptions)
                if (quantity == int(stated.quantity))
                    allowed = own;
            if (std::abs(d) > allowed)
                failure += QString("%1: %2 beside %3; ").arg(name).arg(*ours.value).arg(*stated.value);
            ++count;
        }
        qInfo("%s", qPrintable(line));
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        QVERIFY2(count >= compared, qPrintable(QString::number(count)));
    }

    // Files that state nothing: beats that are there, and nothing where a wave isn't.
    void others_data()
    {
        QTest::addColumn<int>("beats");
        QTest::addColumn<bool>("p");
        QTest::newRow("ecg_wfdb/00001_lr.hea") << 11 << true;
        QTest::newRow("ecg_wfdb/E07500.hea") << 9 << true;
        QTest::newRow("ecg_wfdb/HR06000.hea") << 12 << true;
        QTest::newRow("ecg_wfdb/JS20000.hea") << 19 << true;
        QTest::newRow("ecg_wfdb/s0010_re.hea") << 52 << true;
        QTest::newRow("ecg_scp/demo_8lead_raw.scp") << 10 << true;
        QTest::newRow("ecg_edf_bdf/contec_0000050_12lead.edf") << 97 << false; // irregular, 30-50 µV of mains
    }
    void others()
    {
        QFETCH(int, beats);
        QFETCH(bool, p);
        const auto path = test::sharedData(QTest::currentDataTag());
        E2E_NEED_SHARED(path);
        const Measurements m = measure(readEcg(path));
        QCOMPARE(int(m.rPeaks.size()), beats);
        QCOMPARE(m[Quantity::Pr].value.has_value(), p);
        QVERIFY(*m[Quantity::Qrs].value > 55 && *m[Quantity::Qrs].value < 150);
        QVERIFY(*m[Quantity::Qt].value > 250 && *m[Quantity::Qt].value < 560);
    }
};

QTEST_GUILESS_MAIN(TestEcgMeasureSamples)
#include "test_ecg_measure_samples.moc"
