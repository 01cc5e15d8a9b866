// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/ranked_model.h"

#include "ui/retrieval/formatting.h"

#include <algorithm>

namespace echo2ecg::ui {

void RankedModel::setStudies(std::vector<casework::RankedStudy> studies)
{
    beginResetModel();
    m_studies = std::move(studies);
    endResetModel();
}

int RankedModel::rowOf(qint64 study) const
{
    const auto found = std::find_if(m_studies.begin(), m_studies.end(), [&](const auto& s) { return s.study == study; });
    return found == m_studies.end() ? -1 : int(found - m_studies.begin());
}

void RankedModel::setThumbnail(qint64 study, QList<QImage> frames)
{
    m_thumbnails[study] = std::move(frames);
    if (const int row = rowOf(study); row >= 0)
        emit dataChanged(index(row), index(row), {Qt::DecorationRole});
}

QImage RankedModel::thumbnail(qint64 study, int tick) const
{
    const auto found = m_thumbnails.constFind(study);
    return found == m_thumbnails.constEnd() || found->isEmpty() ? QImage() : found->at(tick % int(found->size()));
}

bool RankedModel::anythingMoves() const
{
    return std::any_of(m_studies.begin(), m_studies.end(), [this](const auto& s) { return m_thumbnails.value(s.study).size() > 1; });
}

int RankedModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_studies.size());
}

QVariant RankedModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const auto& s = at(index.row());
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
        return tr("%1. %2, similarity %3, LVEF %4")
            .arg(s.rank)
            .arg(QString::fromStdString(s.label), similarity(s.similarity), percent(s.phenotypes.lvef));
    if (role == Qt::UserRole)
        return qint64(s.study);
    return {};
}

} // namespace echo2ecg::ui
