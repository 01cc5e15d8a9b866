// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"

#include <QAbstractListModel>
#include <QHash>
#include <QImage>

namespace echo2ecg::ui {

// The ranked studies as rows. Thumbnails come later and have their place reserved.
class RankedModel : public QAbstractListModel
{
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    void setStudies(std::vector<casework::RankedStudy> studies);
    const casework::RankedStudy& at(int row) const { return m_studies[std::size_t(row)]; }
    int rowOf(qint64 study) const;  // -1: not here
    // Frames of a moving thumbnail; one frame for a still one.
    void setThumbnail(qint64 study, QList<QImage> frames);
    bool hasThumbnail(qint64 study) const { return m_thumbnails.contains(study); }
    QImage thumbnail(qint64 study, int tick) const;
    bool anythingMoves() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<casework::RankedStudy> m_studies;
    QHash<qint64, QList<QImage>> m_thumbnails;
};

} // namespace echo2ecg::ui
