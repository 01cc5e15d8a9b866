// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <Qt>

#include <optional>

class QKeyEvent;
class QMouseEvent;
class QPainter;

namespace echo2ecg::ui {

class PagePlot;

// Something a hand can hold on the page: callipers, the borders of waves. The plot asks its tools in turn; the first
// that takes an event has it until the button is released.
class PageTool
{
public:
    virtual ~PageTool() = default;
    virtual void paint(QPainter& painter, const PagePlot& plot) = 0; // above the traces
    virtual bool press(const PagePlot&, const QMouseEvent&) { return false; }
    virtual void drag(const PagePlot&, const QMouseEvent&) {}
    virtual void release(const PagePlot&, const QMouseEvent&) {}
    // Only while the plot has the focus.
    virtual bool wantsKey(const PagePlot&, const QKeyEvent&) const { return false; }
    virtual void key(const PagePlot&, const QKeyEvent&) {}
    virtual std::optional<Qt::CursorShape> cursorAt(const PagePlot&, const QPointF&) const { return std::nullopt; }
};

} // namespace echo2ecg::ui
