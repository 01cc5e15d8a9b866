// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <algorithm>

namespace echo2ecg::ui {

void CineGrid::Impl::write(int i)
{
    GridCell& cell = at(i);
    CellOverlay& o = surface->overlay(i);
    o.title = cell.info.title;
    o.weight = weightText(cell.info.viewWeight);
    o.footerRight = cell.badge;
    o.own = cell.info.own;
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
    o.footerLeft = QStringLiteral("%1 / %2").arg(std::max(0, cell.shown) + 1).arg(player.frameCount(i));
    o.footerLeft +=
        QStringLiteral(" · ") + CineGrid::tr("%1 fps").arg(fps > 0 ? fps : player.headerFps(i), 0, 'f', 0);
}

void CineGrid::Impl::writeBar()
{
    CineBar::State state;
    state.any = active > 0;
    state.playing = player.isPlaying() && active > 0;
    state.speed = player.speed();
    if (has(selected)) {
        state.moves = !player.isStill(selected);
        state.frame = at(selected).shown;
        state.frames = player.frameCount(selected);
        state.fraction = player.fraction(selected);
        state.shownFps = q->displayedFps(selected);
        state.headerFps = player.headerFps(selected);
    }
    bar->setState(state);
}

} // namespace echo2ecg::ui
