// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/subgroups.h"

#include "evaluation/none.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::evaluation {

namespace {

constexpr const char* unknown = "unknown";

std::string whole(double value)
{
    return std::to_string(std::llround(value));
}

Interval estimateAlone(double value)
{
    Interval out;
    out.estimate = value;
    out.low = out.high = out.standardError = none;
    return out;
}

SubgroupValue valueFor(const Subgroup& subgroup, const std::string& measure)
{
    SubgroupValue out;
    out.attribute = subgroup.attribute;
    out.value = subgroup.value;
    out.measure = measure;
    out.samples = subgroup.samples.size();
    return out;
}

} // namespace

std::vector<Subgroup> splitBy(const std::string& attribute, const std::vector<std::string>& values, const std::vector<std::string>& order)
{
    std::map<std::string, std::vector<std::size_t>> found;
    for (std::size_t i = 0; i < values.size(); ++i)
        found[values[i].empty() ? unknown : values[i]].push_back(i);
    std::vector<Subgroup> out;
    const auto take = [&](const std::string& value) {
        auto node = found.extract(value);
        if (!node.empty())
            out.push_back({attribute, value, std::move(node.mapped())});
    };
    for (const std::string& value : order)
        take(value);
    std::vector<std::string> rest;
    for (const auto& [value, samples] : found)
        if (value != unknown)
            rest.push_back(value);
    for (const std::string& value : rest)
        take(value);
    take(unknown);
    return out;
}

std::vector<std::string> ageBands(const std::vector<double>& edges)
{
    std::vector<std::string> out;
    for (std::size_t e = 0; e <= edges.size() && !edges.empty(); ++e) {
        if (e == 0)
            out.push_back("<" + whole(edges[0]));
        else if (e == edges.size())
            out.push_back(">=" + whole(edges.back()));
        else
            out.push_back(whole(edges[e - 1]) + "-" + whole(edges[e] - 1));
    }
    return out;
}

std::string ageBand(std::optional<double> age, const std::vector<double>& edges)
{
    if (!age || !(*age >= 0 && *age <= 130) || edges.empty())
        return {};
    const auto above = std::upper_bound(edges.begin(), edges.end(), std::floor(*age));
    return ageBands(edges)[std::size_t(above - edges.begin())];
}

std::vector<SubgroupValue> perSubgroup(const std::vector<Subgroup>& subgroups, const std::string& name,
                                       const std::function<double(std::span<const std::size_t>)>& measure)
{
    std::vector<SubgroupValue> out;
    for (const Subgroup& subgroup : subgroups) {
        out.push_back(valueFor(subgroup, name));
        out.back().interval = estimateAlone(measure(subgroup.samples));
    }
    return out;
}

std::vector<SubgroupValue> subgroupAuroc(const std::vector<Subgroup>& subgroups, const ScoredSamples& samples, std::span<const int> patients,
                                         const BootstrapOptions& options, const base::JobContext& context)
{
    std::vector<SubgroupValue> out;
    for (const Subgroup& subgroup : subgroups) {
        const Classification part(samples.subset(subgroup.samples));
        SubgroupValue value = valueFor(subgroup, "auroc");
        std::vector<int> groups;
        if (!patients.empty()) {
            // Numbered again within the subgroup.
            std::map<int, int> numbers;
            for (const std::size_t i : subgroup.samples)
                groups.push_back(numbers.emplace(patients[i], int(numbers.size())).first->second);
            value.groups = numbers.size();
        }
        if (options.resamples < 1)
            value.interval = estimateAlone(part.measure().auroc);
        else
            value.interval = bootstrapAuroc(part, groups.empty() ? Resampler(part.size(), options.seed) : Resampler(part.size(), groups, options.seed), options,
                                            context);
        out.push_back(std::move(value));
    }
    return out;
}

std::vector<SubgroupValue> subgroupRetrieval(const std::vector<Subgroup>& subgroups, const DirectionResult& result, const std::vector<std::string>& names)
{
    std::vector<SubgroupValue> out;
    for (const Subgroup& subgroup : subgroups) {
        std::vector<QueryOutcome> outcomes;
        for (const std::size_t i : subgroup.samples)
            outcomes.push_back(result.outcomes.at(i));
        for (const auto& [name, number] : namedMeasures(summarise(outcomes, result.measures.candidates))) {
            if (std::find(names.begin(), names.end(), name) == names.end())
                continue;
            out.push_back(valueFor(subgroup, name));
            out.back().interval = estimateAlone(number);
        }
    }
    return out;
}

} // namespace echo2ecg::evaluation
