// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

int& frameOf(echo::CardiacPhase& beat, CinePhase phase)
{
    return phase == CinePhase::EndDiastole ? beat.edFrame : beat.esFrame;
}

// The middle of what is known of the beat.
double middleOf(const echo::CardiacPhase& beat)
{
    return beat.edFrame < 0 ? beat.esFrame : beat.esFrame < 0 ? beat.edFrame : (beat.edFrame + beat.esFrame) / 2.0;
}

} // namespace

void CineGrid::Impl::giveBeats(int cell, const echo::Beats& beats)
{
    at(cell).beats = beats;
    player.setBeats(cell, beats.rWaveMs, beats.rrMs);
}

void CineGrid::Impl::findBeats()
{
    beatsAsked = true;
    std::vector<echo::EchoClip> clips;
    for (int i = 0; i < active; ++i)
        if (const GridCell& cell = at(i); !cell.info.openFrames && !player.isStill(i) && !(cell.beatsSet && cell.phasesSet))
            clips.push_back(cell.info.clip);
    finder->lookFor(clips);
    for (const echo::EchoClip& clip : clips)
        if (const QString key = BeatFinder::keyOf(clip); finder->known(key))
            onFound(key);
}

void CineGrid::Impl::onFound(const QString& key)
{
    const auto found = finder->known(key);
    if (!found)
        return;
    for (int i = 0; i < active; ++i) {
        GridCell& cell = at(i);
        if (cell.info.openFrames || BeatFinder::keyOf(cell.info.clip) != key)
            continue;
        if (!cell.beatsSet)
            giveBeats(i, found->beats);
        if (!cell.phasesSet)
            cell.phases = found->phases;
        refresh();
        emit q->beatsFound(i);
    }
}

const echo::Beats& CineGrid::beats(int cell) const
{
    static const echo::Beats none;
    return m_impl->has(cell) ? m_impl->at(cell).beats : none;
}

void CineGrid::setBeats(int cell, const echo::Beats& beats)
{
    if (!m_impl->has(cell))
        return;
    m_impl->at(cell).beatsSet = true;
    m_impl->giveBeats(cell, beats);
    m_impl->refresh();
    emit beatsFound(cell);
}

std::vector<echo::CardiacPhase> CineGrid::phases(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).phases : std::vector<echo::CardiacPhase>();
}

void CineGrid::setPhases(int cell, std::vector<echo::CardiacPhase> phases)
{
    if (!m_impl->has(cell))
        return;
    m_impl->at(cell).phases = std::move(phases);
    m_impl->at(cell).phasesSet = true;
    m_impl->refresh();
}

void CineGrid::goToPhase(CinePhase phase)
{
    const int cell = m_impl->selected;
    if (!m_impl->has(cell))
        return;
    std::vector<int> frames;
    for (echo::CardiacPhase beat : m_impl->at(cell).phases)
        if (const int frame = frameOf(beat, phase); frame >= 0 && frame < m_impl->player.frameCount(cell))
            frames.push_back(frame);
    if (frames.empty())
        return;
    std::sort(frames.begin(), frames.end());
    const auto next = std::upper_bound(frames.begin(), frames.end(), m_impl->player.frame(cell));
    showFrame(cell, next == frames.end() ? frames.front() : *next);
}

void CineGrid::setPhaseHere(CinePhase phase)
{
    const int cell = m_impl->selected;
    if (!m_impl->has(cell) || m_impl->player.isStill(cell) || m_impl->at(cell).shown < 0)
        return;
    GridCell& c = m_impl->at(cell);
    const int here = c.shown;
    auto nearest = std::min_element(c.phases.begin(), c.phases.end(), [&](const auto& a, const auto& b) {
        return std::abs(middleOf(a) - here) < std::abs(middleOf(b) - here);
    });
    if (nearest == c.phases.end())
        nearest = c.phases.insert(nearest, {-1, -1, 1.0});
    frameOf(*nearest, phase) = here;
    nearest->confidence = 1; // a person says so
    c.phasesSet = true;
    m_impl->refresh();
    emit phasesMoved(cell, c.phases);
}

int CineGrid::beatLoop() const
{
    return m_impl->has(m_impl->selected) ? m_impl->player.beatLoop(m_impl->selected) : 0;
}

void CineGrid::setBeatLoop(int beats)
{
    m_impl->inScope([&](int i) { m_impl->player.setBeatLoop(i, beats); });
    m_impl->refresh();
    emit stateChanged();
}

SyncMode CineGrid::syncMode() const
{
    return m_impl->player.syncMode();
}

void CineGrid::setSyncMode(SyncMode mode)
{
    m_impl->player.setSync(mode);
    m_impl->run();
    m_impl->refresh();
    emit stateChanged();
}

void CineGrid::setSynced(int cell, bool synced)
{
    if (!m_impl->has(cell))
        return;
    m_impl->player.setSynced(cell, synced);
    m_impl->run();
    m_impl->refresh();
    emit stateChanged();
}

bool CineGrid::isSynced(int cell) const
{
    return m_impl->has(cell) && m_impl->player.state(cell).synced;
}

bool CineGrid::isInSync(int cell) const
{
    return m_impl->has(cell) && m_impl->player.isInSync(cell);
}

QString CineGrid::syncNote(int cell) const
{
    if (!m_impl->has(cell) || m_impl->player.isStill(cell))
        return {};
    const CinePlayer& player = m_impl->player;
    const SyncMode mode = player.syncMode();
    if (mode == SyncMode::Off || !isSynced(cell))
        return {};
    if (!player.canSync(cell, mode))
        return tr("no beats: not in sync");
    if (const auto factor = player.syncFactor(cell))
        return QStringLiteral("×%1").arg(*factor, 0, 'f', 2);
    return {};
}

} // namespace echo2ecg::ui
