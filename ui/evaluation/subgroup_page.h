// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/evaluation/result_page.h"

namespace echo2ecg::ui {

class ForestPlot;
class ResultTable;

// A model's results by sex, age and rhythm: a forest plot of what is chosen, the table of all.
class SubgroupPage : public ResultPage
{
    Q_OBJECT
public:
    explicit SubgroupPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    struct Choice
    {
        QString name, measure;
        const std::vector<evaluation::SubgroupValue>* values; // of m_result
        double whole;
    };
    void showForest();
    std::shared_ptr<const evaluation::Evaluation> m_result;
    std::vector<Choice> m_choices;
    QComboBox* m_choice;
    QLabel* m_none;
    ForestPlot* m_forest;
    ResultTable* m_table;
};

// Structural heart disease by the share of the training set.
class FractionPage : public ResultPage
{
    Q_OBJECT
public:
    explicit FractionPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    QLabel *m_none, *m_facts;
    ResultTable *m_table, *m_all;
};

// What limits the numbers: warnings of the evaluation, and how it was made.
class NotesPage : public ResultPage
{
    Q_OBJECT
public:
    explicit NotesPage(QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const evaluation::Evaluation> result) override;

private:
    QLabel *m_warnings, *m_record;
};

} // namespace echo2ecg::ui
