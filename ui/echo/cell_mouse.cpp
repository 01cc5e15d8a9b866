// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cell_mouse.h"

#include "ui/echo/cine_grid.h"
#include "ui/echo/cine_surface.h"

#include <QApplication>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QWheelEvent>

#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr int kNotch = 120;             // of a wheel, in eighths of a degree
constexpr double kZoomOfNotch = 1.2;
constexpr double kWindowPerPixel = 1 / 250.0;
} // namespace

CellMouse::CellMouse(CineGrid* grid, CineSurface* surface) : QObject(surface), m_grid(grid), m_surface(surface)
{
    surface->setAcceptDrops(true);
    surface->installEventFilter(this);
}

void CellMouse::setTool(CellTool* tool)
{
    if (tool == m_tool)
        return;
    if (m_tool)
        m_tool->leave();
    end();
    m_tool = tool;
    showCursor();
}

bool CellMouse::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_surface)
        return false;
    switch (event->type()) {
    case QEvent::MouseButtonPress:
        return press(static_cast<QMouseEvent*>(event));
    case QEvent::MouseMove:
        return move(static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonRelease:
        return release(static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonDblClick:
        return doubleClick(static_cast<QMouseEvent*>(event));
    case QEvent::Wheel:
        return wheel(static_cast<QWheelEvent*>(event));
    case QEvent::ShortcutOverride:
    case QEvent::KeyPress:
        return key(event);
    case QEvent::Leave:
        if (m_tool && m_drag == Drag::None)
            m_tool->leave();
        m_at = QPointF(-1, -1);
        emit moved();
        return false;
    case QEvent::DragEnter:
    case QEvent::DragMove:
        return dragged(static_cast<QDropEvent*>(event));
    case QEvent::DragLeave:
        setDropTarget(-1);
        return false;
    case QEvent::Drop:
        if (!static_cast<QDropEvent*>(event)->mimeData()->hasFormat(QLatin1String(kClipMimeType)))
            return false;
        drop(static_cast<QDropEvent*>(event));
        return true;
    default:
        return false;
    }
}

ToolEvent CellMouse::toolEvent(const CellOnScreen& cell, const QMouseEvent& event) const
{
    ToolEvent made;
    made.widget = event.position();
    made.frame = cell.toWidget.inverted().map(event.position());
    made.button = event.button();
    made.buttons = event.buttons();
    made.modifiers = event.modifiers();
    return made;
}

bool CellMouse::press(QMouseEvent* event)
{
    m_at = event->position();
    const int cell = m_surface->cellAt(m_at);
    if (cell < 0)
        return false;
    if (m_drag != Drag::None)
        return true; // a second button while the first is down
    const CellOnScreen on = m_grid->onScreen(cell);
    m_cell = cell;
    m_button = event->button();
    m_from = m_at;
    m_far = false;
    if (m_tool && on.clip && on.picture.contains(m_at) && m_tool->press(on, toolEvent(on, *event))) {
        m_drag = Drag::Tool;
        showCursor();
        return true;
    }
    m_grid->selectCell(cell);
    m_viewBefore = m_grid->cellView(cell);
    const bool pans = m_button == Qt::MiddleButton ||
                      (m_button == Qt::LeftButton && event->modifiers().testFlag(Qt::ShiftModifier));
    m_drag = pans ? Drag::Pan : m_button == Qt::RightButton ? Drag::Window : m_button == Qt::LeftButton ? Drag::Swap : Drag::None;
    showCursor();
    return true;
}

bool CellMouse::move(QMouseEvent* event)
{
    m_at = event->position();
    emit moved();
    if (m_drag == Drag::None) {
        const int cell = m_surface->cellAt(m_at);
        const CellOnScreen on = m_grid->onScreen(cell);
        if (m_tool && on.clip && on.picture.contains(m_at))
            m_tool->move(on, toolEvent(on, *event));
        else if (m_tool)
            m_tool->leave();
        showCursor();
        return cell >= 0;
    }
    const CellOnScreen on = m_grid->onScreen(m_cell);
    if (on.cell < 0) { // its cell went while the button was down
        end();
        return true;
    }
    if (m_drag == Drag::Tool) {
        if (m_tool)
            m_tool->move(on, toolEvent(on, *event));
        return true;
    }
    const QPointF by = m_at - m_from;
    m_far = m_far || by.manhattanLength() >= QApplication::startDragDistance();
    if (!m_far)
        return true;
    if (m_drag == Drag::Pan)
        m_grid->setCellView(m_cell, pannedBy(m_viewBefore, by, m_surface->frameSizeOf(m_cell), m_surface->pixelAspectOf(m_cell),
                                             m_surface->roomOf(m_cell), m_surface->pictureOf(m_cell)));
    if (m_drag == Drag::Window) {
        // To the right: a wider window, less contrast. Up: brighter.
        CellView view = m_viewBefore;
        view.window *= std::exp(by.x() * kWindowPerPixel);
        view.level += by.y() * kWindowPerPixel * 0.5;
        m_grid->setCellView(m_cell, kept(view));
    }
    if (m_drag == Drag::Swap) {
        const int over = m_surface->cellAt(m_at);
        setDropTarget(over == m_cell ? -1 : over);
    }
    showCursor();
    return true;
}

bool CellMouse::release(QMouseEvent* event)
{
    if (m_drag == Drag::None)
        return false;
    if (event->button() != m_button)
        return true;
    m_at = event->position();
    const Drag drag = m_drag;
    const int cell = m_cell, target = m_dropTarget;
    const bool far = m_far;
    end();
    if (drag == Drag::Tool) {
        const CellOnScreen on = m_grid->onScreen(cell);
        if (m_tool && on.cell >= 0)
            m_tool->release(on, toolEvent(on, *event));
    } else if (drag == Drag::Swap && target >= 0) {
        m_grid->swapCells(cell, target);
    } else if (drag == Drag::Window && !far) {
        emit m_grid->menuRequested(cell, event->globalPosition().toPoint());
    }
    showCursor();
    return true;
}

bool CellMouse::doubleClick(QMouseEvent* event)
{
    m_at = event->position();
    const int cell = m_surface->cellAt(m_at);
    const CellOnScreen on = m_grid->onScreen(cell);
    if (on.cell < 0)
        return false;
    if (m_tool && on.clip && on.picture.contains(m_at) && m_tool->doubleClick(on, toolEvent(on, *event)))
        return true;
    if (event->button() == Qt::LeftButton)
        m_grid->toggleMaximised(cell);
    return true;
}

bool CellMouse::wheel(QWheelEvent* event)
{
    const int cell = m_surface->cellAt(event->position());
    if (cell < 0)
        return false;
    const int turned = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        const double factor = std::pow(kZoomOfNotch, double(turned) / kNotch);
        m_grid->setCellView(cell, zoomedAt(m_grid->cellView(cell), factor, event->position(), m_surface->frameSizeOf(cell),
                                           m_surface->pixelAspectOf(cell), m_surface->roomOf(cell), m_surface->pictureOf(cell)));
    } else {
        m_wheel += turned;
        const int notches = m_wheel / kNotch;
        m_wheel -= notches * kNotch;
        if (notches != 0) {
            m_grid->selectCell(cell);
            m_grid->step(-notches);
        }
    }
    event->accept();
    return true;
}

