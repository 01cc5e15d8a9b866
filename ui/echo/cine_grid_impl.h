// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cine_grid.h"

#include "ui/echo/cine_bar.h"
#include "ui/echo/cine_player.h"
#include "ui/echo/cine_surface.h"
#include "ui/echo/frame_pool.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace echo2ecg::ui {

namespace detail {

inline constexpr int kTickMs = 16;
inline constexpr double kRefreshHz = 1000.0 / kTickMs;
inline constexpr double kWordsEveryMs = 250; // frame rates are read, not watched
inline constexpr double kAheadMs = 500;      // of play, decoded before it is due
inline constexpr int kLeastAhead = 6, kMostAhead = 48;
inline constexpr std::size_t kCacheBytes = std::size_t(384) << 20; // decoded frames of all cells together
inline constexpr int kMostAutomatic = 9;

} // namespace detail

// The inside of the grid: joins clock, pool, surface and bar. Included by cine_grid.cpp alone.
struct CineGrid::Impl
{
    struct Cell
    {
        CineCell info;
        QString badge;
        int shown = -1;               // frame on the surface
        const void* pixels = nullptr; // of that frame; others when it comes again in another size
        bool fresh = false;           // changed since the last painting
        QString error;
        FpsMeter meter;
    };

    CineGrid* q;
    CineSurface* surface;
    CineBar* bar;
    QTimer timer;
    QElapsedTimer wall;
    double lastMs = 0, wordsMs = -1e9;
    std::vector<Cell> cells;   // all that were given
    int active = 0;            // the first ones, which the layout has places for
    CinePlayer player;         // of the active ones
    int rows = 0, columns = 0; // 0: chosen
    int selected = -1, maximised = -1;
    bool resumeAfterScrub = false;
    std::atomic<bool> told{false};
    std::unique_ptr<FramePool> pool;

