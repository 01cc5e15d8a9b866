// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/measure_names.h"

#include <algorithm>
#include <utility>

namespace echo2ecg::evaluation {

std::string measureTitle(const std::string& name)
{
    // Those whose letters are others; P@1, R@10 and mAP are written as they are named.
    constexpr std::pair<const char*, const char*> titles[] = {{"auroc", "AUROC"}, {"average_precision", "AP"}, {"f1", "F1"}, {"ece", "ECE"}, {"ppv", "PPV"}, {"npv", "NPV"}};
    for (const auto& [known, title] : titles)
        if (name == known)
            return title;
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

} // namespace echo2ecg::evaluation
