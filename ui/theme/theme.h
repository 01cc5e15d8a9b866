// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "retrieval/phenotypes.h"

#include <QColor>
#include <QObject>
#include <QString>

// Colours and metrics of the whole window: a reading room, dark by default, one accent. Nothing else in ui/ names a colour.
namespace echo2ecg::ui {

enum class ThemeKind { Dark, Light };

struct ThemeColours
{
    QColor window, panel, raised, line;             // backgrounds from back to front, hairlines
    QColor text, textMuted, textFaint;
    QColor accent, accentText, warning, error;
    QColor ecgPaper, ecgGridFine, ecgGridBold, ecgTrace, ecgText;
    QColor cineBackground, cineText;
    QColor classReduced, classMildlyReduced, classPreserved;  // colour-blind safe triple
};

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

signals:
    void changed();

private:
    Theme();
    ThemeKind m_kind = ThemeKind::Dark;
    ThemeColours m_colours;
};

} // namespace echo2ecg::ui
