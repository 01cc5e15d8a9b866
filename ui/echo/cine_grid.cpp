// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

namespace echo2ecg::ui {

namespace {
constexpr int kMostAutomatic = 9;
} // namespace

CineGrid::Impl::Impl(CineGrid* owner) : q(owner)
{
    surface = new CineSurface;
    bar = new CineBar;
    mouse = new CellMouse(q, surface);
    finder = new BeatFinder(q);
    QObject::connect(finder, &BeatFinder::found, q, [this](const QString& key) { onFound(key); });
    auto* down = new QVBoxLayout(q);
    down->setContentsMargins(0, 0, 0, 0);
    down->setSpacing(0);
    down->addWidget(surface, 1);
    down->addWidget(bar);
    q->setFocusProxy(surface);
    wall.start();
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, q, [this] { tick(); });
    // Two at least: the GUI thread sleeps most of the time, and one cell must not wait for another's slow frame.
    const int threads = int(std::clamp(std::thread::hardware_concurrency(), 2u, 6u));
    pool = std::make_unique<FramePool>(threads, [this] {
        // Runs on the pool; one event in flight is enough.
        if (!told.exchange(true))
            QMetaObject::invokeMethod(
                q,
                [this] {
                    told = false;
                    if (!timer.isActive())
                        tick();
                },
                Qt::QueuedConnection);
    });
    surface->setPaintMore([this](QPainter& painter, int cell) { paintMore(painter, cell); });
    QObject::connect(mouse, &CellMouse::moved, q, [this] { pointerMoved(); });
    QObject::connect(surface, &CineSurface::painted, q, [this] { onPainted(); });
    QObject::connect(surface, &CineSurface::resized, q, [this] {
        if (rows == 0)
            arrange();
    });
    connectBar();
    surface->setEmptyText(
        CineGrid::tr("No echo clips here yet"),
        CineGrid::tr("Open an echo study from the library, or drop a folder of DICOM echo anywhere on the "
                     "window. Clips of the case play on the left, retrieved ones beside them."));
}

void CineGrid::Impl::connectBar()
{
    const auto on = [this](auto signal, auto slot) { QObject::connect(bar, signal, q, slot); };
    on(&CineBar::togglePlay, &CineGrid::togglePlay);
    on(&CineBar::step, &CineGrid::step);
    on(&CineBar::setSpeed, &CineGrid::setSpeed);
    on(&CineBar::setLoopMode, &CineGrid::setLoopMode);
    on(&CineBar::setBeatLoop, &CineGrid::setBeatLoop);
    on(&CineBar::setSync, &CineGrid::setSyncMode);
    on(&CineBar::setSynced, [this](bool synced) { q->setSynced(selected, synced); });
    on(&CineBar::setScope, [this](bool one) { q->setScope(one ? CineScope::SelectedCell : CineScope::AllCells); });
    on(&CineBar::goToPhase, &CineGrid::goToPhase);
    on(&CineBar::setPhaseHere, &CineGrid::setPhaseHere);
    on(&CineBar::setInHere, &CineGrid::setInHere);
    on(&CineBar::setOutHere, &CineGrid::setOutHere);
    on(&CineBar::clearInOut, &CineGrid::clearInOut);
    on(&CineBar::moveInOut, [this](int in, int out) { q->setInOut(selected, in, out); });
    on(&CineBar::scrub, &CineGrid::scrub);
    on(&CineBar::grabbed, [this] {
        resumeAfterScrub = player.isPlaying();
        q->pause();
    });
    on(&CineBar::released, [this] {
        if (std::exchange(resumeAfterScrub, false))
            q->play();
    });
}

int CineGrid::Impl::capacity() const
{
    return rows > 0 ? rows * columns : kMostAutomatic;
}

void CineGrid::Impl::load()
{
    active = std::min(int(cells.size()), capacity());
    player.clear();
    std::vector<OpenFrames> open;
    for (int i = 0; i < active; ++i) {
        GridCell& cell = at(i);
        const bool still = cell.info.clip.kind == echo::ClipKind::Still;
        player.addCell(cell.info.clip.timing, still ? 1 : std::max(1, cell.info.clip.frames));
        cell.shown = -1;
        cell.error.clear();
        cell.meter.reset();
        open.push_back(cell.info.openFrames ? cell.info.openFrames
                                            : framesOfClip(cell.info.clip, pool->use().limit / std::size_t(active)));
    }
    if (!has(selected))
        selected = active > 0 ? 0 : -1;
    if (!has(maximised))
        maximised = -1;
    arrange();
    for (int i = 0; i < active; ++i) {
        clearImage(i);
        surface->overlay(i) = {};
        surface->setView(i, at(i).view);
        giveBeats(i, at(i).beats);
    }
    beatsAsked = false;
    pool->setCells(std::move(open));
    wordsMs = -1e9;
    run();
    tick();
}

double CineGrid::Impl::aspect(int cell)
{
    const double a = at(cell).info.clip.header.pixelAspect;
    return std::isfinite(a) && a > 0.1 && a < 10 ? a : 1.0;
}

QSize CineGrid::Impl::frameSize(int cell)
{
    const dicom::ImageHeader& header = at(cell).info.clip.header;
    return {std::max(1, header.columns), std::max(1, header.rows)};
}

