// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/phenotypes.h"

#include <cmath>
#include <cstdio>

namespace echo2ecg::retrieval {

namespace {

// Wide enough for newborns and for the largest dilated hearts; what lies outside is a unit or typing mistake.
struct Range
{
    double low, high;
};
constexpr Range edvRange{2, 700}, esvRange{0.5, 650}, svRange{1, 300}, efRange{3, 90};
constexpr double efTolerance = 5;                  // points
constexpr double svTolerance = 10, svShare = 0.15; // mL and share of the larger

std::string text(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1f", value);
    return buffer;
}

void checkRange(std::optional<SourcedValue>& value, const char* name, const char* unit, Range range,
                base::Warnings& warnings)
{
    if (!value)
        return;
    if (!std::isfinite(value->value)) {
        warnings.push_back({"phenotype-not-a-number", std::string(name) + " isn't a number and was left out.", name});
        value.reset();
        return;
    }
    if (value->value < range.low || value->value > range.high)
        warnings.push_back({"phenotype-implausible",
                            std::string(name) + " of " + text(value->value) + " " + unit + " is outside physiology.",
                            name});
}

} // namespace

base::Warnings Phenotypes::complete()
{
    base::Warnings warnings;
    checkRange(lvedv, "LVEDV", "mL", edvRange, warnings);
    checkRange(lvesv, "LVESV", "mL", esvRange, warnings);
    checkRange(lvsv, "LVSV", "mL", svRange, warnings);
    checkRange(lvef, "LVEF", "%", efRange, warnings);
    if (!lvedv || !lvesv)
        return warnings;

    const double edv = lvedv->value, esv = lvesv->value;
    if (esv > edv) {
        warnings.push_back({"phenotype-contradiction",
                            "LVESV of " + text(esv) + " mL is larger than LVEDV of " + text(edv) + " mL.", "LVESV"});
        return warnings;
    }
    if (edv <= 0 || esv < 0)
        return warnings;

    const double sv = edv - esv, ef = 100.0 * sv / edv;
    if (!lvsv)
        lvsv = SourcedValue{sv, derivedSource};
    else if (std::abs(lvsv->value - sv) > svTolerance &&
             std::abs(lvsv->value - sv) > svShare * std::max(lvsv->value, sv))
        warnings.push_back({"phenotype-contradiction",
                            "LVSV of " + text(lvsv->value) + " mL is stated, the volumes give " + text(sv) + " mL.",
                            "LVSV"});
    if (!lvef)
        lvef = SourcedValue{ef, derivedSource};
    else if (std::abs(lvef->value - ef) > efTolerance)
        warnings.push_back({"phenotype-contradiction",
                            "LVEF of " + text(lvef->value) + " % is stated, the volumes give " + text(ef) + " %.",
                            "LVEF"});
    return warnings;
}

bool Phenotypes::isEmpty() const
{
    return !lvedv && !lvesv && !lvsv && !lvef && !structuralHeartDisease;
}

LvefClass lvefClass(double lvefPercent, const std::vector<double>& cutoffs)
{
    if (!std::isfinite(lvefPercent))
        throw base::Error(base::ErrorCode::Malformed, "An ejection fraction that isn't a number has no class.");
    if (cutoffs.size() != 2 || !(cutoffs[0] < cutoffs[1]))
        throw base::Error(base::ErrorCode::Mismatch, "LVEF classes need two ascending cut-offs.");
    if (lvefPercent <= cutoffs[0])
        return LvefClass::Reduced;
    return lvefPercent >= cutoffs[1] ? LvefClass::Preserved : LvefClass::MildlyReduced;
}

const char* letter(LvefClass c) noexcept
{
    switch (c) {
    case LvefClass::Reduced:
        return "R";
    case LvefClass::MildlyReduced:
        return "M";
    case LvefClass::Preserved:
        return "P";
    }
    return "?";
}

const char* word(LvefClass c) noexcept
{
    switch (c) {
    case LvefClass::Reduced:
        return "reduced";
    case LvefClass::MildlyReduced:
        return "mildly reduced";
    case LvefClass::Preserved:
        return "preserved";
    }
    return "unknown";
}

} // namespace echo2ecg::retrieval
