// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/training_plot.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace echo2ecg::ui {

namespace {

constexpr double smoothedShare = 0.02; // of all steps, on either side

// From just below the least to just above the largest.
void fit(QCPAxis* axis, double low, double high)
{
    if (!(low <= high)) {
        axis->setRange(0, 1);
        return;
    }
    const double margin = std::max(1e-9, 0.08 * (high - low) + 1e-3 * std::abs(high));
    axis->setRange(low - margin, high + margin);
}

} // namespace

TrainingPlot::TrainingPlot(QWidget* parent) : PlotView(QStringLiteral("trainingCurves"), parent), m_loss(axisRect()), m_rate(new QCPAxisRect(this)), m_margins(new QCPMarginGroup(this))
{
    setAccessibleName(tr("Training curves"));
    setMinimumSize(360, 360);
    m_ranks = new QCPAxisRect(this);
    plotLayout()->addElement(1, 0, m_ranks);
    plotLayout()->addElement(2, 0, m_rate);
    plotLayout()->setRowSpacing(6);
    for (QCPAxisRect* rect : {m_loss, m_ranks, m_rate})
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, m_margins);
    for (QCPAxisRect* rect : {m_ranks, m_rate}) // below the curves, as those of the first one
        for (QCPAxis* axis : rect->axes()) {
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
        }
    m_loss->axis(QCPAxis::atLeft)->setLabel(tr("loss"));
    m_ranks->axis(QCPAxis::atLeft)->setLabel(tr("own one nearest"));
    m_rate->axis(QCPAxis::atLeft)->setLabel(tr("learning rate"));
    m_rate->axis(QCPAxis::atBottom)->setLabel(tr("step"));
    for (QCPAxisRect* rect : {m_loss, m_ranks})
        rect->axis(QCPAxis::atBottom)->setTickLabels(false);
    m_loss->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignTop);
    m_rate->setMaximumSize(QWIDGETSIZE_MAX, 110);
    m_ranks->setMaximumSize(QWIDGETSIZE_MAX, 170);
    setCurves({});
}

TrainingPlot::~TrainingPlot()
{
    if (!m_ranks->layout())
        delete m_ranks; // in nobody's layout; its layer goes with the plot
}

void TrainingPlot::setCurves(const training::RunCurves& curves)
{
    m_curves = curves;
    setEmpty(curves.steps.empty() && curves.epochs.empty() ? tr("The curves of a run stand here\nas soon as its first step is done.") : QString());
}

void TrainingPlot::arrange(bool withRanks)
{
    const bool has = m_ranks->layout() != nullptr;
    if (has == withRanks)
        return;
    if (withRanks) {
        plotLayout()->addElement(1, 0, m_ranks);
    } else {
        plotLayout()->take(m_ranks);
    }
    m_ranks->setVisible(withRanks);
}

