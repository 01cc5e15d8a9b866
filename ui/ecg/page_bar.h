// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/ecg/calliper_tool.h"
#include "ui/ecg/page_options.h"

#include <QWidget>

class QAction;
class QMenu;
class QToolButton;

namespace echo2ecg::ui {

// A chip: a small flat button above a view.
QToolButton* makeChip(const QString& text, const QString& hover, QWidget* parent);

// The chips above an ECG page: layout, speed, gain, filter, median beat, callipers, overlay. It shows options and asks
// for others; it changes nothing by itself.
class PageBar : public QWidget
{
    Q_OBJECT
public:
    explicit PageBar(QWidget* parent = nullptr);

    void setOptions(const PageOptions& options);
    void setCallipers(CalliperTool::Mode mode);
    void setBeatAvailable(bool available, const QString& whyNot);
    void setOverlay(const QString& label); // empty: none

signals:
    void optionsChosen(const echo2ecg::ui::PageOptions& options);
    void callipersChosen(echo2ecg::ui::CalliperTool::Mode mode);
    void callipersCleared();
    void overlayRequested();
    void overlayRemoved();
    void fitRequested();
    void trueSizeRequested();
    void calibrationRequested();

private:
    void fillLayoutMenu();
    void fillScaleMenus();
    void fillFilterMenu();
    void fillCalliperMenu();
    // Asks for the present options, changed by `change`.
    template <class Change> void ask(Change change);
    void addLeads(QMenu* menu, ecg::Lead ecg::PageSettings::*lead);

    PageOptions m_options;
    CalliperTool::Mode m_mode = CalliperTool::Mode::Off;
    QToolButton *m_layout, *m_speed, *m_gain, *m_filter, *m_beat, *m_callipers, *m_overlay;
};

} // namespace echo2ecg::ui
