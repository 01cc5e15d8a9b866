// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_player.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kAssumedMs = 1000.0 / 30.0;
constexpr double kMeterMs = 1000.0, kLeastSpanMs = 200.0;
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
    Cell cell;
    cell.timing = fitted(std::move(timing), frames);
    cell.playing = m_playing;
    cell.set.speed = m_speed;
    cell.set.mode = m_mode;
    m_cells.push_back(std::move(cell));
}

void CinePlayer::setFrameCount(int cell, int frames)
{
    Cell& c = at(cell);
    if (frames == c.frames())
        return;
    const int now = frame(cell);
    c.timing = fitted(std::move(c.timing), frames);
    setInOut(cell, std::min(c.set.in, c.frames() - 1), c.set.out >= c.frames() ? -1 : c.set.out);
    place(cell, std::min(now, c.frames() - 1));
}

void CinePlayer::clear()
{
    m_playing = isPlaying();
    m_cells.clear();
    m_leader = -1;
}

void CinePlayer::swap(int one, int other)
{
    std::swap(at(one), at(other));
    if (m_leader == one || m_leader == other)
        m_leader = m_leader == one ? other : one;
}

void CinePlayer::restore(int cell, const CellState& state)
{
    Cell& c = at(cell);
    c.set = state;
    c.set.positionMs = 0;
    c.set.speed = std::isfinite(state.speed) ? std::clamp(state.speed, kSlowest, kFastest) : 1.0;
    setInOut(cell, state.in, state.out);
    if (std::isfinite(state.positionMs))
        c.set.positionMs = std::clamp(state.positionMs, 0.0, c.timing.durationMs - kBeforeEndMs);
    setBeatLoop(cell, state.loopBeats);
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
    lead(cell);
    const bool together = isInSync(cell);
    for (int i = 0; i < cellCount(); ++i)
        if (i == cell || (together && isInSync(i)))
            at(i).playing = playing;
    m_playing = isPlaying();
}

double CinePlayer::speed(int cell) const
{
    return at(isInSync(cell) ? leader() : cell).set.speed;
}

void CinePlayer::setSpeed(double factor)
{
    if (!std::isfinite(factor))
        return;
    m_speed = std::clamp(factor, kSlowest, kFastest);
    for (Cell& cell : m_cells)
        cell.set.speed = m_speed;
}

void CinePlayer::setSpeed(int cell, double factor)
{
    if (std::isfinite(factor))
        at(isInSync(cell) ? leader() : cell).set.speed = std::clamp(factor, kSlowest, kFastest);
}

void CinePlayer::setLoopMode(LoopMode mode)
{
    m_mode = mode;
    for (int i = 0; i < cellCount(); ++i)
        setLoopMode(i, mode);
}

void CinePlayer::setLoopMode(int cell, LoopMode mode)
{
    at(cell).set.mode = mode;
    at(cell).direction = 1;
}

void CinePlayer::setInOut(int cell, int in, int out)
{
    Cell& c = at(cell);
    const int last = c.frames() - 1;
    in = std::clamp(in, 0, last);
    out = out < 0 ? last : std::min(out, last);
    if (out < in)
        std::swap(in, out);
    c.set.in = in;
    c.set.out = out == last ? -1 : out;
}

int CinePlayer::outFrame(int cell) const
{
    return at(cell).set.out < 0 ? frameCount(cell) - 1 : at(cell).set.out;
}

void CinePlayer::setBeats(int cell, const std::vector<double>& rWaveMs, std::optional<double> rrMs)
{
    at(cell).track = BeatTrack::of(rWaveMs, rrMs);
    chooseBeat(at(cell));
    follow();
}

void CinePlayer::setBeatLoop(int cell, int beats)
{
    at(cell).set.loopBeats = std::max(0, beats);
    chooseBeat(at(cell));
    follow();
}

void CinePlayer::chooseBeat(Cell& cell)
{
    if (!cell.track.isEmpty())
        cell.firstBeat = std::clamp(cell.track.beatAt(cell.set.positionMs), 0,
                                    std::max(0, cell.track.count() - std::max(1, cell.set.loopBeats)));
}

int CinePlayer::frameAt(const Cell& cell, double ms)
{
    const std::vector<double>& start = cell.timing.startMs;
    const auto after = std::upper_bound(start.begin(), start.end(), ms);
    return std::max(0, int(after - start.begin()) - 1);
}

double CinePlayer::endOf(const Cell& cell, int frame)
{
    const auto next = std::size_t(frame) + 1;
    return next < cell.timing.startMs.size() ? cell.timing.startMs[next] : cell.timing.durationMs;
}

CinePlayer::Span CinePlayer::spanOf(const Cell& cell) const
{
    const Span clip{cell.timing.startMs[std::size_t(cell.set.in)], endOf(cell, cell.set.out < 0 ? cell.frames() - 1 : cell.set.out)};
    Span span = clip;
    const BeatTrack& track = cell.track;
    if (cell.set.loopBeats > 0 && !track.isEmpty()) {
        const int last = std::min(cell.firstBeat + cell.set.loopBeats, track.count()) - 1;
        span = {track.beats[std::size_t(cell.firstBeat)].startMs, track.beats[std::size_t(last)].endMs};
    } else if (m_sync != SyncMode::Off && m_sync != SyncMode::Time && !track.isEmpty() && cell.set.in == 0 && cell.set.out < 0 &&
               isInSync(int(&cell - m_cells.data()))) {
        span = {track.beats.front().startMs, track.beats.back().endMs}; // whole beats: what is before and after has no partner
    }
    span.endMs = std::min(span.endMs, cell.timing.durationMs);
    return span.endMs > span.startMs ? span : clip;
}

