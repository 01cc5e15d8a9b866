// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/ecg_steps_view.h"

#include "ui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kRowHeight = 84, kRowGap = 8, kTextWidth = 210, kAxisWidth = 58, kTimeHeight = 15, kRightMargin = 8;

// Lowest and highest finite value of both traces, never an empty range.
std::pair<double, double> rangeOf(const std::vector<float>& a, const std::vector<float>& b)
{
    double low = INFINITY, high = -INFINITY;
    for (const auto* list : {&a, &b})
        for (const float value : *list)
            if (std::isfinite(value)) {
                low = std::min(low, double(value));
                high = std::max(high, double(value));
            }
    if (!(low <= high))
        return {-1, 1};
    const double room = std::max((high - low) * 0.06, 1e-6);
    return {low - room, high + room};
}

// At most two points per pixel column, so that a long recording costs no more than a short one.
QPainterPath pathOf(const std::vector<float>& values, const QRectF& area, double low, double high)
{
    QPainterPath path;
    const auto n = values.size();
    if (n < 2)
        return path;
    const auto y = [&](double value) { return area.bottom() - (value - low) / (high - low) * area.height(); };
    const auto columns = std::size_t(std::max(2.0, area.width() * 2));
    const std::size_t step = std::max<std::size_t>(1, n / columns);
    bool pen = false;
    const auto to = [&](std::size_t i, float value) {
        if (!std::isfinite(value)) {
            pen = false;
            return;
        }
        const QPointF point(area.left() + double(i) / double(n - 1) * area.width(), y(double(value)));
        pen ? path.lineTo(point) : path.moveTo(point);
        pen = true;
    };
    for (std::size_t i = 0; i < n; i += step) {
        const auto last = values.begin() + std::ptrdiff_t(std::min(n, i + step));
        const auto [least, most] = std::minmax_element(values.begin() + std::ptrdiff_t(i), last);
        const auto first = std::min(least, most), second = std::max(least, most);
        to(std::size_t(first - values.begin()), *first);
        if (second != first)
            to(std::size_t(second - values.begin()), *second);
    }
    return path;
}

} // namespace

