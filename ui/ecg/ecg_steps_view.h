// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/saliency.h"
#include "ui/ecg/ecg_step_rows.h"

#include <QWidget>

namespace echo2ecg::ui {

// One lead through all steps of the ECG recipe, a row per step: the trace after it bright, the one before it faint
// behind, the encoder's window shaded on each. All steps share one time axis; the last row is the window itself,
// enlarged. Paints only. GUI thread only.
class EcgStepsView : public QWidget
{
    Q_OBJECT
public:
    // Words beside the traces, or above them where the view is narrow.
    enum class Words { Beside, Above };

    explicit EcgStepsView(QWidget* parent = nullptr, Words words = Words::Beside);
    void setSteps(ShownSteps shown);
    void setLead(ecg::Lead lead);
    // Shown as bands over the window, where it is given; of the record that is shown.
    void setSaliency(std::shared_ptr<const inference::EcgSaliency> saliency);

    // What stands beside each row, for a screen reader and for tests: "Clipped: ± 4 σ = ± 1.23 mV, 12 samples".
    QStringList captions() const;
    // Seconds of the recording at both ends of the steps' axis. A long recording is shown around the window alone.
    std::pair<double, double> shownSeconds() const { return {m_from, m_to}; }
    // Where the trace of a row is; for tests.
    QRectF plotOf(std::size_t row) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Place // of a row
    {
        QRectF title, caption, plot;
        bool showsTime = false; // rows between share the axis of a row below
    };
    void rebuild();
    std::vector<Place> places(double width) const;
    double x(const QRectF& plot, double second, bool window) const;
    void paintRow(QPainter& painter, std::size_t row, const Place& place) const;
    void paintMarks(QPainter& painter, const StepRow& row, const QRectF& plot) const;
    void paintSaliency(QPainter& painter, const QRectF& plot) const;
    void paintTimes(QPainter& painter, const StepRow& row, const QRectF& plot) const;
    void paintEnlargement(QPainter& painter, const QRectF& above, const QRectF& window) const;

    const Words m_words;
    ShownSteps m_shown;
    std::shared_ptr<const inference::EcgSaliency> m_saliency;
    std::vector<float> m_strength; // of m_saliency
    ecg::Lead m_lead = ecg::Lead::II;
    std::vector<StepRow> m_rows;
    double m_from = 0, m_to = 1; // of the steps' axis
};

} // namespace echo2ecg::ui
