// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/preprocess_steps.h"

#include <algorithm>

namespace echo2ecg::ecg {

EcgSteps preprocessSteps(const EcgRecord& record, const EcgRecipe& recipe, const base::CancelToken& cancel)
{
    EcgSteps collected;
    collected.result = preprocess(record, recipe, [&](EcgStep step, const std::vector<double>& values) {
        cancel.throwIfCancelled();
        const std::size_t samples = values.size() / leadCount;
        collected.kept = std::min(samples, mostKept);
        EcgStepValues kept{step, {}};
        kept.values.reserve(leadCount * collected.kept);
        for (std::size_t row = 0; row < leadCount; ++row) {
            const auto first = values.begin() + std::ptrdiff_t(row * samples);
            std::transform(first, first + std::ptrdiff_t(collected.kept), std::back_inserter(kept.values),
                           [](double value) { return float(value); });
        }
        collected.steps.push_back(std::move(kept));
    });
    return collected;
}

} // namespace echo2ecg::ecg
