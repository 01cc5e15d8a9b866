// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {

// What a person changed: "zoom 2.0×", "90°", "mirrored", "W 0.70 L 0.50".
QString viewText(const CellView& view)
{
    QStringList parts;
    if (view.zoom != 1)
        parts << QStringLiteral("%1×").arg(view.zoom, 0, 'f', 1);
    if (view.quarterTurns)
        parts << QStringLiteral("%1°").arg(90 * view.quarterTurns);
    if (view.flipX != view.flipY)
        parts << CineGrid::tr("mirrored");
    else if (view.flipX)
        parts << CineGrid::tr("upside down");
    if (view.window != 1 || view.level != 0.5)
        parts << CineGrid::tr("W %1 L %2").arg(view.window * 255, 0, 'f', 0).arg(view.level * 255, 0, 'f', 0);
    if (view.gamma != 1)
        parts << QStringLiteral("γ %1").arg(view.gamma, 0, 'f', 1);
    if (view.inverted)
        parts << CineGrid::tr("inverted");
    return parts.join(QLatin1Char(' '));
}

} // namespace

void CineGrid::Impl::write(int i)
{
    GridCell& cell = at(i);
    CellOverlay& o = surface->overlay(i);
    o.title = cell.info.title;
    o.weight = weightText(cell.info.viewWeight);
    o.footerRight = cell.badge;
    o.own = cell.info.own;
    o.simulated = cell.info.clip.simulated;
    o.selected = i == selected && active > 1;
    o.dropTarget = i == mouse->dropTarget();
    o.error = cell.error;
    o.waiting = cell.shown < 0 && cell.error.isEmpty();
    const QString damage = pool->frameError(i, player.frame(i));
    o.note = damage.isEmpty() ? QString() : CineGrid::tr("frame %1: %2").arg(player.frame(i) + 1).arg(damage);
    if (player.isStill(i)) {
        o.footerLeft = CineGrid::tr("still");
        return;
    }
    const double fps = q->displayedFps(i);
    QStringList parts{QStringLiteral("%1 / %2").arg(std::max(0, cell.shown) + 1).arg(player.frameCount(i)),
                      CineGrid::tr("%1 fps").arg(fps > 0 ? fps : player.headerFps(i), 0, 'f', 0)};
    if (const QString sync = q->syncNote(i); !sync.isEmpty())
        parts << sync;
    if (cell.view != CellView())
        parts << viewText(cell.view);
    o.footerLeft = parts.join(QStringLiteral(" · "));
}

void CineGrid::Impl::writeBar()
{
    CineBar::State state;
    state.any = active > 0;
    state.oneCell = scope == CineScope::SelectedCell;
    state.sync = player.syncMode();
    state.cache = pool->use();
    if (has(selected)) {
        const GridCell& cell = at(selected);
        state.playing = state.oneCell ? player.isPlaying(selected) : player.isPlaying();
        state.speed = player.speed(selected);
        state.moves = !player.isStill(selected);
        state.frame = cell.shown;
        state.frames = player.frameCount(selected);
        state.fraction = player.fraction(selected);
        state.shownFps = q->displayedFps(selected);
        state.dueFps = player.dueFps(selected);
        state.mode = player.state(selected).mode;
        state.beatLoop = player.beatLoop(selected);
        state.hasBeats = player.hasBeats(selected);
        state.synced = player.state(selected).synced;
        state.syncNote = q->syncNote(selected);
        if (state.moves)
            state.marks = marksOf(selected);
    }
    bar->setState(state);
}

ScrubberMarks CineGrid::Impl::marksOf(int cell)
{
    const GridCell& c = at(cell);
    ScrubberMarks marks;
    marks.frames = player.frameCount(cell);
    marks.in = player.inFrame(cell);
    marks.out = player.outFrame(cell);
    const std::vector<double>& start = player.timing(cell).startMs;
    for (double ms : c.beats.rWaveMs) {
        const auto after = std::upper_bound(start.begin(), start.end(), ms);
        if (after != start.begin())
            marks.rWaves.push_back(int(after - start.begin()) - 1);
    }
    marks.rSource = BeatFinder::nameOf(c.beats.source);
    if (const auto rr = c.beats.rrMs; rr && *rr > 0)
        marks.rSource += QStringLiteral(" · ") + CineGrid::tr("%1 per minute").arg(60000 / *rr, 0, 'f', 0);
    for (const echo::CardiacPhase& beat : c.phases) {
        if (beat.edFrame >= 0 && beat.edFrame < marks.frames)
            marks.edFrames.push_back(beat.edFrame);
        if (beat.esFrame >= 0 && beat.esFrame < marks.frames)
            marks.esFrames.push_back(beat.esFrame);
    }
    marks.phasesProposed = !c.phasesSet;
    marks.phasesByMotion = c.beats.source == echo::BeatSource::Periodicity || c.beats.source == echo::BeatSource::None;
    return marks;
}

} // namespace echo2ecg::ui
