// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/ranked_delegate.h"

#include "base/simulated.h"
#include "ui/retrieval/formatting.h"
#include "ui/retrieval/ranked_model.h"
#include "ui/theme/simulated_badge.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

struct Measure
{
    const char* name;
    const std::optional<retrieval::SourcedValue>& value;
    double full;  // of the bar: beyond what an adult heart usually reaches
    bool isPercent;
};

std::array<Measure, 4> measures(const retrieval::Phenotypes& p)
{
    return {{{"EDV", p.lvedv, 300, false}, {"ESV", p.lvesv, 220, false}, {"SV", p.lvsv, 150, false}, {"EF", p.lvef, 100, true}}};
}

QString text(const Measure& m)
{
    return m.isPercent ? percent(m.value) : millilitres(m.value);
}

} // namespace

RankedDelegate::RankedDelegate(const RankedModel& model, QObject* parent) : QStyledItemDelegate(parent), m_model(model) {}

QSize RankedDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {260, 4 * option.fontMetrics.height() + 22};
}

RankedDelegate::Boxes RankedDelegate::boxes(const QStyleOptionViewItem& option) const
{
    Boxes b;
    const int line = option.fontMetrics.height();
    const QRect r = option.rect.adjusted(8, 7, -10, -7);
    b.rank = QRect(r.left(), r.top(), option.fontMetrics.horizontalAdvance(QStringLiteral("88")) + 2, r.height());
    const int thumbnailWidth = std::min(r.height() * 4 / 3, r.width() * 3 / 10);
    b.thumbnail = QRect(b.rank.right() + 6, r.top(), thumbnailWidth, r.height());
    const QRect right(b.thumbnail.right() + 10, r.top(), r.right() - b.thumbnail.right() - 9, r.height());
    const int similarityWidth = option.fontMetrics.horizontalAdvance(QStringLiteral("0.88")) + 8;
    b.who = QRect(right.left(), right.top(), right.width() - similarityWidth, line);
    b.similarity = QRect(right.right() - similarityWidth, right.top(), similarityWidth, line);
    const int gap = 10, width = (right.width() - gap) / 2, height = line + 7;
    const int top = right.top() + line + 6;
    for (int i = 0; i < 4; ++i)
        b.values[i] = QRect(right.left() + (i % 2) * (width + gap), top + (i / 2) * height, width, height);
    return b;
}

void RankedDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto& theme = Theme::instance();
    const auto& colours = theme.colours();
    const auto& study = m_model.at(index.row());
    const Boxes b = boxes(option);

    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.state & QStyle::State_Selected ? option.palette.color(QPalette::Highlight) : colours.raised);
        painter->drawRoundedRect(option.rect.adjusted(3, 2, -3, -2), 5, 5);
    }
    const QFont numbers = Theme::numberFont(option.font);
    painter->setFont(numbers);
    painter->setPen(colours.textMuted);
    painter->drawText(b.rank, Qt::AlignLeft | Qt::AlignTop, QString::number(study.rank));

    painter->fillRect(b.thumbnail, colours.cineBackground);
    const QImage picture = m_model.thumbnail(study.study, m_tick);
    if (!picture.isNull()) {
        const QSize fitted = picture.size().scaled(b.thumbnail.size(), Qt::KeepAspectRatio);
        QRect target(QPoint(), fitted);
        target.moveCenter(b.thumbnail.center());
        painter->drawImage(target, picture);
    } else if (!m_model.hasThumbnail(study.study)) {
        emit thumbnailNeeded(study.study);
    }

    if (study.simulated) {
        const QSizeF size = simulatedBadgeSize(option.font, BadgeWord::Short);
        paintSimulatedBadge(*painter, QPointF(b.thumbnail.left() + 3, b.thumbnail.bottom() - 2 - size.height()), option.font, Theme::coloursOf(ThemeKind::Dark), BadgeWord::Short);
    }

    painter->setFont(option.font);
    painter->setPen(colours.text);
    painter->drawText(b.who, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(QString::fromStdString(study.label), Qt::ElideRight, b.who.width()));
    QFont bold = numbers;
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->drawText(b.similarity, Qt::AlignRight | Qt::AlignVCenter, similarity(study.similarity));

    painter->setFont(numbers);
    int i = 0;
    for (const auto& m : measures(study.phenotypes)) {
        const QRect& box = b.values[i++];
        const QRect line = box.adjusted(0, 0, 0, -5);
        painter->setPen(colours.textFaint);
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, QString::fromLatin1(m.name));
        painter->setPen(m.value ? colours.text : colours.textFaint);
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, text(m));
        const QRectF groove(box.left(), box.bottom() - 3.5, box.width(), 2.5);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colours.line);
        painter->drawRoundedRect(groove, 1.2, 1.2);
        if (m.value) {
            QRectF bar = groove;
            bar.setWidth(groove.width() * std::clamp(m.value->value / m.full, 0.02, 1.0));
            painter->setBrush(m.isPercent ? theme.classColour(retrieval::lvefClass(m.value->value)) : colours.textMuted);
            painter->drawRoundedRect(bar, 1.2, 1.2);
        }
    }
    painter->restore();
}

bool RankedDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option, const QModelIndex& index)
{
    if (event->type() != QEvent::ToolTip || !index.isValid())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    const auto& study = m_model.at(index.row());
    const Boxes b = boxes(option);
    QString hint = tr("%1\nClick to play its clips beside the ECG").arg(QString::fromStdString(study.label));
    if (study.simulated)
        hint += QLatin1Char('\n') + QString::fromLatin1(base::virtualPatientSentence);
    if (b.similarity.contains(event->pos()))
        hint = tr("Cosine similarity %1 in the shared 512-d space").arg(study.similarity, 0, 'f', 4);
    int i = 0;
    for (const auto& m : measures(study.phenotypes))
        if (b.values[i++].contains(event->pos()))
            hint = sourceHint(QStringLiteral("LV") + QString::fromLatin1(m.name), text(m), m.value);
    QToolTip::showText(event->globalPos(), hint, view);
    return true;
}

} // namespace echo2ecg::ui
