// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_tool.h"

#include "ui/echo/cine_grid.h"
#include "ui/echo/measure/measure_model.h"

#include <QCoreApplication>
#include <QLineF>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double reach = 9;     // of the pointer, in device-independent pixels
constexpr double farEnough = 4; // a drag, not a click
constexpr double handStep = 3;  // between points of a line drawn by hand

echo::Point point(const QPointF& p)
{
    return {p.x(), p.y()};
}

QPointF onWidget(const CellOnScreen& cell, echo::Point p)
{
    return cell.toWidget.map(QPointF(p.x, p.y));
}

double distanceToLine(const QPointF& p, const QPointF& a, const QPointF& b)
{
    const QPointF along = b - a;
    const double square = QPointF::dotProduct(along, along);
    const double t = square > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / square, 0.0, 1.0) : 0;
    return QLineF(p, a + along * t).length();
}

bool isOpenEnded(echo::Tool tool)
{
    return echo::pointsOf(tool).most == 0;
}

} // namespace

MeasureTool::MeasureTool(MeasureModel& model, CineGrid& grid) : m_model(model), m_grid(grid) {}

MeasureTool::Hit MeasureTool::hitAt(const CellOnScreen& cell, const QPointF& at) const
{
    Hit best;
    double nearest = reach;
    for (const MeasureModel::Item* item : m_model.on(m_grid.cell(cell.cell).clipId, cell.frame)) {
        const auto& points = item->m.points;
        for (std::size_t i = 0; i < points.size() && points.size() <= 40; ++i)
            if (const double d = QLineF(at, onWidget(cell, points[i])).length(); d < nearest) {
                nearest = d;
                best = {item->key, int(i)};
            }
        const auto line = echo::outlineOf(item->m);
        const std::size_t ends = item->m.tool == echo::Tool::Trace || item->m.tool == echo::Tool::LvContour ? line.size() : line.size() - 1;
        for (std::size_t i = 0; i < ends && line.size() > 1; ++i)
            if (const double d = distanceToLine(at, onWidget(cell, line[i]), onWidget(cell, line[(i + 1) % line.size()])) + 2; d < nearest) {
                nearest = d;
                best = {item->key, -1};
            }
    }
    return best;
}

bool MeasureTool::begin(const CellOnScreen& cell, const ToolEvent& event)
{
    const CineCell& info = m_grid.cell(cell.cell);
    if (!m_model.knows(info.clipId)) {
        m_model.say(info.clipId, QCoreApplication::translate("MeasureTool", "This clip isn't in the library: it can't be measured."));
        return true;
    }
    m_grid.selectCell(cell.cell);
    m_grid.showFrame(cell.cell, cell.frame); // a heart that moves on can't be measured
    m_cell = cell.cell;
    m_model.select(0);
    MeasureModel::Draft draft{info.study, info.clipId, {}, false};
    draft.m.tool = *m_model.tool();
    draft.m.quantity = m_model.quantity();
    draft.m.frame = cell.frame;
    draft.m.points = {point(event.frame)};
    draft.follows = false;
    m_model.setDraft(draft);
    if (echo::pointsOf(draft.m.tool).most == 1)
        finish();
    return true;
}

bool MeasureTool::isOnFirst(const CellOnScreen& cell, const QPointF& at) const
{
    const auto& draft = m_model.draft();
    return draft && draft->m.points.size() > 3 && QLineF(at, onWidget(cell, draft->m.points.front())).length() < reach;
}

bool MeasureTool::addPoint(const CellOnScreen& cell, const ToolEvent& event)
{
    MeasureModel::Draft draft = *m_model.draft();
    if (cell.cell != m_cell || draft.m.frame != cell.frame)
        return true; // the one being drawn waits in its own cell
    if (isOpenEnded(draft.m.tool) && draft.m.tool != echo::Tool::OpenTrace && isOnFirst(cell, event.widget)) {
        finish();
        return true;
    }
    if (draft.follows)
        draft.m.points.back() = point(event.frame);
    else
        draft.m.points.push_back(point(event.frame));
    draft.follows = false;
    m_model.setDraft(draft);
    if (const int most = echo::pointsOf(draft.m.tool).most; most > 0 && int(draft.m.points.size()) >= most)
        finish();
    return true;
}

void MeasureTool::finish()
{
    if (!m_model.draft())
        return;
    MeasureModel::Draft draft = *m_model.draft();
    if (draft.follows)
        draft.m.points.pop_back();
    if (int(draft.m.points.size()) < echo::pointsOf(draft.m.tool).least)
        return m_model.setDraft(std::nullopt);
    m_byHand = m_pressed = false;
    if (m_model.isCalibrating()) {
        m_model.setDraft(draft);
        if (onLineToCalibrate)
            onLineToCalibrate(m_pressedAt);
        return;
    }
    const echo::Evaluation e = echo::evaluate(draft.m, m_model.calibration(draft.clip));
    if (!e.refused.empty()) {
        m_model.setDraft(std::nullopt);
        return m_model.say(draft.clip, QString::fromStdString(e.refused));
    }
    m_model.add(draft.study, draft.clip, draft.m);
}

