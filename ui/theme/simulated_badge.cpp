// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/simulated_badge.h"

#include "base/simulated.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double side = 4, above = 1; // around the word

QFont badgeFont(const QFont& like)
{
    QFont font = like;
    if (like.pointSizeF() > 0)
        font.setPointSizeF(like.pointSizeF() * 0.8);
    else
        font.setPixelSize(std::max(1, int(std::lround(like.pixelSize() * 0.8))));
    font.setWeight(QFont::Bold);
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.4);
    return font;
}

QString textOf(BadgeWord word)
{
    return word == BadgeWord::Short ? QStringLiteral("SIM") : QString::fromLatin1(base::simulatedWord);
}

} // namespace

QSizeF simulatedBadgeSize(const QFont& font, BadgeWord word)
{
    const QFontMetricsF metrics(badgeFont(font));
    return {std::ceil(metrics.horizontalAdvance(textOf(word)) + 2 * side), std::ceil(metrics.height() + 2 * above)};
}

void paintSimulatedBadge(QPainter& painter, const QPointF& topLeft, const QFont& font, const ThemeColours& colours, BadgeWord word)
{
    const QRectF box(topLeft, simulatedBadgeSize(font, word));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(colours.warning, colours.panel, 0.22));
    painter.drawRoundedRect(box, 3, 3);
    painter.setFont(badgeFont(font));
    painter.setPen(colours.warning);
    painter.drawText(box, Qt::AlignCenter, textOf(word));
    painter.restore();
}

SimulatedBadge::SimulatedBadge(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("simulatedBadge"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setToolTip(QString::fromLatin1(base::virtualPatientSentence));
    setAccessibleName(QString::fromLatin1(base::simulatedWord));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize SimulatedBadge::sizeHint() const
{
    const QSizeF size = simulatedBadgeSize(font());
    return {int(size.width()), int(size.height())};
}

void SimulatedBadge::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintSimulatedBadge(painter, {}, font(), Theme::instance().colours());
}

} // namespace echo2ecg::ui
