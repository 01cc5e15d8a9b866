// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/clip_augment.h"

#include "training/random.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::training {

ClipChange ClipChange::random(double mostShift, double gain, std::initializer_list<std::uint64_t> keys)
{
    RandomStream random("clip", keys);
    const auto between = [&](double most) { return most * (2 * random.unit() - 1); };
    ClipChange change;
    change.right = between(mostShift);
    change.down = between(mostShift);
    change.contrast = 1 + between(gain);
    change.brightness = 255 * between(gain) / 2;
    return change;
}

void appendNormalised(std::vector<float>& values, const ClipPixels& pixels, const ClipChange& change, const std::array<double, 3>& mean, const std::array<double, 3>& std)
{
    const int size = pixels.size, right = int(std::lround(change.right * size)), down = int(std::lround(change.down * size));
    const std::size_t frame = std::size_t(size) * std::size_t(size), channel = frame * std::size_t(pixels.frames);
    for (std::size_t c = 0; c < 3; ++c) {
        std::array<float, 256> of{}; // what becomes of each byte
        for (int byte = 0; byte < 256; ++byte) {
            double value = byte;
            if (byte > 0 && !change.isNone())
                value = std::clamp((byte - 128) * change.contrast + 128 + change.brightness, 0.0, 255.0);
            of[std::size_t(byte)] = float((value - mean[c]) / std[c]);
        }
        const std::uint8_t* from = pixels.values.data() + (pixels.channels == 3 ? c * channel : 0);
        for (int f = 0; f < pixels.frames; ++f, from += frame)
            for (int y = 0; y < size; ++y) {
                const std::size_t begin = values.size();
                values.resize(begin + std::size_t(size), of[0]);
                if (y - down < 0 || y - down >= size)
                    continue;
                const std::uint8_t* row = from + std::ptrdiff_t(y - down) * size;
                for (int x = std::max(0, right); x < std::min(size, size + right); ++x)
                    values[begin + std::size_t(x)] = of[row[x - right]];
            }
    }
}

} // namespace echo2ecg::training
