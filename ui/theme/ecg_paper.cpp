// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/ecg_paper.h"

namespace echo2ecg::ui {

namespace {

EcgPaperColours printed(QRgb paper, QRgb fine, QRgb bold)
{
    return {QColor(paper),
            QColor(fine),
            QColor(bold),
            QColor(0x14, 0x15, 0x18),
            QColor(0x45, 0x45, 0x4a),
            QColor(0x00, 0x5f, 0xb8),
            QColor(0x8a, 0x2a, 0x7c)};
}

} // namespace

EcgPaperColours coloursOf(EcgPaper paper, const ThemeColours& theme)
{
    switch (paper) {
    case EcgPaper::Theme:
        return {theme.ecgPaper, theme.ecgGridFine, theme.ecgGridBold, theme.ecgTrace,
                theme.ecgText,  theme.ecgOverlay,  theme.accent};
    case EcgPaper::Pink:
        return printed(0xfffaf9, 0xf8dfdc, 0xecb6b1);
    case EcgPaper::Green:
        return printed(0xf9fcf9, 0xd9ebdc, 0xa6cfae);
    case EcgPaper::Blue:
        return printed(0xf9fbfe, 0xd9e4f3, 0xa9c2e2);
    case EcgPaper::Grey:
        return printed(0xfafafa, 0xe3e3e4, 0xbfc0c2);
    case EcgPaper::Monochrome: {
        EcgPaperColours c = printed(0xffffff, 0xf0f0f0, 0xd6d6d6);
        c.trace = c.text = QColor(0, 0, 0);
        c.overlay = QColor(0x70, 0x70, 0x70);
        c.mark = QColor(0, 0, 0);
        return c;
    }
    }
    return {};
}

} // namespace echo2ecg::ui
