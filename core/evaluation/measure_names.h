// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace echo2ecg::evaluation {

// What people call a measure that evaluation.json and .csv name so: "auroc" is AUROC. A name that isn't known stays, with spaces for underlines.
std::string measureTitle(const std::string& name);

} // namespace echo2ecg::evaluation
