// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

#include <QImage>
#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

// The library pane: search field, tree of patients with their ECGs and echo studies and, under a study, its clips with thumbnails; quarantine list at the
// bottom. Fills in without jumping: thumbnails have their place reserved.
class LibraryPanel : public QWidget
{
    Q_OBJECT
public:
    explicit LibraryPanel(QWidget* parent = nullptr);
    ~LibraryPanel() override;

    // Everything the tree shows, read off the GUI thread by the caller (readLibrary below).
    struct Contents
    {
        std::vector<library::PatientRow> patients;
        std::vector<library::EcgRow> ecgs;
        std::vector<library::StudyRow> studies;
        std::vector<library::ClipRow> clips;
        std::vector<library::QuarantineRow> quarantine;
    };
    static Contents readLibrary(const library::Library& library);
    void setContents(Contents contents);
    void setThumbnail(qint64 clip, const QImage& image);
    void selectEcg(qint64 ecg);
    void focusSearch();

signals:
    void ecgActivated(qint64 ecg);
    void overlayRequested(qint64 ecg); // to lay it over the open one
    void studyActivated(qint64 study);
    void clipActivated(qint64 study, qint64 clip);
    void thumbnailNeeded(qint64 clip, qint64 study);
    void importRequested();          // from the empty state
    void retryRequested(QString file);
    void dismissRequested(qint64 quarantine);
    void removeRequested(qint64 ecg, qint64 study);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
