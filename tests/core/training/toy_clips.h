// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "training/echo_trainer.h"
#include "training/random.h"

#include <cmath>

// Hearts as bright discs that shrink and grow: their area is the volume, the shrinking the ejection fraction.
namespace echo2ecg::test {

inline std::vector<training::EchoClipItem> toyClips(const nn::EchoEncoderShape& shape, int studies, int clipsOfEach = 2)
{
    std::vector<training::EchoClipItem> items;
    for (int study = 0; study < studies; ++study) {
        training::RandomStream random("toy.heart", {std::uint64_t(study)});
        const double radius = shape.size * (0.18 + 0.2 * random.unit()), shrink = 0.1 + 0.6 * random.unit();
        for (int clip = 0; clip < clipsOfEach; ++clip) {
            training::ClipPixels pixels{1, shape.frames, shape.size, {}};
            const double x0 = shape.size * (0.45 + 0.1 * random.unit()), y0 = shape.size * (0.45 + 0.1 * random.unit());
            for (int f = 0; f < shape.frames; ++f) {
                const double r = radius * (1 - shrink * (0.5 - 0.5 * std::cos(2 * 3.14159265 * f / shape.frames)));
                for (int y = 0; y < shape.size; ++y)
                    for (int x = 0; x < shape.size; ++x)
                        pixels.values.push_back(std::uint8_t(std::hypot(x - x0, y - y0) < r ? 180 + 20 * random.unit() : 20 * random.unit()));
            }
            training::EchoClipItem item;
            item.patient = "patient " + std::to_string(study);
            item.study = "study " + std::to_string(study);
            item.split = study % 4 == 3 ? training::Split::Val : training::Split::Train;
            item.targets = {radius, 100 * shrink};
            item.pixels = [pixels] { return pixels; };
            items.push_back(std::move(item));
        }
    }
    return items;
}

} // namespace echo2ecg::test
