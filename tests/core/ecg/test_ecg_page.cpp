// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/page_layout.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

class TestEcgPage : public QObject
{
    Q_OBJECT

private slots:
    void threeByFourInMillimetres()
    {
        const Page page = layOutPage({}, 10);
        QCOMPARE(page.width, 262.0);
        QCOMPARE(page.height, 190.0);
        QCOMPARE(page.strips.size(), std::size_t(13));
        QCOMPARE(page.pulses.size(), std::size_t(4));
        const double zeroLines[4] = {34, 76, 118, 160};
        for (std::size_t i = 0; i < 12; ++i) {
            const Strip& strip = page.strips[i];
            const std::size_t column = i / 3, row = i % 3;
            QCOMPARE(strip.lead, allLeads[i]);
            QCOMPARE(strip.x, 9 + 62.5 * double(column));
            QCOMPARE(strip.width, 62.5);
            QCOMPARE(strip.baselineY, zeroLines[row]);
            QCOMPARE(strip.fromSeconds, 2.5 * double(column));
            QCOMPARE(strip.toSeconds, 2.5 * double(column + 1));
            QCOMPARE(strip.labelX, strip.x + 1);
            QCOMPARE(strip.labelY, strip.baselineY - 17);
        }
        const Strip& rhythm = page.strips[12];
        QCOMPARE(rhythm.lead, Lead::II);
        QCOMPARE(rhythm.x, 9.0);
        QCOMPARE(rhythm.width, 250.0);
        QCOMPARE(rhythm.baselineY, 160.0);
        QCOMPARE(rhythm.toSeconds, 10.0);
        QCOMPARE(page.separators, (std::vector<double>{71.5, 134, 196.5}));
        for (std::size_t row = 0; row < 4; ++row) {
            const CalibrationPulse& pulse = page.pulses[row];
            QCOMPARE(pulse.x, 2.0);
            QCOMPARE(pulse.width, 5.0);   // 0.2 s
            QCOMPARE(pulse.height, 10.0); // 1 mV
            QCOMPARE(pulse.baselineY, zeroLines[row]);
        }
    }

    void simultaneousColumns()
    {
        PageSettings settings;
        settings.sequential = false;
        settings.startSeconds = 3;
        settings.rhythmLead = Lead::V1;
        const Page page = layOutPage(settings, 11); // 8 s are left
        for (std::size_t i = 0; i < 12; ++i) {
            QCOMPARE(page.strips[i].fromSeconds, 3.0);
            QCOMPARE(page.strips[i].toSeconds, 5.0);
            QCOMPARE(page.strips[i].x, 9 + 50.0 * double(i / 3));
        }
        QCOMPARE(page.strips[12].lead, Lead::V1);
        QCOMPARE(page.strips[12].toSeconds, 11.0);
        QCOMPARE(page.width, 262.0);
    }

    void twelveByOneInMillimetres()
    {
        PageSettings settings;
        settings.format = PageFormat::TwelveByOne;
        const Page page = layOutPage(settings, 38.4);
        QCOMPARE(page.width, 262.0);
        QCOMPARE(page.height, 190.0);
        QCOMPARE(page.strips.size(), std::size_t(12));
        QCOMPARE(page.pulses.size(), std::size_t(12));
        QVERIFY(page.separators.empty());
        for (std::size_t i = 0; i < 12; ++i) {
            QCOMPARE(page.strips[i].lead, allLeads[i]);
            QCOMPARE(page.strips[i].x, 9.0);
            QCOMPARE(page.strips[i].width, 250.0);
            QCOMPARE(page.strips[i].baselineY, 13.5 + 15 * double(i));
            QCOMPARE(page.strips[i].labelX, 2.0); // in the margin, left of the trace
            QCOMPARE(page.strips[i].labelY, page.strips[i].baselineY + 4);
        }
    }

    void speedAndGain()
    {
        PageSettings settings;
        settings.mmPerSecond = 50;
        settings.mmPerMillivolt = 20;
        const Page page = layOutPage(settings, 10);
        QCOMPARE(page.width, 14 + 500 + 3.0);
        QCOMPARE(page.height, 22 + 4 * 84.0);
        QCOMPARE(page.pulses[0].width, 10.0);
        QCOMPARE(page.pulses[0].height, 20.0);
        QCOMPARE(page.strips[3].x, 14 + 125.0);
        settings.mmPerMillivolt = 5;
        QCOMPARE(layOutPage(settings, 10).height, 190.0);
        QCOMPARE(layOutPage(settings, 10).pulses[0].height, 5.0);
    }

    void everythingStaysOnThePaper()
    {
        for (const PageFormat format : {PageFormat::ThreeByFourPlusRhythm, PageFormat::TwelveByOne})
            for (const double speed : {12.5, 25.0, 50.0})
                for (const double seconds : {0.0, 2.5, 9.99, 10.0, 600.0}) {
                    PageSettings settings;
                    settings.format = format;
                    settings.mmPerSecond = speed;
                    const Page page = layOutPage(settings, seconds);
                    for (const Strip& strip : page.strips) {
                        QVERIFY(strip.x >= 0 && strip.x + strip.width <= page.width + 1e-9);
                        QVERIFY(strip.baselineY > 0 && strip.baselineY < page.height);
                        QVERIFY(strip.labelX >= 0 && strip.labelY > 3 && strip.labelY < page.height);
                        QVERIFY(strip.toSeconds <= std::max(0.0, seconds) + 1e-9);
                        QVERIFY(std::abs(strip.width - (strip.toSeconds - strip.fromSeconds) * speed) < 1e-9);
                    }
                    for (const CalibrationPulse& pulse : page.pulses)
                        QVERIFY(pulse.x + pulse.width < page.strips[0].x);
                }
        PageSettings past;
        past.startSeconds = 20;
        QCOMPARE(layOutPage(past, 10).strips[0].width, 0.0);
        QCOMPARE(layOutPage({}, NAN).strips[0].width, 0.0);
    }
};

QTEST_GUILESS_MAIN(TestEcgPage)
#include "test_ecg_page.moc"
