// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/model_view/clip_row_delegate.h"

#include "ui/echo/model_view/clip_list_model.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace echo2ecg::ui {

namespace {

constexpr int kRowMargin = 8, kMark = 16, kBarHeight = 5, kBarWidth = 76;

} // namespace

QRect ClipRowDelegate::markOf(const QStyleOptionViewItem& option)
{
    return {option.rect.left() + kRowMargin, option.rect.center().y() - kMark / 2, kMark, kMark};
}

QSize ClipRowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {240, 2 * option.fontMetrics.height() + 10};
}

void ClipRowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const ThemeColours& c = Theme::instance().colours();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool chosen = option.state & QStyle::State_Selected;
    if (chosen)
        painter->fillRect(option.rect, mixed(c.accent, c.panel, 0.18));
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, mixed(c.text, c.panel, 0.05));

    const bool used = index.data(Qt::CheckStateRole).value<Qt::CheckState>() == Qt::Checked;
    const bool canBeUsed = index.flags() & Qt::ItemIsUserCheckable;
    const QRectF mark = QRectF(markOf(option)).adjusted(1.5, 1.5, -1.5, -1.5);
    painter->setPen(QPen(used ? c.accent : canBeUsed ? c.textMuted : c.line, 1.2));
    painter->setBrush(used ? QBrush(c.accent) : QBrush(Qt::NoBrush));
    painter->drawRoundedRect(mark, 2.5, 2.5);
    if (used) {
        painter->setPen(QPen(c.accentText, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(QPolygonF{{mark.left() + 3, mark.center().y() + 0.5}, {mark.left() + 5.6, mark.bottom() - 3.2}, {mark.right() - 2.6, mark.top() + 3.4}});
    }

    const int line = option.fontMetrics.height();
    QRect text = option.rect.adjusted(2 * kRowMargin + kMark, 5, -kRowMargin, -5);
    const QString title = index.data(Qt::DisplayRole).toString();
    const QString content = index.data(ClipListModel::ContentRole).toString(), reason = index.data(ClipListModel::ReasonRole).toString();
    const QVariant weight = index.data(ClipListModel::WeightRole);
    QRect first(text.left(), text.top(), text.width(), line);
    if (weight.isValid()) {
        const QFont numbers = Theme::numberFont(option.font);
        const QString percent = QStringLiteral("%1 %").arg(100 * weight.toDouble(), 0, 'f', 1);
        const int numberWidth = QFontMetrics(numbers).horizontalAdvance(QStringLiteral("100.0 %"));
        painter->setFont(numbers);
        painter->setPen(c.text);
        painter->drawText(first, Qt::AlignRight | Qt::AlignVCenter, percent);
        const QRectF room(first.right() - numberWidth - kRowMargin - kBarWidth, first.center().y() - kBarHeight / 2.0 + 0.5, kBarWidth, kBarHeight);
        painter->fillRect(room, mixed(c.text, c.panel, 0.09));
        painter->fillRect(QRectF(room.topLeft(), QSizeF(room.width() * index.data(ClipListModel::ShareRole).toDouble(), room.height())), c.accent);
        first.setRight(int(room.left()) - kRowMargin);
    }
    painter->setFont(option.font);
    painter->setPen(used ? c.text : c.textMuted);
    painter->drawText(first, Qt::AlignLeft | Qt::AlignVCenter, option.fontMetrics.elidedText(title, Qt::ElideMiddle, first.width()));
    const QRect second(text.left(), text.top() + line, text.width(), line);
    painter->setPen(c.textMuted);
    // "still" twice says no more than once.
    const QString below = used ? (reason.isEmpty() ? content : content + QStringLiteral(" · ") + reason)
                               : tr("Left out: %1").arg(reason) + (reason == content || reason.startsWith(content.section(u' ', 0, 0)) ? QString() : QStringLiteral(" · ") + content);
    painter->drawText(second, Qt::AlignLeft | Qt::AlignVCenter, option.fontMetrics.elidedText(below, Qt::ElideRight, second.width()));
    if (chosen && (option.state & QStyle::State_HasFocus)) {
        painter->setPen(QPen(c.accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter->restore();
}

bool ClipRowDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option, const QModelIndex& index)
{
    const bool click = event->type() == QEvent::MouseButtonRelease && static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton &&
                       markOf(option).adjusted(-5, -8, 5, 8).contains(static_cast<QMouseEvent*>(event)->position().toPoint());
    const bool key = event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    return (click || key) && model->setData(index, {}, Qt::CheckStateRole);
}

} // namespace echo2ecg::ui
