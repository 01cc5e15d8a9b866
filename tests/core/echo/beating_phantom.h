// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"
#include "fake_image.h"

#include <cmath>

// A dark cavity in speckled tissue that beats at known times: smallest at 0.36 of each beat, largest at its R wave.
namespace echo2ecg::test {

inline constexpr double kSystole = 0.36;

struct Phantom
{
    std::vector<double> rWaves; // the true ones, from before the clip to after it; empty: no motion
    std::vector<double> startMs;
    double durationMs = 0;
    bool withTrace = false; // a green ECG with a marker below the sector
    int rows = 160, columns = 200;
    FakeClip file;

    explicit Phantom(std::vector<double> steps, std::vector<double> r) : rWaves(std::move(r))
    {
        for (double step : steps) {
            startMs.push_back(durationMs);
            durationMs += step;
        }
        file.frames = int(startMs.size());
        file.draw = [this](int i) { return draw(startMs[std::size_t(i)]); };
    }

    double radius(double ms) const
    {
        const double rest = 34;
        for (std::size_t i = 0; i + 1 < rWaves.size(); ++i)
            if (ms >= rWaves[i] && ms < rWaves[i + 1]) {
                const double phase = (ms - rWaves[i]) / (rWaves[i + 1] - rWaves[i]);
                const double filled = phase < kSystole ? std::cos(M_PI * phase / kSystole)
                                                       : -std::cos(M_PI * (phase - kSystole) / (1 - kSystole));
                return 28 + 6 * filled;
            }
        return rest;
    }

    // Rows above the baseline at that time of the trace.
    double ecg(double ms) const
    {
        double height = 0;
        for (double r : rWaves)
            height = std::max(height, 20 * std::max(0.0, 1 - std::abs(ms - r) / 25));
        return height;
    }

    base::RgbImage draw(double ms) const
    {
        base::RgbImage image(rows, columns);
        const double size = radius(ms);
        for (int y = 0; y < 110; ++y)
            for (int x = 20; x < columns - 20; ++x)
                if (std::hypot(y - 55, x - columns / 2) > size)
                    std::fill_n(image.row(y) + 3 * x, 3, std::uint8_t(110 + (x * 7 + y * 13) % 60));
        if (!withTrace)
            return image;
        constexpr int base = 140, from = 10;
        const double perPixel = 10;
        const auto green = [&](int y, int x) {
            std::uint8_t* p = image.row(y) + 3 * x;
            p[0] = 20, p[1] = 220, p[2] = 40;
        };
        for (int x = from; x < columns - 10; ++x) {
            const int here = base - int(ecg((x - from) * perPixel)), before = base - int(ecg((x - 1 - from) * perPixel));
            for (int y = std::min(here, before); y <= std::max(here, before); ++y)
                green(y, x);
        }
        const int marker = from + int(std::lround(ms / perPixel));
        for (int y = 126; y < 156; ++y)
            for (int x = marker - 1; x <= marker + 1 && x < columns; ++x)
                green(y, x);
        return image;
    }

    echo::EchoClip clip() const
    {
        echo::EchoClip clip;
        clip.frames = int(startMs.size());
        clip.header.declaredFrames = clip.frames;
        clip.header.rows = rows;
        clip.header.columns = columns;
        clip.timing.startMs = startMs;
        clip.timing.durationMs = durationMs;
        return clip;
    }
};

inline std::vector<double> steps(int count, double ms)
{
    return std::vector<double>(std::size_t(count), ms);
}

// A 33 ms and a 50 ms step in turn.
inline std::vector<double> unevenSteps(int count)
{
    std::vector<double> list;
    for (int i = 0; i < count; ++i)
        list.push_back(i % 2 ? 50 : 33);
    return list;
}

} // namespace echo2ecg::test
