// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/borders.h"

#include "ecg/measure/slopes.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr std::size_t ms(double milliseconds)
{
    return std::size_t(milliseconds * GridBeat::hz / 1000);
}

// Shares of the wave's largest slope at which it begins and ends.
constexpr double qrsShare = 0.04, pShare = 0.2, tShare = 0.14;
constexpr double qrsHz = 70, pHz = 30, tHz = 20; // low-pass for the slopes
// In µV/ms: slopes below are nobody's wave.
constexpr double leastQrsSlope = 1.0, leastPSlope = 0.35, leastTSlope = 0.35;
// A wave's energy over that of unrelated beats, and its height in the two highest leads (mV).
constexpr double leastStanding = 5, leastP = 0.015, leastT = 0.03;

// The stretch around `at` where the slope is above `threshold`; up to `gap` samples below it don't end it, if what
// follows reaches `reach` again.
struct Stretch
{
    std::size_t from, to; // [from, to)
};
std::size_t endOf(const std::vector<double>& slope, std::size_t at, int direction, double threshold, std::size_t gap,
                  double reach)
{
    const auto n = std::ptrdiff_t(slope.size());
    auto last = std::ptrdiff_t(at);
    std::ptrdiff_t i = last;
    while (i >= 0 && i < n) {
        if (slope[std::size_t(i)] >= threshold) {
            last = i;
            i += direction;
            continue;
        }
        // Over a gap only to something that is worth it.
        std::ptrdiff_t k = i;
        while (k >= 0 && k < n && std::size_t(std::abs(k - last)) <= gap && slope[std::size_t(k)] < threshold)
            k += direction;
        if (k < 0 || k >= n || slope[std::size_t(k)] < threshold)
            break;
        double highest = 0;
        std::ptrdiff_t end = k;
        for (; end >= 0 && end < n && slope[std::size_t(end)] >= threshold; end += direction)
            highest = std::max(highest, slope[std::size_t(end)]);
        if (highest < reach)
            break;
        i = end;
        last = end - direction;
    }
    return std::size_t(last);
}
Stretch stretchAround(const std::vector<double>& slope, std::size_t at, double threshold, std::size_t gap, double reach)
{
    return {endOf(slope, at, -1, threshold, gap, reach), endOf(slope, at, 1, threshold, gap, reach) + 1};
}

std::size_t highest(const std::vector<double>& values, std::size_t from, std::size_t to)
{
    return std::size_t(std::max_element(values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to)) -
                       values.begin());
}

double quietOf(std::vector<double> values, double share)
{
    return quantile(values, share);
}

class Finder
{
public:
    Finder(const MedianBeat& median, double rrSeconds)
        : m_beat(median), m_rr(std::max<std::size_t>(1, std::size_t(std::clamp(rrSeconds, 0.1, 10.0) * GridBeat::hz)))
    {
    }

    FoundBorders find()
    {
        if (m_beat.size < ms(150) || m_beat.leads.empty() || !findQrs())
            return m_found;
        // The T wave ends before the next P begins, and P begins after the T wave before: first a near look for P.
        findP(std::min(ms(260), m_rr * 2 / 5));
        findT();
        findP(ms(380));
        put(m_found.borders.qrsOnset, m_qrs.from);
        put(m_found.borders.qrsOffset, m_qrs.to);
        if (m_p) {
            put(m_found.borders.pOnset, m_p->from);
            put(m_found.borders.pOffset, m_p->to);
        }
        if (m_t) {
            put(m_found.borders.tOnset, m_t->from);
            put(m_found.borders.tOffset, m_t->to);
        }
        return m_found;
    }

private:
    static void put(std::optional<double>& border, std::size_t at) { border = double(at) / GridBeat::hz; }

    bool findQrs()
    {
        const std::vector<double> slope = slopesOf(m_beat, 0, m_beat.size, qrsHz);
        if (slope.empty())
            return false;
        const std::size_t r = std::min(m_beat.rPeak, m_beat.size - 1);
        const std::size_t from = r > ms(90) ? r - ms(90) : 0, to = std::min(m_beat.size, r + ms(90));
        const std::size_t top = highest(slope, from, to);
        const double noise = quietOf(slope, 0.2);
        if (slope[top] < 6 * noise || slope[top] < 2 * leastQrsSlope) {
            m_found.noisy = true;
            return false;
        }
        const double threshold = std::max({qrsShare * slope[top], 2.2 * noise, leastQrsSlope});
        // Onset: quiet for 10 ms; end: for 12 ms. Where an ST segment is steeper than that, its flattest place decides.
        const auto edge = [&](int direction, std::size_t farthest, std::size_t quiet) {
            const auto limit = std::size_t(farthest);
            double flattest = slope[top];
            std::size_t flattestAt = top, run = 0;
            for (std::size_t k = 1; k <= limit; ++k) {
                if (direction < 0 ? k > top : top + k >= slope.size())
                    break;
                const std::size_t i = direction < 0 ? top - k : top + k;
                if (slope[i] < flattest && k > ms(24)) {
                    flattest = slope[i];
                    flattestAt = i;
                }
                run = slope[i] < threshold ? run + 1 : 0;
                if (run > quiet)
                    return direction < 0 ? i + run - 1 : i - run + 1;
            }
            return flattestAt;
        };
        m_qrs = {edge(-1, ms(160), ms(10)), edge(1, ms(220), ms(12))};
        return m_qrs.to > m_qrs.from + ms(20);
    }

