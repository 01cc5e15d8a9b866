// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/evaluation.h"

#include <QComboBox>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <memory>

namespace echo2ecg::ui {

// One page of results: a column that scrolls.
class ResultPage : public QScrollArea
{
    Q_OBJECT
public:
    explicit ResultPage(const QString& objectName, QWidget* parent = nullptr);
    virtual void setResult(std::shared_ptr<const evaluation::Evaluation> result) = 0;

protected:
    QVBoxLayout& column() { return *m_column; }
    // In the column; capital letters.
    QLabel* addHeading(const QString& text);
    // Fills a choice and keeps what was chosen, by its text..
    static void fill(QComboBox* choice, const QStringList& texts);

private:
    QVBoxLayout* m_column;
};

// "Echo2ECG (untrained)".
QString nameOf(const evaluation::BundleResult& bundle);

} // namespace echo2ecg::ui
