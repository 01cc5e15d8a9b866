// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/classification.h"

#include "evaluation/none.h"

#include <cmath>

namespace echo2ecg::evaluation {

namespace {

// Mean of what was added; NaN of nothing.
class Mean
{
public:
    void add(double value)
    {
        m_sum += value;
        ++m_count;
    }
    double value() const { return m_count ? m_sum / m_count : none; }

private:
    double m_sum = 0;
    int m_count = 0;
};

double share(std::int64_t part, std::int64_t whole)
{
    return whole > 0 ? double(part) / double(whole) : 0;
}

void addConfusion(ClassificationMeasures& out)
{
    const std::size_t classes = out.confusion.size();
    Mean precision, recall, f1, balanced;
    std::int64_t right = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        std::int64_t labelled = 0, called = 0;
        for (std::size_t other = 0; other < classes; ++other) {
            labelled += out.confusion[c][other];
            called += out.confusion[other][c];
        }
        const std::int64_t hits = out.confusion[c][c];
        ClassMeasures& one = out.classes[c];
        one.samples = labelled;
        one.precision = share(hits, called);
        one.recall = share(hits, labelled);
        one.f1 = share(2 * hits, labelled + called);
        out.samples += labelled;
        right += hits;
        if (labelled > 0)
            balanced.add(one.recall);
        if (labelled + called > 0) {
            precision.add(one.precision);
            recall.add(one.recall);
            f1.add(one.f1);
        }
    }
    out.precision = precision.value();
    out.recall = recall.value();
    out.f1 = f1.value();
    out.balancedAccuracy = balanced.value();
    out.accuracy = out.samples > 0 ? share(right, out.samples) : none;
}

void addRanks(ClassificationMeasures& out, const std::vector<RankMeasures>& ranks)
{
    Mean auroc, precision;
    for (std::size_t c = 0; c < ranks.size(); ++c) {
        out.classes[c].auroc = ranks[c].auroc;
        out.classes[c].averagePrecision = ranks[c].averagePrecision;
        if (std::isnan(ranks[c].auroc))
            ++out.undefinedClasses;
        else
            auroc.add(ranks[c].auroc);
        if (!std::isnan(ranks[c].averagePrecision))
            precision.add(ranks[c].averagePrecision);
    }
    out.auroc = auroc.value();
    out.averagePrecision = precision.value();
}

} // namespace

Classification::Classification(const ScoredSamples& samples) : m_labels(samples.labels)
{
    samples.check();
    m_predicted = samples.predicted();
    for (int c = 0; c < samples.classes; ++c)
        m_ranked.emplace_back(samples, c);
}

ClassificationMeasures Classification::measure() const
{
    const std::vector<std::uint32_t> once(m_labels.size(), 1u);
    return measure(once);
}

ClassificationMeasures Classification::measure(Weights weights) const
{
    ClassificationMeasures out;
    out.classes.resize(m_ranked.size());
    out.confusion.assign(m_ranked.size(), std::vector<std::int64_t>(m_ranked.size(), 0));
    std::vector<RankMeasures> ranks;
    for (const RankedScores& ranked : m_ranked)
        ranks.push_back(ranked.measure(weights));
    for (std::size_t i = 0; i < m_labels.size(); ++i)
        out.confusion[std::size_t(m_labels[i])][std::size_t(m_predicted[i])] += weights[i];
    addConfusion(out);
    addRanks(out, ranks);
    return out;
}

ClassificationMeasures measureClassification(const ScoredSamples& samples)
{
    return Classification(samples).measure();
}

} // namespace echo2ecg::evaluation
