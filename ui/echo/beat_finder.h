// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"

#include <QHash>
#include <QObject>
#include <QThreadPool>

#include <functional>
#include <optional>

namespace echo2ecg::ui {

// Looks for the beats and phases of clips, one clip after the other, behind everything else. What was found is remembered by file.
// GUI thread only; found() comes queued.
class BeatFinder : public QObject
{
    Q_OBJECT
public:
    struct Found
    {
        echo::Beats beats;
        std::vector<echo::CardiacPhase> phases;
    };
    // Runs on the pool; may throw base::Error.
    using Work = std::function<Found(const echo::EchoClip& clip, const base::JobContext& job)>;

    explicit BeatFinder(QObject* parent = nullptr);
    ~BeatFinder() override;
    void setWork(Work work) { m_work = std::move(work); }

    // Of a clip of that state of its file; empty when there is no file.
    static QString keyOf(const echo::EchoClip& clip);
    static echo::Beats ofHeader(const echo::EchoClip& clip); // at once
    static QString nameOf(echo::BeatSource source);
    std::optional<Found> known(const QString& key) const;
    // Looks for these from now on; work for any other is given up.
    void lookFor(const std::vector<echo::EchoClip>& clips);

signals:
    void found(const QString& key);

private:
    Work m_work;
    QThreadPool m_pool;
    QHash<QString, Found> m_known;
    QHash<QString, base::CancelToken> m_running;
};

} // namespace echo2ecg::ui
