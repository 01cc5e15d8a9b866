// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/retrieval_task.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_map>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;

namespace {

// Names in order of first appearance, with their numbers.
class Numbered
{
public:
    std::uint32_t number(const std::string& name)
    {
        const auto [at, isNew] = m_numbers.emplace(name, std::uint32_t(m_names.size()));
        if (isNew)
            m_names.push_back(name);
        return at->second;
    }
    std::vector<std::string> take() { return std::move(m_names); }
    std::size_t size() const { return m_names.size(); }

private:
    std::unordered_map<std::string, std::uint32_t> m_numbers;
    std::vector<std::string> m_names;
};

struct Row
{
    std::uint32_t query, partner;
    double value;
};

// Mean over the distinct (partner, value) rows of each query, in the order of the rows.
std::vector<double> queryValues(std::size_t queries, const std::vector<Row>& rows)
{
    std::vector<double> sums(queries, 0.0);
    std::vector<int> counts(queries, 0);
    std::set<std::tuple<std::uint32_t, std::uint32_t, double>> seen;
    for (const Row& row : rows) {
        if (!seen.emplace(row.query, row.partner, row.value).second)
            continue;
        sums[row.query] += row.value;
        ++counts[row.query];
    }
    for (std::size_t q = 0; q < queries; ++q)
        sums[q] /= counts[q];
    return sums;
}

// Distinct (candidate, value) rows.
std::vector<std::pair<std::uint32_t, double>> candidateValues(const std::vector<Row>& rows)
{
    std::vector<std::pair<std::uint32_t, double>> values;
    for (const Row& row : rows)
        values.emplace_back(row.partner, row.value);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

double sampleDeviation(const std::vector<std::pair<std::uint32_t, double>>& values)
{
    double mean = 0, squares = 0;
    for (const auto& [candidate, value] : values)
        mean += value / double(values.size());
    for (const auto& [candidate, value] : values)
        squares += (value - mean) * (value - mean);
    return std::sqrt(squares / double(values.size() - 1));
}

} // namespace

Relevance Relevance::listed(std::size_t candidates, std::vector<std::vector<std::uint32_t>> lists)
{
    Relevance out;
    out.m_candidates = candidates;
    out.m_lists = std::move(lists);
    for (auto& list : out.m_lists) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        if (!list.empty() && list.back() >= candidates)
            throw Error(ErrorCode::Inconsistent, "a relevant item is none of the candidates");
    }
    return out;
}

Relevance Relevance::near(std::size_t candidates, std::vector<double> queryValues, std::vector<std::pair<std::uint32_t, double>> values, double tolerance)
{
    Relevance out;
    out.m_candidates = candidates;
    out.m_byValue = true;
    out.m_queryValues = std::move(queryValues);
    out.m_tolerance = tolerance;
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.second != b.second ? a.second < b.second : a.first < b.first; });
    for (const auto& [candidate, value] : values) {
        if (candidate >= candidates || !std::isfinite(value))
            throw Error(ErrorCode::Inconsistent, "a value is of none of the candidates, or isn't a number");
        out.m_sortedCandidates.push_back(candidate);
        out.m_sortedValues.push_back(value);
    }
    return out;
}

std::size_t Relevance::mark(std::size_t query, std::vector<std::uint8_t>& flags) const
{
    flags.assign(m_candidates, 0);
    if (!m_byValue) {
        for (const std::uint32_t c : m_lists[query])
            flags[c] = 1;
        return m_lists[query].size();
    }
    const double low = m_queryValues[query] - m_tolerance, high = m_queryValues[query] + m_tolerance;
    const auto from = std::lower_bound(m_sortedValues.begin(), m_sortedValues.end(), low);
    const auto to = std::upper_bound(from, m_sortedValues.end(), high);
    std::size_t count = 0;
    for (auto i = from - m_sortedValues.begin(); i < to - m_sortedValues.begin(); ++i) {
        std::uint8_t& flag = flags[m_sortedCandidates[std::size_t(i)]];
        count += flag == 0;
        flag = 1;
    }
    return count;
}

std::vector<std::uint32_t> Relevance::of(std::size_t query) const
{
    std::vector<std::uint8_t> flags;
    std::vector<std::uint32_t> out;
    mark(query, flags);
    for (std::uint32_t c = 0; c < flags.size(); ++c)
        if (flags[c])
            out.push_back(c);
    return out;
}

RetrievalTask identityTask(const std::vector<RetrievalPair>& pairs)
{
    if (pairs.empty())
        throw Error(ErrorCode::Unsuitable, "there is no pair of an ECG and an echo study");
    Numbered ecgs, studies;
    std::vector<std::vector<std::uint32_t>> byEcg, byStudy;
    for (const RetrievalPair& pair : pairs) {
        const std::uint32_t ecg = ecgs.number(pair.ecg), study = studies.number(pair.study);
        byEcg.resize(ecgs.size());
        byStudy.resize(studies.size());
        byEcg[ecg].push_back(study);
        byStudy[study].push_back(ecg);
    }
    RetrievalTask task;
    task.ecgToEcho = Relevance::listed(studies.size(), std::move(byEcg));
    task.echoToEcg = Relevance::listed(ecgs.size(), std::move(byStudy));
    task.ecgs = ecgs.take();
    task.studies = studies.take();
    return task;
}

RetrievalTask phenotypeTask(const std::vector<RetrievalPair>& pairs, double factor)
{
    Numbered ecgs, studies;
    std::vector<Row> forward, back;
    for (const RetrievalPair& pair : pairs) {
        if (!pair.value || !std::isfinite(*pair.value))
            continue;
        const std::uint32_t ecg = ecgs.number(pair.ecg), study = studies.number(pair.study);
        forward.push_back({ecg, study, *pair.value});
        back.push_back({study, ecg, *pair.value});
    }
    const auto studyValues = candidateValues(forward);
    if (studyValues.size() < 2)
        throw Error(ErrorCode::Unsuitable, "fewer than two echo studies have the phenotype");
    RetrievalTask task;
    task.droppedRows = pairs.size() - forward.size();
    task.tolerance = factor * sampleDeviation(studyValues);
    task.ecgToEcho = Relevance::near(studies.size(), queryValues(ecgs.size(), forward), studyValues, *task.tolerance);
    task.echoToEcg = Relevance::near(ecgs.size(), queryValues(studies.size(), back), candidateValues(back), *task.tolerance);
    task.ecgs = ecgs.take();
    task.studies = studies.take();
    return task;
}

} // namespace echo2ecg::evaluation
