// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr int kTickMs = 16;
constexpr double kRefreshHz = 1000.0 / kTickMs;
constexpr double kWordsEveryMs = 250; // frame rates are read, not watched
constexpr double kAheadMs = 500;      // of play, decoded before it is due
constexpr int kLeastAhead = 6, kMostAhead = 48;
} // namespace

bool CineGrid::Impl::moves() const
{
    for (int i = 0; i < active; ++i)
        if (!player.isStill(i))
            return true;
    return false;
}

void CineGrid::Impl::run()
{
    lastMs = now();
    if (player.isPlaying() && moves())
        timer.start(kTickMs);
    else
        timer.stop();
}

void CineGrid::Impl::tick()
{
    const double ms = now();
    player.advance(ms - lastMs);
    lastMs = ms;
    bool changed = false;
    for (int i = 0; i < active; ++i)
        changed = update(i) || changed;
    if (ms - wordsMs >= kWordsEveryMs) {
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

// Puts the frame that is due on the surface, or the newest one before it that is decoded. True when something changed.
bool CineGrid::Impl::update(int i)
{
    GridCell& cell = at(i);
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
    want(i, due);
    // While playing, a late frame is better than a frozen one; when paused only the very frame will do, unless it
    // is damaged.
    const bool damaged = !pool->frameError(i, due).isEmpty();
    const int reach = player.isPlaying(i) || cell.shown < 0 || damaged ? frames : 1;
    for (int back = 0; back < reach; ++back) {
        const int frame = (due - back + frames) % frames;
        auto image = pool->ready(i, frame);
        if (frame == cell.shown && (!image || image == cell.pixels))
            return damaged;
        if (image) {
            const bool other = frame != cell.shown;
            cell.fresh = cell.fresh || other;
            cell.shown = frame;
            cell.pixels = image;
            surface->setImage(i, std::move(image), frameSize(i), aspect(i));
            if (other)
                emit q->frameShown(i, frame);
            return true;
        }
    }
    return damaged;
}

void CineGrid::Impl::want(int i, int due)
{
    const int stride = player.stride(i, kRefreshHz);
    const double perFrame = player.dueFps(i) > 0 ? 1000.0 / player.dueFps(i) : kAheadMs;
    // What is enlarged, or looked at through the lens, is wanted as it is.
    const bool whole = (has(maximised) && i != maximised) || at(i).view.zoom > 1;
    const QSizeF onScreen = surface->pictureOf(i).size() * surface->devicePixelRatioF();
    const QSize target = whole ? QSize() : QSize(int(std::lround(onScreen.width())), int(std::lround(onScreen.height())));
    pool->want(i, {due, stride, std::clamp(int(kAheadMs / (perFrame * stride)), kLeastAhead, kMostAhead), target});
}

void CineGrid::Impl::onPainted()
{
    const double ms = now();
    for (int i = 0; i < active; ++i)
        if (std::exchange(at(i).fresh, false))
            at(i).meter.shown(ms);
}

void CineGrid::Impl::refresh()
{
    wordsMs = -1e9;
    tick();
}

void CineGrid::Impl::setPlaying(bool playing)
{
    if (playing == player.isPlaying())
        return;
    tick();
    player.setPlaying(playing);
    for (GridCell& cell : cells)
        cell.meter.reset();
    run();
    refresh();
    emit q->playingChanged(playing);
}

bool CineGrid::isPlaying() const
{
    return m_impl->player.isPlaying();
}

double CineGrid::speed() const
{
    return m_impl->player.speed();
}

int CineGrid::currentFrame(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).shown : -1;
}

double CineGrid::displayedFps(int cell) const
{
    return m_impl->has(cell) && m_impl->player.isPlaying(cell) ? m_impl->at(cell).meter.fps(m_impl->now()) : 0.0;
}

void CineGrid::play()
{
    m_impl->setPlaying(true);
}

void CineGrid::pause()
{
    m_impl->setPlaying(false);
}

void CineGrid::togglePlay()
{
    m_impl->setPlaying(!isPlaying());
}

void CineGrid::step(int frames)
{
    pause();
    m_impl->player.step(frames);
    m_impl->refresh();
}

void CineGrid::setSpeed(double factor)
{
    m_impl->tick();
    m_impl->player.setSpeed(factor);
    m_impl->refresh();
}

void CineGrid::faster()
{
    for (double factor : {0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0})
        if (factor > speed() * 1.01)
            return setSpeed(factor);
}

void CineGrid::slower()
{
    for (double factor : {3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.25, 0.1})
        if (factor < speed() * 0.99)
            return setSpeed(factor);
}

void CineGrid::showFrame(int cell, int frame)
{
    if (!m_impl->has(cell))
        return;
    m_impl->player.setPlaying(cell, false);
    m_impl->player.goTo(cell, frame);
    m_impl->refresh();
}

void CineGrid::scrub(double fraction)
{
    m_impl->player.scrub(fraction);
    m_impl->refresh();
}

void CineGrid::toFirstFrame()
{
    pause();
    scrub(0);
}

void CineGrid::toLastFrame()
{
    pause();
    scrub(1);
}

} // namespace echo2ecg::ui
