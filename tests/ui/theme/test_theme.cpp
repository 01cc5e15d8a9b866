// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"
#include "ui/theme/theme.h"

#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QFontMetricsF>
#include <QSpinBox>
#include <QStyleOption>
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

    // A box can be told from its place, a ticked one from an empty one, and the arrows of a spin box are there: each in both themes and sharp at another scale.
    void controlsAreDrawn_data() { everythingCanBeRead_data(); }

    void controlsAreDrawn()
    {
        QFETCH(int, kind);
        Theme::instance().apply(ThemeKind(kind));
        const ThemeColours& c = Theme::instance().colours();
        QWidget window;
        QPalette ground = window.palette();
        ground.setColor(QPalette::Window, c.panel);
        window.setPalette(ground);
        QCheckBox empty(&window), ticked(&window), off(&window);
        QSpinBox spin(&window);
        ticked.setChecked(true);
        off.setChecked(true);
        off.setEnabled(false);
        spin.setRange(0, 5);
        spin.setValue(5);
        spin.setGeometry(0, 100, 120, spin.sizeHint().height());
        int top = 0;
        for (QCheckBox* box : {&empty, &ticked, &off})
            box->setGeometry(0, top += 25, 60, 20);
        window.resize(140, 140);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const QPixmap grabbed = window.grab();
        const QImage image = grabbed.toImage();
        const auto has = [&](const QRect& rect, const QColor& colour) {
            const double scale = grabbed.devicePixelRatio();
            for (int y = int(rect.top() * scale); y < int((rect.bottom() + 1) * scale); ++y)
                for (int x = int(rect.left() * scale); x < int((rect.right() + 1) * scale); ++x)
                    if (image.pixelColor(x, y) == colour)
                        return true;
            return false;
        };
        QVERIFY(has(empty.geometry(), c.textFaint) && !has(empty.geometry(), c.accent));
        QVERIFY(has(ticked.geometry(), c.accent));
        QVERIFY(has(off.geometry(), c.textFaint) && !has(off.geometry(), c.accent));
        QStyleOptionSpinBox option;
        option.initFrom(&spin);
        const auto arrow = [&](QStyle::SubControl part) { return spin.style()->subControlRect(QStyle::CC_SpinBox, &option, part, &spin).translated(spin.pos()); };
        QVERIFY(has(arrow(QStyle::SC_SpinBoxDown), c.textMuted));
        QVERIFY(!has(arrow(QStyle::SC_SpinBoxUp), c.textMuted)); // it is at its most
        // A press on the arrow steps.
        QTest::mouseClick(&spin, Qt::LeftButton, {}, arrow(QStyle::SC_SpinBoxDown).center() - spin.pos());
        QCOMPARE(spin.value(), 4);
        QVERIFY(has(spin.geometry(), c.line) && spin.sizeHint().height() >= 24);
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