    void findT()
    {
        m_t.reset();
        std::size_t limit = std::min(m_beat.size, m_qrs.from + m_rr - std::min(m_rr, ms(20)));
        if (m_p)
            limit = std::min(limit, m_p->from + m_rr);
        const std::size_t from = m_qrs.to;
        if (limit < from + ms(80))
            return;
        const std::vector<double> slope = slopesOf(m_beat, from, limit, tHz);
        if (slope.size() <= ms(70))
            return;
        const std::size_t top = highest(slope, std::min(ms(50), slope.size() - 1), slope.size());
        const double threshold = std::max({tShare * slope[top], 1.5 * quietOf(slope, 0.1), leastTSlope});
        if (slope[top] < 1.5 * threshold)
            return;
        const std::vector<double> height = heightsOf(m_beat, from, limit);
        const double tallest = *std::max_element(height.begin(), height.end());
        // At the top of T all slopes may vanish for a moment; beyond its end nothing is bridged.
        Stretch t{endOf(slope, top, -1, threshold, ms(70), 0.35 * slope[top]),
                  endOf(slope, top, 1, threshold, 0, 0) + 1};
        while (t.to < height.size() && height[t.to] > 0.45 * tallest) {
            const std::size_t to = endOf(slope, t.to - 1, 1, threshold, ms(90), 0.35 * slope[top]) + 1;
            if (to == t.to)
                break;
            t.to = to;
        }
        // A tail that no longer falls is a U wave or drift.
        for (std::size_t i = highest(slope, t.from, t.to); i < t.to && i + ms(20) < slope.size(); ++i)
            if (slope[i] < 0.3 * slope[top] && height[i] < 0.45 * tallest && slope[i + ms(20)] > 0.7 * slope[i]) {
                t.to = i + 1;
                break;
            }
        if (t.to - t.from < ms(40) || t.to + 1 >= slope.size()) // it goes on where the view ends
            return;
        const Standing standing = standingOf(m_beat, from + t.from, from + t.to, Reference::End);
        if (standing.ratio < leastStanding || standing.largest < leastT)
            return;
        m_t = Stretch{from + t.from, from + t.to};
    }

    void findP(std::size_t reach)
    {
        m_p.reset();
        m_found.pDoubtful = false;
        findP(reach, false);
        if (!m_p)
            findP(reach, true); // mains may have hidden it
    }

    // Looks for P at most `reach` before the QRS, and not before the T wave before has ended.
    void findP(std::size_t reach, bool calm)
    {
        std::size_t from = m_qrs.from > reach ? m_qrs.from - reach : 0;
        if (m_t && m_t->to + ms(10) > m_rr)
            from = std::max(from, m_t->to + ms(10) - m_rr);
        if (m_qrs.from < ms(90))
            return;
        from = std::min(from, m_qrs.from > ms(130) ? m_qrs.from - ms(130) : 0); // but the last 130 ms always
        const std::vector<double> slope = slopesOf(m_beat, from, m_qrs.from + 1, pHz, calm);
        if (slope.size() <= ms(60))
            return;
        const std::size_t last = slope.size() - ms(16);
        const std::size_t top = highest(slope, 0, last);
        const double noise = quietOf(slope, 0.15);
        const double threshold = std::max({pShare * slope[top], 1.6 * noise, leastPSlope});
        if (slope[top] < 1.5 * threshold)
            return;
        const Stretch p = stretchAround(slope, top, threshold, ms(44), std::max(0.35 * slope[top], 1.2 * threshold));
        const std::size_t width = p.to - p.from;
        if (width < ms(36) || width > ms(220) || slope.size() - p.from < ms(60))
            return;
        if (p.from == 0 && from > 0 && m_t && slope[0] > 0.6 * slope[top]) // the flank of the T wave before
            return;
        const Standing standing = standingOf(m_beat, from + p.from, from + p.to, Reference::Line);
        if (standing.largest < leastP || standing.second < leastP / 2)
            return;
        if (standing.ratio < leastStanding) {
            m_found.pDoubtful = true;
            return;
        }
        m_p = Stretch{from + p.from, std::min(from + p.to, m_qrs.from)};
    }

    GridBeat m_beat;
    std::size_t m_rr;
    Stretch m_qrs{0, 0};
    std::optional<Stretch> m_p, m_t;
    FoundBorders m_found;
};

} // namespace

FoundBorders findBorders(const MedianBeat& median, double rrSeconds)
{
    return Finder(median, rrSeconds).find();
}

} // namespace echo2ecg::ecg
