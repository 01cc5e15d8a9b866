// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/recipe.h"

#include "base/error.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "ecg/lead.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& why)
{
    throw base::ParseError(base::ErrorCode::Malformed, "ECG recipe: " + field + " " + why + ".", {{}, field});
}

double number(const base::Json& value, const std::string& field, double lowest, double highest)
{
    if (!value.isNumber())
        refuse(field, "must be a number");
    const double result = value.toNumber();
    if (!std::isfinite(result) || result < lowest || result > highest)
        refuse(field, "is out of its range");
    return result;
}

int integer(const base::Json& value, const std::string& field, int lowest, int highest)
{
    if (!value.isInteger())
        refuse(field, "must be a whole number");
    const std::int64_t result = value.toInteger();
    if (result < lowest || result > highest)
        refuse(field, "is out of its range");
    return int(result);
}

std::vector<std::pair<int, int>> groups(const base::Json& value, const std::string& field)
{
    if (!value.isArray())
        refuse(field, "must be a list of [first, last) pairs");
    std::vector<std::pair<int, int>> result;
    int next = 0;
    for (const base::Json& pair : value.items()) {
        if (!pair.isArray() || pair.size() != 2)
            refuse(field, "must be a list of [first, last) pairs");
        const int first = integer(pair.items()[0], field, next, int(leadCount) - 1);
        const int last = integer(pair.items()[1], field, first + 1, int(leadCount));
        result.emplace_back(first, last);
        next = last;
    }
    return result;
}

std::string text(double value)
{
    std::string shortest = base::shortest(value);
    // "1e+07" is for machines, "1e7" for people.
    if (const auto e = shortest.find("e+"); e != std::string::npos) {
        shortest.erase(e + 1, 1);
        while (e + 2 < shortest.size() && shortest[e + 1] == '0')
            shortest.erase(e + 1, 1);
    }
    return shortest;
}

} // namespace

int EcgRecipe::windowsOf(std::size_t samples) const noexcept
{
    const std::size_t from = std::size_t(windowStart), window = std::size_t(windowSamples);
    return samples < from + window ? 0 : int(std::min(std::size_t(mostWindows), (samples - from) / window));
}

base::Json EcgRecipe::toJson() const
{
    base::Json pairs = base::Json::array();
    for (const auto& [first, last] : normalisationGroups) {
        base::Json pair = base::Json::array();
        pair.push(first).push(last);
        pairs.push(std::move(pair));
    }
    base::Json json = base::Json::object();
    json.set("clip_sigmas", clipSigmas);
    json.set("baseline_lambda", baselineLambda);
    json.set("baseline_p", baselineP);
    json.set("baseline_iterations", baselineIterations);
    json.set("normalisation_groups", std::move(pairs));
    json.set("normalisation_epsilon", normalisationEpsilon);
    json.set("resample_to_hz", resampleToHz ? base::Json(*resampleToHz) : base::Json(nullptr));
    json.set("window_samples", windowSamples);
    json.set("window_start", windowStart);
    if (mostWindows > 1)
        json.set("most_windows", mostWindows);
    return json;
}

EcgRecipe EcgRecipe::fromJson(const base::Json& json)
{
    if (!json.isObject())
        refuse("the recipe", "must be an object");
    EcgRecipe recipe;
    for (const auto& [field, value] : json.members()) {
        if (field == "clip_sigmas")
            recipe.clipSigmas = number(value, field, 0, 1e6);
        else if (field == "baseline_lambda")
            recipe.baselineLambda = number(value, field, 0, 1e12);
        else if (field == "baseline_p")
            recipe.baselineP = number(value, field, 1e-9, 1 - 1e-9);
        else if (field == "baseline_iterations")
            recipe.baselineIterations = integer(value, field, 1, 1000);
        else if (field == "normalisation_groups")
            recipe.normalisationGroups = groups(value, field);
        else if (field == "normalisation_epsilon")
            recipe.normalisationEpsilon = number(value, field, 0, 1);
        else if (field == "resample_to_hz")
            recipe.resampleToHz = value.isNull() ? std::nullopt : std::optional(number(value, field, 1, 100000));
        else if (field == "window_samples")
            recipe.windowSamples = integer(value, field, 1, 10'000'000);
        else if (field == "window_start")
            recipe.windowStart = integer(value, field, 0, 10'000'000);
        else if (field == "most_windows")
            recipe.mostWindows = integer(value, field, 1, 1000);
        else
            refuse(field, "isn't a field that this program knows");
    }
    return recipe;
}

std::string EcgRecipe::hash() const
{
    return base::sha256(toJson().dump());
}

std::string EcgRecipe::describe() const
{
    std::string result;
    const auto add = [&result](const std::string& step) { result += (result.empty() ? "" : " · ") + step; };
    add(clipSigmas > 0 ? "clip ±" + text(clipSigmas) + " σ" : "no clipping");
    add(baselineLambda > 0 ? "baseline ALS λ " + text(baselineLambda) + " p " + text(baselineP) + " ×" +
                                 std::to_string(baselineIterations)
                           : "baseline left in");
    std::string grouped;
    for (const auto& [first, last] : normalisationGroups) {
        const auto leadName = [](int row) { return std::string(name(allLeads[std::size_t(row)])); };
        grouped +=
            (grouped.empty() ? "" : " | ") + leadName(first) + (last - first > 1 ? "–" + leadName(last - 1) : "");
    }
    add(grouped.empty() ? "no normalisation" : "z-score " + grouped);
    add(resampleToHz ? "resampled to " + text(*resampleToHz) + " Hz" : "native rate");
    if (mostWindows > 1)
        add("mean of up to " + std::to_string(mostWindows) + " windows of " + std::to_string(windowSamples) + " samples from " + std::to_string(windowStart));
    else
        add("samples " + std::to_string(windowStart) + "–" + std::to_string(windowStart + windowSamples - 1));
    return result;
}

} // namespace echo2ecg::ecg
