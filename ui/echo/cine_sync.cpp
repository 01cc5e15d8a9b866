// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the player that moves cells together.
#include "ui/echo/cine_player.h"

#include <algorithm>

namespace echo2ecg::ui {

bool CinePlayer::canSync(int cell, SyncMode mode) const
{
    return !isStill(cell) && (mode == SyncMode::Off || mode == SyncMode::Time || hasBeats(cell));
}

bool CinePlayer::isMember(int cell) const
{
    return m_sync != SyncMode::Off && at(cell).set.synced && canSync(cell, m_sync);
}

bool CinePlayer::isInSync(int cell) const
{
    if (!isMember(cell))
        return false;
    for (int i = 0; i < cellCount(); ++i)
        if (i != cell && isMember(i))
            return true;
    return false;
}

int CinePlayer::leader() const
{
    if (m_leader >= 0 && m_leader < cellCount() && isInSync(m_leader))
        return m_leader;
    // By time the longest leads: none is cut off. Else the first.
    int leads = -1;
    for (int i = 0; i < cellCount(); ++i)
        if (isInSync(i) && (leads < 0 || (m_sync == SyncMode::Time && at(i).timing.durationMs > at(leads).timing.durationMs)))
            leads = i;
    return leads;
}

void CinePlayer::setSync(SyncMode mode)
{
    m_sync = mode;
    m_leader = -1;
    const int leads = leader();
    if (leads < 0)
        return;
    for (int i = 0; i < cellCount(); ++i)
        if (isMember(i))
            at(i).playing = at(leads).playing;
    follow();
}

void CinePlayer::setSynced(int cell, bool synced)
{
    at(cell).set.synced = synced;
    if (const int leads = leader(); synced && leads >= 0 && isMember(cell))
        at(cell).playing = at(leads).playing;
    follow();
}

// Whoever is moved by hand leads, except by time, where only the longest can.
void CinePlayer::lead(int cell)
{
    if (m_sync != SyncMode::Off && m_sync != SyncMode::Time && isInSync(cell)) {
        at(cell).set.speed = speed(cell);
        m_leader = cell;
    }
}

std::optional<double> CinePlayer::syncFactor(int cell) const
{
    if (m_sync != SyncMode::Cycle || !isInSync(cell))
        return std::nullopt;
    const Cell &leads = at(leader()), &c = at(cell);
    const auto& beat = leads.track.beats[std::size_t(leads.track.beatAt(leads.set.positionMs))];
    const auto& own = c.track.beats[std::size_t(c.track.beatAt(c.set.positionMs))];
    return own.lengthMs() / beat.lengthMs();
}

void CinePlayer::follow()
{
    const int leads = leader();
    if (leads < 0)
        return;
    const Cell& leading = at(leads);
    const Span span = spanOf(leading);
    const double position = leading.set.positionMs;
    for (int i = 0; i < cellCount(); ++i) {
        if (i == leads || !isMember(i))
            continue;
        Cell& c = at(i);
        if (m_sync == SyncMode::Time) {
            // Who has less to show holds its last frame until the leader begins again.
            const Span own = spanOf(c);
            c.set.positionMs = std::clamp(own.startMs + position - span.startMs, own.startMs, own.endMs - kBeforeEndMs);
            continue;
        }
        const int beat = leading.track.beatAt(position), first = leading.track.beatAt(span.startMs);
        const BeatTrack::Beat& of = leading.track.beats[std::size_t(beat)];
        const int begin = c.set.loopBeats > 0 ? c.firstBeat : 0;
        const int beats = c.set.loopBeats > 0 ? std::min(c.set.loopBeats, c.track.count() - begin) : c.track.count();
        const BeatTrack::Beat& own = c.track.beats[std::size_t(begin + std::max(0, beat - first) % beats)];
        double since = std::max(0.0, position - of.startMs);
        if (m_sync == SyncMode::Cycle)
            since *= own.lengthMs() / of.lengthMs();
        const double end = std::min(own.endMs, c.timing.durationMs) - kBeforeEndMs;
        c.set.positionMs = std::clamp(own.startMs + since, 0.0, std::max(0.0, end));
    }
}

} // namespace echo2ecg::ui
