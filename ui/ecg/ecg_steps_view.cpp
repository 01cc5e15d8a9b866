// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/ecg_steps_view.h"

#include "ui/ecg/saliency_overlay.h"
#include "ui/ecg/step_trace.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kAxisGap = 6, kRowGap = 8, kTimeHeight = 15, kRightMargin = 8;
constexpr int kTextWidth = 210, kRowBeside = 84;               // words beside
constexpr int kTraceAbove = 46, kWindowAbove = 84, kTitle = 2; // words above
constexpr double kMostSeconds = 12, kLeastWindowShare = 0.12;

} // namespace

EcgStepsView::EcgStepsView(QWidget* parent, Words words) : QWidget(parent), m_words(words)
{
    setObjectName(QStringLiteral("ecgSteps"));
    setAccessibleName(tr("The ECG after each step of the recipe"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void EcgStepsView::setSteps(ShownSteps shown)
{
    m_shown = std::move(shown);
    rebuild();
}

void EcgStepsView::setLead(ecg::Lead lead)
{
    m_lead = lead;
    rebuild();
}

void EcgStepsView::setSaliency(std::shared_ptr<const inference::EcgSaliency> saliency)
{
    m_saliency = std::move(saliency);
    m_strength = m_saliency ? saliencyStrength(*m_saliency) : std::vector<float>();
    update();
}

void EcgStepsView::rebuild()
{
    m_rows = m_shown.record ? stepRows(m_shown, m_lead) : std::vector<StepRow>();
    m_from = 0;
    m_to = 1;
    if (!m_rows.empty()) {
        // To the window's end also where the recording ends before it.
        const double all = std::max(m_rows.front().lastSecond(), m_shown.steps ? 0.0 : m_shown.windowTo());
        const double window = m_shown.windowTo() - m_shown.windowFrom();
        const double length = std::min(all, std::max({window / kLeastWindowShare, kMostSeconds, window}));
        const double middle = (m_shown.windowFrom() + m_shown.windowTo()) / 2;
        m_from = m_words == Words::Beside ? 0 : std::clamp(middle - length / 2, 0.0, all - length);
        m_to = m_words == Words::Beside ? all : m_from + length;
    }
    setAccessibleDescription(captions().join(QStringLiteral("\n")));
    updateGeometry();
    update();
}

QStringList EcgStepsView::captions() const
{
    QStringList list;
    for (const StepRow& row : m_rows)
        list << row.title + QStringLiteral(": ") + row.caption;
    return list;
}

std::vector<EcgStepsView::Place> EcgStepsView::places(double width) const
{
    std::vector<Place> list;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetricsF titleMetrics(bold), metrics(font());
    const double axis =
        QFontMetricsF(Theme::numberFont(font())).horizontalAdvance(QStringLiteral("\u221200.0 mV")) + kAxisGap;
    double top = 0;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const StepRow& row = m_rows[i];
        Place place;
        place.showsTime = row.isWindow || i + 1 == m_rows.size() || m_rows[i + 1].isWindow;
        const double time = place.showsTime ? kTimeHeight : 0;
        if (m_words == Words::Beside) {
            place.title = QRectF(0, top + 4, kTextWidth - 12, titleMetrics.height());
            place.caption =
                QRectF(0, place.title.bottom() + 2, kTextWidth - 12, kRowBeside - titleMetrics.height() - 6);
            place.plot = QRectF(kTextWidth + axis, top, width - kTextWidth - axis - kRightMargin, kRowBeside - time);
            top += kRowBeside + kRowGap;
        } else {
            // The caption goes on in the title's line where there is room.
            const double after = std::ceil(titleMetrics.horizontalAdvance(row.title)) + 8;
            const double line = std::max(titleMetrics.height(), metrics.height());
            place.title = QRectF(0, top, width, line);
            if (after + metrics.horizontalAdvance(row.caption) <= width) {
                place.caption = QRectF(after, top, width - after, line);
            } else {
                const QRectF room(0, 0, width, 1000);
                place.caption = QRectF(
                    0, top + line, width,
                    metrics.boundingRect(room, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, row.caption).height());
            }
            const double plotTop = place.caption.bottom() + kTitle;
            place.plot = QRectF(axis, plotTop, width - axis - 1, row.isWindow ? kWindowAbove : kTraceAbove);
            top = place.plot.bottom() + time + kRowGap;
        }
        list.push_back(place);
    }
    return list;
}

QRectF EcgStepsView::plotOf(std::size_t row) const
{
    const auto list = places(width());
    return row < list.size() ? list[row].plot : QRectF();
}

int EcgStepsView::heightForWidth(int width) const
{
    const auto list = places(width);
    return list.empty() ? 0 : int(std::ceil(list.back().plot.bottom())) + kTimeHeight + kRowGap;
}

QSize EcgStepsView::sizeHint() const
{
    const int width = m_words == Words::Beside ? 720 : 320;
    return {width, heightForWidth(width)};
}

QSize EcgStepsView::minimumSizeHint() const
{
    const int width = m_words == Words::Beside ? 420 : 240;
    return {width, m_words == Words::Beside ? heightForWidth(width) : 0};
}

double EcgStepsView::x(const QRectF& plot, double second, bool window) const
{
    const double from = window ? m_shown.windowFrom() : m_from, to = window ? m_shown.windowTo() : m_to;
    return plot.left() + (second - from) / (to - from) * plot.width();
}

// The window with the borders of its parts, and what of it the recording doesn't have.
void EcgStepsView::paintMarks(QPainter& painter, const StepRow& row, const QRectF& plot) const
{
    const ThemeColours& c = Theme::instance().colours();
    const auto paintBorders = [&](const QColor& colour) {
        for (const double border : m_shown.windowBorders())
            painter.fillRect(QRectF(std::round(x(plot, border, row.isWindow)), plot.top(), 1, plot.height()) & plot, colour);
    };
    if (row.isWindow) {
        paintSaliency(painter, plot);
        paintBorders(mixed(c.accent, c.ecgPaper, 0.5));
        return;
    }
    const QRectF window(QPointF(x(plot, m_shown.windowFrom(), false), plot.top()),
                        QPointF(x(plot, m_shown.windowTo(), false), plot.bottom()));
    painter.fillRect(window & plot, mixed(c.accent, c.ecgPaper, 0.18));
    paintBorders(c.ecgPaper);
    const QRectF missing(QPointF(x(plot, row.lastSecond(), false), plot.top()), window.bottomRight());
    if (m_shown.steps || missing.width() <= 0)
        return;
    painter.fillRect(missing & plot, QBrush(c.error, Qt::BDiagPattern));
    painter.fillRect(QRectF(missing.left(), plot.top(), 1, plot.height()), c.error);
}

void EcgStepsView::paintSaliency(QPainter& painter, const QRectF& plot) const
{
    if (!m_saliency || m_strength.empty())
        return;
    const auto columns = std::size_t(m_saliency->columns);
    const QImage band = saliencyBand(m_strength.data() + ecg::index(m_lead) * columns, int(columns),
                                     Theme::instance().colours().accent);
    const double left = x(plot, m_saliency->startSeconds, true), right = x(plot, m_saliency->endSeconds(), true);
    painter.save();
    painter.setClipRect(plot);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(left, plot.top(), right - left, plot.height()), band);
    painter.restore();
}

void EcgStepsView::paintTimes(QPainter& painter, const StepRow& row, const QRectF& plot) const
{
    painter.setPen(Theme::instance().colours().textMuted);
    const double from = row.isWindow ? m_shown.windowFrom() : m_from, to = row.isWindow ? m_shown.windowTo() : m_to;
    const QRectF times(plot.left(), plot.bottom() + 1, plot.width(), kTimeHeight);
    painter.drawText(times, Qt::AlignLeft | Qt::AlignTop, tr("%1 s").arg(from, 0, 'f', 2));
    painter.drawText(times, Qt::AlignRight | Qt::AlignTop, tr("%1 s").arg(to, 0, 'f', 2));
}

void EcgStepsView::paintRow(QPainter& painter, std::size_t index, const Place& place) const
{
    const ThemeColours& c = Theme::instance().colours();
    const StepRow& row = m_rows[index];
    const QRectF& plot = place.plot;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(c.text);
    painter.drawText(place.title, Qt::AlignLeft | Qt::AlignTop, row.title);
    painter.setFont(font());
    painter.setPen(c.textMuted);
    painter.drawText(place.caption, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, row.caption);

    painter.fillRect(plot, c.ecgPaper);
    paintMarks(painter, row, plot);
    const auto [low, high] = rangeOf(row.values, row.before);
    if (low < 0 && high > 0) {
        painter.setPen(QPen(c.line, 0));
        const double zero = plot.bottom() - (0 - low) / (high - low) * plot.height();
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero));
    }
    painter.setFont(Theme::numberFont(font()));
    painter.setPen(c.textMuted);
    const QRectF axis(0, plot.top(), plot.left() - kAxisGap, plot.height());
    const auto number = [&](double value) {
        return QStringLiteral("%1 %2")
            .arg(value, 0, 'f', std::abs(high - low) < 20 ? 1 : 0)
            .arg(row.unit)
            .replace(u'-', QChar(0x2212));
    };
    painter.drawText(axis, Qt::AlignRight | Qt::AlignTop, number(high));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignBottom, number(low));

    painter.save();
    painter.setClipRect(plot);
    painter.setRenderHint(QPainter::Antialiasing);
    const double from = row.isWindow ? m_shown.windowFrom() : m_from, to = row.isWindow ? m_shown.windowTo() : m_to;
    const TraceFrame frame{plot, low, high, from, to, row.firstSecond, row.hz};
    if (!row.before.empty()) {
        painter.setPen(QPen(mixed(c.warning, c.ecgPaper, 0.6), 1));
        painter.drawPath(tracePath(row.before, frame));
    }
    painter.setPen(QPen(c.ecgTrace, 1.1));
    painter.drawPath(tracePath(row.values, frame));
    painter.restore();
    if (place.showsTime)
        paintTimes(painter, row, plot);
}

// From the shaded part of the last step to the window below it.
void EcgStepsView::paintEnlargement(QPainter& painter, const QRectF& above, const QRectF& window) const
{
    const ThemeColours& c = Theme::instance().colours();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(mixed(c.accent, c.panel, 0.6), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(window.adjusted(0.5, 0.5, -0.5, -0.5));
    const double left = x(above, m_shown.windowFrom(), false), right = x(above, m_shown.windowTo(), false);
    painter.drawLine(QPointF(left, above.top()), QPointF(left, above.bottom() + 2));
    painter.drawLine(QPointF(right, above.top()), QPointF(right, above.bottom() + 2));
    painter.restore();
}

void EcgStepsView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const auto list = places(width());
    for (std::size_t i = 0; i < list.size(); ++i)
        paintRow(painter, i, list[i]);
    if (list.size() > 1 && m_rows.back().isWindow)
        paintEnlargement(painter, list[list.size() - 2].plot, list.back().plot);
}

} // namespace echo2ecg::ui
