// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_layout.h"

#include "dicom/image.h"

#include <QFont>
#include <QString>

#include <optional>

class QPainter;

namespace echo2ecg::ui {

struct ThemeColours;

// The words of one cell.
struct CellOverlay
{
    QString title;
    QString weight;       // "view weight 0.31"
    QString footerLeft;   // "12 / 48 · 29.9 fps", "still"
    QString footerRight;  // calibration badge
    QString note;         // a frame that can't be decoded, over the footer
    QString error;        // instead of the picture
    bool waiting = false; // nothing to show yet
    bool own = false, selected = false;
    bool dropTarget = false; // what is being dragged would go here
    bool simulated = false;  // the patient is
};

// "US region 1 · 0.41 mm/px", "0.41 × 0.38 mm/px" when the axes differ, "not calibrated".
QString calibrationBadge(const dicom::ImageHeader& header);
// "view weight 0.31", or empty.
QString weightText(std::optional<float> weight);

void paintOverlay(QPainter& painter, const QRectF& cell, const CellLayout& layout, const CellOverlay& overlay,
                  const ThemeColours& colours);
void paintEmpty(QPainter& painter, const QRectF& area, const QString& what, const QString& how,
                const ThemeColours& colours);

} // namespace echo2ecg::ui
