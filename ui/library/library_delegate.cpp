// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/library/library_delegate.h"

#include "ui/library/library_tree.h"
#include "ui/theme/simulated_badge.h"

#include <QPainter>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

constexpr int gap = 6;

} // namespace

// The words end before the badge.
void LibraryDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    if (!index.data(LibraryTree::SimulatedRole).toBool() || option->rect.isEmpty())
        return;
    const int taken = int(simulatedBadgeSize(option->font, BadgeWord::Short).width()) + 4 * gap; // and the style's own margins
    option->text = option->fontMetrics.elidedText(option->text, Qt::ElideRight, std::max(0, option->rect.width() - taken));
}

void LibraryDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    if (!index.data(LibraryTree::SimulatedRole).toBool())
        return;
    const QSizeF size = simulatedBadgeSize(option.font, BadgeWord::Short);
    const QPointF at(option.rect.right() - gap - size.width(), option.rect.center().y() + 0.5 - size.height() / 2);
    paintSimulatedBadge(*painter, at, option.font, Theme::instance().colours(), BadgeWord::Short);
}

} // namespace echo2ecg::ui