void CineGrid::Impl::clearImage(int cell)
{
    surface->setImage(cell, nullptr, frameSize(cell), aspect(cell));
    at(cell).shown = -1;
    at(cell).pixels = nullptr;
}

void CineGrid::Impl::arrange()
{
    std::vector<int> shown(std::size_t(active), 0);
    std::iota(shown.begin(), shown.end(), 0);
    QSize grid = rows > 0 ? QSize(columns, rows) : gridFor(active, surface->size());
    if (has(maximised)) {
        shown = {maximised};
        grid = {1, 1};
    }
    surface->setGrid(grid.height(), grid.width(), std::move(shown), active);
}

CineGrid::CineGrid(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this))
{
    setMinimumSize(240, 180);
    m_impl->player.setPlaying(true);
}

CineGrid::~CineGrid()
{
    m_impl->pool.reset();
}

void CineGrid::setCells(std::vector<CineCell> cells)
{
    Impl& d = *m_impl;
    std::vector<GridCell> before;
    before.swap(d.cells);
    std::vector<CinePlayer::CellState> states;
    for (int i = 0; i < d.active; ++i)
        states.push_back(d.player.state(i));
    for (CineCell& cell : cells) {
        GridCell& made = d.cells.emplace_back();
        made.badge = calibrationBadge(cell.clip.header);
        made.beats = BeatFinder::ofHeader(cell.clip);
        made.info = std::move(cell);
    }
    d.selected = d.maximised = -1;
    d.active = 0;
    d.load();
    d.takeOver(before, states);
    emit cellsReplaced();
}

void CineGrid::Impl::takeOver(std::vector<GridCell>& before, const std::vector<CinePlayer::CellState>& states)
{
    for (int i = 0; i < active; ++i) {
        GridCell& cell = at(i);
        if (cell.info.clip.file.empty())
            continue;
        for (std::size_t k = 0; k < states.size(); ++k) {
            GridCell& old = before[k];
            if (old.info.clip.file != cell.info.clip.file)
                continue;
            cell.view = old.view;
            cell.beats = std::move(old.beats);
            cell.phases = std::move(old.phases);
            cell.beatsSet = old.beatsSet;
            cell.phasesSet = old.phasesSet;
            surface->setView(i, cell.view);
            giveBeats(i, cell.beats);
            player.restore(i, states[k]);
            before[k].info.clip.file.clear(); // once: the same clip may be shown twice
            break;
        }
    }
    refresh();
}

int CineGrid::cellCount() const
{
    return int(m_impl->cells.size());
}

int CineGrid::shownCells() const
{
    return m_impl->active;
}

void CineGrid::setGridLayout(int rows, int columns)
{
    m_impl->rows = rows > 0 && columns > 0 ? rows : 0;
    m_impl->columns = m_impl->rows > 0 ? columns : 0;
    m_impl->maximised = -1;
    Impl& d = *m_impl;
    if (std::min(int(d.cells.size()), d.capacity()) == d.active)
        return d.arrange();
    std::vector<CinePlayer::CellState> states;
    for (int i = 0; i < d.active; ++i)
        states.push_back(d.player.state(i));
    d.load();
    for (int i = 0; i < d.active && i < int(states.size()); ++i)
        d.player.restore(i, states[std::size_t(i)]);
    d.refresh();
}

int CineGrid::selectedCell() const
{
    return m_impl->selected;
}

int CineGrid::maximisedCell() const
{
    return m_impl->maximised;
}

void CineGrid::setEmptyText(const QString& what, const QString& how)
{
    m_impl->surface->setEmptyText(what, how);
}

QString CineGrid::cellError(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).error : QString();
}

bool CineGrid::hasFirstFrames() const
{
    for (int i = 0; i < m_impl->active; ++i)
        if (m_impl->at(i).shown < 0 && m_impl->at(i).error.isEmpty())
            return false;
    return true;
}

QImage CineGrid::grabGrid()
{
    return m_impl->surface->grabPicture();
}

void CineGrid::selectCell(int cell)
{
    if (!m_impl->has(cell))
        return;
    const bool other = m_impl->selected != cell;
    m_impl->selected = cell;
    if (m_impl->maximised >= 0 && m_impl->maximised != cell) { // alone as the one before was
        m_impl->maximised = cell;
        m_impl->arrange();
    }
    m_impl->refresh();
    if (other)
        emit cellSelected(cell);
}

void CineGrid::swapCells(int one, int other)
{
    if (!m_impl->has(one) || !m_impl->has(other) || one == other)
        return;
    Impl& d = *m_impl;
    std::swap(d.at(one), d.at(other));
    d.player.swap(one, other);
    d.pool->swap(one, other);
    for (int cell : {one, other}) {
        const int shown = d.at(cell).shown;
        auto pixels = d.at(cell).pixels;
        d.surface->overlay(cell) = {};
        d.surface->setView(cell, d.at(cell).view);
        d.surface->setImage(cell, pixels, d.frameSize(cell), d.aspect(cell));
        d.at(cell).shown = shown;
    }
    d.selected = other; // the one that was dragged
    d.refresh();
    emit cellSelected(other);
    emit cellsReplaced();
}

void CineGrid::toggleMaximised(int cell)
{
    if (!m_impl->has(cell))
        return;
    m_impl->maximised = m_impl->maximised < 0 ? cell : -1;
    m_impl->arrange();
    selectCell(cell);
}

} // namespace echo2ecg::ui
