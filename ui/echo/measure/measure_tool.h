// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"
#include "ui/echo/cell_tool.h"

#include <functional>

namespace echo2ecg::ui {

class CineGrid;
class MeasureModel;

// Measuring with the mouse. With a tool chosen, a press begins or goes on with a measurement: two points by drag or by two clicks, more by clicks or a
// drag by hand, closed by a double click, Enter or a click on the first. Without one, measurements can be chosen and moved, as a whole or by a point; what
// isn't on a measurement is left to the grid. Escape gives up what is being drawn, then the tool; Delete removes what is selected.
class MeasureTool : public CellTool
{
public:
    MeasureTool(MeasureModel& model, CineGrid& grid);

    // Asked when a line was drawn to calibrate on: how long it is stands in the person's head.
    std::function<void(QPointF at)> onLineToCalibrate;

    bool press(const CellOnScreen& cell, const ToolEvent& event) override;
    bool move(const CellOnScreen& cell, const ToolEvent& event) override;
    bool release(const CellOnScreen& cell, const ToolEvent& event) override;
    bool doubleClick(const CellOnScreen& cell, const ToolEvent& event) override;
    bool key(QKeyEvent* event) override;
    std::optional<QCursor> cursor(const CellOnScreen& cell, const QPointF& frame) const override;

private:
    // What is under the pointer: a point of a measurement, or its line (point −1).
    struct Hit
    {
        int key = 0, point = -1;
    };
    Hit hitAt(const CellOnScreen& cell, const QPointF& widget) const;
    bool begin(const CellOnScreen& cell, const ToolEvent& event);
    bool addPoint(const CellOnScreen& cell, const ToolEvent& event);
    void finish();
    bool isOnFirst(const CellOnScreen& cell, const QPointF& widget) const;

    MeasureModel& m_model;
    CineGrid& m_grid;
    int m_cell = -1; // that is drawn in
    bool m_pressed = false, m_byHand = false;
    QPointF m_pressedAt; // widget
    // Of what is being moved.
    Hit m_moved;
    std::vector<echo::Point> m_before;
    QPointF m_grabbed; // frame
};

} // namespace echo2ecg::ui
