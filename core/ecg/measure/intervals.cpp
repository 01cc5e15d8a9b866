// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/intervals.h"

#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr std::size_t leastBeats = 3;

struct Rhythm
{
    std::vector<double> intervals; // s, all that are whole
    std::vector<double> normal;    // between two beats of the dominant kind
    std::vector<double> steps;     // between neighbouring normal intervals
};

Rhythm rhythmOf(const Measurements& m, double hz)
{
    Rhythm rhythm;
    double last = NAN; // the normal interval just before
    for (std::size_t i = 1; i < m.rPeaks.size(); ++i) {
        if (i < m.afterGap.size() && m.afterGap[i]) {
            last = NAN;
            continue;
        }
        const double rr = double(m.rPeaks[i] - m.rPeaks[i - 1]) / hz;
        rhythm.intervals.push_back(rr);
        const bool normal = i < m.inMedian.size() && m.inMedian[i] && m.inMedian[i - 1];
        if (normal) {
            rhythm.normal.push_back(rr);
            if (!std::isnan(last))
                rhythm.steps.push_back(rr - last);
            last = rr;
        } else {
            last = NAN;
        }
    }
    return rhythm;
}

double meanOf(const std::vector<double>& values)
{
    double sum = 0;
    for (const double v : values)
        sum += v;
    return sum / double(values.size());
}

} // namespace

double qtcBazett(double qtMs, double rrSeconds)
{
    return qtMs / std::sqrt(rrSeconds);
}
double qtcFridericia(double qtMs, double rrSeconds)
{
    return qtMs / std::cbrt(rrSeconds);
}
double qtcFramingham(double qtMs, double rrSeconds)
{
    return qtMs + 154 * (1 - rrSeconds);
}
double qtcHodges(double qtMs, double rrSeconds)
{
    return qtMs + 1.75 * (60 / rrSeconds - 60);
}

void fillIntervals(Measurements& m, double samplingHz)
{
    const auto set = [&](Quantity quantity, std::optional<double> value, const std::string& whyNot) {
        m.values[std::size_t(quantity)] = {quantity, value, value ? std::string() : whyNot};
    };
    const Rhythm rhythm = rhythmOf(m, samplingHz);
    const std::string few = m.rPeaks.size() < leastBeats ? "fewer than three beats" : "too few whole RR intervals";
    std::optional<double> rr, sdnn, rmssd;
    if (m.rPeaks.size() >= leastBeats && !rhythm.intervals.empty())
        rr = meanOf(rhythm.intervals);
    if (rr && rhythm.normal.size() >= 2) {
        const double mean = meanOf(rhythm.normal);
        double sum = 0;
        for (const double v : rhythm.normal)
            sum += (v - mean) * (v - mean);
        sdnn = std::sqrt(sum / double(rhythm.normal.size() - 1)) * 1000;
    }
    if (rr && !rhythm.steps.empty()) {
        double sum = 0;
        for (const double v : rhythm.steps)
            sum += v * v;
        rmssd = std::sqrt(sum / double(rhythm.steps.size())) * 1000;
    }
    const std::string fewNormal = rr ? "too few neighbouring beats of the same kind" : few;
    set(Quantity::HeartRate, rr ? std::optional(60 / *rr) : std::nullopt, few);
    set(Quantity::RrMean, rr ? std::optional(*rr * 1000) : std::nullopt, few);
    set(Quantity::RrSdnn, sdnn, fewNormal);
    set(Quantity::RrRmssd, rmssd, fewNormal);

    const WaveBorders& b = m.borders;
    const auto between = [](const std::optional<double>& from, const std::optional<double>& to) {
        return from && to && *to > *from ? std::optional((*to - *from) * 1000) : std::nullopt;
    };
    const std::string noBeat =
        !m.beat ? (m.rPeaks.size() < leastBeats ? "fewer than three beats" : "no three beats are alike") : "";
    const auto because = [&](const char* reason) { return noBeat.empty() ? std::string(reason) : noBeat; };
    const char* noP = m.pDoubtful ? "no P wave that is alike from beat to beat" : "no P wave found";
    set(Quantity::Pr, between(b.pOnset, b.qrsOnset), because(!b.qrsOnset ? "no QRS onset found" : noP));
    set(Quantity::PDuration, between(b.pOnset, b.pOffset), because(noP));
    set(Quantity::Qrs, between(b.qrsOnset, b.qrsOffset), because("no QRS border found"));
    const auto qt = between(b.qrsOnset, b.tOffset);
    const std::string noQt = because(!b.qrsOnset ? "no QRS onset found" : "no end of the T wave found");
    set(Quantity::Qt, qt, noQt);
    const auto corrected = [&](Quantity quantity, double (*formula)(double, double)) {
        set(quantity, qt && rr ? std::optional(formula(*qt, *rr)) : std::nullopt, qt ? few : noQt);
    };
    corrected(Quantity::QtcBazett, qtcBazett);
    corrected(Quantity::QtcFridericia, qtcFridericia);
    corrected(Quantity::QtcFramingham, qtcFramingham);
    corrected(Quantity::QtcHodges, qtcHodges);
}

} // namespace echo2ecg::ecg
