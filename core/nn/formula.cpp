// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/formula.h"

#include <cmath>

namespace echo2ecg::nn {

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
