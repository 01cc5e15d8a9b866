// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_tool.h"

namespace echo2ecg::ui {

class CineGrid;
class MeasureModel;

// Draws the measurements of the frame on display over each cell, and what is being drawn.
class MeasurePainter : public CellPainter
{
public:
    MeasurePainter(const MeasureModel& model, const CineGrid& grid) : m_model(model), m_grid(grid) {}
    void paint(QPainter& painter, const CellOnScreen& cell) override;

private:
    const MeasureModel& m_model;
    const CineGrid& m_grid;
};

} // namespace echo2ecg::ui