// A key that is also somebody's shortcut is offered before the shortcut has it.
bool CellMouse::key(QEvent* event)
{
    auto* pressed = static_cast<QKeyEvent*>(event);
    if (event->type() == QEvent::ShortcutOverride) {
        m_keyOffered = true;
        m_keyTaken = m_tool && m_tool->key(pressed);
        event->setAccepted(m_keyTaken);
        return m_keyTaken;
    }
    const bool offered = std::exchange(m_keyOffered, false), taken = std::exchange(m_keyTaken, false);
    return taken || (!offered && m_tool && m_tool->key(pressed));
}

bool CellMouse::dragged(QDropEvent* event)
{
    if (!event->mimeData()->hasFormat(QLatin1String(kClipMimeType)))
        return false;
    const int cell = m_surface->cellAt(event->position());
    setDropTarget(cell);
    // Also where no cell is yet: the grid may be empty.
    event->setDropAction(Qt::CopyAction);
    event->accept();
    return true;
}

void CellMouse::drop(QDropEvent* event)
{
    const int cell = m_surface->cellAt(event->position());
    setDropTarget(-1);
    const QList<QByteArray> ids = event->mimeData()->data(QLatin1String(kClipMimeType)).split(' ');
    bool studyGood = false, clipGood = false;
    const qint64 study = ids.value(0).toLongLong(&studyGood), clip = ids.value(1).toLongLong(&clipGood);
    if (ids.size() == 2 && studyGood && clipGood) {
        event->acceptProposedAction();
        emit m_grid->clipDropped(cell, study, clip);
    }
}

void CellMouse::setDropTarget(int cell)
{
    if (cell == m_dropTarget)
        return;
    m_dropTarget = cell;
    emit moved();
}

void CellMouse::end()
{
    m_drag = Drag::None;
    m_cell = -1;
    m_button = Qt::NoButton;
    setDropTarget(-1);
}

void CellMouse::showCursor()
{
    switch (m_drag) {
    case Drag::Pan:
        return m_surface->setCursor(Qt::ClosedHandCursor);
    case Drag::Window:
        return m_surface->setCursor(m_far ? Qt::SizeAllCursor : Qt::ArrowCursor);
    case Drag::Swap:
        return m_surface->setCursor(m_dropTarget >= 0 ? Qt::DragMoveCursor : Qt::ArrowCursor);
    default:
        break;
    }
    const int cell = m_drag == Drag::Tool ? m_cell : m_surface->cellAt(m_at);
    const CellOnScreen on = m_grid->onScreen(cell);
    if (m_tool && on.clip && (m_drag == Drag::Tool || on.picture.contains(m_at)))
        if (const auto cursor = m_tool->cursor(on, on.toWidget.inverted().map(m_at)))
            return m_surface->setCursor(*cursor);
    m_surface->unsetCursor();
}

} // namespace echo2ecg::ui
