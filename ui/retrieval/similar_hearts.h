// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"

#include <QImage>
#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

// The ranked studies: rank, thumbnail, similarity, EDV ESV SV EF with small bars and units, source on hover.
class SimilarHearts : public QWidget
{
    Q_OBJECT
public:
    explicit SimilarHearts(QWidget* parent = nullptr);
    ~SimilarHearts() override;

    void setUntrained(bool untrained);
    // The model learned from virtual patients.
    void setTrainedOnSimulated(bool simulated);
    void setRetrieval(const casework::Retrieval& retrieval);
    int rowCount() const;
    // Selects and activates the row, as a click does.
    void activate(int row);
    // Frames of a moving thumbnail, shown at ten a second; one frame for a still one.
    void setThumbnail(qint64 study, const QList<QImage>& frames);
    void setBusy(const QString& what);
    void setEmpty(const QString& whatBelongsHere, const QString& howToGetIt);
    void setError(const QString& sentence);
    qint64 selectedStudy() const;  // 0: none

signals:
    void studyActivated(qint64 study);  // click or Enter
    void thumbnailNeeded(qint64 study); // of a visible row
    void retryRequested();

private:
    void showSimulated();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
