// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/run_curves.h"
#include "ui/plots/plot_view.h"

namespace echo2ecg::ui {

// A training run: loss over steps, faint as it was and smoothed, with the validation loss of each epoch; below it the share of validation ECGs whose own study is
// the nearest, beside chance, where there is such a thing; below that the learning rate. All three share the axis of steps.
class TrainingPlot : public PlotView
{
    Q_OBJECT
public:
    explicit TrainingPlot(QWidget* parent = nullptr);
    ~TrainingPlot() override;
    void setCurves(const training::RunCurves& curves);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    void arrange(bool withRanks);
    QCPGraph* line(QCPAxisRect* rect, const QVector<double>& x, const QVector<double>& y, const QPen& pen, const QString& name = {});

    QCPAxisRect *m_loss, *m_ranks = nullptr, *m_rate;
    QCPMarginGroup* m_margins;
    training::RunCurves m_curves;
};

} // namespace echo2ecg::ui
