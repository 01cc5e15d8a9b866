// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/run_curves.h"
#include "ui/training/training_request.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace echo2ecg::ui {

// What is to be trained, from which bundle, on which table, with which options; defaults are those of the trainers. GUI thread only.
class TrainingForm : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingForm(QWidget* parent = nullptr);

    TrainingRequest request() const;
    QString whyNotStart() const; // empty: it can begin or go on
    QString outFolder() const;
    void setOutFolder(const QString& folder);
    void setStartBundle(const QString& folder); // unless a person chose one
    // The settings of a stored run, so that it can be gone on with.
    void take(const training::RunRecordView& record);

signals:
    void changed();

private:
    void showKind();
    QString whyNotLearn() const;

    QComboBox *m_kind, *m_pooling;
    QLineEdit *m_table, *m_bundle, *m_out, *m_rate, *m_name, *m_targets, *m_embeddings;
    QSpinBox *m_epochs, *m_batch, *m_accumulate, *m_seed;
    QDoubleSpinBox *m_temperature, *m_lambda, *m_dropout, *m_warmUp, *m_days, *m_valShare, *m_rescale, *m_timeFlip, *m_signFlip;
    QCheckBox *m_learned, *m_augment, *m_best, *m_simulated;
    QFormLayout* m_form;
};

} // namespace echo2ecg::ui
