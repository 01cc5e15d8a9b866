// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/beat_finder.h"

#include <QFileInfo>
#include <QDateTime>
#include <QPointer>

#ifdef __linux__
#include <sys/resource.h>
#endif

namespace echo2ecg::ui {

namespace {

constexpr std::size_t kCacheBytes = std::size_t(32) << 20;
constexpr qsizetype kMostKnown = 4096;

BeatFinder::Found fromFile(const echo::EchoClip& clip, const base::JobContext& job)
{
    echo::ClipFrames frames(clip, kCacheBytes);
    echo::Rhythm rhythm = echo::findRhythm(clip, frames, job);
    return {std::move(rhythm.beats), std::move(rhythm.phases)};
}

} // namespace

BeatFinder::BeatFinder(QObject* parent) : QObject(parent), m_work(fromFile)
{
    m_pool.setMaxThreadCount(1);
}

BeatFinder::~BeatFinder()
{
    lookFor({});
    m_pool.clear();
    m_pool.waitForDone();
}

QString BeatFinder::keyOf(const echo::EchoClip& clip)
{
    if (clip.file.empty())
        return {};
    const QFileInfo file(QString::fromStdString(clip.file.string()));
    return file.filePath() + QLatin1Char('|') + QString::number(file.size()) + QLatin1Char('|') +
           QString::number(file.lastModified().toMSecsSinceEpoch());
}

echo::Beats BeatFinder::ofHeader(const echo::EchoClip& clip)
{
    return echo::headerBeats(clip);
}

QString BeatFinder::nameOf(echo::BeatSource source)
{
    return QString::fromUtf8(echo::name(source));
}

std::optional<BeatFinder::Found> BeatFinder::known(const QString& key) const
{
    const auto at = m_known.constFind(key);
    return at == m_known.constEnd() ? std::nullopt : std::optional(*at);
}

void BeatFinder::lookFor(const std::vector<echo::EchoClip>& clips)
{
    QHash<QString, const echo::EchoClip*> wanted;
    for (const echo::EchoClip& clip : clips)
        if (const QString key = keyOf(clip); !key.isEmpty() && clip.kind == echo::ClipKind::Cine && !m_known.contains(key))
            wanted.insert(key, &clip);
    for (auto it = m_running.begin(); it != m_running.end();)
        if (wanted.contains(it.key())) {
            ++it;
        } else {
            it->cancel();
            it = m_running.erase(it);
        }
    for (const echo::EchoClip& clip : clips) {
        const QString key = keyOf(clip);
        if (!wanted.contains(key) || m_running.contains(key))
            continue;
        base::JobContext job;
        m_running.insert(key, job.cancel);
        m_pool.start([self = QPointer<BeatFinder>(this), work = m_work, clip, key, job] {
#ifdef __linux__
            setpriority(PRIO_PROCESS, 0, 15); // of this thread: pictures come first
#endif
            if (job.cancel.isCancelled())
                return;
            Found found;
            try {
                found = work(clip, job);
            } catch (const base::Cancelled&) {
                return;
            } catch (const std::exception&) {
                // The cell itself says what is wrong with the clip; here it just has no beats.
            }
            // The finder waits for its pool before it goes, so it is still there.
            QMetaObject::invokeMethod(
                self,
                [self, key, found = std::move(found), cancel = job.cancel] {
                    if (!self || cancel.isCancelled())
                        return;
                    self->m_running.remove(key);
                    if (self->m_known.size() >= kMostKnown)
                        self->m_known.clear();
                    self->m_known.insert(key, found);
                    emit self->found(key);
                },
                Qt::QueuedConnection);
        });
    }
}

} // namespace echo2ecg::ui
