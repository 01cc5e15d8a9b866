// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"

#include <QAction>
#include <QList>
#include <QObject>

class QMenu;

namespace echo2ecg::ui {

class MeasureModel;

// The commands of measuring with names, keys and tooltips, joined to one model: for menus, bar, palette and the list of keys. The keys work in the widget
// that they are added to. objectName() of each is stable.
class MeasureActions : public QObject
{
    Q_OBJECT
public:
    explicit MeasureActions(MeasureModel& model, QObject* parent = nullptr);

    QAction *calliper, *angle, *area, *openTrace, *ellipse, *contour; // in pictures
    QAction *interval, *velocity, *slope, *vti;                       // along time
    QAction *lvidd, *lvids, *ivsd, *pwd;                              // callipers with a name
    QAction *calibrate, *forgetCalibration, *remove, *redo, *nextContour, *panel; // the last two are for the window to act on
    QList<QAction*> all;

    void fillMenu(QMenu* menu) const;

signals:
    void forgetCalibrationRequested();

private:
    QAction* make(const char* name, const QString& text, const QKeySequence& key, const QString& hint);
    QAction* makeTool(const char* name, const QString& text, const QKeySequence& key, const QString& hint, echo::Tool tool,
                      echo::Quantity quantity = echo::Quantity::Free);
    void show();

    struct ToolAction
    {
        QAction* action;
        echo::Tool tool;
        echo::Quantity quantity;
    };
    MeasureModel& m_model;
    QList<ToolAction> m_tools;
};

} // namespace echo2ecg::ui
