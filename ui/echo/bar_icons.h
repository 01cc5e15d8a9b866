// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

namespace echo2ecg::ui {

struct ThemeColours;

enum class BarGlyph { Play, Pause, Back, Forward, Loop, Sweep, InPoint, OutPoint, More };
inline constexpr int kBarIconSize = 14;
// Drawn for every common scale, in the theme's colours.
QIcon barIcon(BarGlyph glyph, const ThemeColours& colours);

} // namespace echo2ecg::ui
