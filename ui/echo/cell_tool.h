// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"

#include <QCursor>
#include <QKeyEvent>
#include <QPainter>
#include <QPointF>
#include <QTransform>

#include <optional>

namespace echo2ecg::ui {

// One cell as it is on the screen at this moment.
struct CellOnScreen
{
    int cell = -1;
    const echo::EchoClip* clip = nullptr; // valid during the call
    int frame = -1;                       // on display
    QTransform toWidget;                  // frame pixels → device-independent pixels of the widget
    QRectF area;                          // of the cell, in the widget
    QRectF picture;                       // what of the area shows picture
    double pixelRatio = 1;
};

// What the mouse is doing, in frame pixels (they may lie outside the frame) and in the widget.
struct ToolEvent
{
    QPointF frame, widget;
    Qt::MouseButton button = Qt::NoButton;
    Qt::MouseButtons buttons;
    Qt::KeyboardModifiers modifiers;
};

// What a person does in the pictures with the mouse: measure, window, pan … One tool is active at a time; it gets what happens inside a cell's picture
// before the grid does. GUI thread only; nothing here may wait.
class CellTool
{
public:
    virtual ~CellTool() = default;
    // True: taken, the grid does nothing more with it. After a taken press the moves and the release go to the same cell.
    virtual bool press(const CellOnScreen&, const ToolEvent&) { return false; }
    virtual bool move(const CellOnScreen&, const ToolEvent&) { return false; } // also without a button
    virtual bool release(const CellOnScreen&, const ToolEvent&) { return false; }
    virtual bool doubleClick(const CellOnScreen&, const ToolEvent&) { return false; }
    virtual bool key(QKeyEvent*) { return false; }
    virtual void leave() {}
    virtual std::optional<QCursor> cursor(const CellOnScreen&, const QPointF& /*frame*/) const { return {}; }
};

// Something that is drawn over the pictures, on top of the cell's words, clipped to its area.
class CellPainter
{
public:
    virtual ~CellPainter() = default;
    virtual void paint(QPainter& painter, const CellOnScreen& cell) = 0;
};

} // namespace echo2ecg::ui