void CinePlayer::advance(double wallMs)
{
    if (!(wallMs > 0))
        return;
    const int leads = leader();
    for (int i = 0; i < cellCount(); ++i)
        if (at(i).playing && !isStill(i) && (leads < 0 || i == leads || !isMember(i)))
            advance(at(i), wallMs * at(i).set.speed);
    follow();
}

void CinePlayer::advance(Cell& cell, double ms)
{
    const Span span = spanOf(cell);
    double& position = cell.set.positionMs;
    const auto outside = [&] { return position < span.startMs || position >= span.endMs; };
    const int first = frameAt(cell, span.startMs), last = frameAt(cell, span.endMs - kBeforeEndMs);
    if (cell.set.mode == LoopMode::Loop || first == last) {
        if (outside())
            position = span.startMs;
        position = span.startMs + std::fmod(position - span.startMs + ms, span.endMs - span.startMs);
        if (outside()) // by rounding
            position = span.startMs;
        return;
    }
    // It turns in the middle of the first and of the last frame: each is shown as long as on the way through.
    const auto middle = [&](int frame) {
        return (std::max(cell.timing.startMs[std::size_t(frame)], span.startMs) + std::min(endOf(cell, frame), span.endMs)) / 2;
    };
    const double low = middle(first), length = middle(last) - low;
    const double along = std::clamp(position - low, 0.0, length);
    const double way = std::fmod((cell.direction > 0 ? along : 2 * length - along) + ms, 2 * length);
    cell.direction = way < length ? 1 : -1;
    position = low + (way < length ? way : 2 * length - way);
}

void CinePlayer::place(int cell, int frame)
{
    Cell& c = at(cell);
    c.set.positionMs = c.timing.startMs[std::size_t(std::clamp(frame, 0, c.frames() - 1))];
    if (c.set.loopBeats > 0 && !c.track.isEmpty()) {
        const Span span = spanOf(c);
        // A frame that begins before the R wave and is on display there belongs to the beat.
        if (endOf(c, this->frame(cell)) <= span.startMs || c.set.positionMs >= span.endMs)
            chooseBeat(c);
    }
}

void CinePlayer::goTo(int cell, int frame)
{
    lead(cell);
    place(cell, frame);
    follow();
}

void CinePlayer::step(int frames)
{
    setPlaying(false);
    const int leads = leader();
    for (int i = 0; i < cellCount(); ++i)
        if (leads < 0 || i == leads || !isMember(i))
            step(i, frames);
}

void CinePlayer::step(int cell, int frames)
{
    setPlaying(cell, false);
    const Loop l = loop(cell);
    const int count = l.last - l.first + 1, now = frame(cell);
    int next = now < l.first ? l.first : now > l.last ? l.last : l.first + ((now - l.first + frames) % count + count) % count;
    place(cell, next);
    follow();
}

void CinePlayer::scrub(double fraction)
{
    for (int i = 0; i < cellCount(); ++i)
        if (std::isfinite(fraction) && (leader() < 0 || i == leader() || !isMember(i)))
            place(i, int(std::lround(std::clamp(fraction, 0.0, 1.0) * (frameCount(i) - 1))));
    follow();
}

void CinePlayer::scrub(int cell, double fraction)
{
    if (std::isfinite(fraction))
        goTo(cell, int(std::lround(std::clamp(fraction, 0.0, 1.0) * (frameCount(cell) - 1))));
}

CinePlayer::Loop CinePlayer::loop(int cell) const
{
    const Cell& c = at(cell);
    const Span span = spanOf(c);
    return {frameAt(c, span.startMs), frameAt(c, span.endMs - kBeforeEndMs), c.set.mode == LoopMode::Sweep, c.direction < 0};
}

int CinePlayer::frame(int cell) const
{
    return frameAt(at(cell), at(cell).set.positionMs);
}

double CinePlayer::fraction(int cell) const
{
    const int count = frameCount(cell);
    return count > 1 ? double(frame(cell)) / (count - 1) : 0.0;
}

double CinePlayer::headerFps(int cell) const
{
    const Cell& c = at(cell);
    return c.frames() > 1 ? c.frames() * 1000.0 / c.timing.durationMs : 0.0;
}

double CinePlayer::dueFps(int cell) const
{
    return headerFps(cell) * speed(cell) * syncFactor(cell).value_or(1.0);
}

int CinePlayer::stride(int cell, double refreshHz) const
{
    return std::max(1, int(dueFps(cell) / refreshHz));
}

double CinePlayer::untilNextMs() const
{
    double least = -1;
    for (int i = 0; i < cellCount(); ++i) {
        const Cell& cell = at(i);
        if (!cell.playing || cell.frames() < 2)
            continue;
        const int shown = frame(i);
        const double position = cell.set.positionMs;
        const double way = cell.direction > 0 ? endOf(cell, shown) - position : position - cell.timing.startMs[std::size_t(shown)];
        const double ms = way / (speed(i) * syncFactor(i).value_or(1.0));
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
    return span >= kLeastSpanMs ? double(count - 1) * 1000.0 / span : 0; // two frames that happen to come together are no rate
}

} // namespace echo2ecg::ui
