// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/formula.h"

#include <cmath>

namespace echo2ecg::nn {

std::uint64_t fnv1a64(std::string_view text) noexcept
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return hash;
}

std::uint64_t formulaBits(std::uint64_t keyHash, std::uint64_t index) noexcept
{
    std::uint64_t z = keyHash + (index + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

double formulaUnit(std::uint64_t keyHash, std::uint64_t index) noexcept
{
    return 2.0 * (double(formulaBits(keyHash, index) >> 11) * 0x1p-53) - 1.0;
}

std::vector<float> formulaWeights(const std::string& name, const std::vector<long long>& shape)
{
    std::size_t count = 1, fanIn = 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        count *= std::size_t(shape[axis]);
        if (axis > 0)
            fanIn *= std::size_t(shape[axis]);
    }
    const std::string_view full = name;
    const std::string_view last = full.substr(full.rfind('.') + 1);

    // Offset and scale by the first matching rule. With an offset of 0 the sum is exact, so one expression serves all
    // rules.
    double offset = 0.0, scale = 0.0;
    if (last == "num_batches_tracked") {
        offset = 1000.0;
    } else if (last == "running_var") {
        offset = 1.0;
        scale = 0.5;
    } else if (shape.size() == 1 && last == "weight") {
        offset = 1.0;
        scale = 0.1;
    } else if (shape.size() <= 1) {
        scale = 0.1;
    } else if (last == "cls_token" || last == "pos_embed_x" || full.ends_with("pos_embed_y.weight")) {
        scale = 0.5;
    } else {
        scale = std::sqrt(3.0 / double(fanIn));
    }

    const std::uint64_t key = fnv1a64(full);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double product = scale * formulaUnit(key, i);
        values[i] = float(offset + product);
    }
    return values;
}

} // namespace echo2ecg::nn
