// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/preview_work.h"

#include <QWidget>

namespace echo2ecg::ui {

// One lead through all steps of the ECG recipe, a row per step: the trace after it bright, the one before it faint
// behind. Paints only. GUI thread only.
class EcgStepsView : public QWidget
{
    Q_OBJECT
public:
    explicit EcgStepsView(QWidget* parent = nullptr);
    void setPreview(std::shared_ptr<const EcgPreview> preview);
    void setLead(ecg::Lead lead);

    // What stands beside each row, for a screen reader and for tests: "Clipped: ± 4 σ = ± 1.23 mV, 12 samples".
    QStringList captions() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Row
    {
        QString title, caption, unit;
        std::vector<float> values, before; // before: of the same length and unit, or empty
        double firstSecond = 0, lastSecond = 0;
        double markFrom = -1, markTo = -1; // share of the width that is shaded: what the encoder gets
        bool showsTime = false;            // rows between share the axis of the row below
    };
    void rebuild();
    void paintRow(QPainter& painter, const Row& row, const QRectF& area) const;

    std::shared_ptr<const EcgPreview> m_preview;
    ecg::Lead m_lead = ecg::Lead::II;
    std::vector<Row> m_rows;
};

} // namespace echo2ecg::ui
