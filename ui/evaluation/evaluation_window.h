// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/evaluation/evaluation_request.h"

#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

class JobRunner;

// The evaluation of models on the library's patients: what is asked on the left, what was found on the right; stored evaluations are opened, results saved and printed.
// A window of its own that blocks nothing; closed, it keeps what it shows, and a running evaluation goes on. GUI thread only; the work runs in `jobs`.
class EvaluationWindow : public QWidget
{
    Q_OBJECT
public:
    EvaluationWindow(JobRunner& jobs, Evaluator evaluator, QWidget* parent = nullptr);
    ~EvaluationWindow() override;

    // A bundle for the list, once each: the one in use.
    void addBundle(const QString& folder, const QString& name);
    void run();
    void cancel();
    void open(const QString& file);        // a stored evaluation.json
    void save(const QString& folder);      // evaluation.json, .csv, .md and report.pdf, as the command line does
    void writeReport(const QString& file); // the PDF alone
    bool isRunning() const;
    const std::shared_ptr<const evaluation::Evaluation>& result() const; // null: none yet

signals:
    void resultChanged();
    void written(const QString& path);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
