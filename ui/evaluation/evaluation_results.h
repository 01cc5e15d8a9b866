// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/evaluation.h"

#include <QWidget>

#include <memory>
#include <vector>

class QLabel;
class QTabWidget;

namespace echo2ecg::ui {

class ResultPage;
class TagLabel;

// What an evaluation found: title, what it is of and what limits it, and a page each for classification, structural heart disease, retrieval, ablation and subgroups.
class EvaluationResults : public QWidget
{
    Q_OBJECT
public:
    explicit EvaluationResults(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result);

private:
    QLabel *m_title, *m_facts;
    TagLabel *m_simulated, *m_untrained;
    QTabWidget* m_tabs;
    std::vector<ResultPage*> m_pages;
};

} // namespace echo2ecg::ui
