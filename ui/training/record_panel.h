// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/run_curves.h"

#include <QWidget>

#include <optional>

class QFormLayout;

namespace echo2ecg::ui {

// run.json in words: what was trained, with what and on what. Everything can be selected and copied.
class RecordPanel : public QWidget
{
    Q_OBJECT
public:
    explicit RecordPanel(QWidget* parent = nullptr);
    void setRecord(const std::optional<training::RunRecordView>& record);

private:
    void row(const QString& name, const QString& value, const char* objectName, const QString& hint = {});
    QFormLayout* m_form;
};

} // namespace echo2ecg::ui
