// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/median_beat.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

constexpr double premature = 0.8;    // of the median RR interval
constexpr std::size_t around = 4;    // intervals on both sides that say what is usual
constexpr double alignReach = 0.06;  // s of QRS that the exact alignment looks at
constexpr double levelWidth = 0.016; // s that are averaged for the PQ level
constexpr double calmWidth = 0.02;   // s: a period of 50 Hz, so that mains and quick noise are no scatter of waves
constexpr double leastWeight = 0.05;

// The baseline of one lead: a cubic through the PQ levels, flat beyond them.
class Baseline
{
public:
    Baseline(const std::vector<float>& lead, const std::vector<std::size_t>& knots, std::size_t half)
    {
        for (const std::size_t knot : knots) {
            double sum = 0;
            std::size_t count = 0;
            for (std::size_t i = knot > half ? knot - half : 0; i <= knot + half && i < lead.size(); ++i)
                if (std::isfinite(lead[i])) {
                    sum += double(lead[i]);
                    ++count;
                }
            if (count && (m_at.empty() || double(knot) > m_at.back())) {
                m_at.push_back(double(knot));
                m_level.push_back(sum / double(count));
            }
        }
    }

    double operator()(double at) const
    {
        if (m_at.empty())
            return 0;
        if (at <= m_at.front())
            return m_level.front();
        if (at >= m_at.back())
            return m_level.back();
        const auto i = std::size_t(std::upper_bound(m_at.begin(), m_at.end(), at) - m_at.begin()) - 1;
        const double h = m_at[i + 1] - m_at[i], t = (at - m_at[i]) / h;
        const double a = m_level[i], b = m_level[i + 1];
        const double da = slope(i) * h, db = slope(i + 1) * h;
        return a + t * (da + t * (3 * (b - a) - 2 * da - db + t * (2 * (a - b) + da + db)));
    }

private:
    double slope(std::size_t i) const
    {
        const std::size_t from = i ? i - 1 : 0, to = std::min(i + 1, m_at.size() - 1);
        return to > from ? (m_level[to] - m_level[from]) / (m_at[to] - m_at[from]) : 0;
    }
    std::vector<double> m_at, m_level;
};

std::vector<std::size_t> evenly(const std::vector<std::size_t>& all, std::size_t most)
{
    if (all.size() <= most)
        return all;
    std::vector<std::size_t> some;
    for (std::size_t i = 0; i < most; ++i)
        some.push_back(all[i * all.size() / most]);
    return some;
}

// Of sorted values.
float middleOf(const std::vector<float>& sorted)
{
    const std::size_t n = sorted.size();
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

// Median distance of sorted values from their median: distances grow outwards on both sides, so merging them in order
// up to the middle is enough.
float middleDistance(const std::vector<float>& sorted, float middle)
{
    const auto n = std::ptrdiff_t(sorted.size());
    auto right = std::lower_bound(sorted.begin(), sorted.end(), middle) - sorted.begin();
    auto left = right - 1;
    float distance = 0, before = 0;
    for (std::ptrdiff_t k = 0; k <= n / 2; ++k) {
        before = distance;
        const bool takeLeft =
            right >= n || (left >= 0 && middle - sorted[std::size_t(left)] < sorted[std::size_t(right)] - middle);
        distance = takeLeft ? middle - sorted[std::size_t(left--)] : sorted[std::size_t(right++)] - middle;
    }
    return n % 2 == 1 ? distance : (before + distance) / 2;
}

// Each beat (a column) becomes the mean over `half` samples on both sides.
void calm(std::vector<float>& matrix, std::size_t beats, std::size_t half)
{
    const std::size_t width = matrix.size() / beats;
    std::vector<float> column(width);
    for (std::size_t b = 0; b < beats; ++b) {
        for (std::size_t i = 0; i < width; ++i)
            column[i] = matrix[i * beats + b];
        double sum = 0;
        std::size_t count = 0;
        const auto change = [&](std::size_t i, int sign) {
            if (!std::isfinite(column[i]))
                return;
            sum += sign * double(column[i]);
            count = sign > 0 ? count + 1 : count - 1;
        };
        for (std::size_t i = 0; i < std::min(half, width); ++i)
            change(i, 1);
        for (std::size_t i = 0; i < width; ++i) {
            if (i + half < width)
                change(i + half, 1);
            matrix[i * beats + b] = std::isfinite(column[i]) && count ? float(sum / double(count)) : NAN;
            if (i >= half)
                change(i - half, -1);
        }
    }
}

// Lays the chosen beats over the mean of the others, to the sample.
void align(const EcgRecord& record, QrsDetection& detection, const std::vector<std::size_t>& chosen)
{
    const double hz = record.samplingHz;
    const auto stride = std::max<std::size_t>(1, std::size_t(hz / 500));
    const auto half = std::max<std::size_t>(2, std::size_t(alignReach * hz) / stride);
    const auto shift = std::max<std::size_t>(1, std::size_t(std::round(hz / 250)));
    std::vector<std::size_t> leads;
    for (std::size_t lead = 0; lead < leadCount; ++lead)
        if (detection.weight[lead] > leastWeight)
            leads.push_back(lead);
    const std::size_t width = 2 * half + 1, arm = half * stride + shift;
    const auto cut = [&](std::size_t at, std::vector<double>& out) {
        out.clear();
        for (const std::size_t lead : leads) {
            double mean = 0;
            for (std::size_t i = 0; i < width; ++i) {
                const double v = double(record.leads[lead][at - half * stride + i * stride]);
                out.push_back(v);
                mean += v;
            }
            mean /= double(width);
            for (std::size_t i = out.size() - width; i < out.size(); ++i)
                out[i] = (out[i] - mean) * detection.weight[lead];
        }
    };
    const auto inside = [&](std::size_t at) { return at >= arm && at + arm < record.samples(); };
    std::vector<double> sum(width * leads.size(), 0.0), part;
    for (const std::size_t beat : evenly(chosen, MedianBeat::mostBeats))
        if (inside(detection.peaks[beat])) {
            cut(detection.peaks[beat], part);
            if (std::all_of(part.begin(), part.end(), [](double v) { return std::isfinite(v); }))
                for (std::size_t i = 0; i < part.size(); ++i)
                    sum[i] += part[i];
        }
    for (const std::size_t beat : chosen) {
        const std::size_t at = detection.peaks[beat];
        if (!inside(at))
            continue;
        double best = -1;
        std::size_t place = at;
        for (std::size_t k = 0; k <= 2 * shift; ++k) {
            cut(at + k - shift, part);
            const double c = correlation(part, sum);
            if (c > best + 1e-12) {
                best = c;
                place = at + k - shift;
            }
        }
        if (staysBetween(detection.peaks, beat, place))
            detection.peaks[beat] = place;
    }
}

} // namespace

