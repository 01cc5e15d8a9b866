// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_player.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kAssumedMs = 1000.0 / 30.0;
constexpr double kMeterMs = 1000.0;
} // namespace

echo::CineTiming CinePlayer::fitted(echo::CineTiming timing, int frames)
{
    const auto count = std::size_t(std::max(1, frames));
    std::vector<double>& start = timing.startMs;
    bool good = start.size() >= count && timing.durationMs > 0 && std::is_sorted(start.begin(), start.end()) &&
                std::all_of(start.begin(), start.end(), [](double ms) { return std::isfinite(ms); });
    if (good && start.size() > count) {
        // Frames are missing at the end: the loop ends where the first missing one would begin.
        timing.durationMs = start[count];
        start.resize(count);
    }
    good = good && timing.durationMs > start.back();
    if (good)
        return timing;
    start.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        start[i] = double(i) * kAssumedMs;
    timing.durationMs = double(count) * kAssumedMs;
    timing.source = echo::TimingSource::Assumed;
    return timing;
}

void CinePlayer::addCell(echo::CineTiming timing, int frames)
{
    m_cells.push_back({fitted(std::move(timing), frames), 0, m_playing});
}

void CinePlayer::setFrameCount(int cell, int frames)
{
    Cell& c = m_cells.at(std::size_t(cell));
    if (frames == c.frames())
        return;
    const int now = frameOf(c);
    c.timing = fitted(std::move(c.timing), frames);
    moveTo(c, std::min(now, c.frames() - 1));
}

void CinePlayer::clear()
{
    m_cells.clear();
}

bool CinePlayer::isPlaying() const
{
    return m_cells.empty() ? m_playing : std::any_of(m_cells.begin(), m_cells.end(), [](const Cell& c) { return c.playing; });
}

void CinePlayer::setPlaying(bool playing)
{
    m_playing = playing;
    for (Cell& cell : m_cells)
        cell.playing = playing;
}

void CinePlayer::setPlaying(int cell, bool playing)
{
    m_cells.at(std::size_t(cell)).playing = playing;
    m_playing = isPlaying();
}

void CinePlayer::goTo(int cell, int frame)
{
    Cell& c = m_cells.at(std::size_t(cell));
    moveTo(c, std::clamp(frame, 0, c.frames() - 1));
}

void CinePlayer::setSpeed(double factor)
{
    if (std::isfinite(factor))
        m_speed = std::clamp(factor, kSlowest, kFastest);
}

void CinePlayer::advance(double wallMs)
{
    if (!(wallMs > 0))
        return;
    for (Cell& cell : m_cells)
        if (cell.playing && cell.frames() > 1)
            cell.positionMs = std::fmod(cell.positionMs + wallMs * m_speed, cell.timing.durationMs);
}

int CinePlayer::frameOf(const Cell& cell)
{
    const std::vector<double>& start = cell.timing.startMs;
    const auto after = std::upper_bound(start.begin(), start.end(), cell.positionMs);
    return std::max(0, int(after - start.begin()) - 1);
}

void CinePlayer::moveTo(Cell& cell, int frame)
{
    cell.positionMs = cell.timing.startMs[std::size_t(frame)];
}

void CinePlayer::step(int frames)
{
    setPlaying(false);
    for (Cell& cell : m_cells) {
        const int count = cell.frames();
        moveTo(cell, ((frameOf(cell) + frames) % count + count) % count);
    }
}

void CinePlayer::scrub(double fraction)
{
    if (!std::isfinite(fraction))
        return;
    for (Cell& cell : m_cells)
        moveTo(cell, int(std::lround(std::clamp(fraction, 0.0, 1.0) * (cell.frames() - 1))));
}

int CinePlayer::frame(int cell) const
{
    return frameOf(m_cells.at(std::size_t(cell)));
}

int CinePlayer::frameCount(int cell) const
{
    return m_cells.at(std::size_t(cell)).frames();
}

double CinePlayer::fraction(int cell) const
{
    const int count = frameCount(cell);
    return count > 1 ? double(frame(cell)) / (count - 1) : 0.0;
}

double CinePlayer::headerFps(int cell) const
{
    const Cell& c = m_cells.at(std::size_t(cell));
    return c.frames() > 1 ? c.frames() * 1000.0 / c.timing.durationMs : 0.0;
}

int CinePlayer::stride(int cell, double refreshHz) const
{
    return std::max(1, int(headerFps(cell) * m_speed / refreshHz));
}

double CinePlayer::untilNextMs() const
{
    double least = -1;
    for (const Cell& cell : m_cells) {
        if (!cell.playing || cell.frames() < 2)
            continue;
        const auto next = std::size_t(frameOf(cell)) + 1;
        const double at = next < cell.timing.startMs.size() ? cell.timing.startMs[next] : cell.timing.durationMs;
        const double ms = (at - cell.positionMs) / m_speed;
        least = least < 0 ? ms : std::min(least, ms);
    }
    return least;
}

void FpsMeter::shown(double nowMs)
{
    std::erase_if(m_times, [nowMs](double t) { return t < nowMs - kMeterMs; });
    m_times.push_back(nowMs);
}

double FpsMeter::fps(double nowMs) const
{
    const auto first = std::lower_bound(m_times.begin(), m_times.end(), nowMs - kMeterMs);
    const auto count = m_times.end() - first;
    if (count < 2)
        return 0;
    // Between two shown frames lies one frame time; what is shown now isn't over yet.
    const double span = m_times.back() - *first;
    return span > 0 ? double(count - 1) * 1000.0 / span : 0;
}

} // namespace echo2ecg::ui
