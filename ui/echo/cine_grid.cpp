// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

namespace echo2ecg::ui {

namespace {
constexpr std::size_t kCacheBytes = std::size_t(384) << 20; // decoded frames of all cells together
constexpr int kMostAutomatic = 9;
} // namespace

CineGrid::Impl::Impl(CineGrid* owner) : q(owner)
{
    surface = new CineSurface;
    bar = new CineBar;
    mouse = new CellMouse(q, surface);
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
    QObject::connect(bar, &CineBar::togglePlay, q, &CineGrid::togglePlay);
    QObject::connect(bar, &CineBar::step, q, &CineGrid::step);
    QObject::connect(bar, &CineBar::setSpeed, q, &CineGrid::setSpeed);
    QObject::connect(bar, &CineBar::scrub, q, &CineGrid::scrub);
    QObject::connect(bar, &CineBar::grabbed, q, [this] {
        resumeAfterScrub = player.isPlaying();
        q->pause();
    });
    QObject::connect(bar, &CineBar::released, q, [this] {
        if (std::exchange(resumeAfterScrub, false))
            q->play();
    });
    surface->setEmptyText(
        CineGrid::tr("No echo clips here yet"),
        CineGrid::tr("Open an echo study from the library, or drop a folder of DICOM echo anywhere on the "
                     "window. Clips of the case play on the left, retrieved ones beside them."));
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
                                            : framesOfClip(cell.info.clip, kCacheBytes / std::size_t(active)));
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
    }
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
    m_impl->cells.clear();
    for (CineCell& cell : cells) {
        m_impl->cells.emplace_back();
        m_impl->cells.back().badge = calibrationBadge(cell.clip.header);
        m_impl->cells.back().info = std::move(cell);
    }
    m_impl->selected = m_impl->maximised = -1;
    m_impl->load();
    emit cellsReplaced();
}

int CineGrid::cellCount() const
{
    return int(m_impl->cells.size());
}

void CineGrid::setGridLayout(int rows, int columns)
{
    m_impl->rows = rows > 0 && columns > 0 ? rows : 0;
    m_impl->columns = m_impl->rows > 0 ? columns : 0;
    m_impl->maximised = -1;
    if (std::min(int(m_impl->cells.size()), m_impl->capacity()) != m_impl->active)
        m_impl->load();
    else
        m_impl->arrange();
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
    return m_impl->surface->grabFramebuffer();
}

void CineGrid::selectCell(int cell)
{
    if (!m_impl->has(cell))
        return;
    const bool other = m_impl->selected != cell;
    m_impl->selected = cell;
    m_impl->refresh();
    if (other)
        emit cellSelected(cell);
}

void CineGrid::swapCells(int one, int other)
{
    if (!m_impl->has(one) || !m_impl->has(other) || one == other)
        return;
    std::swap(m_impl->at(one), m_impl->at(other));
    m_impl->selected = other; // the one that was dragged
    m_impl->load();
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
