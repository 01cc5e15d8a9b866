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
        if (!beatsAsked && q->hasFirstFrames())
            findBeats();
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
    const int past = player.loop(i).backwards ? frames - 1 : 1;
    for (int back = 0; back < reach; ++back) {
        const int frame = int((due + std::int64_t(back) * (frames - past)) % frames);
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
    Wanted wanted;
    wanted.frame = due;
    wanted.stride = player.stride(i, kRefreshHz);
    const double perFrame = player.dueFps(i) > 0 ? 1000.0 / player.dueFps(i) : kAheadMs;
    wanted.ahead = std::clamp(int(kAheadMs / (perFrame * wanted.stride)), kLeastAhead, kMostAhead);
    const CinePlayer::Loop loop = player.loop(i);
    wanted.first = loop.first;
    wanted.last = loop.last;
    wanted.sweeps = loop.sweeps;
    wanted.backwards = loop.backwards;
    // What is enlarged, or looked at through the lens, is wanted as it is.
    const bool hidden = has(maximised) && i != maximised;
    const bool whole = hidden || at(i).view.zoom > 1 || (magnifier && surface->cellAt(mouse->position()) == i);
    const QSizeF onScreen = surface->pictureOf(i).size() * surface->devicePixelRatioF();
    if (!whole)
        wanted.target = QSize(int(std::lround(onScreen.width())), int(std::lround(onScreen.height())));
    pool->want(i, wanted);
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
    const bool before = player.isPlaying();
    tick();
    if (scope == CineScope::AllCells || !has(selected))
        player.setPlaying(playing);
    else
        player.setPlaying(selected, playing);
    for (GridCell& cell : cells)
        cell.meter.reset();
    run();
    refresh();
    if (player.isPlaying() != before)
        emit q->playingChanged(!before);
}

bool CineGrid::isPlaying() const
{
    return m_impl->player.isPlaying();
}

double CineGrid::speed() const
{
    return m_impl->has(m_impl->selected) ? m_impl->player.speed(m_impl->selected) : m_impl->player.speed();
}

int CineGrid::currentFrame(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).shown : -1;
}

double CineGrid::displayedFps(int cell) const
{
    return m_impl->has(cell) && m_impl->player.isPlaying(cell) ? m_impl->at(cell).meter.fps(m_impl->now()) : 0.0;
}

CineScope CineGrid::scope() const
{
    return m_impl->scope;
}

void CineGrid::setScope(CineScope scope)
{
    m_impl->scope = scope;
    m_impl->refresh();
    emit stateChanged();
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
    const bool one = scope() == CineScope::SelectedCell && m_impl->has(m_impl->selected);
    m_impl->setPlaying(!(one ? m_impl->player.isPlaying(m_impl->selected) : isPlaying()));
}

void CineGrid::step(int frames)
{
    pause();
    if (scope() == CineScope::AllCells)
        m_impl->player.step(frames);
    else if (m_impl->has(m_impl->selected))
        m_impl->player.step(m_impl->selected, frames);
    m_impl->refresh();
}

void CineGrid::setSpeed(double factor)
{
    m_impl->tick();
    if (scope() == CineScope::AllCells || !m_impl->has(m_impl->selected))
        m_impl->player.setSpeed(factor);
    else
        m_impl->player.setSpeed(m_impl->selected, factor);
    m_impl->refresh();
    emit stateChanged();
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
    const bool before = isPlaying();
    m_impl->player.setPlaying(cell, false);
    m_impl->player.goTo(cell, frame);
    m_impl->run();
    m_impl->refresh();
    if (isPlaying() != before)
        emit playingChanged(!before);
}

void CineGrid::scrub(double fraction)
{
    if (scope() == CineScope::AllCells)
        m_impl->player.scrub(fraction);
    else if (m_impl->has(m_impl->selected))
        m_impl->player.scrub(m_impl->selected, fraction);
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

LoopMode CineGrid::loopMode() const
{
    return m_impl->has(m_impl->selected) ? m_impl->player.state(m_impl->selected).mode : LoopMode::Loop;
}

void CineGrid::setLoopMode(LoopMode mode)
{
    if (scope() == CineScope::AllCells)
        m_impl->player.setLoopMode(mode);
    else if (m_impl->has(m_impl->selected))
        m_impl->player.setLoopMode(m_impl->selected, mode);
    m_impl->refresh();
    emit stateChanged();
}

void CineGrid::setInOut(int cell, int in, int out)
{
    if (!m_impl->has(cell))
        return;
    m_impl->player.setInOut(cell, in, out);
    m_impl->refresh();
}

int CineGrid::inFrame(int cell) const
{
    return m_impl->has(cell) ? m_impl->player.inFrame(cell) : -1;
}

int CineGrid::outFrame(int cell) const
{
    return m_impl->has(cell) ? m_impl->player.outFrame(cell) : -1;
}

void CineGrid::setInHere()
{
    CinePlayer& player = m_impl->player;
    m_impl->inScope([&](int i) {
        const int here = player.frame(i);
        player.setInOut(i, here, here > player.outFrame(i) ? -1 : player.outFrame(i));
    });
    m_impl->refresh();
}

void CineGrid::setOutHere()
{
    CinePlayer& player = m_impl->player;
    m_impl->inScope([&](int i) {
        const int here = player.frame(i);
        player.setInOut(i, here < player.inFrame(i) ? 0 : player.inFrame(i), here);
    });
    m_impl->refresh();
}

void CineGrid::clearInOut()
{
    m_impl->inScope([&](int i) { m_impl->player.setInOut(i, 0, -1); });
    m_impl->refresh();
}

} // namespace echo2ecg::ui