std::vector<bool> chooseBeats(const std::vector<std::size_t>& peaks, const BeatClasses& classes)
{
    std::vector<bool> chosen(peaks.size(), false);
    std::vector<double> intervals;
    for (std::size_t i = 1; i < peaks.size(); ++i)
        intervals.push_back(double(peaks[i] - peaks[i - 1]));
    std::size_t early = 0, alike = 0;
    const auto isEarly = [&](std::size_t i) { // against the neighbours, as the rate may change in time
        if (i == 0)
            return false;
        const std::size_t from = i > around ? i - around : 0, to = std::min(intervals.size(), i + around - 1);
        return intervals[i - 1] <
               premature * medianOf({intervals.begin() + std::ptrdiff_t(from), intervals.begin() + std::ptrdiff_t(to)});
    };
    for (std::size_t i = 0; i < peaks.size(); ++i)
        if (classes.classOf[i] == classes.dominant && classes.dominant >= 0) {
            chosen[i] = true;
            ++alike;
            early += isEarly(i) ? 1 : 0;
        }
    if (early && early * 3 < alike)
        for (std::size_t i = 0; i < peaks.size(); ++i)
            if (isEarly(i))
                chosen[i] = false;
    return chosen;
}

MedianBeat medianBeat(const EcgRecord& record, QrsDetection& detection, const std::vector<bool>& chosen,
                      double levelBefore)
{
    MedianBeat result;
    const double hz = record.samplingHz;
    std::vector<std::size_t> beats;
    for (std::size_t i = 0; i < chosen.size(); ++i)
        if (chosen[i])
            beats.push_back(i);
    align(record, detection, beats);
    align(record, detection, beats);

    std::vector<double> intervals;
    for (std::size_t i = 1; i < detection.peaks.size(); ++i)
        intervals.push_back(double(detection.peaks[i] - detection.peaks[i - 1]) / hz);
    const double rr = intervals.empty() ? 1 : medianOf(intervals);
    const auto before = std::size_t(std::clamp(0.5 * rr, 0.12, 0.5) * hz),
               after = std::size_t(std::clamp(0.75 * rr, 0.18, 0.8) * hz);
    const auto level = std::size_t(std::max(0.0, levelBefore) * hz);
    std::vector<std::size_t> knots;
    for (const std::size_t beat : beats)
        knots.push_back(detection.peaks[beat] > level ? detection.peaks[beat] - level : 0);
    const std::vector<std::size_t> used = evenly(beats, MedianBeat::mostBeats);

    result.rPeak = before;
    result.beats = used.size();
    result.beat.samplingHz = hz;
    const std::size_t width = before + after + 1;
    std::vector<float> matrix(width * used.size()), values;
    for (std::size_t lead = 0; lead < leadCount; ++lead) {
        const std::vector<float>& signal = record.leads[lead];
        if (signal.empty())
            continue;
        const Baseline baseline(signal, knots, std::size_t(levelWidth / 2 * hz));
        for (std::size_t b = 0; b < used.size(); ++b) {
            const std::size_t peak = detection.peaks[used[b]];
            for (std::size_t i = 0; i < width; ++i) {
                const std::size_t at = peak + i; // of the recording, `before` too far
                const bool there = at >= before && at - before < signal.size();
                const float value = there ? signal[at - before] : std::numeric_limits<float>::quiet_NaN();
                matrix[i * used.size() + b] =
                    std::isfinite(value) ? float(double(value) - baseline(double(at - before))) : NAN;
            }
        }
        const auto take = [&](std::size_t i) { // the beats' values there, sorted
            values.clear();
            for (std::size_t b = 0; b < used.size(); ++b)
                if (const float v = matrix[i * used.size() + b]; std::isfinite(v))
                    values.push_back(v);
            std::sort(values.begin(), values.end());
            return !values.empty();
        };
        auto& median = result.beat.leads[lead];
        auto& scatter = result.scatter[lead];
        median.resize(width);
        scatter.resize(width);
        for (std::size_t i = 0; i < width; ++i)
            median[i] = take(i) ? middleOf(values) : NAN;
        calm(matrix, used.size(), std::size_t(calmWidth / 2 * hz));
        const auto step = std::max<std::size_t>(1, std::size_t(hz / 250)); // it changes slowly
        for (std::size_t i = 0; i < width; ++i)
            scatter[i] = i % step ? scatter[i - 1] : take(i) ? 1.4826f * middleDistance(values, middleOf(values)) : NAN;
    }
    return result;
}

} // namespace echo2ecg::ecg
