// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/model_view/clip_list_model.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString words(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

QString titleOf(const casework::ModelView& view, int row)
{
    const QString name = words(view.row.fileName);
    return QStringLiteral("%1 · %2").arg(row + 1).arg(name.isEmpty() ? QStringLiteral("–") : name);
}

} // namespace

void ClipListModel::setViews(std::vector<casework::ModelView> views)
{
    beginResetModel();
    m_views = std::move(views);
    m_largest = 0;
    for (const casework::ModelView& view : m_views)
        m_largest = std::max(m_largest, view.weight.value_or(0));
    endResetModel();
}

const casework::ModelView* ClipListModel::at(int row) const
{
    return row >= 0 && row < int(m_views.size()) ? &m_views[std::size_t(row)] : nullptr;
}

int ClipListModel::rowOf(qint64 clip) const
{
    const auto found = std::find_if(m_views.begin(), m_views.end(), [&](const auto& view) { return view.row.id == clip; });
    return found == m_views.end() ? -1 : int(found - m_views.begin());
}

int ClipListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_views.size());
}

QVariant ClipListModel::data(const QModelIndex& index, int role) const
{
    const casework::ModelView* view = at(index.row());
    if (!view)
        return {};
    const echo::ViewChoice& choice = view->choice;
    const QString content = tr(echo::name(choice.content.content));
    const QString reason = choice.isUsed ? (choice.byPerson ? tr("used by hand") : QString()) : words(choice.reason);
    switch (role) {
    case Qt::DisplayRole: return titleOf(*view, index.row());
    case Qt::CheckStateRole: return choice.isUsed ? Qt::Checked : Qt::Unchecked;
    case ContentRole: return content;
    case ReasonRole: return reason;
    case WeightRole: return view->weight ? QVariant(double(*view->weight)) : QVariant();
    case ShareRole: return m_largest > 0 && view->weight ? double(*view->weight / m_largest) : 0.0;
    case Qt::AccessibleTextRole:
        return QStringList{titleOf(*view, index.row()), content, choice.isUsed ? tr("used") : tr("left out: %1").arg(reason)}.join(QStringLiteral(", "));
    case Qt::ToolTipRole: {
        QStringList lines{QStringLiteral("%1 (%2)").arg(content, tr("decided from: %1").arg(QLatin1String(echo::name(choice.content.basis))))};
        if (!choice.isUsed)
            lines << tr("Left out: %1").arg(reason);
        if (!choice.canBeUsed)
            lines << tr("A still can't be encoded as a clip");
        else
            lines << (choice.isUsed ? tr("Space: leave it out") : tr("Space: use it"));
        return lines.join(QLatin1Char('\n'));
    }
    default: return {};
    }
}

Qt::ItemFlags ClipListModel::flags(const QModelIndex& index) const
{
    const casework::ModelView* view = at(index.row());
    Qt::ItemFlags flags = QAbstractListModel::flags(index);
    return view && view->choice.canBeUsed ? flags | Qt::ItemIsUserCheckable : flags;
}

bool ClipListModel::setData(const QModelIndex& index, const QVariant&, int role)
{
    const casework::ModelView* view = at(index.row());
    if (role != Qt::CheckStateRole || !view || !view->choice.canBeUsed)
        return false;
    // Back to what the rules say is no decision any more.
    const bool use = !view->choice.isUsed;
    const bool isRule = view->choice.byPerson && view->choice.byRules == use;
    emit useAsked(view->row.id, isRule ? std::nullopt : std::optional(use));
    return true;
}

} // namespace echo2ecg::ui
