// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/recipe.h"

#include <optional>
#include <vector>

namespace echo2ecg::ecg {

enum class Severity { Note, Warn, Block };

// What the gate found, with the lead it concerns.
struct Finding
{
    std::string code;      // "lead-missing", "lead-flat", "units-implausible", "too-short", "einthoven", "rate-differs", "age-under-18" …
    std::string sentence;
    Severity severity = Severity::Note;
    std::optional<Lead> lead;
};

// Runs before any prediction. Blocks what can't be encoded with this recipe and says why; warns of what a reader should doubt.
std::vector<Finding> checkQuality(const EcgRecord& record, const EcgRecipe& recipe);
bool isBlocked(const std::vector<Finding>& findings);

} // namespace echo2ecg::ecg