EcgStepsView::EcgStepsView(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("ecgSteps"));
    setAccessibleName(tr("The ECG after each step of the recipe"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void EcgStepsView::setPreview(std::shared_ptr<const EcgPreview> preview)
{
    m_preview = std::move(preview);
    rebuild();
}

void EcgStepsView::setLead(ecg::Lead lead)
{
    m_lead = lead;
    rebuild();
}

void EcgStepsView::rebuild()
{
    m_rows.clear();
    if (m_preview && m_preview->failure.isEmpty() && m_preview->record) {
        const ecg::EcgSteps& steps = m_preview->steps;
        const ecg::EcgRecipe& recipe = m_preview->recipe;
        const ecg::EcgRecord& record = *m_preview->record;
        const auto leadOf = [&](const std::vector<float>& matrix, std::size_t columns) {
            const auto first = matrix.begin() + std::ptrdiff_t(ecg::index(m_lead) * columns);
            return std::vector<float>(first, first + std::ptrdiff_t(columns));
        };
        const QString mV = tr("mV"), sd = tr("SD");
        const double hz = steps.result.samplingHz, seconds = double(steps.kept) / hz;
        if (hz != record.samplingHz) {
            Row row{tr("As recorded"), tr("%1 Hz").arg(record.samplingHz), mV, record[m_lead], {}, 0, 0};
            row.values.resize(std::min(row.values.size(), std::size_t(seconds * record.samplingHz)));
            row.lastSecond = double(row.values.size()) / record.samplingHz;
            m_rows.push_back(std::move(row));
        }
        for (const ecg::EcgStepValues& step : steps.steps) {
            Row row;
            row.values = leadOf(step.values, steps.kept);
            row.lastSecond = seconds;
            row.unit = step.step == ecg::EcgStep::Normalised ? sd : mV;
            if (step.step != ecg::EcgStep::Started && step.step != ecg::EcgStep::Normalised)
                row.before = m_rows.back().values;
            switch (step.step) {
            case ecg::EcgStep::Started:
                row.title = hz != record.samplingHz ? tr("Resampled") : tr("As recorded");
                row.caption = tr("%1 Hz, %2 samples").arg(hz).arg(steps.result.samples);
                break;
            case ecg::EcgStep::Clipped:
                row.title = tr("Clipped");
                row.caption = tr("± %1 σ = ± %2 mV; %3 samples of all leads")
                                  .arg(recipe.clipSigmas)
                                  .arg(steps.result.clipLevel, 0, 'f', 2)
                                  .arg(steps.result.clipped);
                break;
            case ecg::EcgStep::BaselineRemoved:
                row.title = tr("Baseline removed");
                row.caption = tr("asymmetric least squares, p %1, %2 iterations")
                                  .arg(recipe.baselineP)
                                  .arg(recipe.baselineIterations);
                break;
            case ecg::EcgStep::Normalised:
                row.title = tr("Normalised");
                row.caption = tr("mean 0, standard deviation 1 within each group of leads");
                break;
            }
            m_rows.push_back(std::move(row));
        }
        Row& last = m_rows.back();
        const double all = double(std::max<std::size_t>(1, steps.kept));
        last.markFrom = recipe.windowStart / all;
        last.markTo = std::min(1.0, (recipe.windowStart + recipe.windowSamples) / all);
        Row window{tr("What the encoder gets"),
                   tr("samples %1 – %2: %3 s at %4 Hz")
                       .arg(recipe.windowStart)
                       .arg(recipe.windowStart + recipe.windowSamples - 1)
                       .arg(recipe.windowSamples / hz, 0, 'f', 2)
                       .arg(hz),
                   last.unit,
                   leadOf(steps.result.input, std::size_t(recipe.windowSamples)),
                   {},
                   recipe.windowStart / hz,
                   (recipe.windowStart + recipe.windowSamples) / hz};
        last.showsTime = window.showsTime = true;
        m_rows.push_back(std::move(window));
    }
    setAccessibleDescription(captions().join(QStringLiteral("\n")));
    updateGeometry();
    update();
}

QStringList EcgStepsView::captions() const
{
    QStringList list;
    for (const Row& row : m_rows)
        list << row.title + QStringLiteral(": ") + row.caption;
    return list;
}

QSize EcgStepsView::sizeHint() const
{
    return {720, int(m_rows.size()) * (kRowHeight + kRowGap)};
}

QSize EcgStepsView::minimumSizeHint() const
{
    return {420, sizeHint().height()};
}

void EcgStepsView::paintRow(QPainter& painter, const Row& row, const QRectF& area) const
{
    const ThemeColours& c = Theme::instance().colours();
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    QRectF text(area.left(), area.top() + 4, kTextWidth - 12, area.height() - 8);
    painter.setFont(bold);
    painter.setPen(c.text);
    QRectF used;
    painter.drawText(text, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, row.title, &used);
    painter.setFont(font());
    painter.setPen(c.textMuted);
    painter.drawText(text.adjusted(0, used.height() + 2, 0, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                     row.caption);

    const QRectF plot(area.left() + kTextWidth + kAxisWidth, area.top(),
                      area.width() - kTextWidth - kAxisWidth - kRightMargin,
                      area.height() - (row.showsTime ? kTimeHeight : 0));
    painter.fillRect(plot, c.ecgPaper);
    const auto [low, high] = rangeOf(row.values, row.before);
    if (row.markFrom >= 0)
        painter.fillRect(QRectF(plot.left() + row.markFrom * plot.width(), plot.top(),
                                (row.markTo - row.markFrom) * plot.width(), plot.height()),
                         mixed(c.accent, c.ecgPaper, 0.18));
    if (low < 0 && high > 0) {
        painter.setPen(QPen(c.line, 0));
        const double zero = plot.bottom() - (0 - low) / (high - low) * plot.height();
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero));
    }
    painter.setFont(Theme::numberFont(font()));
    painter.setPen(c.textMuted);
    const QRectF axis(plot.left() - kAxisWidth, plot.top(), kAxisWidth - 6, plot.height());
    const auto number = [&](double value) {
        return QStringLiteral("%1 %2").arg(value, 0, 'f', std::abs(high - low) < 20 ? 1 : 0).arg(row.unit);
    };
    painter.drawText(axis, Qt::AlignRight | Qt::AlignTop, number(high));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignBottom, number(low));

    painter.save();
    painter.setClipRect(plot);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!row.before.empty()) {
        painter.setPen(QPen(mixed(c.warning, c.ecgPaper, 0.6), 1));
        painter.drawPath(pathOf(row.before, plot, low, high));
    }
    painter.setPen(QPen(c.ecgTrace, 1.1));
    painter.drawPath(pathOf(row.values, plot, low, high));
    painter.restore();
    if (!row.showsTime)
        return;
    painter.setPen(c.textMuted);
    const QRectF times(plot.left(), plot.bottom() + 1, plot.width(), kTimeHeight);
    painter.drawText(times, Qt::AlignLeft | Qt::AlignTop, tr("%1 s").arg(row.firstSecond, 0, 'f', 2));
    painter.drawText(times, Qt::AlignRight | Qt::AlignTop, tr("%1 s").arg(row.lastSecond, 0, 'f', 2));
}

void EcgStepsView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    double top = 0;
    for (const Row& row : m_rows) {
        paintRow(painter, row, QRectF(0, top, width(), kRowHeight));
        top += kRowHeight + kRowGap;
    }
}

} // namespace echo2ecg::ui
