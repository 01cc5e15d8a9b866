// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <array>
#include <string>

namespace echo2ecg::echo {

enum class MaskMode { None, UltrasoundSector };         // SPEC §8.4, mended as §10 asks
enum class PaddingMode { BeforeNormalisation, AfterNormalisation };
enum class ChannelOrder { Rgb, Bgr };

// How a clip becomes the encoder's input, as data (SPEC §8). Defaults are what the reference trained with (8.1).
struct EchoRecipe
{
    int frames = 16;            // of the tensor
    int stride = 2;             // every stride-th frame
    MaskMode mask = MaskMode::None;
    PaddingMode padding = PaddingMode::BeforeNormalisation;
    ChannelOrder channelOrder = ChannelOrder::Rgb;
    double zoom = 0.1;          // removed on every side after the centre crop
    int size = 224;             // pixels, square
    std::array<double, 3> mean{29.110628, 28.076836, 29.096405};
    std::array<double, 3> std{47.989223, 46.456997, 47.20083};
    int maxViews = 128;
    bool includeColour = true; // colour Doppler clips are views too; in JSON only when false, so that older recipes keep their hash

    base::Json toJson() const;
    // Throws base::ParseError naming the field; unknown fields are refused.
    static EchoRecipe fromJson(const base::Json& json);
    std::string hash() const;
    std::string describe() const;
};

} // namespace echo2ecg::echo
