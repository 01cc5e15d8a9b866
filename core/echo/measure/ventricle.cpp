// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/ventricle.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::echo {

namespace {

constexpr int phases = 2; // ED, ES
constexpr std::array phaseWords{"end of diastole", "end of systole"};
using PerPhase = std::array<std::optional<double>, phases>;

struct Volumes
{
    const char* method;
    PerPhase ml;
    base::Warnings warnings;
    bool isWhole() const { return ml[0] && ml[1]; }
    bool isEmpty() const { return !ml[0] && !ml[1]; }
};

class Study
{
public:
    Study(const std::vector<Measurement>& measurements, const std::function<CalibrationMap(const Measurement&)>& mapOf)
    {
        for (const Quantity quantity : allQuantities()) {
            if (quantity == Quantity::Free)
                continue;
            const Measurement* newest = nullptr;
            for (const Measurement& m : measurements)
                if (m.quantity == quantity && fits(quantity, m.tool) && (!newest || m.made >= newest->made))
                    newest = &m;
            if (newest)
                m_found.push_back({quantity, newest, evaluate(*newest, mapOf(*newest))});
        }
    }

    // In cm, of a calliper in a picture or an M-mode.
    std::optional<double> centimetres(Quantity quantity, base::Warnings& warnings) const
    {
        const Found* found = find(quantity, warnings);
        if (!found || found->evaluation.values.front().unit != "cm" || found->evaluation.values.front().value <= 0)
            return std::nullopt;
        return found->evaluation.values.front().value;
    }

    std::optional<DiscCut> contour(Quantity quantity, base::Warnings& warnings) const
    {
        const Found* found = find(quantity, warnings);
        if (!found || !found->evaluation.calibration.isInCentimetres())
            return std::nullopt;
        const Calibration& c = found->evaluation.calibration;
        return cutIntoDiscs(found->measurement->points, c.perPixelX, c.perPixelY);
    }

private:
    struct Found
    {
        Quantity quantity;
        const Measurement* measurement;
        Evaluation evaluation;
    };

    const Found* find(Quantity quantity, base::Warnings& warnings) const
    {
        const auto found = std::find_if(m_found.begin(), m_found.end(), [&](const Found& f) { return f.quantity == quantity; });
        if (found == m_found.end())
            return nullptr;
        const Evaluation& e = found->evaluation;
        if (e.values.empty()) {
            if (!e.refused.empty())
                warnings.push_back({"measurement-refused", e.refused, wordsFor(quantity)});
            return nullptr;
        }
        if (e.calibration.source == CalibrationSource::None)
            warnings.push_back({"not-calibrated", "It isn't calibrated, so it makes no volume and no mass.", wordsFor(quantity)});
        if (e.calibration.source == CalibrationSource::Manual)
            warnings.push_back({"manual-calibration", "Its scale was set by hand.", wordsFor(quantity)});
        if (!e.calibration.doubt.empty())
            warnings.push_back({"calibration-doubtful", e.calibration.doubt, wordsFor(quantity)});
        return &*found;
    }

    std::vector<Found> m_found;
};

Volumes biplane(const Study& study)
{
    Volumes v{"biplane", {}, {}};
    constexpr std::pair<Quantity, Quantity> views[phases] = {{Quantity::LvA4cEd, Quantity::LvA2cEd}, {Quantity::LvA4cEs, Quantity::LvA2cEs}};
    for (int phase = 0; phase < phases; ++phase) {
        const auto four = study.contour(views[phase].first, v.warnings), two = study.contour(views[phase].second, v.warnings);
        if (!four || !two)
            continue;
        base::Warnings own;
        v.ml[std::size_t(phase)] = biplaneVolume(*four, *two, &own);
        for (base::Warning& warning : own) {
            warning.where = phaseWords[std::size_t(phase)];
            v.warnings.push_back(std::move(warning));
        }
    }
    return v;
}

Volumes singlePlane(const Study& study, const char* method, Quantity ed, Quantity es)
{
    Volumes v{method, {}, {}};
    const Quantity views[phases] = {ed, es};
    for (int phase = 0; phase < phases; ++phase)
        if (const auto cut = study.contour(views[phase], v.warnings))
            v.ml[std::size_t(phase)] = discVolume(*cut);
    return v;
}

Volumes teichholz(const Study& study)
{
    Volumes v{"Teichholz", {}, {}};
    const Quantity dimensions[phases] = {Quantity::Lvidd, Quantity::Lvids};
    for (int phase = 0; phase < phases; ++phase)
        if (const auto cm = study.centimetres(dimensions[phase], v.warnings))
            v.ml[std::size_t(phase)] = teichholzVolume(*cm);
    return v;
}

void addOnce(base::Warnings& warnings, const base::Warnings& more)
{
    for (const base::Warning& warning : more)
        if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
            warnings.push_back(warning);
}

} // namespace

VentricleResult ventricle(const std::vector<Measurement>& measurements, const std::function<CalibrationMap(const Measurement&)>& mapOf)
{
    VentricleResult result;
    const Study study(measurements, mapOf);
    const std::vector<Volumes> all = {biplane(study), singlePlane(study, "single plane A4C", Quantity::LvA4cEd, Quantity::LvA4cEs),
                                      singlePlane(study, "single plane A2C", Quantity::LvA2cEd, Quantity::LvA2cEs), teichholz(study)};
    auto best = std::find_if(all.begin(), all.end(), [](const Volumes& v) { return v.isWhole(); });
    if (best == all.end())
        best = std::find_if(all.begin(), all.end(), [](const Volumes& v) { return !v.isEmpty(); });
    if (best != all.end()) {
        result.volumeMethod = best->method;
        result.edvMl = best->ml[0];
        result.esvMl = best->ml[1];
        addOnce(result.warnings, best->warnings);
        if (best->isWhole() && *result.esvMl > *result.edvMl) {
            result.warnings.push_back({"esv-over-edv", "The volume at the end of systole is larger than at the end of diastole: no ejection fraction.", {}});
        } else if (best->isWhole() && *result.edvMl > 0) {
            result.svMl = *result.edvMl - *result.esvMl;
            result.efPercent = 100 * *result.svMl / *result.edvMl;
        }
    } else {
        for (const Volumes& v : all)
            addOnce(result.warnings, v.warnings);
    }
    const auto lvidd = study.centimetres(Quantity::Lvidd, result.warnings);
    const auto ivsd = study.centimetres(Quantity::Ivsd, result.warnings), pwd = study.centimetres(Quantity::Pwd, result.warnings);
    if (lvidd && ivsd && pwd) {
        result.massG = linearMass(*lvidd, *ivsd, *pwd);
        result.massMethod = "linear (cube formula)";
    }
    base::Warnings once;
    addOnce(once, result.warnings);
    result.warnings = std::move(once);
    return result;
}

} // namespace echo2ecg::echo
