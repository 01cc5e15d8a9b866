// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "retrieval/phenotypes.h"

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>

// Colours and metrics of the whole window: a reading room, dark by default, one accent. Nothing else in ui/ names a
// colour.
//
// The style sheet knows these values of the dynamic property "role":
//   QLabel: "heading" (name of a pane), "muted", "faint", "warning", "error", "number" (tabular figures)
//   QToolButton: "chip" (checkable option above a view); QPushButton: "primary"; QFrame: "panel", "raised", "hairline"
namespace echo2ecg::ui {

enum class ThemeKind { Dark, Light };

struct ThemeColours
{
    QColor window, panel, raised, line; // backgrounds from back to front, hairlines
    QColor text, textMuted, textFaint;
    QColor accent, accentText, warning, error;
    QColor ecgPaper, ecgGridFine, ecgGridBold, ecgTrace, ecgText, ecgOverlay;
    QColor cineBackground, cineText;
    QColor classReduced, classMildlyReduced, classPreserved; // colour-blind safe triple
};

// `share` of `top` over `bottom`, both opaque: quiet tints of the accent and of class colours.
QColor mixed(const QColor& top, const QColor& bottom, double share);
// Contrast ratio of WCAG 2.1, 1 … 21.
double contrast(const QColor& a, const QColor& b);

// One per application, owned by it, GUI thread only.
class Theme : public QObject
{
    Q_OBJECT
public:
    static Theme& instance();

    ThemeKind kind() const { return m_kind; }
    const ThemeColours& colours() const { return m_colours; }
    QColor classColour(retrieval::LvefClass c) const;
    // Sets palette, style sheet and font of the application and tells everyone.
    void apply(ThemeKind kind);
    static const ThemeColours& coloursOf(ThemeKind kind);
    // Font of numbers that stand under each other: all digits are equally wide. Otherwise like `like`.
    static QFont numberFont(const QFont& like);

signals:
    void changed();

private:
    Theme();
    ThemeKind m_kind = ThemeKind::Dark;
    ThemeColours m_colours;
};

} // namespace echo2ecg::ui
