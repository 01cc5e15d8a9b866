// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/thumbnail_service.h"

#include "ui/shell/cell_choice.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int width = 192, height = 144;
constexpr std::size_t cacheBytes = std::size_t(16) << 20;

QImage firstPicture(const echo::EchoClip& clip)
{
    echo::ClipFrames frames(clip, cacheBytes);
    return toQImage(echo::thumbnail(frames, width, height));
}

// Ten frames a second are enough for the eye in a list.
QList<QImage> firstSecond(const echo::EchoClip& clip)
{
    echo::ClipFrames frames(clip, cacheBytes);
    QList<QImage> pictures;
    const int steps = clip.kind == echo::ClipKind::Cine ? std::clamp(int(clip.timing.durationMs / 100.0), 1, 10) : 1;
    for (int i = 0; i < steps; ++i) {
        const int frame = clip.kind == echo::ClipKind::Cine ? clip.timing.frameAt(i * 100.0) : 0;
        const QImage whole = toQImage(*frames.frame(frame));
        pictures << whole.scaled(width, height, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    }
    return pictures;
}

} // namespace

QImage toQImage(const base::RgbImage& image)
{
    if (image.isEmpty())
        return {};
    return QImage(image.pixels.data(), image.columns, image.rows, image.columns * 3, QImage::Format_RGB888).copy();
}

ThumbnailService::ThumbnailService(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1);  // the device worker and the cine pool come first
    m_pool.setThreadPriority(QThread::LowPriority);
}

ThumbnailService::~ThumbnailService()
{
    m_stopping = true;
    m_pool.clear();
    m_pool.waitForDone();
}

void ThumbnailService::requestClip(library::Library& library, qint64 clip, qint64 study)
{
    const QPair<char, qint64> key('c', clip);
    if (m_pending.contains(key) || m_done.contains(key))
        return;
    m_pending.insert(key);
    m_pool.start([this, &library, clip, study, key] {
        QImage picture;
        try {
            const auto rows = library.clips(study);
            const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.id == clip; });
            if (row != rows.end() && !m_stopping)
                picture = firstPicture(echo::readClip(row->file));
        } catch (const base::Error&) {
            // The reason is shown where the clip is opened.
        }
        QMetaObject::invokeMethod(this, [this, key, clip, picture] {
            m_pending.remove(key);
            m_done.insert(key);
            emit clipReady(clip, picture);
        });
    });
}

void ThumbnailService::requestStudy(library::Library& library, qint64 study, const std::string& bundleId)
{
    const QPair<char, qint64> key('s', study);
    if (m_pending.contains(key) || m_done.contains(key))
        return;
    m_pending.insert(key);
    m_pool.start([this, &library, study, bundleId, key] {
        QList<QImage> pictures;
        try {
            const auto chosen = chooseCells(library, study, bundleId, 1);
            if (!chosen.empty() && !m_stopping)
                pictures = firstSecond(chosen.front().clip);
        } catch (const base::Error&) {
            // As above.
        }
        QMetaObject::invokeMethod(this, [this, key, study, pictures] {
            m_pending.remove(key);
            m_done.insert(key);
            emit studyReady(study, pictures);
        });
    });
}

} // namespace echo2ecg::ui