    explicit Impl(CineGrid* owner) : q(owner)
    {
        surface = new CineSurface;
        bar = new CineBar;
        auto* down = new QVBoxLayout(q);
        down->setContentsMargins(0, 0, 0, 0);
        down->setSpacing(0);
        down->addWidget(surface, 1);
        down->addWidget(bar);
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
        QObject::connect(surface, &CineSurface::cellClicked, q, &CineGrid::selectCell);
        QObject::connect(surface, &CineSurface::cellDoubleClicked, q, &CineGrid::toggleMaximised);
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

    double now() const { return double(wall.nsecsElapsed()) * 1e-6; }
    bool has(int cell) const { return cell >= 0 && cell < active; }
    Cell& at(int cell) { return cells[std::size_t(cell)]; }

    int capacity() const { return rows > 0 ? rows * columns : detail::kMostAutomatic; }

    // Opens what the layout has places for.
    void load()
    {
        active = std::min(int(cells.size()), capacity());
        player.clear();
        std::vector<OpenFrames> open;
        for (int i = 0; i < active; ++i) {
            Cell& cell = at(i);
            const bool still = cell.info.clip.kind == echo::ClipKind::Still;
            player.addCell(cell.info.clip.timing, still ? 1 : std::max(1, cell.info.clip.frames));
            cell.shown = -1;
            cell.error.clear();
            cell.meter.reset();
            open.push_back(cell.info.openFrames
                               ? cell.info.openFrames
                               : framesOfClip(cell.info.clip, detail::kCacheBytes / std::size_t(active)));
        }
        if (!has(selected))
            selected = active > 0 ? 0 : -1;
        if (!has(maximised))
            maximised = -1;
        arrange();
        for (int i = 0; i < active; ++i) {
            clearImage(i);
            surface->overlay(i) = {};
        }
        pool->setCells(std::move(open));
        wordsMs = -1e9;
        run();
        tick();
    }

    double aspect(int cell)
    {
        const double a = at(cell).info.clip.header.pixelAspect;
        return std::isfinite(a) && a > 0.1 && a < 10 ? a : 1.0;
    }

    QSize frameSize(int cell)
    {
        const dicom::ImageHeader& header = at(cell).info.clip.header;
        return {std::max(1, header.columns), std::max(1, header.rows)};
    }

    void clearImage(int cell)
    {
        surface->setImage(cell, nullptr, frameSize(cell), aspect(cell));
        at(cell).shown = -1;
        at(cell).pixels = nullptr;
    }

    void arrange()
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

    bool moves() const
    {
        for (int i = 0; i < active; ++i)
            if (!player.isStill(i))
                return true;
        return false;
    }

    void run()
    {
        lastMs = now();
        if (player.isPlaying() && moves())
            timer.start(detail::kTickMs);
        else
            timer.stop();
    }

    void tick()
    {
        const double ms = now();
        player.advance(ms - lastMs);
        lastMs = ms;
        bool changed = false;
        for (int i = 0; i < active; ++i)
            changed = update(i) || changed;
        if (ms - wordsMs >= detail::kWordsEveryMs) {
            wordsMs = ms;
            changed = true;
        }
        if (!changed)
            return;
        for (int i = 0; i < active; ++i)
            write(i);
        surface->update();
        writeBar();
    }

    // Puts the frame that is due on the surface, or the newest one before it that is decoded. True when something
    // changed.
    bool update(int i)
    {
        Cell& cell = at(i);
        const int count = pool->count(i);
        const QString error = pool->error(i);
        if (error != cell.error) {
            cell.error = error;
            clearImage(i);
            return true;
        }
        if (count < 1)
            return false;
        if (!player.isStill(i) || count == 1)
            player.setFrameCount(i, count);
        const int frames = player.frameCount(i), due = player.frame(i);
        const int stride = player.stride(i, detail::kRefreshHz);
        const double perFrame =
            player.headerFps(i) > 0 ? 1000.0 / (player.headerFps(i) * player.speed()) : detail::kAheadMs;
        const QSizeF onScreen = surface->pictureOf(i).size() * surface->devicePixelRatioF();
        const QSize target = has(maximised) && i != maximised
                                 ? QSize()
                                 : QSize(int(std::lround(onScreen.width())), int(std::lround(onScreen.height())));
        pool->want(i, {due, stride,
                       std::clamp(int(detail::kAheadMs / (perFrame * stride)), detail::kLeastAhead, detail::kMostAhead),
                       target});
        // While playing, a late frame is better than a frozen one; when paused only the very frame will do, unless it
        // is damaged.
        const bool damaged = !pool->frameError(i, due).isEmpty();
        const int reach = player.isPlaying() || cell.shown < 0 || damaged ? frames : 1;
        for (int back = 0; back < reach; ++back) {
            const int frame = (due - back + frames) % frames;
            auto image = pool->ready(i, frame);
            if (frame == cell.shown && (!image || image.get() == cell.pixels))
                return damaged;
            if (image) {
                cell.fresh = cell.fresh || frame != cell.shown;
                cell.shown = frame;
                cell.pixels = image.get();
                surface->setImage(i, std::move(image), frameSize(i), aspect(i));
                return true;
            }
        }
        return damaged;
    }

    void write(int i)
    {
        Cell& cell = at(i);
        CellOverlay& o = surface->overlay(i);
        o.title = cell.info.title;
        o.weight = weightText(cell.info.viewWeight);
        o.footerRight = cell.badge;
        o.own = cell.info.own;
        o.selected = i == selected && active > 1;
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

    void writeBar()
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

    void onPainted()
    {
        const double ms = now();
        for (int i = 0; i < active; ++i)
            if (std::exchange(at(i).fresh, false))
                at(i).meter.shown(ms);
    }

    // After anything a person did: at once, not at the next tick.
    void refresh()
    {
        wordsMs = -1e9;
        tick();
    }

    void setPlaying(bool playing)
    {
        if (playing == player.isPlaying())
            return;
        tick();
        player.setPlaying(playing);
        for (Cell& cell : cells)
            cell.meter.reset();
        run();
        refresh();
        emit q->playingChanged(playing);
    }
};

} // namespace echo2ecg::ui