QCPGraph* TrainingPlot::line(QCPAxisRect* rect, const QVector<double>& x, const QVector<double>& y, const QPen& pen, const QString& name)
{
    QCPGraph* graph = addGraph(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
    graph->setData(x, y, true);
    graph->setPen(pen);
    if (!name.isEmpty()) {
        graph->setName(name);
        graph->addToLegend();
    }
    return graph;
}

void TrainingPlot::draw(const ThemeColours& colours)
{
    clearItems();
    clearGraphs();
    legend->clearItems();
    QVector<double> steps, rates, epochSteps, valLoss, valSteps, p1, p1Steps, chance;
    std::vector<double> losses;
    for (const training::RunStep& s : m_curves.steps) {
        steps << double(s.step);
        losses.push_back(s.loss);
        rates << s.rate;
    }
    for (const training::RunEpoch& e : m_curves.epochs) {
        if (e.valLoss) {
            valSteps << double(e.step);
            valLoss << *e.valLoss;
        }
        if (e.ecgToEcho) {
            p1Steps << double(e.step);
            p1 << e.ecgToEcho->p1;
            chance << e.ecgToEcho->chance;
        }
    }
    const std::vector<double> soft = training::smoothed(losses, std::size_t(std::ceil(smoothedShare * double(losses.size()))));
    const auto vectorOf = [](const std::vector<double>& v) { return QVector<double>(v.begin(), v.end()); };
    line(m_loss, steps, vectorOf(losses), QPen(mixed(colours.accent, colours.panel, 0.35), 1));
    line(m_loss, steps, vectorOf(soft), QPen(colours.accent, 1.8), tr("training, smoothed"));
    if (!valLoss.isEmpty()) {
        QCPGraph* points = line(m_loss, valSteps, valLoss, QPen(colours.classReduced, 1.4), tr("validation"));
        points->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colours.classReduced, colours.classReduced, 5));
    }

    // How well the validation patients are told: by a search, or by regression.
    std::map<std::string, std::pair<QVector<double>, QVector<double>>> correlations;
    for (const training::RunEpoch& e : m_curves.epochs)
        for (const auto& [name, r] : e.correlations) {
            correlations[name].first << double(e.step);
            correlations[name].second << r;
        }
    arrange(!p1.isEmpty() || !correlations.empty());
    QCPAxis* up = m_ranks->axis(QCPAxis::atLeft);
    const auto dotted = [](QCPGraph* graph, const QColor& ink) { graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, ink, ink, 5)); };
    if (!p1.isEmpty()) {
        up->setLabel(tr("own one nearest"));
        dotted(line(m_ranks, p1Steps, p1, QPen(colours.classPreserved, 1.6)), colours.classPreserved);
        line(m_ranks, p1Steps, chance, QPen(colours.textFaint, 1, Qt::DashLine));
        fit(up, 0, std::max(*std::max_element(p1.begin(), p1.end()), *std::max_element(chance.begin(), chance.end())));
    } else if (!correlations.empty()) {
        up->setLabel(tr("r by study"));
        const QColor inks[] = {colours.classPreserved, colours.classMildlyReduced, colours.textMuted, colours.accent};
        std::size_t number = 0;
        double low = 0;
        for (const auto& [name, points] : correlations) {
            const QColor ink = inks[number++ % std::size(inks)];
            dotted(line(m_ranks, points.first, points.second, QPen(ink, 1.4), tr("r of %1").arg(QString::fromStdString(name))), ink);
            low = std::min(low, *std::min_element(points.second.begin(), points.second.end()));
        }
        fit(up, low, 1);
    }
    legend->setVisible(legend->itemCount() > 0);
    line(m_rate, steps, rates, QPen(colours.textMuted, 1.4));
    fit(m_rate->axis(QCPAxis::atLeft), 0, rates.isEmpty() ? 1 : *std::max_element(rates.begin(), rates.end()));
    m_rate->axis(QCPAxis::atLeft)->ticker()->setTickCount(2);
    m_rate->axis(QCPAxis::atLeft)->setNumberFormat(QStringLiteral("gb"));
    m_rate->axis(QCPAxis::atLeft)->setNumberPrecision(2);
    m_ranks->axis(QCPAxis::atLeft)->ticker()->setTickCount(3);

    QVector<double> all = vectorOf(losses) + valLoss;
    if (all.isEmpty())
        fit(m_loss->axis(QCPAxis::atLeft), 0, 1);
    else
        fit(m_loss->axis(QCPAxis::atLeft), *std::min_element(all.begin(), all.end()), *std::max_element(all.begin(), all.end()));
    const double last = std::max(steps.isEmpty() ? 1.0 : steps.back(), m_curves.epochs.empty() ? 1.0 : double(m_curves.epochs.back().step));
    for (QCPAxisRect* rect : {m_loss, m_ranks, m_rate})
        rect->axis(QCPAxis::atBottom)->setRange(std::min(0.0, 1 - 0.02 * last), last * 1.02);
}

QString TrainingPlot::valueAt(const QPointF& pixel) const
{
    const QCPAxis* across = m_loss->axis(QCPAxis::atBottom);
    const double x = across->pixelToCoord(pixel.x());
    if (m_curves.steps.empty() || x < across->range().lower || x > across->range().upper)
        return {};
    const auto at = std::lower_bound(m_curves.steps.begin(), m_curves.steps.end(), x - 0.5, [](const training::RunStep& s, double wanted) { return double(s.step) < wanted; });
    const training::RunStep& s = at == m_curves.steps.end() ? m_curves.steps.back() : *at;
    QString text = tr("step %1, epoch %2\nloss %3\nlearning rate %4").arg(s.step).arg(s.epoch).arg(plotNumber(s.loss, 4)).arg(s.rate, 0, 'g', 3);
    if (s.temperature)
        text += QLatin1Char('\n') + tr("temperature %1").arg(plotNumber(*s.temperature, 4));
    // The epoch that ended last before here.
    for (auto e = m_curves.epochs.rbegin(); e != m_curves.epochs.rend(); ++e)
        if (double(e->step) <= x + 0.5) {
            if (e->valLoss)
                text += QLatin1Char('\n') + tr("validation after epoch %1: loss %2").arg(e->epoch).arg(plotNumber(*e->valLoss, 4));
            if (e->ecgToEcho)
                text += QLatin1Char('\n') + tr("own study nearest for %1 % (chance %2 %), mean rank %3")
                                                .arg(plotNumber(100 * e->ecgToEcho->p1, 1), plotNumber(100 * e->ecgToEcho->chance, 1), plotNumber(e->ecgToEcho->meanRank, 1));
            for (const auto& [name, r] : e->correlations)
                text += QLatin1Char('\n') + tr("r of %1: %2").arg(QString::fromStdString(name), plotNumber(r, 2));
            break;
        }
    return text;
}

} // namespace echo2ecg::ui
