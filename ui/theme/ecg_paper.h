// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

namespace echo2ecg::ui {

// The paper under an ECG: that of the theme, or one of the colours that printed paper has.
enum class EcgPaper { Theme, Pink, Green, Blue, Grey, Monochrome };

struct EcgPaperColours
{
    QColor paper, gridFine, gridBold, trace, text;
    QColor overlay; // a second ECG
    QColor mark;    // callipers, borders of waves
};

EcgPaperColours coloursOf(EcgPaper paper, const ThemeColours& theme);

} // namespace echo2ecg::ui
