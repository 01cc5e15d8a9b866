// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"
#include "ui/ecg/page_tool.h"

#include <functional>
#include <memory>

namespace echo2ecg::ui {

// The borders of the waves on a page of the median beat: upright lines through every cell, which can be dragged or,
// with the arrow keys, moved by a sample (with Shift by ten).
class BorderHandles : public PageTool
{
public:
    using Borders = ecg::WaveBorders;
    // One of the six borders.
    struct Border
    {
        std::optional<double> Borders::*time = nullptr;
        const char* name = ""; // "P on", "QRS end"
    };
    static const std::array<Border, 6>& all();

    void setBorders(const Borders& borders) { m_borders = borders; }
    const Borders& borders() const { return m_borders; }
    void setEnabled(bool enabled) { m_enabled = enabled; }
    std::function<void(const Borders&)> onMoved;

    void paint(QPainter& painter, const PagePlot& plot) override;
    bool press(const PagePlot& plot, const QMouseEvent& event) override;
    void drag(const PagePlot& plot, const QMouseEvent& event) override;
    bool wantsKey(const PagePlot& plot, const QKeyEvent& event) const override;
    void key(const PagePlot& plot, const QKeyEvent& event) override;
    std::optional<Qt::CursorShape> cursorAt(const PagePlot& plot, const QPointF& at) const override;

private:
    std::optional<std::size_t> borderAt(const PagePlot& plot, const QPointF& at) const;
    // Keeps the order of the borders: none is moved past its neighbours.
    void moveTo(const PagePlot& plot, std::size_t border, double seconds);

    Borders m_borders;
    bool m_enabled = false;
    std::optional<std::size_t> m_chosen;
};

// Marks of the R peaks along the lowest row of a page of the recording: filled where the beat is part of the median,
// open where it was left out, with the RR interval between them.
class PeakMarks : public PageTool
{
public:
    void setMeasurements(std::shared_ptr<const ecg::Measurements> measurements)
    {
        m_measurements = std::move(measurements);
    }
    void setEnabled(bool enabled) { m_enabled = enabled; }
    void paint(QPainter& painter, const PagePlot& plot) override;

private:
    std::shared_ptr<const ecg::Measurements> m_measurements;
    bool m_enabled = false;
};

} // namespace echo2ecg::ui
