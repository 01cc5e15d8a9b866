// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"
#include "ui/theme/side_panel.h"

#include <QTimer>

class QPushButton;

namespace echo2ecg::ui {

class MeasureModel;

// Beside the echo grid: what the left ventricle comes to and what is missing for it, then every measurement of the study with its value and frame. GUI
// thread only.
class MeasurePanel : public SidePanel
{
    Q_OBJECT
public:
    explicit MeasurePanel(MeasureModel& model, QWidget* parent = nullptr);
    void setStudy(qint64 study); // whose measurements are listed; 0: none
    qint64 study() const { return m_study; }

signals:
    void drawRequested(echo::Quantity quantity); // the next step of a volume: go to its phase and draw
    void chosen(int key);                        // show it
    void csvRequested(qint64 study);
    void reportRequested(qint64 study);

protected:
    void build(QVBoxLayout& column) override;

private:
    void addVentricle(QVBoxLayout& column);
    void addList(QVBoxLayout& column);

    MeasureModel& m_model;
    qint64 m_study = 0;
    QTimer m_later; // a drag changes a value sixty times a second
    QPushButton *m_csv, *m_report, *m_delete;
};

} // namespace echo2ecg::ui
