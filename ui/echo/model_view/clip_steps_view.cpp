// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/model_view/clip_steps_view.h"

#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kPanelMost = 230, kPanelLeast = 125, kGap = 10, kStripGap = 4, kMostPerLine = 16, kStripText = 18;

QRectF fitted(const QImage& picture, const QRectF& area)
{
    QSizeF size = picture.size();
    size.scale(area.size(), Qt::KeepAspectRatio);
    return {area.left(), area.top(), size.width(), size.height()};
}

} // namespace

ClipStepsView::ClipStepsView(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("clipSteps"));
    setAccessibleName(tr("A frame of the clip after each step of the recipe"));
    setFocusPolicy(Qt::StrongFocus);
    setToolTip(tr("Click a frame below, or press ← and →, to see its steps; dashed: what the crop leaves"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ClipStepsView::setPreview(std::shared_ptr<const ClipPreview> preview)
{
    m_preview = std::move(preview);
    select(m_slot);
    updateGeometry();
}

void ClipStepsView::select(int slot)
{
    const int sampled = m_preview ? int(m_preview->scaled.size()) : 0;
    m_slot = std::clamp(slot, 0, std::max(0, sampled - 1));
    setAccessibleDescription(captions().join(QStringLiteral("\n")));
    update();
}

std::vector<ClipStepsView::Panel> ClipStepsView::panels() const
{
    std::vector<Panel> list;
    if (!m_preview || !m_preview->failure.isEmpty() || m_preview->scaled.empty())
        return list;
    const ClipPreview& p = *m_preview;
    const auto at = std::size_t(m_slot);
    list.push_back({tr("Decoded"), tr("frame %1 of the clip").arg(p.frames[at] + 1), &p.decoded[at], true});
    if (!p.mask.isNull())
        list.push_back({tr("Mask"), p.maskBasis, &p.mask});
    if (!p.masked.empty())
        list.push_back({tr("Masked"), tr("black outside the ultrasound sector"), &p.masked[at], true});
    list.push_back(
        {tr("Cropped and scaled"),
         tr("centre square, %1 % off each side, %2 × %2").arg(100 * p.recipe.zoom, 0, 'g', 3).arg(p.recipe.size),
         &p.scaled[at]});
    list.push_back({tr("Normalised"),
                    tr("%1 to %2; %3")
                        .arg(double(p.lowest), 0, 'f', 2)
                        .arg(double(p.highest), 0, 'f', 2)
                        .arg(p.recipe.channelOrder == echo::ChannelOrder::Rgb ? tr("red first") : tr("blue first")),
                    &p.tensor[at]});
    return list;
}

QStringList ClipStepsView::captions() const
{
    QStringList list;
    for (const Panel& panel : panels())
        list << panel.title + QStringLiteral(": ") + panel.caption;
    return list;
}

// In a narrow place the steps take two lines.
int ClipStepsView::panelsPerLine() const
{
    const int count = std::max(3, int(panels().size()));
    return width() >= count * (kPanelLeast + kGap) ? count : (count + 1) / 2;
}

double ClipStepsView::panelWidth() const
{
    return (width() - kGap * (panelsPerLine() - 1.0)) / panelsPerLine();
}

int ClipStepsView::lineHeight(int line) const
{
    const std::vector<Panel> list = panels();
    double height = 0;
    for (int i = line * panelsPerLine(); i < std::min(int(list.size()), (line + 1) * panelsPerLine()); ++i)
        height = std::max(height, fitted(*list[std::size_t(i)].picture, {0, 0, panelWidth(), kPanelMost}).height());
    return int(std::ceil(height));
}

int ClipStepsView::lineTop(int line) const
{
    int top = 0;
    for (int above = 0; above < line; ++above)
        top += lineHeight(above) + textHeight() + kGap;
    return top;
}

// A title and two lines, three where they are short.
int ClipStepsView::textHeight() const
{
    return fontMetrics().lineSpacing() * (panelWidth() < kPanelLeast + 20 ? 4 : 3) + 6;
}

int ClipStepsView::stripTop() const
{
    const int perLine = panelsPerLine();
    return lineTop((std::max(1, int(panels().size())) + perLine - 1) / perLine);
}

QRectF ClipStepsView::frameRect(int slot) const
{
    const int frames = m_preview ? int(m_preview->tensor.size()) : 0;
    const int perLine = std::clamp(frames, 1, width() < 760 ? kMostPerLine / 2 : kMostPerLine);
    const double side = std::min(88.0, (width() - kStripGap * (perLine - 1.0)) / perLine);
    return {(slot % perLine) * (side + kStripGap), stripTop() + kStripText + (slot / perLine) * (side + kStripGap),
            side, side};
}

QSize ClipStepsView::sizeHint() const
{
    const int frames = m_preview ? int(m_preview->tensor.size()) : 0;
    return {720, frames ? int(frameRect(frames - 1).bottom()) + kStripGap : 120};
}

void ClipStepsView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updateGeometry();
}

void ClipStepsView::paintEvent(QPaintEvent*)
{
    const std::vector<Panel> list = panels();
    if (list.empty())
        return;
    const ThemeColours& c = Theme::instance().colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const int perLine = panelsPerLine();
    for (int i = 0; i < int(list.size()); ++i) {
        const Panel& panel = list[std::size_t(i)];
        const double left = (i % perLine) * (panelWidth() + kGap), top = lineTop(i / perLine);
        const int height = lineHeight(i / perLine);
        const QRectF area(left, top, panelWidth(), height);
        const QRectF place = fitted(*panel.picture, area);
        painter.drawImage(place, *panel.picture);
        if (panel.showsCrop) {
            const QRectF& crop = m_preview->crop;
            painter.setPen(QPen(c.accent, 1, Qt::DashLine));
            painter.drawRect(QRectF(place.left() + crop.x() * place.width(), place.top() + crop.y() * place.height(),
                                    crop.width() * place.width(), crop.height() * place.height()));
        }
        const QRectF text(left, top + height + 4, panelWidth() - 4, textHeight());
        painter.setFont(bold);
        painter.setPen(c.text);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignTop, panel.title);
        painter.setFont(font());
        painter.setPen(c.textMuted);
        painter.drawText(text.adjusted(0, painter.fontMetrics().height() + 1, 0, 0),
                         Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, panel.caption);
    }
    const int sampled = int(m_preview->scaled.size());
    painter.setPen(c.textMuted);
    const QString count = m_preview->padded > 0 ? tr("The encoder gets %1 frames: %2 of the clip, and %3 that fill up")
                                                      .arg(sampled + m_preview->padded)
                                                      .arg(sampled)
                                                      .arg(m_preview->padded)
                                                : tr("The encoder gets these %1 frames").arg(sampled);
    painter.drawText(QRectF(0, stripTop() - 4, width(), kStripText), Qt::AlignLeft | Qt::AlignTop, count);
    for (int slot = 0; slot < int(m_preview->tensor.size()); ++slot) {
        const QRectF frame = frameRect(slot);
        painter.drawImage(frame, m_preview->tensor[std::size_t(slot)]);
        if (slot >= sampled) {
            painter.setPen(QPen(c.textFaint, 1, Qt::DashLine));
            painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5));
        } else if (slot == m_slot) {
            painter.setPen(QPen(c.accent, 2));
            painter.drawRect(frame.adjusted(1, 1, -1, -1));
        }
    }
}

void ClipStepsView::mousePressEvent(QMouseEvent* event)
{
    const int sampled = m_preview ? int(m_preview->scaled.size()) : 0;
    for (int slot = 0; slot < sampled; ++slot)
        if (frameRect(slot).contains(event->position()))
            select(slot);
    QWidget::mousePressEvent(event);
}

void ClipStepsView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        select(m_slot + (event->key() == Qt::Key_Right ? 1 : -1));
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
