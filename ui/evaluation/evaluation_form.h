// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/evaluation/evaluation_request.h"

#include <QWidget>

class QCheckBox;
class QDoubleSpinBox;
class QLineEdit;
class QListWidget;
class QSpinBox;
class QToolButton;

namespace echo2ecg::ui {

// What is to be evaluated: bundles, the table of pairs, options. GUI thread only.
class EvaluationForm : public QWidget
{
    Q_OBJECT
public:
    explicit EvaluationForm(QWidget* parent = nullptr);

    void addBundle(const QString& folder, const QString& name = {}); // once each
    EvaluationRequest request() const;
    QString whyNotRun() const; // empty: it can begin

signals:
    void changed();

private:
    QListWidget* m_bundles;
    QToolButton* m_remove;
    QLineEdit *m_pairs, *m_title;
    QCheckBox *m_baseline, *m_ablation;
    QSpinBox *m_resamples, *m_k, *m_seed;
    QDoubleSpinBox* m_testShare;
};

} // namespace echo2ecg::ui
