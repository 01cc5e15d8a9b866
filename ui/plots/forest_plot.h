// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/bootstrap.h"
#include "ui/plots/plot_view.h"

namespace echo2ecg::ui {

// One estimate with its interval a line, the whole group's as a dashed line: where are the model's results other ones than for everybody?
class ForestPlot : public PlotView
{
    Q_OBJECT
public:
    struct Row
    {
        QString label; // "sex: female"
        std::size_t samples = 0;
        evaluation::Interval interval; // NaN borders: the estimate alone
    };
    explicit ForestPlot(QWidget* parent = nullptr);
    // `measure` names the axis; `whole`: of everybody, NaN for none.
    void setRows(const QString& measure, const std::vector<Row>& rows, double whole);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    std::vector<Row> m_rows;
    double m_whole;
};

// P@k (or R@k) of each model beside what a random order gives, with intervals.
class DepthBars : public PlotView
{
    Q_OBJECT
public:
    struct Series
    {
        QString name;
        std::vector<evaluation::Interval> values; // one a depth; NaN borders: no interval
        bool random = false;                      // drawn as the background
    };
    explicit DepthBars(QWidget* parent = nullptr);
    // `groups`: "P@1" … under the bars.
    void setSeries(const QString& measure, const QStringList& groups, const std::vector<Series>& series);
    QString valueAt(const QPointF& pixel) const override;

protected:
    void draw(const ThemeColours& colours) override;

private:
    double barWidth() const;
    double barAt(std::size_t group, std::size_t series) const;
    QStringList m_groups;
    std::vector<Series> m_series;
};

} // namespace echo2ecg::ui
