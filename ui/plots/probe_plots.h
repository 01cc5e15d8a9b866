// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/evaluation.h"
#include "ui/plots/plot_view.h"

// Plots of one classifier on the test patients.
namespace echo2ecg::ui {

// Sensitivity over 1 − specificity for each class, of two classes for the second alone (the other is its mirror). The legend has AUROC and interval, by patient where
// patients are known.
class RocPlot : public PlotView
{
    Q_OBJECT
public:
    explicit RocPlot(QWidget* parent = nullptr);
    void setProbe(const evaluation::ProbeResult& probe);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    evaluation::ProbeResult m_probe;
    std::vector<int> m_shown; // class of each graph behind the diagonal
};

// What happened over what was predicted, one line a class; larger points stand for more patients.
class ReliabilityPlot : public PlotView
{
    Q_OBJECT
public:
    explicit ReliabilityPlot(QWidget* parent = nullptr);
    void setProbe(const evaluation::ProbeResult& probe);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    struct Point
    {
        int classIndex;
        evaluation::ReliabilityBin bin;
    };
    const Point* pointAt(const QPointF& pixel) const;
    evaluation::ProbeResult m_probe;
    std::vector<Point> m_points;
};

// Rows are the truth, columns what was predicted: counts, and their share of the row, which the shade shows too.
class ConfusionPlot : public PlotView
{
    Q_OBJECT
public:
    explicit ConfusionPlot(QWidget* parent = nullptr);
    void setProbe(const evaluation::ProbeResult& probe);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    double share(std::size_t row, std::size_t column) const; // NaN for a class that nobody has
    evaluation::ProbeResult m_probe;
};

} // namespace echo2ecg::ui
