// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"
#include "ecg/quality_gate.h"

#include <QWidget>

#include <memory>
#include <optional>

namespace echo2ecg::ui {

// The ECG pane: paper with twelve leads, chips for layout, speed and gain above it, patient and acquisition line, notes (every assumption and gate finding)
// beside it. Paper keeps its proportions at every zoom: 1 mV is as high as 0.4 s is long. Drawn by QCustomPlot. GUI thread only.
class EcgPageView : public QWidget
{
    Q_OBJECT
public:
    explicit EcgPageView(QWidget* parent = nullptr);
    ~EcgPageView() override;

    void setRecord(std::optional<ecg::EcgRecord> record, std::vector<ecg::Finding> findings = {});
    const ecg::EcgRecord* record() const;
    void setFormat(ecg::PageFormat format);
    ecg::PageFormat format() const;
    // An import or reading error instead of a page, with the reason and what to do.
    void setError(const QString& sentence);

signals:
    void openRequested();  // from the empty state

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
