// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/evaluation/result_page.h"

namespace echo2ecg::ui {

class ConfusionPlot;
class ReliabilityPlot;
class ResultTable;
class RocPlot;

// The table of all classifiers; of the one that is chosen its curves, confusion matrix and operating points.
class ClassificationPage : public ResultPage
{
    Q_OBJECT
public:
    explicit ClassificationPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    void showProbe();
    std::shared_ptr<const evaluation::Evaluation> m_result;
    std::vector<const evaluation::ProbeResult*> m_probes; // of m_result, as in the choice
    ResultTable *m_table, *m_points;
    QComboBox* m_choice;
    QWidget* m_detail;
    QLabel* m_facts;
    RocPlot* m_roc;
    ReliabilityPlot* m_reliability;
    ConfusionPlot* m_confusion;
};

// The cells of the operating points of every class, as for the other tables.
std::vector<std::vector<std::string>> operatingPointCells(const evaluation::ProbeResult& probe);

} // namespace echo2ecg::ui
