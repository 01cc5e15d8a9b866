// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echo2ecg::evaluation {

// An ECG and an echo study that belong together, with the study's phenotype where it is known. A study may come in several rows (its clips), an ECG with
// several studies and the other way round.
struct RetrievalPair
{
    std::string ecg, study;
    std::optional<double> value;
};

// Which candidates each query should find: listed, or those with a value near the query's.
class Relevance
{
public:
    static Relevance listed(std::size_t candidates, std::vector<std::vector<std::uint32_t>> lists);
    // Relevant is a candidate with any of its values in [value − tolerance, value + tolerance], ends included. `values`: (candidate, value).
    static Relevance near(std::size_t candidates, std::vector<double> queryValues, std::vector<std::pair<std::uint32_t, double>> values, double tolerance);

    std::size_t queries() const { return m_byValue ? m_queryValues.size() : m_lists.size(); }
    std::size_t candidates() const { return m_candidates; }
    // flags[c] = 1 for the relevant ones, 0 for others; gives their number. Thread-safe.
    std::size_t mark(std::size_t query, std::vector<std::uint8_t>& flags) const;
    std::vector<std::uint32_t> of(std::size_t query) const; // ascending

private:
    std::size_t m_candidates = 0;
    bool m_byValue = false;
    std::vector<std::vector<std::uint32_t>> m_lists;
    std::vector<double> m_queryValues, m_sortedValues;
    std::vector<std::uint32_t> m_sortedCandidates; // parallel to m_sortedValues
    double m_tolerance = 0;
};

// What is asked of a retrieval (SPEC §9).
struct RetrievalTask
{
    std::vector<std::string> ecgs, studies; // rows and columns, in order of first appearance
    std::optional<double> tolerance;        // of the phenotype; none for identity
    Relevance ecgToEcho, echoToEcg;
    std::size_t droppedRows = 0;            // for want of the phenotype
};

// The paired studies, and no others, are relevant. Throws base::Error(Unsuitable) when there is no pair.
RetrievalTask identityTask(const std::vector<RetrievalPair>& pairs);

// Phenotype-aware: rows without a value are dropped; tolerance = `factor` × sample standard deviation (ddof 1) over distinct (study, value) rows; a query's value
// is the mean over its distinct (partner, value) rows. Throws base::Error(Unsuitable) for fewer than two studies with a value.
RetrievalTask phenotypeTask(const std::vector<RetrievalPair>& pairs, double factor = 0.5);

} // namespace echo2ecg::evaluation
