// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/probe_plots.h"

#include <cmath>
#include <limits>

namespace echo2ecg::ui {

namespace {

QString str(const std::string& text)
{
    return QString::fromStdString(text);
}

void unitSquare(QCustomPlot& plot, const QString& across, const QString& up)
{
    plot.xAxis->setRange(-0.015, 1.015);
    plot.yAxis->setRange(-0.015, 1.015);
    plot.xAxis->setLabel(across);
    plot.yAxis->setLabel(up);
}

QCPGraph* diagonal(QCustomPlot& plot, const ThemeColours& colours)
{
    QCPGraph* graph = plot.addGraph();
    graph->setData(QVector<double>{0, 1}, QVector<double>{0, 1}, true);
    graph->setPen(QPen(colours.textFaint, 1, Qt::DashLine));
    return graph;
}

// Told apart without colour, too.
Qt::PenStyle dashOf(int index)
{
    static const Qt::PenStyle styles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    return styles[index % 4];
}

const evaluation::Interval* aurocOf(const evaluation::ProbeResult& probe, std::size_t c)
{
    for (const auto* intervals : {probe.byPatient ? &*probe.byPatient : nullptr, probe.bySample ? &*probe.bySample : nullptr})
        if (intervals && c < intervals->classAuroc.size() && std::isfinite(intervals->classAuroc[c].low))
            return &intervals->classAuroc[c];
    return nullptr;
}

} // namespace

RocPlot::RocPlot(QWidget* parent) : PlotView(QStringLiteral("roc"), parent)
{
    setAccessibleName(tr("ROC curves"));
    unitSquare(*this, tr("1 − specificity"), tr("sensitivity"));
    axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignBottom);
    setProbe({});
}

void RocPlot::setProbe(const evaluation::ProbeResult& probe)
{
    m_probe = probe;
    m_shown.clear();
    for (std::size_t c = probe.classNames.size() == 2 ? 1 : 0; c < probe.classNames.size(); ++c)
        if (c < probe.curves.size() && !probe.curves[c].empty() && probe.curves[c].back().truePositives > 0 && probe.curves[c].back().falsePositives > 0)
            m_shown.push_back(int(c));
    setEmpty(m_shown.empty() ? tr("No ROC curve: the test patients\nare all of one class.") : QString());
}

void RocPlot::draw(const ThemeColours& colours)
{
    clearItems();
    clearGraphs();
    legend->clearItems();
    diagonal(*this, colours);
    for (const int c : m_shown) {
        const auto& curve = m_probe.curves[std::size_t(c)];
        const double positives = double(curve.back().truePositives), negatives = double(curve.back().falsePositives);
        QVector<double> x, y;
        for (const evaluation::CurvePoint& p : curve) {
            x << double(p.falsePositives) / negatives;
            y << double(p.truePositives) / positives;
        }
        QCPGraph* graph = addGraph();
        graph->setAdaptiveSampling(false); // many points stand above each other
        graph->setData(x, y, true);
        graph->setPen(QPen(inkOf(colours, str(m_probe.classNames[std::size_t(c)]), c), 1.8, dashOf(m_shown.size() > 1 ? c : 0)));
        const evaluation::Interval* interval = aurocOf(m_probe, std::size_t(c));
        QString name = tr("%1: AUROC %2").arg(str(m_probe.classNames[std::size_t(c)]), plotNumber(m_probe.measures.classes[std::size_t(c)].auroc, 2));
        if (interval)
            name += QStringLiteral(" (%1–%2)").arg(plotNumber(interval->low, 2), plotNumber(interval->high, 2));
        graph->setName(name);
        graph->addToLegend();
    }
    legend->setVisible(!m_shown.empty());
}

QString RocPlot::valueAt(const QPointF& pixel) const
{
    for (std::size_t g = 0; g < m_shown.size(); ++g) {
        const int at = nearestPoint(graph(int(g) + 1), pixel);
        if (at < 0)
            continue;
        const std::size_t c = std::size_t(m_shown[g]);
        const evaluation::CurvePoint& p = m_probe.curves[c][std::size_t(at)];
        return tr("%1\nsensitivity %2, specificity %3\nat a probability of at least %4")
            .arg(str(m_probe.classNames[c]), plotNumber(graph(int(g) + 1)->dataMainValue(at), 2), plotNumber(1 - graph(int(g) + 1)->dataMainKey(at), 2),
                 std::isfinite(p.threshold) ? plotNumber(p.threshold, 2) : tr("more than 1"));
    }
    return {};
}

ReliabilityPlot::ReliabilityPlot(QWidget* parent) : PlotView(QStringLiteral("reliability"), parent)
{
    setAccessibleName(tr("Reliability diagram"));
    unitSquare(*this, tr("predicted probability"), tr("observed share"));
    axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignBottom);
    setProbe({});
}

void ReliabilityPlot::setProbe(const evaluation::ProbeResult& probe)
{
    m_probe = probe;
    m_points.clear();
    for (std::size_t c = probe.classNames.size() == 2 ? 1 : 0; c < probe.reliability.size(); ++c)
        for (const evaluation::ReliabilityBin& bin : probe.reliability[c].bins)
            if (bin.count > 0)
                m_points.push_back({int(c), bin});
    setEmpty(m_points.empty() ? tr("Nothing to compare") : QString());
}

