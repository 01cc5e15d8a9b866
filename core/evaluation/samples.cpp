// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/samples.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;

std::vector<int> ScoredSamples::predicted() const
{
    std::vector<int> best(size());
    for (std::size_t i = 0; i < best.size(); ++i) {
        const auto row = scores.begin() + std::ptrdiff_t(i * std::size_t(classes));
        best[i] = int(std::max_element(row, row + classes) - row);
    }
    return best;
}

void ScoredSamples::check() const
{
    if (classes < 2)
        throw Error(ErrorCode::Inconsistent, "scores need at least two classes");
    if (scores.size() != labels.size() * std::size_t(classes))
        throw Error(ErrorCode::Inconsistent, "there are " + std::to_string(scores.size()) + " scores for " + std::to_string(labels.size()) +
                                                 " samples and " + std::to_string(classes) + " classes");
    if (labels.empty())
        throw Error(ErrorCode::Unsuitable, "there are no samples to evaluate");
    const auto outside = std::find_if(labels.begin(), labels.end(), [&](int label) { return label < 0 || label >= classes; });
    if (outside != labels.end())
        throw Error(ErrorCode::Inconsistent, "a label is none of the classes", {{}, "sample " + std::to_string(outside - labels.begin())});
    const auto bad = std::find_if(scores.begin(), scores.end(), [](double s) { return !std::isfinite(s); });
    if (bad != scores.end())
        throw Error(ErrorCode::Inconsistent, "a score isn't a finite number", {{}, "sample " + std::to_string((bad - scores.begin()) / classes)});
}

ScoredSamples ScoredSamples::subset(std::span<const std::size_t> samples) const
{
    ScoredSamples out;
    out.classes = classes;
    out.scores.reserve(samples.size() * std::size_t(classes));
    for (const std::size_t i : samples) {
        const auto row = scores.begin() + std::ptrdiff_t(i * std::size_t(classes));
        out.scores.insert(out.scores.end(), row, row + classes);
        out.labels.push_back(labels[i]);
    }
    return out;
}

EmbeddingMatrix EmbeddingMatrix::subset(std::span<const std::size_t> which) const
{
    EmbeddingMatrix out;
    out.width = width;
    out.values.reserve(which.size() * std::size_t(width));
    for (const std::size_t i : which)
        out.append(row(i));
    return out;
}

void EmbeddingMatrix::append(std::span<const float> row)
{
    if (width == 0)
        width = int(row.size());
    if (row.empty() || row.size() != std::size_t(width))
        throw Error(ErrorCode::Mismatch, "a vector of " + std::to_string(row.size()) + " values doesn't fit embeddings of " + std::to_string(width));
    values.insert(values.end(), row.begin(), row.end());
}

std::vector<int> groupsOf(const std::vector<std::string>& names)
{
    std::unordered_map<std::string, int> known;
    std::vector<int> groups;
    groups.reserve(names.size());
    int next = 0;
    for (const std::string& name : names) {
        if (name.empty()) {
            groups.push_back(next++);
            continue;
        }
        const auto [at, isNew] = known.emplace(name, next);
        next += isNew;
        groups.push_back(at->second);
    }
    return groups;
}

} // namespace echo2ecg::evaluation
