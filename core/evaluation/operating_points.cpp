// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/operating_points.h"

#include "base/number_text.h"
#include "evaluation/none.h"

#include <functional>

namespace echo2ecg::evaluation {

namespace {

double rateOf(std::int64_t part, std::int64_t whole)
{
    return whole > 0 ? double(part) / double(whole) : none;
}

std::string named(const char* what, double value)
{
    return what + std::string(">=") + base::fixedText(value, 2);
}

OperatingPoint described(const RankedScores& ranked, const CurvePoint& at, std::string rule)
{
    OperatingPoint point;
    point.rule = std::move(rule);
    point.threshold = at.threshold;
    point.truePositives = at.truePositives;
    point.falsePositives = at.falsePositives;
    point.falseNegatives = ranked.positives() - at.truePositives;
    point.trueNegatives = ranked.negatives() - at.falsePositives;
    point.sensitivity = rateOf(point.truePositives, ranked.positives());
    point.specificity = rateOf(point.trueNegatives, ranked.negatives());
    point.ppv = rateOf(point.truePositives, point.truePositives + point.falsePositives);
    point.npv = rateOf(point.trueNegatives, point.trueNegatives + point.falseNegatives);
    return point;
}

// The first point that no other beats in what `goodness` gives; a negative goodness is out of the question.
std::optional<OperatingPoint> best(const RankedScores& ranked, const std::string& rule, const std::function<double(const OperatingPoint&)>& goodness)
{
    if (ranked.positives() == 0 || ranked.negatives() == 0)
        return std::nullopt;
    std::optional<OperatingPoint> found;
    double foundGoodness = -1;
    for (const CurvePoint& at : ranked.curve()) {
        OperatingPoint point = described(ranked, at, rule);
        const double good = goodness(point);
        if (good < 0 || good <= foundGoodness)
            continue;
        foundGoodness = good;
        found = std::move(point);
    }
    return found;
}

} // namespace

std::optional<OperatingPoint> youdenPoint(const RankedScores& ranked)
{
    // Counted in whole pairs, so that two points that are equally good are so exactly.
    const double positives = double(ranked.positives()), negatives = double(ranked.negatives());
    return best(ranked, "youden", [=](const OperatingPoint& p) { return double(p.truePositives) * negatives - double(p.falsePositives) * positives; });
}

std::optional<OperatingPoint> pointAtSpecificity(const RankedScores& ranked, double specificity)
{
    return best(ranked, named("specificity", specificity), [=](const OperatingPoint& p) { return p.specificity >= specificity ? p.sensitivity : -1; });
}

std::optional<OperatingPoint> pointAtSensitivity(const RankedScores& ranked, double sensitivity)
{
    return best(ranked, named("sensitivity", sensitivity), [=](const OperatingPoint& p) { return p.sensitivity >= sensitivity ? p.specificity : -1; });
}

std::optional<OperatingPoint> pointAtThreshold(const RankedScores& ranked, double threshold)
{
    if (ranked.positives() == 0 || ranked.negatives() == 0)
        return std::nullopt;
    CurvePoint last;
    for (const CurvePoint& at : ranked.curve())
        if (at.threshold >= threshold)
            last = at;
    last.threshold = threshold;
    return described(ranked, last, named("score", threshold));
}

} // namespace echo2ecg::evaluation
