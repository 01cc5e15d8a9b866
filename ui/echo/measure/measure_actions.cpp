// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_actions.h"

#include "ui/echo/measure/measure_model.h"

#include <QMenu>

namespace echo2ecg::ui {

using echo::Quantity;
using echo::Tool;

QAction* MeasureActions::make(const char* name, const QString& text, const QKeySequence& key, const QString& hint)
{
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String("measure.") + QLatin1String(name));
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut); // other panes have these keys too
    action->setToolTip(key.isEmpty() ? hint : tr("%1 (%2)").arg(hint, key.toString(QKeySequence::NativeText)));
    action->setStatusTip(hint);
    all << action;
    return action;
}

QAction* MeasureActions::makeTool(const char* name, const QString& text, const QKeySequence& key, const QString& hint, Tool tool, Quantity quantity)
{
    QAction* action = make(name, text, key, hint);
    action->setCheckable(true);
    m_tools.push_back({action, tool, quantity});
    connect(action, &QAction::triggered, this, [this, tool, quantity](bool on) {
        m_model.setTool(on ? std::optional(tool) : std::nullopt, quantity);
    });
    return action;
}

MeasureActions::MeasureActions(MeasureModel& model, QObject* parent) : QObject(parent), m_model(model)
{
    calliper = makeTool("calliper", tr("&Calliper"), {"C"}, tr("Distance in a picture; depth and time in M-mode; velocity and time in a spectrum"), Tool::Calliper);
    angle = makeTool("angle", tr("&Angle"), {"Shift+C"}, tr("Angle: three points, the vertex second"), Tool::Angle);
    area = makeTool("area", tr("A&rea"), {"P"}, tr("Area and circumference: click points or draw by hand; double click closes"), Tool::Trace);
    openTrace = makeTool("line", tr("&Length of a line"), {"Shift+P"}, tr("Length along a line: click points or draw by hand; double click ends"), Tool::OpenTrace);
    ellipse = makeTool("ellipse", tr("&Ellipse"), {"Q"}, tr("Ellipse: both ends of one axis, then its width"), Tool::Ellipse);
    contour = makeTool("contour", tr("LV &contour"), {"Shift+W"}, tr("LV volume of one view: from one end of the mitral annulus around the apex to the other"), Tool::LvContour);
    interval = makeTool("interval", tr("&Time and rate"), {"J"}, tr("Time between two points, and its rate"), Tool::MModeInterval);
    velocity = makeTool("velocity", tr("&Velocity"), {"U"}, tr("Velocity and gradient at one point of a spectrum"), Tool::Velocity);
    slope = makeTool("slope", tr("&Slope"), {"Shift+U"}, tr("Deceleration and pressure half time in a spectrum; slope in M-mode"), Tool::Slope);
    vti = makeTool("vti", tr("V&TI"), {"K"}, tr("Trace the envelope of one flow: VTI, peak and mean gradient"), Tool::VtiTrace);
    lvidd = makeTool("lvidd", tr("LVIDd"), {}, tr("Internal diameter of the LV at end of diastole"), Tool::Calliper, Quantity::Lvidd);
    lvids = makeTool("lvids", tr("LVIDs"), {}, tr("Internal diameter of the LV at end of systole"), Tool::Calliper, Quantity::Lvids);
    ivsd = makeTool("ivsd", tr("IVSd"), {}, tr("Septum at end of diastole"), Tool::Calliper, Quantity::Ivsd);
    pwd = makeTool("pwd", tr("LVPWd"), {}, tr("Posterior wall at end of diastole"), Tool::Calliper, Quantity::Pwd);
    calibrate = make("calibrate", tr("Calibrate on a &known depth"), {"Shift+K"}, tr("Draw a line whose length you know; it is marked as set by hand"));
    calibrate->setCheckable(true);
    forgetCalibration = make("forgetCalibration", tr("Back to the file's scale"), {}, tr("Forget the scale that was set by hand for this clip"));
    remove = make("remove", tr("&Delete the measurement"), {}, tr("Delete the selected measurement; it can be undone"));
    redo = make("redo", tr("&Redo"), {QKeySequence::Redo}, tr("Do again what was undone in measuring"));
    nextContour = make("nextContour", tr("Ne&xt biplane contour"), {"W"}, tr("Go to the phase of the next missing contour and draw it: A4C ED, A4C ES, A2C ED, A2C ES"));
    panel = make("panel", tr("&Measurements of the study"), {"Ctrl+J"}, tr("Volumes, EF and the list of measurements beside the pictures"));
    panel->setCheckable(true);

    connect(calibrate, &QAction::triggered, this, [this](bool on) { m_model.setCalibrating(on); });
    connect(forgetCalibration, &QAction::triggered, this, &MeasureActions::forgetCalibrationRequested);
    connect(remove, &QAction::triggered, this, [this] { m_model.remove(m_model.selected()); });
    connect(redo, &QAction::triggered, this, [this] { m_model.undoStack().redo(); });
    connect(&model, &MeasureModel::toolChanged, this, &MeasureActions::show);
    connect(&model, &MeasureModel::selectionChanged, this, &MeasureActions::show);
    connect(&model.undoStack(), &QUndoStack::canRedoChanged, redo, &QAction::setEnabled);
    redo->setEnabled(false);
    show();
}

void MeasureActions::show()
{
    for (const ToolAction& tool : m_tools)
        tool.action->setChecked(!m_model.isCalibrating() && m_model.tool() == tool.tool && m_model.quantity() == tool.quantity);
    calibrate->setChecked(m_model.isCalibrating());
    remove->setEnabled(m_model.selected() != 0);
}

void MeasureActions::fillMenu(QMenu* menu) const
{
    menu->addActions({calliper, angle, area, openTrace, ellipse});
    menu->addSeparator();
    menu->addActions({nextContour, contour, lvidd, lvids, ivsd, pwd});
    menu->addSeparator();
    menu->addActions({velocity, vti, slope, interval});
    menu->addSeparator();
    menu->addActions({calibrate, forgetCalibration});
    menu->addSeparator();
    menu->addActions({redo, remove, panel});
}

} // namespace echo2ecg::ui
