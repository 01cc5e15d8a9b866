// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::retrieval {

// One value with where it came from: "measured here, biplane", "DICOM SR", "table labels.csv", "simulated", "derived
// from EDV and ESV".
struct SourcedValue
{
    double value = 0;
    std::string source;

    bool operator==(const SourcedValue&) const = default;
};

// Source of what complete() worked out.
inline constexpr const char* derivedSource = "derived from EDV and ESV";

// Left ventricular volumes in mL and ejection fraction in %.
struct Phenotypes
{
    std::optional<SourcedValue> lvedv, lvesv, lvsv, lvef;
    std::optional<bool> structuralHeartDisease;
    std::string structuralHeartDiseaseSource;

    // Derives SV and EF from EDV and ESV where absent; what contradicts (EF by more than 5 points, ESV > EDV, values
    // outside physiology) is a warning.
    base::Warnings complete();
    bool isEmpty() const;

    bool operator==(const Phenotypes&) const = default;
};

enum class LvefClass { Reduced = 0, MildlyReduced = 1, Preserved = 2 };
// cutoffs {40, 50}: ≤ 40 reduced, ≥ 50 preserved, between mildly reduced (ESC 2021).
LvefClass lvefClass(double lvefPercent, const std::vector<double>& cutoffs = {40.0, 50.0});
const char* letter(LvefClass c) noexcept; // "R", "M", "P"
const char* word(LvefClass c) noexcept;   // "reduced", "mildly reduced", "preserved"

} // namespace echo2ecg::retrieval