bool MeasureTool::press(const CellOnScreen& cell, const ToolEvent& event)
{
    if (event.button != Qt::LeftButton || cell.frame < 0)
        return false;
    m_pressedAt = event.widget;
    m_pressed = true;
    m_byHand = false;
    m_moved = {};
    if (m_model.draft())
        return addPoint(cell, event);
    if (m_model.tool() && !(event.modifiers & Qt::ControlModifier))
        return begin(cell, event);
    const Hit hit = hitAt(cell, event.widget);
    if (hit.key == 0) {
        m_pressed = false;
        m_model.select(0);
        return false;
    }
    m_grid.selectCell(cell.cell);
    m_grid.showFrame(cell.cell, cell.frame);
    m_model.select(hit.key);
    m_moved = hit;
    m_before = m_model.item(hit.key)->m.points;
    m_grabbed = event.frame;
    return true;
}

bool MeasureTool::move(const CellOnScreen& cell, const ToolEvent& event)
{
    if (m_moved.key != 0 && m_pressed) {
        auto points = m_before;
        const QPointF by = event.frame - m_grabbed;
        for (std::size_t i = 0; i < points.size(); ++i)
            if (m_moved.point < 0 || std::size_t(m_moved.point) == i)
                points[i] = {points[i].x + by.x(), points[i].y + by.y()};
        m_model.preview(m_moved.key, std::move(points));
        return true;
    }
    if (!m_model.draft() || cell.cell != m_cell)
        return false;
    MeasureModel::Draft draft = *m_model.draft();
    const bool isDrag = m_pressed && QLineF(event.widget, m_pressedAt).length() > farEnough;
    if (isDrag && isOpenEnded(draft.m.tool)) {
        // By hand: a point wherever the pointer has gone far enough.
        if (draft.follows)
            draft.m.points.pop_back();
        draft.follows = false;
        m_byHand = true;
        if (draft.m.points.size() < echo::mostPoints && QLineF(event.widget, onWidget(cell, draft.m.points.back())).length() >= handStep)
            draft.m.points.push_back(point(event.frame));
    } else if (draft.follows) {
        draft.m.points.back() = point(event.frame);
    } else {
        draft.m.points.push_back(point(event.frame));
        draft.follows = true;
    }
    m_model.setDraft(std::move(draft));
    return true;
}

bool MeasureTool::release(const CellOnScreen& cell, const ToolEvent& event)
{
    const bool isDrag = m_pressed && QLineF(event.widget, m_pressedAt).length() > farEnough;
    m_pressed = false;
    if (m_moved.key != 0) {
        const int key = std::exchange(m_moved, {}).key;
        if (const auto* item = m_model.item(key)) {
            auto after = item->m.points;
            m_model.preview(key, m_before); // undo goes back to where the drag began
            m_model.setPoints(key, std::move(after));
        }
        return true;
    }
    if (!m_model.draft())
        return m_model.tool().has_value();
    if (m_byHand)
        finish();
    else if (isDrag && echo::pointsOf(m_model.draft()->m.tool).most > 0)
        addPoint(cell, event); // two points by one drag
    return true;
}

bool MeasureTool::doubleClick(const CellOnScreen&, const ToolEvent&)
{
    if (!m_model.draft())
        return m_model.tool().has_value(); // the first click of a measurement isn't for the grid
    finish();
    return true;
}

bool MeasureTool::key(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        if (m_model.draft())
            m_model.setDraft(std::nullopt);
        else if (m_model.tool())
            m_model.setTool(std::nullopt);
        else if (m_model.selected())
            m_model.select(0);
        else
            return false;
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_model.draft())
            return false;
        finish();
        return true;
    case Qt::Key_Backspace:
        if (const auto& now = m_model.draft()) {
            MeasureModel::Draft draft = *now;
            const std::size_t own = draft.m.points.size() - (draft.follows ? 1 : 0);
            if (own <= 1)
                m_model.setDraft(std::nullopt);
            else {
                draft.m.points.erase(draft.m.points.begin() + std::ptrdiff_t(own) - 1);
                m_model.setDraft(draft);
            }
            return true;
        }
        [[fallthrough]];
    case Qt::Key_Delete:
        if (!m_model.selected())
            return false;
        m_model.remove(m_model.selected());
        return true;
    default:
        return false;
    }
}

std::optional<QCursor> MeasureTool::cursor(const CellOnScreen& cell, const QPointF& frame) const
{
    if (m_model.tool())
        return QCursor(Qt::CrossCursor);
    const Hit hit = hitAt(cell, cell.toWidget.map(frame));
    if (hit.key != 0)
        return QCursor(hit.point >= 0 ? Qt::PointingHandCursor : Qt::SizeAllCursor);
    return {};
}

} // namespace echo2ecg::ui
