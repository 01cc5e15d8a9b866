// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_view.h"

#include "base/number_text.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QToolTip>

#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double reach = 14; // pixels around the pointer in which a point is meant

} // namespace

QString plotNumber(double value, int digits)
{
    return std::isfinite(value) ? QString::fromStdString(base::fixedText(value, digits)) : QStringLiteral("—");
}

PlotView::PlotView(const QString& objectName, QWidget* parent) : QCustomPlot(parent)
{
    setObjectName(objectName);
    setMouseTracking(true);
    setMinimumSize(300, 260);
    setAutoAddPlottableToLegend(false);
    axisRect()->setupFullAxesBox(false);
    for (QCPAxis* axis : {xAxis2, yAxis2}) {
        axis->setTicks(false);
        axis->setTickLabels(false);
    }
    connect(&Theme::instance(), &Theme::changed, this, &PlotView::redraw);
}

QFont PlotView::smallFont() const
{
    QFont small = Theme::numberFont(font());
    small.setPointSizeF(small.pointSizeF() * 0.9);
    return small;
}

QColor PlotView::inkOf(const ThemeColours& c, const QString& name, int index)
{
    if (name == QLatin1String("reduced"))
        return c.classReduced;
    if (name == QLatin1String("mildly reduced"))
        return c.classMildlyReduced;
    if (name == QLatin1String("preserved"))
        return c.classPreserved;
    const QColor inks[] = {c.accent, c.classReduced, c.classPreserved, c.classMildlyReduced, c.textMuted};
    return inks[std::size_t(index) % std::size(inks)];
}

void PlotView::restyle(const ThemeColours& c)
{
    setBackground(QBrush(c.panel));
    const QFont small = smallFont();
    for (QCPAxisRect* rect : axisRects())
        for (QCPAxis* axis : rect->axes()) {
            axis->setBasePen(QPen(c.line, 1));
            axis->setTickPen(QPen(c.line, 1));
            axis->setSubTickPen(Qt::NoPen);
            axis->setTickLabelColor(c.textMuted);
            axis->setLabelColor(c.textMuted);
            axis->setTickLabelFont(small);
            axis->setLabelFont(small);
            axis->setTickLength(0, 4);
            axis->setSubTickLength(0, 0);
            axis->setLabelPadding(4);
            axis->grid()->setPen(QPen(mixed(c.line, c.panel, 0.7), 1));
            axis->grid()->setZeroLinePen(QPen(mixed(c.line, c.panel, 0.7), 1));
        }
    legend->setFont(small);
    legend->setTextColor(c.text);
    QColor veil = c.panel; // what lies below shows through
    veil.setAlpha(150);
    legend->setBrush(veil);
    legend->setBorderPen(Qt::NoPen);
    legend->setIconSize(18, 8);
    legend->setRowSpacing(1);
    legend->setMargins({7, 5, 8, 5});
}

void PlotView::setEmpty(const QString& words)
{
    m_empty = words;
    redraw();
}

void PlotView::redraw()
{
    const ThemeColours& colours = Theme::instance().colours();
    restyle(colours);
    draw(colours);
    if (!m_empty.isEmpty()) {
        legend->setVisible(false);
        auto* words = new QCPItemText(this);
        words->position->setType(QCPItemPosition::ptAxisRectRatio);
        words->position->setCoords(0.5, 0.5);
        words->setText(m_empty);
        words->setColor(colours.textMuted);
        words->setFont(font());
        words->setClipToAxisRect(false);
    }
    replot(rpQueuedReplot);
}

bool PlotView::save(const QString& file)
{
    ThemeColours paper = Theme::coloursOf(ThemeKind::Light);
    paper.panel = paper.raised = QColor(Qt::white);
    restyle(paper);
    draw(paper);
    const bool pdf = file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive);
    const bool written = pdf ? savePdf(file, width(), height(), QCP::epNoCosmetic, QStringLiteral("Echo2ECG Workstation"), windowTitle())
                             : savePng(file, width(), height(), 3.0);
    redraw();
    return written;
}

void PlotView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const auto saveAs = [this](const QString& ending, const QString& kind) {
        QString file = QFileDialog::getSaveFileName(this, tr("Save the plot"), objectName() + ending, kind);
        if (file.isEmpty())
            return;
        if (!file.endsWith(ending, Qt::CaseInsensitive))
            file += ending;
        if (!save(file))
            QToolTip::showText(QCursor::pos(), tr("The picture can't be written there."), this);
    };
    menu.addAction(tr("Save as PDF…"), this, [saveAs] { saveAs(QStringLiteral(".pdf"), tr("PDF (*.pdf)")); });
    menu.addAction(tr("Save as PNG…"), this, [saveAs] { saveAs(QStringLiteral(".png"), tr("PNG (*.png)")); });
    menu.addAction(tr("Copy picture"), this, [this] { QGuiApplication::clipboard()->setPixmap(toPixmap(width(), height(), 2.0)); });
    menu.exec(event->globalPos());
}

void PlotView::mouseMoveEvent(QMouseEvent* event)
{
    QCustomPlot::mouseMoveEvent(event);
    const QString value = isEmpty() ? QString() : valueAt(event->position());
    if (value.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(event->globalPosition().toPoint(), value, this);
}

void PlotView::leaveEvent(QEvent* event)
{
    QToolTip::hideText();
    QCustomPlot::leaveEvent(event);
}

int PlotView::nearestPoint(const QCPGraph* graph, const QPointF& pixel) const
{
    int best = -1;
    double nearest = reach * reach;
    for (int i = 0; i < graph->dataCount(); ++i) {
        const QPointF at = graph->coordsToPixels(graph->dataMainKey(i), graph->dataMainValue(i));
        const double distance = QPointF::dotProduct(at - pixel, at - pixel);
        if (distance < nearest) {
            nearest = distance;
            best = i;
        }
    }
    return best;
}

} // namespace echo2ecg::ui
