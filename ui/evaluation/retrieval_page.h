// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/evaluation/result_page.h"

namespace echo2ecg::ui {

class DepthBars;
class ResultTable;

// Retrieval in both directions beside a random order: bars of the phenotype that is chosen, tables of all.
class RetrievalPage : public ResultPage
{
    Q_OBJECT
public:
    explicit RetrievalPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    void showBars();
    std::shared_ptr<const evaluation::Evaluation> m_result;
    QComboBox *m_phenotype, *m_measure;
    QLabel *m_none, *m_facts, *m_headings[2];
    QWidget* m_detail;
    DepthBars* m_bars[2]; // ECG → echo, echo → ECG
    ResultTable* m_tables[2];
};

// The ablation's table and what its rows are.
class AblationPage : public ResultPage
{
    Q_OBJECT
public:
    explicit AblationPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    ResultTable* m_table;
    QLabel *m_none, *m_notes;
};

} // namespace echo2ecg::ui
