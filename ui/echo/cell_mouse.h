// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_tool.h"
#include "ui/echo/cell_view.h"

#include <QObject>
#include <QPointer>

class QDropEvent;
class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace echo2ecg::ui {

class CineGrid;
class CineSurface;

// What the mouse does in the pictures. The tool comes first; what it doesn't take selects a cell, swaps two, moves the picture
// under the pointer, windows it, steps through it. GUI thread only.
class CellMouse : public QObject
{
    Q_OBJECT
public:
    CellMouse(CineGrid* grid, CineSurface* surface);

    void setTool(CellTool* tool);
    CellTool* tool() const { return m_tool; }
    QPointF position() const { return m_at; } // of the pointer in the surface
    int dropTarget() const { return m_dropTarget; } // cell that would get what is being dragged; -1: none

signals:
    void moved(); // the pointer, or what is dragged over a cell

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Drag { None, Tool, Swap, Pan, Window };
    bool press(QMouseEvent* event);
    bool move(QMouseEvent* event);
    bool release(QMouseEvent* event);
    bool doubleClick(QMouseEvent* event);
    bool wheel(QWheelEvent* event);
    bool key(QEvent* event);
    bool dragged(QDropEvent* event);
    void drop(QDropEvent* event);
    ToolEvent toolEvent(const CellOnScreen& cell, const QMouseEvent& event) const;
    void showCursor();
    void setDropTarget(int cell);
    void end();

    CineGrid* m_grid;
    CineSurface* m_surface;
    CellTool* m_tool = nullptr;
    Drag m_drag = Drag::None;
    int m_cell = -1; // that the drag began in
    Qt::MouseButton m_button = Qt::NoButton;
    QPointF m_from, m_at;
    CellView m_viewBefore;
    bool m_far = false; // the drag has left the place where it began
    int m_dropTarget = -1;
    int m_wheel = 0;
    bool m_keyOffered = false, m_keyTaken = false;
};

// Of a clip of the library on its way into a cell: "STUDY CLIP".
inline constexpr char kClipMimeType[] = "application/x-echo2ecg-clip";

} // namespace echo2ecg::ui
