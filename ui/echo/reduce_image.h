// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <QSize>

namespace echo2ecg::ui {

// A frame much larger than its place on the screen is reduced before it goes to the graphics card: less to upload, and
// speckle doesn't shimmer as it does when pixels are skipped.
bool isWorthReducing(const base::RgbImage& image, const QSize& target);
// Area average: each pixel of the result is the mean of what it covers, borders by their share. Not for enlarging.
base::RgbImage reduced(const base::RgbImage& image, int columns, int rows);

} // namespace echo2ecg::ui
