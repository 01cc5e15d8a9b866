// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/vote_dots.h"

#include "ui/theme/theme.h"

#include <QPainter>

namespace echo2ecg::ui {

VoteDots::VoteDots(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void VoteDots::setClasses(std::vector<int> classes)
{
    m_classes = std::move(classes);
    QStringList words;
    for (const int c : m_classes)
        words << QString::fromUtf8(retrieval::word(retrieval::LvefClass(c)));
    setToolTip(tr("Votes of the nearest neighbours, nearest first: %1").arg(words.join(QStringLiteral(", "))));
    setAccessibleName(toolTip());
    updateGeometry();
    update();
}

int VoteDots::diameter() const
{
    return fontMetrics().height() + 4;
}

QSize VoteDots::sizeHint() const
{
    const int d = diameter(), n = int(m_classes.size());
    return {n * d + (n > 0 ? (n - 1) * 6 : 0), d};
}

void VoteDots::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int d = diameter();
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    QRect box(0, 0, d, d);
    for (const int index : m_classes) {
        const auto c = retrieval::LvefClass(index);
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::instance().classColour(c));
        painter.drawEllipse(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setPen(Theme::instance().colours().accentText);
        painter.drawText(box, Qt::AlignCenter, QString::fromUtf8(retrieval::letter(c)));
        box.translate(d + 6, 0);
    }
}

} // namespace echo2ecg::ui
