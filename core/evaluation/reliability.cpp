// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/reliability.h"

#include "base/error.h"
#include "evaluation/none.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::evaluation {

namespace {

class Binned
{
public:
    explicit Binned(int bins)
    {
        if (bins < 1)
            throw base::Error(base::ErrorCode::Inconsistent, "a reliability diagram needs a bin");
        m_out.bins.resize(std::size_t(bins));
        for (int b = 0; b < bins; ++b) {
            m_out.bins[std::size_t(b)].low = double(b) / bins;
            m_out.bins[std::size_t(b)].high = double(b + 1) / bins;
        }
        m_sums.resize(m_out.bins.size());
        m_hits.resize(m_out.bins.size());
    }

    void add(double probability, bool happened)
    {
        if (!(probability >= 0 && probability <= 1))
            throw base::Error(base::ErrorCode::Inconsistent, "a score isn't a probability between 0 and 1");
        // A border such as 0.7 belongs to the upper bin whichever way 0.7 × 10 was rounded.
        auto bin = std::min(std::size_t(probability * double(m_out.bins.size())), m_out.bins.size() - 1);
        if (bin + 1 < m_out.bins.size() && probability >= m_out.bins[bin].high)
            ++bin;
        ++m_out.bins[bin].count;
        ++m_out.samples;
        m_sums[bin] += probability;
        m_hits[bin] += happened;
    }

    Reliability result(double squares)
    {
        for (std::size_t b = 0; b < m_out.bins.size(); ++b) {
            ReliabilityBin& bin = m_out.bins[b];
            bin.meanProbability = bin.observedFraction = none;
            if (bin.count == 0)
                continue;
            bin.meanProbability = m_sums[b] / double(bin.count);
            bin.observedFraction = double(m_hits[b]) / double(bin.count);
            const double error = std::abs(bin.meanProbability - bin.observedFraction);
            m_out.expectedError += error * double(bin.count) / double(m_out.samples);
            m_out.largestError = std::max(m_out.largestError, error);
        }
        m_out.brier = squares / double(m_out.samples);
        return std::move(m_out);
    }

private:
    Reliability m_out;
    std::vector<double> m_sums;
    std::vector<std::int64_t> m_hits;
};

} // namespace

Reliability classReliability(const ScoredSamples& samples, int classIndex, int bins)
{
    samples.check();
    Binned binned(bins);
    double squares = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double p = samples.score(i, classIndex);
        const bool happened = samples.labels[i] == classIndex;
        binned.add(p, happened);
        squares += (p - happened) * (p - happened);
    }
    return binned.result(squares);
}

Reliability topReliability(const ScoredSamples& samples, int bins)
{
    samples.check();
    const std::vector<int> predicted = samples.predicted();
    Binned binned(bins);
    double squares = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        binned.add(samples.score(i, predicted[i]), predicted[i] == samples.labels[i]);
        for (int c = 0; c < samples.classes; ++c) {
            const double difference = samples.score(i, c) - (samples.labels[i] == c);
            squares += difference * difference;
        }
    }
    return binned.result(squares);
}

} // namespace echo2ecg::evaluation
