// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

class TestTheme : public QObject
{
    Q_OBJECT
private slots:
    void contrastIsThatOfWcag()
    {
        QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
        QVERIFY(std::abs(contrast(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
    }

    void everythingCanBeRead_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("dark") << int(ThemeKind::Dark);
        QTest::newRow("light") << int(ThemeKind::Light);
    }

    void everythingCanBeRead()
    {
        QFETCH(int, kind);
        const ThemeColours& c = Theme::coloursOf(ThemeKind(kind));
        for (const QColor& back : {c.ecgPaper, c.ecgGridFine, c.ecgGridBold})
            QVERIFY2(contrast(c.ecgTrace, back) >= 7.0, qPrintable(back.name()));
        for (const QColor& back : {c.window, c.panel, c.raised}) {
            QVERIFY2(contrast(c.text, back) >= 10.0, qPrintable(back.name()));
            for (const QColor& front :
                 {c.textMuted, c.accent, c.warning, c.error, c.classReduced, c.classMildlyReduced, c.classPreserved})
                QVERIFY2(contrast(front, back) >= 4.0, qPrintable(front.name() + " on " + back.name()));
            QVERIFY2(contrast(c.textFaint, back) >= 3.0, qPrintable(back.name()));
        }
        QVERIFY(contrast(c.accentText, c.accent) >= 4.5);
        QVERIFY(contrast(c.cineText, c.cineBackground) >= 7.0);
    }

    void styleSheetIsComplete()
    {
        const QString sheet = styleSheet(Theme::coloursOf(ThemeKind::Light), QGuiApplication::font());
        QVERIFY2(!sheet.contains('@'), qPrintable(sheet.mid(sheet.indexOf('@'), 30)));
    }

    void numbersAlign()
    {
        Theme::instance().apply(ThemeKind::Dark);
        const QFontMetricsF metrics(Theme::numberFont(QGuiApplication::font()));
        QCOMPARE(metrics.horizontalAdvance("1111"), metrics.horizontalAdvance("8808"));
    }

    void applyTellsAndSwitches()
    {
        QSignalSpy spy(&Theme::instance(), &Theme::changed);
        Theme::instance().apply(ThemeKind::Light);
        QCOMPARE(spy.count(), 1);
        QCOMPARE(Theme::instance().kind(), ThemeKind::Light);
        QCOMPARE(Theme::instance().classColour(retrieval::LvefClass::Reduced),
                 Theme::coloursOf(ThemeKind::Light).classReduced);
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