void ReliabilityPlot::draw(const ThemeColours& colours)
{
    clearItems();
    clearGraphs();
    legend->clearItems();
    diagonal(*this, colours);
    for (std::size_t i = 0; i < m_points.size();) {
        const int c = m_points[i].classIndex;
        const QColor ink = inkOf(colours, str(m_probe.classNames[std::size_t(c)]), c);
        QVector<double> x, y;
        for (; i < m_points.size() && m_points[i].classIndex == c; ++i) {
            const evaluation::ReliabilityBin& bin = m_points[i].bin;
            x << bin.meanProbability;
            y << bin.observedFraction;
            // Its area stands for the number of patients.
            QCPGraph* point = addGraph();
            point->setData(QVector<double>{x.back()}, QVector<double>{y.back()}, true);
            point->setLineStyle(QCPGraph::lsNone);
            const double share = double(bin.count) / double(std::max<std::size_t>(1, m_probe.samples));
            point->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, ink, ink, 4.5 + 13 * std::sqrt(share)));
        }
        QCPGraph* line = addGraph();
        line->setData(x, y, true);
        line->setPen(QPen(ink, 1.4, dashOf(c)));
        line->setName(tr("%1: ECE %2").arg(str(m_probe.classNames[std::size_t(c)]), plotNumber(m_probe.reliability[std::size_t(c)].expectedError, 2)));
        line->addToLegend();
    }
    legend->setVisible(!m_points.empty());
}

const ReliabilityPlot::Point* ReliabilityPlot::pointAt(const QPointF& pixel) const
{
    const Point* best = nullptr;
    double nearest = 14 * 14;
    for (const Point& p : m_points) {
        const QPointF away = QPointF(xAxis->coordToPixel(p.bin.meanProbability), yAxis->coordToPixel(p.bin.observedFraction)) - pixel;
        if (const double d = QPointF::dotProduct(away, away); d < nearest) {
            nearest = d;
            best = &p;
        }
    }
    return best;
}

QString ReliabilityPlot::valueAt(const QPointF& pixel) const
{
    const Point* p = pointAt(pixel);
    if (!p)
        return {};
    return tr("%1\npredicted %2, observed %3\n%4 of %5 ECGs")
        .arg(str(m_probe.classNames[std::size_t(p->classIndex)]), plotNumber(p->bin.meanProbability, 2), plotNumber(p->bin.observedFraction, 2))
        .arg(p->bin.count)
        .arg(m_probe.samples);
}

ConfusionPlot::ConfusionPlot(QWidget* parent) : PlotView(QStringLiteral("confusion"), parent)
{
    setAccessibleName(tr("Confusion matrix"));
    xAxis->setLabel(tr("predicted"));
    yAxis->setLabel(tr("truth"));
    yAxis->setRangeReversed(true);
    yAxis->setTickLabelRotation(-90);
    xAxis->grid()->setVisible(false);
    yAxis->grid()->setVisible(false);
    setProbe({});
}

void ConfusionPlot::setProbe(const evaluation::ProbeResult& probe)
{
    m_probe = probe;
    setEmpty(probe.measures.confusion.empty() ? tr("Nothing was classified") : QString());
}

double ConfusionPlot::share(std::size_t row, std::size_t column) const
{
    double sum = 0;
    for (const std::int64_t n : m_probe.measures.confusion[row])
        sum += double(n);
    return sum > 0 ? double(m_probe.measures.confusion[row][column]) / sum : std::numeric_limits<double>::quiet_NaN();
}

void ConfusionPlot::draw(const ThemeColours& colours)
{
    clearItems();
    const std::size_t n = m_probe.measures.confusion.size();
    const QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    for (std::size_t c = 0; c < n; ++c)
        names->addTick(double(c), str(m_probe.classNames[c]));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setTicker(names);
        axis->setRange(-0.5, double(std::max<std::size_t>(1, n)) - 0.5);
        axis->setTickPen(Qt::NoPen);
    }
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < n; ++c) {
            const double part = share(r, c);
            const QColor fill = mixed(colours.accent, colours.panel, 0.06 + 0.84 * (std::isfinite(part) ? part : 0));
            auto* cell = new QCPItemRect(this);
            cell->topLeft->setCoords(double(c) - 0.49, double(r) - 0.49);
            cell->bottomRight->setCoords(double(c) + 0.49, double(r) + 0.49);
            cell->setPen(Qt::NoPen);
            cell->setBrush(fill);
            auto* words = new QCPItemText(this);
            words->position->setCoords(double(c), double(r));
            words->setText(QStringLiteral("%1\n%2").arg(m_probe.measures.confusion[r][c]).arg(std::isfinite(part) ? tr("%1 %").arg(std::lround(100 * part)) : QStringLiteral("—")));
            words->setFont(Theme::numberFont(font()));
            words->setColor(contrast(colours.text, fill) >= contrast(colours.accentText, fill) ? colours.text : colours.accentText);
        }
}

QString ConfusionPlot::valueAt(const QPointF& pixel) const
{
    const int c = int(std::lround(xAxis->pixelToCoord(pixel.x()))), r = int(std::lround(yAxis->pixelToCoord(pixel.y())));
    const int n = int(m_probe.measures.confusion.size());
    if (!axisRect()->rect().contains(pixel.toPoint()) || r < 0 || c < 0 || r >= n || c >= n)
        return {};
    const auto& row = m_probe.measures.confusion[std::size_t(r)];
    std::int64_t sum = 0;
    for (const std::int64_t m : row)
        sum += m;
    return tr("%1 of %2 ECGs that are “%3”\nwere called “%4”").arg(row[std::size_t(c)]).arg(sum).arg(str(m_probe.classNames[std::size_t(r)]), str(m_probe.classNames[std::size_t(c)]));
}

} // namespace echo2ecg::ui
