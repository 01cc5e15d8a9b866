// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "ui/theme/control_style.h"
#include "ui/theme/style_sheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPalette>
#include <QPointer>

#include <algorithm>
#include <cmath>
#include <utility>

namespace echo2ecg::ui {

namespace {

ThemeColours darkColours()
{
    ThemeColours c;
    c.window = QColor(0x0d, 0x0e, 0x10);
    c.panel = QColor(0x13, 0x15, 0x17);
    c.raised = QColor(0x1d, 0x20, 0x23);
    c.line = QColor(0x29, 0x2c, 0x30);
    c.text = QColor(0xe3, 0xe5, 0xe8);
    c.textMuted = QColor(0x9c, 0xa2, 0xaa);
    c.textFaint = QColor(0x71, 0x77, 0x7f);
    c.accent = QColor(0x6f, 0xb1, 0xd6);
    c.accentText = QColor(0x08, 0x12, 0x18);
    c.warning = QColor(0xe0, 0xb2, 0x4f);
    c.error = QColor(0xf0, 0x82, 0x76);
    c.ecgPaper = QColor(0x10, 0x11, 0x13);
    c.ecgGridFine = QColor(0x22, 0x1c, 0x1e);
    c.ecgGridBold = QColor(0x3a, 0x2b, 0x2f);
    c.ecgTrace = QColor(0xec, 0xee, 0xf0);
    c.ecgText = QColor(0xb4, 0xb9, 0xc0);
    c.ecgOverlay = QColor(0xf0, 0x9a, 0x4a);
    c.cineBackground = QColor(0x00, 0x00, 0x00);
    c.cineText = QColor(0xc9, 0xcd, 0xd2);
    c.classReduced = QColor(0xf0, 0x7a, 0x3c);
    c.classMildlyReduced = QColor(0xf2, 0xcb, 0x52);
    c.classPreserved = QColor(0x2f, 0xb8, 0x92);
    return c;
}

ThemeColours lightColours()
{
    ThemeColours c;
    c.window = QColor(0xeb, 0xec, 0xed);
    c.panel = QColor(0xf7, 0xf7, 0xf8);
    c.raised = QColor(0xff, 0xff, 0xff);
    c.line = QColor(0xd3, 0xd6, 0xd9);
    c.text = QColor(0x1a, 0x1c, 0x1f);
    c.textMuted = QColor(0x52, 0x58, 0x60);
    c.textFaint = QColor(0x75, 0x7b, 0x83);
    c.accent = QColor(0x1d, 0x6c, 0x9b);
    c.accentText = QColor(0xff, 0xff, 0xff);
    c.warning = QColor(0x85, 0x58, 0x00);
    c.error = QColor(0xb0, 0x2a, 0x1f);
    c.ecgPaper = QColor(0xff, 0xfa, 0xf9);
    c.ecgGridFine = QColor(0xf8, 0xdf, 0xdc);
    c.ecgGridBold = QColor(0xec, 0xb6, 0xb1);
    c.ecgTrace = QColor(0x14, 0x15, 0x18);
    c.ecgText = QColor(0x45, 0x45, 0x4a);
    c.ecgOverlay = QColor(0x00, 0x5f, 0xb8);
    c.cineBackground = QColor(0x00, 0x00, 0x00); // echo is black around the sector whatever the room is
    c.cineText = QColor(0xc9, 0xcd, 0xd2);
    c.classReduced = QColor(0xb8, 0x4a, 0x00);
    c.classMildlyReduced = QColor(0x8c, 0x66, 0x00);
    c.classPreserved = QColor(0x00, 0x76, 0x58);
    return c;
}

QPalette paletteOf(const ThemeColours& c)
{
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.panel);
    p.setColor(QPalette::AlternateBase, mixed(c.text, c.panel, 0.03));
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::PlaceholderText, c.textFaint);
    p.setColor(QPalette::Button, c.raised);
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, c.error);
    p.setColor(QPalette::ToolTipBase, c.raised);
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.accent);
    p.setColor(QPalette::Highlight, mixed(c.accent, c.panel, 0.26));
    p.setColor(QPalette::HighlightedText, c.text);
    p.setColor(QPalette::Light, mixed(c.text, c.raised, 0.10));
    p.setColor(QPalette::Midlight, mixed(c.text, c.raised, 0.05));
    p.setColor(QPalette::Mid, c.line);
    p.setColor(QPalette::Dark, c.line.darker(130));
    p.setColor(QPalette::Shadow, QColor(Qt::black));
    for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, c.textFaint);
    return p;
}

QString firstPresent(std::initializer_list<const char*> families)
{
    for (const char* family : families)
        if (QFontDatabase::hasFamily(QString::fromLatin1(family)))
            return QString::fromLatin1(family);
    return {};
}

bool digitsAreEqual(const QFont& font)
{
    const QFontMetricsF metrics(font);
    const double width = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char digit = '1'; digit <= '9'; ++digit)
        if (std::abs(metrics.horizontalAdvance(QLatin1Char(digit)) - width) > 0.01 * width)
            return false;
    return true;
}

double linear(double channel)
{
    return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c)
{
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

} // namespace

QColor mixed(const QColor& top, const QColor& bottom, double share)
{
    const auto blend = [share](int a, int b) { return int(std::lround(share * a + (1 - share) * b)); };
    return QColor(blend(top.red(), bottom.red()), blend(top.green(), bottom.green()), blend(top.blue(), bottom.blue()));
}

double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Theme::Theme() : QObject(qApp), m_colours(coloursOf(ThemeKind::Dark)) {}

Theme& Theme::instance()
{
    // Owned by the application, made anew when a test makes another application.
    static QPointer<Theme> theme;
    if (!theme)
        theme = new Theme;
    return *theme;
}

const ThemeColours& Theme::coloursOf(ThemeKind kind)
{
    static const ThemeColours dark = darkColours(), light = lightColours();
    return kind == ThemeKind::Dark ? dark : light;
}

QColor Theme::classColour(retrieval::LvefClass c) const
{
    switch (c) {
    case retrieval::LvefClass::Reduced:
        return m_colours.classReduced;
    case retrieval::LvefClass::MildlyReduced:
        return m_colours.classMildlyReduced;
    case retrieval::LvefClass::Preserved:
        return m_colours.classPreserved;
    }
    return m_colours.textMuted;
}

QFont Theme::numberFont(const QFont& like)
{
    if (digitsAreEqual(like))
        return like;
    QFont font = like;
    // Families whose figures are tabular without asking for the OpenType feature.
    // Asking for a family walks through all of them, so it is asked once.
    static const QString family =
        firstPresent({"Liberation Sans", "Noto Sans", "DejaVu Sans", "Arial", "Helvetica"});
    if (!family.isEmpty())
        font.setFamily(family);
    return font;
}

void Theme::apply(ThemeKind kind)
{
    m_kind = kind;
    m_colours = coloursOf(kind);
    static bool styled = false;
    if (!std::exchange(styled, true))
        QApplication::setStyle(new ControlStyle);
    QFont font = QApplication::font();
    const QString family = firstPresent({"Inter", "Noto Sans", "DejaVu Sans"});
    if (!family.isEmpty())
        font.setFamily(family);
    font.setPointSizeF(9.5);
    font.setHintingPreference(QFont::PreferVerticalHinting);
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature("tnum", 1);
#endif
    QApplication::setFont(font);
    QApplication::setPalette(paletteOf(m_colours));
    qApp->setStyleSheet(styleSheet(m_colours, font));
    emit changed();
}

} // namespace echo2ecg::ui
