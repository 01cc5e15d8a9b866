// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/page_layout.h"
#include "support/test_paths.h"

#include <set>

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
        QCOMPARE(page.width, 14 + 250 + 3.0); // as wide as paper: 5 s
        QCOMPARE(page.toSeconds, 5.0);
        QCOMPARE(page.height, 22 + 4 * 84.0);
        QCOMPARE(page.pulses[0].width, 10.0);
        QCOMPARE(page.pulses[0].height, 20.0);
        QCOMPARE(page.strips[3].x, 14 + 62.5);
        settings.mmPerMillivolt = 5;
        QCOMPARE(layOutPage(settings, 10).height, 190.0);
        QCOMPARE(layOutPage(settings, 10).pulses[0].height, 5.0);
    }

    void everyLayoutHasItsLeads_data()
    {
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("code");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("strips");
        const auto row = [](PageFormat f, const char* name, int columns, int rows, int strips) {
            QTest::newRow(name) << int(f) << QString(name) << columns << rows << strips;
        };
        row(PageFormat::ThreeByFourPlusRhythm, "3x4+1", 4, 4, 13);
        row(PageFormat::ThreeByFourPlusThree, "3x4+3", 4, 6, 15);
        row(PageFormat::ThreeByFour, "3x4", 4, 3, 12);
        row(PageFormat::SixByTwo, "6x2", 2, 6, 12);
        row(PageFormat::FourByThree, "4x3", 3, 4, 12);
        row(PageFormat::TwelveByOne, "12x1", 1, 12, 12);
        row(PageFormat::SingleLead, "single", 1, 1, 1);
        row(PageFormat::Superimposed, "superimposed", 1, 1, 12);
    }
    void everyLayoutHasItsLeads()
    {
        QFETCH(int, format);
        QFETCH(QString, code);
        QFETCH(int, columns);
        QFETCH(int, rows);
        QFETCH(int, strips);
        PageSettings settings;
        settings.format = PageFormat(format);
        QCOMPARE(pageFormatFromCode(code.toStdString()), std::optional(settings.format));
        QCOMPARE(ecg::code(settings.format), code.toStdString());
        const Page page = layOutPage(settings, 10);
        QCOMPARE(page.columns, columns);
        QCOMPARE(page.pulses.size(), std::size_t(rows));
        QCOMPARE(page.strips.size(), std::size_t(strips));
        std::set<double> lines;
        std::set<Lead> leads;
        for (const Strip& strip : page.strips) {
            lines.insert(strip.baselineY);
            leads.insert(strip.lead);
            QCOMPARE(strip.toSeconds - strip.fromSeconds, strip.width / 25);
        }
        QCOMPARE(lines.size(), std::size_t(rows));
        QCOMPARE(leads.size(), strips == 1 ? std::size_t(1) : std::size_t(12));
        // Columns read downwards in standard order; together they cover the ten seconds once.
        if (strips >= 12 && settings.format != PageFormat::Superimposed)
            for (std::size_t i = 0; i < 12; ++i) {
                QCOMPARE(page.strips[i].lead, allLeads[i]);
                const int perColumn = 12 / columns;
                QCOMPARE(page.strips[i].fromSeconds, 10.0 / columns * double(int(i) / perColumn));
            }
    }

    void cabreraOrder()
    {
        PageSettings settings;
        settings.cabrera = true;
        for (const PageFormat format : {PageFormat::ThreeByFour, PageFormat::SixByTwo, PageFormat::TwelveByOne}) {
            settings.format = format;
            const Page page = layOutPage(settings, 10);
            const char* names[] = {"aVL", "I", "−aVR", "II", "aVF", "III", "V1", "V2", "V3", "V4", "V5", "V6"};
            for (std::size_t i = 0; i < 12; ++i)
                QCOMPARE(label(page.strips[i]), std::string(names[i]));
        }
    }

    void paperIsFilledAtEverySpeed()
    {
        for (const double speed : pageSpeeds) {
            PageSettings settings;
            settings.mmPerSecond = speed;
            QCOMPARE(pageSeconds(settings), 250 / speed);
            settings.startSeconds = 30;
            const Page page = layOutPage(settings, 600);
            QCOMPARE(page.fromSeconds, 30.0);
            QCOMPARE(page.toSeconds, 30 + 250 / speed);
            QCOMPARE(page.strips.back().width, 250.0);
        }
    }

    void aLongRecordingOfOneLeadGoesOnBelow()
    {
        PageSettings settings;
        settings.format = PageFormat::SingleLead;
        settings.singleLead = Lead::V5;
        settings.startSeconds = 10;
        const Page page = layOutPage(settings, 47);
        QCOMPARE(page.strips.size(), std::size_t(4)); // 37 s
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(page.strips[i].lead, Lead::V5);
            QCOMPARE(page.strips[i].fromSeconds, 10 + 10.0 * double(i));
        }
        QCOMPARE(page.strips[3].width, 7 * 25.0);
        QCOMPARE(pageSeconds(settings), 60.0);
    }

    void aBeatIsWholeInEveryCell()
    {
        PageSettings settings;
        settings.format = PageFormat::ThreeByFourPlusRhythm;
        settings.mmPerSecond = 50;
        settings.startSeconds = 7; // of the recording
        const Page page = layOutBeat(settings, 1.2);
        QCOMPARE(page.strips.size(), std::size_t(12)); // no rhythm strip
        for (std::size_t i = 0; i < 12; ++i) {
            QCOMPARE(page.strips[i].fromSeconds, 0.0);
            QCOMPARE(page.strips[i].toSeconds, 1.2);
            QCOMPARE(page.strips[i].x, 14 + 60.0 * double(i / 3));
        }
    }

    void pageAndStripSpeakOfTheSamePoint()
    {
        PageSettings settings;
        settings.cabrera = true;
        const Page page = layOutPage(settings, 10);
        for (const Strip& strip : page.strips) {
            const double x = xOf(page, strip, strip.fromSeconds + 0.4), y = yOf(page, strip, 0.7);
            QCOMPARE(x, strip.x + 10);
            QCOMPARE(y, strip.baselineY + (strip.inverted ? 7 : -7));
            QCOMPARE(secondsAt(page, strip, x), strip.fromSeconds + 0.4);
            QCOMPARE(millivoltsAt(page, strip, y), 0.7);
            QCOMPARE(stripAt(page, x, y), &strip);
        }
        QVERIFY(!stripAt(page, 1, 50)); // left of all
    }

    void everythingStaysOnThePaper()
    {
        for (const PageFormat format : allPageFormats)
            for (const double speed : pageSpeeds)
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
