// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/calliper.h"
#include "ui/ecg/page_tool.h"

#include <functional>
#include <vector>

namespace echo2ecg::ui {

// Callipers on the page: drag to set one, drag an end to change it; a click on a T wave with the tangent chosen
// measures QT. They belong to lead and time, so they stay where they are when the page is laid out or scrolled
// otherwise. Keys: arrows nudge the chosen end by a sample (with Shift by ten) or a hundredth of a millivolt, Tab
// changes the end, P marches through, Delete removes, Escape
// ends measuring.
class CalliperTool : public PageTool
{
public:
    enum class Mode { Off, Calliper, Tangent };

    void setMode(Mode mode) { m_mode = mode; }
    Mode mode() const { return m_mode; }
    // Where the QRS begins that belongs to a time, for QT; may be empty.
    void setQrsOnset(std::function<std::optional<double>(double seconds)> onset) { m_onset = std::move(onset); }
    void clear(); // of every page
    // Those of the recording make room for those of the median beat, and back: their times are different ones.
    void turnPage();
    const std::vector<ecg::Calliper>& callipers() const { return m_callipers; }
    const std::vector<ecg::QtTangent>& tangents() const { return m_tangents; }
    // Told when Escape asks to put them away.
    std::function<void()> onPutAway;

    void paint(QPainter& painter, const PagePlot& plot) override;
    bool press(const PagePlot& plot, const QMouseEvent& event) override;
    void drag(const PagePlot& plot, const QMouseEvent& event) override;
    void release(const PagePlot& plot, const QMouseEvent& event) override;
    bool wantsKey(const PagePlot& plot, const QKeyEvent& event) const override;
    void key(const PagePlot& plot, const QKeyEvent& event) override;
    std::optional<Qt::CursorShape> cursorAt(const PagePlot& plot, const QPointF& at) const override;

private:
    struct Grip // an end of a calliper
    {
        std::size_t calliper = 0;
        bool second = true;
    };
    std::optional<Grip> gripAt(const PagePlot& plot, const QPointF& at) const;
    ecg::TracePoint& end(const Grip& grip);
    void moveTo(const PagePlot& plot, const QPointF& at, bool freely);
    void addTangent(const PagePlot& plot, const QPointF& at);

    Mode m_mode = Mode::Off;
    std::vector<ecg::Calliper> m_callipers;
    std::vector<ecg::QtTangent> m_tangents;
    std::optional<ecg::Calliper> m_missed; // where a click found no T wave, as a point
    std::vector<ecg::Calliper> m_otherCallipers;
    std::vector<ecg::QtTangent> m_otherTangents;
    std::optional<Grip> m_chosen;
    std::function<std::optional<double>(double)> m_onset;
};

} // namespace echo2ecg::ui
