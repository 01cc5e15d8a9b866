// SPDX-License-Identifier: GPL-3.0-or-later
// The beat that a file averaged itself, and where it puts the waves. Numbers of the samples were read from the files
// with other programs.
#include "ecg/ecg_reader.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

struct Expected
{
    const char* file;
    double hz;
    std::size_t samples;
    // Milliseconds; negative: not stated.
    double pOnset, pOffset, qrsOnset, qrsOffset, tOnset, tOffset;
    Lead lead;
    std::size_t at;
    double millivolts;
};

const Expected all[] = {
    // Sample positions count from 1, so 143 is 284 ms; the same recording as aECG says 286 ms.
    {"ecg_dicom/ecgtoolkit_12lead_implicit.dcm", 500, 599, 284, 386, 432, 552, -1, 852, Lead::V2, 250, -622 * 2.5e-3},
    {"ecg_hl7_aecg/fda_subject1_0.xml", 500, 599, 286, 388, 434, 554, -1, 854, Lead::V2, 250, -622 * 2.5e-3},
    {"ecg_scp/example_huffman.scp", 500, 599, 286, 388, 434, 554, -1, 854, Lead::V2, 250, -622 * 2.5e-3},
    {"ecg_dicom/mortara_eli250_12lead.dcm", 1000, 1200, 298, 412, 459, 534, -1, 827, Lead::I, 0, -2000},
    {"ecg_ge_muse_xml/braveheart_muse_1.xml", 500, 600, 294, 400, 432, 528, -1, 884, Lead::I, 0, -2000},
    {"ecg_ge_muse_xml/braveheart_muse_2.xml", 500, 600, 248, 362, 432, 532, -1, 852, Lead::I, 0, -2000},
    {"ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml", 500, 539, 248, 360, 418, 508, -1, 794, Lead::V2, 0, 199 * 5e-3},
    {"ecg_philips_sierra_xml/sierra_1_03_repbeats.xml", 1000, 1200, 341, 445, 505, 607, 712, 904, Lead::III, 0, 0.011},
    {"ecg_philips_sierra_xml/sierra_1_04.xml", 500, 600, -2, -2, 512, 614, -2, 1076, Lead::I, 0, 2 * 2.5e-3},
    {"ecg_philips_sierra_xml/sierra_1_04_demo.xml", 500, 600, 368, -1, 512, 596, -2, 864, Lead::I, 0, 0x1A * 2.5e-3},
};

} // namespace

class TestEcgBeats : public QObject
{
    Q_OBJECT

private slots:
    void samples_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < std::size(all); ++i)
            QTest::addRow("%s", all[i].file) << int(i);
    }
    void samples()
    {
        QFETCH(int, row);
        const Expected& e = all[row];
        E2E_NEED_SHARED(test::sharedData(e.file));
        const EcgRecord record = readEcg(test::sharedData(e.file));
        QVERIFY(record.fileBeat);
        const RepresentativeBeat& beat = *record.fileBeat;
        QCOMPARE(beat.samplingHz, e.hz);
        QCOMPARE(beat.samples(), e.samples);
        for (const Lead lead : allLeads)
            QVERIFY(beat.has(lead));
        if (e.millivolts > -1000)
            QVERIFY2(std::abs(double(beat[e.lead][e.at]) - e.millivolts) < 1e-6,
                     qPrintable(QString::number(double(beat[e.lead][e.at]))));
        const WaveBorders& b = record.fileBorders;
        const auto same = [](const std::optional<double>& seconds, double ms) {
            return ms == -2 || (ms < 0 ? !seconds : seconds && std::abs(*seconds * 1000 - ms) < 0.01);
        };
        const auto text = [](const std::optional<double>& s) { return s ? QString::number(*s * 1000) : QString("-"); };
        const QString found = text(b.pOnset) + " " + text(b.pOffset) + " " + text(b.qrsOnset) + " " +
                              text(b.qrsOffset) + " " + text(b.tOnset) + " " + text(b.tOffset);
        QVERIFY2(same(b.pOnset, e.pOnset) && same(b.pOffset, e.pOffset) && same(b.qrsOnset, e.qrsOnset) &&
                     same(b.qrsOffset, e.qrsOffset) && same(b.tOnset, e.tOnset) && same(b.tOffset, e.tOffset),
                 qPrintable(found));
        // Einthoven holds in the beat as well.
        for (std::size_t i = 0; i < beat.samples(); i += 37)
            QVERIFY(std::abs(beat[Lead::II][i] - beat[Lead::I][i] - beat[Lead::III][i]) < 0.02f);
    }

    void noBeatNoBorders()
    {
        for (const char* file : {"ecg_wfdb/JS20000.hea", "ecg_scp/demo_8lead_raw.scp", "ecg_ishne/ECG_P28.01.ecg",
                                 "ecg_philips_sierra_xml/sierra_1_03.xml"}) {
            E2E_NEED_SHARED(test::sharedData(file));
            const EcgRecord record = readEcg(test::sharedData(file));
            QVERIFY2(!record.fileBeat && record.fileBorders == WaveBorders{}, file);
        }
    }
};

QTEST_GUILESS_MAIN(TestEcgBeats)
#include "test_ecg_beats.moc"
