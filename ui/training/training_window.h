// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/training_request.h"

#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

class JobRunner;

// The training of a bundle: what and with which options on the left, curves and record of the run on the right, live while it trains, and of any run that is
// opened. A window of its own that blocks nothing; closed, a training goes on. GUI thread only; the work runs in `jobs`.
class TrainingWindow : public QWidget
{
    Q_OBJECT
public:
    TrainingWindow(JobRunner& jobs, Trainer trainer, QWidget* parent = nullptr);
    ~TrainingWindow() override;

    void setStartBundle(const QString& folder); // the one in use, unless a person chose another
    void openRun(const QString& folder);
    void start(bool resume);
    void stop(); // keeps a checkpoint
    bool isRunning() const;

signals:
    void bundleChosen(const QString& folder); // a person wants to use what was trained
    void finished(const QString& folder);     // of the new bundle

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
