// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

namespace echo2ecg::ui {

// The application's style sheet. Lengths are in device-independent pixels, text in points, so that any scale factor
// works.
QString styleSheet(const ThemeColours& colours, const QFont& font);

} // namespace echo2ecg::ui
