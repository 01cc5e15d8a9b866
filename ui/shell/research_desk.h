// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/device_options.h"

#include <QObject>
#include <QPointer>

class QWidget;

namespace echo2ecg::ui {

class CaseSession;
class EvaluationWindow;
class TrainingWindow;

// The windows of evaluation and training joined to the case: its library, its bundle in use, its jobs. Each is made when first asked for. GUI thread only.
class ResearchDesk : public QObject
{
    Q_OBJECT
public:
    ResearchDesk(CaseSession& session, const inference::DeviceOptions& device, QWidget* window);

    EvaluationWindow& showEvaluation();
    TrainingWindow& showTraining();

private:
    CaseSession& m_session;
    const inference::DeviceOptions m_device;
    QWidget* m_window;
    QPointer<EvaluationWindow> m_evaluation;
    QPointer<TrainingWindow> m_training;
};

} // namespace echo2ecg::ui
