// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace echo2ecg::ui {

class RankedModel;

// Paints one ranked study: rank, moving thumbnail, who, similarity, and the four phenotypes with small bars. The source of each number is on hover.
class RankedDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit RankedDelegate(const RankedModel& model, QObject* parent = nullptr);
    void setTick(int tick) { m_tick = tick; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index) override;

signals:
    void thumbnailNeeded(qint64 study) const;

private:
    struct Boxes
    {
        QRect rank, thumbnail, who, similarity;
        QRect values[4];  // EDV ESV SV EF
    };
    Boxes boxes(const QStyleOptionViewItem& option) const;
    const RankedModel& m_model;
    int m_tick = 0;
};

} // namespace echo2ecg::ui
