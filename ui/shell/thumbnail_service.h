// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

#include <QImage>
#include <QObject>
#include <QSet>
#include <QThreadPool>

namespace echo2ecg::ui {

QImage toQImage(const base::RgbImage& image);

// Small pictures of clips, decoded on a pool of its own and delivered on the GUI thread. Each is asked for once; a clip that can't be decoded gives a null
// picture, its reason is shown where the clip is opened.
class ThumbnailService : public QObject
{
    Q_OBJECT
public:
    explicit ThumbnailService(QObject* parent = nullptr);
    ~ThumbnailService() override;  // drops what waits, waits for what runs

    void requestClip(library::Library& library, qint64 clip, qint64 study);
    // A moving thumbnail of the study's best clip: up to 10 frames over its first second.
    void requestStudy(library::Library& library, qint64 study, const std::string& bundleId);
    bool isIdle() const { return m_pending.isEmpty(); }

signals:
    void clipReady(qint64 clip, QImage image);
    void studyReady(qint64 study, QList<QImage> frames);

private:
    QThreadPool m_pool;
    QSet<QPair<char, qint64>> m_pending, m_done;
    std::atomic<bool> m_stopping{false};
};

} // namespace echo2ecg::ui
