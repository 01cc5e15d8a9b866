// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/npy.h"
#include "evaluation/random.h"
#include "evaluation/samples.h"
#include "support/test_paths.h"

#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <sstream>

// Golden vectors and made data of the tests of core/evaluation.
namespace echo2ecg::test {

inline base::Json goldenJson(const char* file)
{
    return base::Json::parse(textOf(reference(file)), file);
}

inline evaluation::EmbeddingMatrix goldenMatrix(const std::string& file)
{
    const base::NpyArray array = base::readNpy(reference(file.c_str()));
    return {int(array.shape.at(1)), array.toFloat()};
}

inline std::vector<int> goldenLabels(const std::string& file)
{
    std::vector<int> out;
    for (const double v : base::readNpy(reference(file.c_str())).toDouble())
        out.push_back(int(v));
    return out;
}

inline evaluation::ScoredSamples goldenScores(const std::string& scores, const std::string& labels)
{
    const base::NpyArray array = base::readNpy(reference(scores.c_str()));
    return {int(array.shape.at(1)), array.toDouble(), goldenLabels(labels)};
}

// Scores with many ties when `levels` is small; the label's own class scores `signal` higher on average.
inline evaluation::ScoredSamples madeScores(std::size_t n, int classes, int levels, double signal, std::uint64_t seed)
{
    evaluation::Random random(seed);
    evaluation::ScoredSamples out;
    out.classes = classes;
    for (std::size_t i = 0; i < n; ++i) {
        out.labels.push_back(int(random.below(std::uint32_t(classes))));
        std::vector<double> row;
        double sum = 0;
        for (int c = 0; c < classes; ++c) {
            row.push_back(0.05 + std::floor((random.uniform() + (c == out.labels.back() ? signal : 0)) * levels) / levels);
            sum += row.back();
        }
        for (const double v : row)
            out.scores.push_back(levels < 50 ? v / 4 : v / sum); // few levels: kept apart from the row's sum, so that ties stay ties
    }
    return out;
}

inline bool close(double a, double b, double tolerance = 1e-12)
{
    return std::abs(a - b) <= tolerance || (std::isnan(a) && std::isnan(b));
}

} // namespace echo2ecg::test

#define E2E_CLOSE(actual, expected, tolerance)                                                                                                                \
    do {                                                                                                                                                      \
        const double a_ = (actual), e_ = (expected);                                                                                                          \
        QVERIFY2(echo2ecg::test::close(a_, e_, tolerance), qPrintable(QString("%1 instead of %2").arg(a_, 0, 'g', 17).arg(e_, 0, 'g', 17)));                  \
    } while (false)
