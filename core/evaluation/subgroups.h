// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/retrieval_metrics.h"

namespace echo2ecg::evaluation {

// Samples that share an attribute: "sex" = "female", "age" = "50-64", "rhythm" = "atrial fibrillation".
struct Subgroup
{
    std::string attribute, value;
    std::vector<std::size_t> samples;
};

// One subgroup for each value, in the order of the values; an empty value is the subgroup "unknown", which comes last. `order` puts the values it names first.
std::vector<Subgroup> splitBy(const std::string& attribute, const std::vector<std::string>& values, const std::vector<std::string>& order = {});

// "<50", "50-64", "65-79", ">=80" for edges 50, 65, 80; empty for no age or one outside 0 to 130. Fractions count as the year that is running.
std::string ageBand(std::optional<double> age, const std::vector<double>& edges = {50, 65, 80});
// The bands of these edges in order, for splitBy.
std::vector<std::string> ageBands(const std::vector<double>& edges = {50, 65, 80});

// Any measure for each subgroup.
struct SubgroupValue
{
    std::string attribute, value, measure;
    std::size_t samples = 0, groups = 0; // groups: patients, where they are known
    Interval interval;                   // estimate alone (NaN borders) when no resamples were asked for
};

// `measure` gets the samples of the subgroup and gives its number, NaN where it isn't defined.
std::vector<SubgroupValue> perSubgroup(const std::vector<Subgroup>& subgroups, const std::string& name,
                                       const std::function<double(std::span<const std::size_t>)>& measure);

// Macro AUROC for each subgroup with its interval, by patient where `patients` (numbers from groupsOf) are given. resamples 0: the estimate alone.
// A subgroup that lacks a class has the mean over those that it has; one with a single class has none.
std::vector<SubgroupValue> subgroupAuroc(const std::vector<Subgroup>& subgroups, const ScoredSamples& samples, std::span<const int> patients,
                                         const BootstrapOptions& options, const base::JobContext& context = {});

// The named measures of retrieval over the queries of each subgroup; the candidates stay all there are.
std::vector<SubgroupValue> subgroupRetrieval(const std::vector<Subgroup>& subgroups, const DirectionResult& result, const std::vector<std::string>& names);

} // namespace echo2ecg::evaluation
