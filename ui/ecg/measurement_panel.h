// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"
#include "ui/theme/side_panel.h"

#include <memory>

class QGridLayout;
class QLabel;
class QPushButton;

namespace echo2ecg::ui {

// Beside the page: what the file states first, then our own automatic values, unverified; what can't be measured says
// why.
class MeasurementPanel : public SidePanel
{
    Q_OBJECT
public:
    explicit MeasurementPanel(QWidget* parent = nullptr);
    // `ours` null: still being measured.
    void setContent(std::vector<ecg::Measured> stated, std::shared_ptr<const ecg::Measurements> ours);
    // The table as tab-separated text, for the clipboard.
    QString asText() const;

signals:
    void beatRequested();
    void resetRequested();

protected:
    void build(QVBoxLayout& column) override;

private:
    QLabel* cell(QGridLayout* grid, int row, int column, const QString& text, const char* role);

    std::vector<ecg::Measured> m_stated;
    std::shared_ptr<const ecg::Measurements> m_ours;
    QPushButton *m_beat, *m_reset, *m_copy;
};

} // namespace echo2ecg::ui
