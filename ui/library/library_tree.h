// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/library/library_panel.h"

#include <QHash>
#include <QStandardItemModel>

namespace echo2ecg::ui {

// The tree of the library pane: patients, under each their ECGs and studies, under a study its clips.
class LibraryTree : public QStandardItemModel
{
    Q_OBJECT
public:
    enum Role { KindRole = Qt::UserRole, IdRole, StudyRole, SearchRole, SimulatedRole };
    enum Kind { Patient, Ecg, Study, Clip };

    explicit LibraryTree(QObject* parent = nullptr);
    void fill(const LibraryPanel::Contents& contents);
    void setThumbnail(qint64 clip, const QImage& image);
    bool hasThumbnail(qint64 clip) const { return m_thumbnails.contains(clip); }
    QModelIndex indexOfEcg(qint64 ecg) const;
    QModelIndex indexOfStudy(qint64 study) const;
    static QSize thumbnailSize() { return {56, 42}; }

    // One clip can be dragged into a cell of the echo pane: "application/x-echo2ecg-clip", "STUDY CLIP".
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }

private:
    void addClip(QStandardItem* study, const library::ClipRow& row);
    QHash<qint64, QStandardItem*> m_ecgs, m_studies, m_clips;
    QHash<qint64, QIcon> m_thumbnails;  // survive a refill, so that nothing flickers
    QIcon m_placeholder;
};

} // namespace echo2ecg::ui
