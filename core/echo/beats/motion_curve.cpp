// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/motion.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::echo {

namespace {

// Otsu: the level that parts dark from bright best.
int darkLevel(const ReducedFrames& frames, const std::vector<bool>& active)
{
    std::array<double, 256> histogram{};
    double total = 0, sum = 0;
    for (const auto& frame : frames.frames)
        for (std::size_t i = 0; i < frame.size(); ++i)
            if (active[i]) {
                ++histogram[frame[i]];
                ++total;
                sum += frame[i];
            }
    double below = 0, belowSum = 0, best = -1;
    int level = 0;
    for (int v = 0; v < 255; ++v) {
        below += histogram[std::size_t(v)];
        belowSum += v * histogram[std::size_t(v)];
        if (below <= 0 || below >= total)
            continue;
        const double gap = belowSum / below - (sum - belowSum) / (total - below);
        if (const double between = below * (total - below) * gap * gap; between > best) {
            best = between;
            level = v;
        }
    }
    return level;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b)
{
    const double n = double(a.size());
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ma += a[i] / n;
        mb += b[i] / n;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

} // namespace

MotionCurve motionCurve(const ReducedFrames& frames, const base::JobContext& job)
{
    const std::size_t n = frames.frames.size(), p = frames.pixels();
    if (n < 3 || p == 0)
        return {};
    std::vector<float> mean(p), variance(p);
    for (const auto& frame : frames.frames)
        for (std::size_t i = 0; i < p; ++i)
            mean[i] += float(frame[i]) / float(n);
    for (const auto& frame : frames.frames)
        for (std::size_t i = 0; i < p; ++i)
            variance[i] += (float(frame[i]) - mean[i]) * (float(frame[i]) - mean[i]) / float(n);
    std::vector<bool> active(p);
    double all = 0;
    for (std::size_t i = 0; i < p; ++i) {
        active[i] = variance[i] >= 4; // of grey levels: less is noise of the coding
        all += active[i] ? double(variance[i]) * double(n) : 0;
    }
    if (std::count(active.begin(), active.end(), true) < std::ptrdiff_t(std::max<std::size_t>(8, p / 200)))
        return {};

    const int level = darkLevel(frames, active);
    std::vector<double> area(n);
    for (std::size_t t = 0; t < n; ++t)
        for (std::size_t i = 0; i < p; ++i)
            area[t] += active[i] && frames.frames[t][i] <= level;

    // Power iteration from the dark area's own pattern, so that its sign and place are near from the beginning.
    MotionCurve curve;
    curve.value = area;
    double size = 0;
    std::vector<float> pattern(p);
    for (int round = 0; round < 25; ++round) {
        job.throwIfCancelled();
        double centre = 0;
        for (double v : curve.value)
            centre += v / double(n);
        std::fill(pattern.begin(), pattern.end(), 0.0F);
        for (std::size_t t = 0; t < n; ++t) {
            const float weight = float(curve.value[t] - centre);
            for (std::size_t i = 0; i < p; ++i)
                pattern[i] += weight * (float(frames.frames[t][i]) - mean[i]);
        }
        double norm = 0;
        for (std::size_t i = 0; i < p; ++i) {
            if (!active[i])
                pattern[i] = 0;
            norm += double(pattern[i]) * double(pattern[i]);
        }
        if (!(norm > 0))
            return {};
        size = 0;
        for (std::size_t t = 0; t < n; ++t) {
            double sum = 0;
            for (std::size_t i = 0; i < p; ++i)
                sum += double(pattern[i]) * double(float(frames.frames[t][i]) - mean[i]);
            curve.value[t] = sum / std::sqrt(norm);
            size += curve.value[t] * curve.value[t];
        }
    }
    curve.share = all > 0 ? std::min(1.0, size / all) : 0;
    const double sign = correlation(curve.value, area);
    curve.areaCorrelation = std::abs(sign);
    if (sign < 0)
        for (double& v : curve.value)
            v = -v;
    return curve;
}

} // namespace echo2ecg::echo
