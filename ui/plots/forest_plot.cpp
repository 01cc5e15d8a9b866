// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/forest_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ui {

namespace {

bool hasBorders(const evaluation::Interval& i)
{
    return std::isfinite(i.low) && std::isfinite(i.high);
}

QString withBorders(const evaluation::Interval& i)
{
    const QString estimate = plotNumber(i.estimate, 2);
    return hasBorders(i) ? QStringLiteral("%1 (%2–%3)").arg(estimate, plotNumber(i.low, 2), plotNumber(i.high, 2)) : estimate;
}

void errorLine(QCustomPlot& plot, QPointF from, QPointF to, const QPen& pen)
{
    auto* line = new QCPItemLine(&plot);
    line->start->setCoords(from);
    line->end->setCoords(to);
    line->setPen(pen);
}

} // namespace

ForestPlot::ForestPlot(QWidget* parent) : PlotView(QStringLiteral("forest"), parent), m_whole(std::numeric_limits<double>::quiet_NaN())
{
    setAccessibleName(tr("Subgroups with intervals"));
    yAxis->setRangeReversed(true);
    yAxis->grid()->setVisible(false);
    yAxis2->setVisible(true);
    yAxis2->setRangeReversed(true);
    setRows({}, {}, m_whole);
}

void ForestPlot::setRows(const QString& measure, const std::vector<Row>& rows, double whole)
{
    m_rows = rows;
    m_whole = whole;
    xAxis->setLabel(measure);
    setMinimumHeight(70 + int(rows.size()) * 24);
    setEmpty(rows.empty() ? tr("No subgroups: nothing is known\nof the patients but their result.") : QString());
}

void ForestPlot::draw(const ThemeColours& colours)
{
    clearItems();
    clearGraphs();
    const QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText), values(new QCPAxisTickerText);
    double low = std::isfinite(m_whole) ? m_whole : 1, high = std::isfinite(m_whole) ? m_whole : 0;
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        const Row& row = m_rows[r];
        names->addTick(double(r), tr("%1  n = %2").arg(row.label).arg(row.samples));
        values->addTick(double(r), withBorders(row.interval));
        for (const double v : {row.interval.estimate, row.interval.low, row.interval.high})
            if (std::isfinite(v)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
    }
    if (low > high) {
        low = 0;
        high = 1;
    }
    const double margin = std::max(0.02, 0.06 * (high - low));
    xAxis->setRange(low - margin, high + margin);
    yAxis->setTicker(names);
    yAxis2->setTicker(values);
    for (QCPAxis* axis : {yAxis, yAxis2}) {
        axis->setTicks(true);
        axis->setTickLabels(true);
        axis->setRange(-0.6, double(std::max<std::size_t>(1, m_rows.size())) - 0.4);
        axis->setTickPen(Qt::NoPen);
        axis->setBasePen(Qt::NoPen);
    }
    if (std::isfinite(m_whole))
        errorLine(*this, {m_whole, -0.6}, {m_whole, double(m_rows.size()) - 0.4}, QPen(colours.textFaint, 1, Qt::DashLine));
    QCPGraph* points = addGraph(yAxis, xAxis); // keys are lines, values lie across
    points->setLineStyle(QCPGraph::lsNone);
    points->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssSquare, colours.accent, colours.accent, 7));
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        const evaluation::Interval& i = m_rows[r].interval;
        if (std::isfinite(i.estimate))
            points->addData(double(r), i.estimate);
        if (!hasBorders(i))
            continue;
        const QPen pen(colours.accent, 1.4);
        errorLine(*this, {i.low, double(r)}, {i.high, double(r)}, pen);
        for (const double end : {i.low, i.high})
            errorLine(*this, {end, double(r) - 0.16}, {end, double(r) + 0.16}, pen);
    }
}

QString ForestPlot::valueAt(const QPointF& pixel) const
{
    const int r = int(std::lround(yAxis->pixelToCoord(pixel.y())));
    if (r < 0 || r >= int(m_rows.size()))
        return {};
    const Row& row = m_rows[std::size_t(r)];
    QString text = tr("%1\n%2 %3").arg(row.label, xAxis->label(), withBorders(row.interval));
    text += QLatin1Char('\n') + tr("%1 ECGs").arg(row.samples);
    if (std::isfinite(m_whole))
        text += tr(", everybody: %1").arg(plotNumber(m_whole, 2));
    return text;
}

DepthBars::DepthBars(QWidget* parent) : PlotView(QStringLiteral("depths"), parent)
{
    setAccessibleName(tr("Retrieval by depth"));
    xAxis->grid()->setVisible(false);
    axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignTop);
    setSeries({}, {}, {});
}

void DepthBars::setSeries(const QString& measure, const QStringList& groups, const std::vector<Series>& series)
{
    m_groups = groups;
    m_series = series;
    yAxis->setLabel(measure);
    setEmpty(series.empty() ? tr("Nothing was retrieved") : QString());
}

double DepthBars::barWidth() const
{
    return 0.8 / double(std::max<std::size_t>(1, m_series.size()));
}

double DepthBars::barAt(std::size_t group, std::size_t series) const
{
    return double(group) - 0.4 + barWidth() * (double(series) + 0.5);
}

void DepthBars::draw(const ThemeColours& colours)
{
    clearItems();
    clearPlottables();
    legend->clearItems();
    const QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    for (int g = 0; g < m_groups.size(); ++g)
        names->addTick(g, m_groups[g]);
    xAxis->setTicker(names);
    xAxis->setTickPen(Qt::NoPen);
    xAxis->setRange(-0.6, double(std::max<qsizetype>(1, m_groups.size())) - 0.4);
    double highest = 0;
    int number = 0;
    for (std::size_t s = 0; s < m_series.size(); ++s) {
        const Series& series = m_series[s];
        const QColor ink = series.random ? mixed(colours.textFaint, colours.panel, 0.55) : inkOf(colours, {}, number++);
        auto* bars = new QCPBars(xAxis, yAxis);
        bars->setWidth(barWidth() * 0.88);
        bars->setPen(Qt::NoPen);
        bars->setBrush(ink);
        bars->setName(series.name);
        bars->addToLegend();
        for (std::size_t g = 0; g < series.values.size(); ++g) {
            const evaluation::Interval& i = series.values[g];
            if (!std::isfinite(i.estimate))
                continue;
            bars->addData(barAt(g, s), i.estimate);
            highest = std::max(highest, hasBorders(i) ? i.high : i.estimate);
            if (hasBorders(i))
                errorLine(*this, {barAt(g, s), i.low}, {barAt(g, s), i.high}, QPen(colours.text, 1.2));
        }
    }
    // Room for the legend above the bars.
    const double rows = double(m_series.size());
    yAxis->setRange(0, std::max(0.05, highest) * (1.12 + 0.085 * rows));
    legend->setVisible(!m_series.empty());
}

QString DepthBars::valueAt(const QPointF& pixel) const
{
    const double x = xAxis->pixelToCoord(pixel.x());
    if (!axisRect()->rect().contains(pixel.toPoint()))
        return {};
    for (std::size_t s = 0; s < m_series.size(); ++s)
        for (std::size_t g = 0; g < m_series[s].values.size() && int(g) < m_groups.size(); ++g)
            if (std::abs(x - barAt(g, s)) <= barWidth() / 2)
                return QStringLiteral("%1\n%2 %3").arg(m_series[s].name, m_groups[int(g)], withBorders(m_series[s].values[g]));
    return {};
}

} // namespace echo2ecg::ui
