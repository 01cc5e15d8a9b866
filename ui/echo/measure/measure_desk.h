// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/measure/measure_actions.h"
#include "ui/echo/measure/measure_model.h"

#include <QWidget>

namespace echo2ecg::ui {

class CineGrid;
class MeasurePanel;

// The echo pane with everything for measuring around the grid: the bar above, the panel beside, tool and painter inside. What must be kept goes out by the
// model's signals. GUI thread only.
class MeasureDesk : public QWidget
{
    Q_OBJECT
public:
    explicit MeasureDesk(CineGrid* grid, QWidget* parent = nullptr); // takes the grid
    ~MeasureDesk() override;

    MeasureModel& model();
    MeasureActions& actions();
    MeasurePanel& panel();
    void showPanel(bool on);
    bool isPanelShown() const;
    // Goes to the clip and frame of a measurement, when a cell shows it.
    void showMeasurement(int key);

signals:
    // A measurement on a clip that no cell shows.
    void clipWanted(qint64 study, qint64 clip);

private:
    void draw(echo::Quantity quantity);
    void drawNext();
    void showBadge();
    void showBar();
    void calibrateOn(QPointF at);
    void takeLength(double centimetres);

    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
