// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"
#include "ecg/gate/limb_algebra.h"
#include "ecg/measure/axes.h"
#include "ecg/measure/signal_tools.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

namespace {

constexpr Lead limb[]{Lead::I, Lead::II, Lead::III, Lead::aVR, Lead::aVL, Lead::aVF};

// The rest that is doubted, of the signal and in mV; and how much of it an explanation must take away.
constexpr double doubtedShare = 0.08, doubtedMv = 0.01;
constexpr double explains = 0.25;

bool isDoubtful(const LimbAlgebra::Rest& rest)
{
    return rest.relative > doubtedShare && rest.millivolts > doubtedMv;
}

std::vector<Lead> without(const std::vector<Lead>& leads, Lead lead)
{
    std::vector<Lead> rest;
    std::copy_if(leads.begin(), leads.end(), std::back_inserter(rest), [lead](Lead each) { return each != lead; });
    return rest;
}

void describeOdd(const LimbAlgebra& algebra, Lead odd, const std::vector<Lead>& others, Findings& findings)
{
    const LimbAlgebra::Fit fit = algebra.fit(odd, others);
    const std::string label = "Lead " + nameOf(odd);
    const bool alike = std::abs(fit.correlation) > 0.95;
    if (alike && fit.factor < 0 && fit.factor > -1.25 && fit.factor < -0.8)
        findings.add("lead-inverted", Severity::Warn, label + " is upside down: the other limb leads say so.", odd);
    else if (alike && std::abs(fit.factor) > 0 && (std::abs(fit.factor) > 1.1 || std::abs(fit.factor) < 0.9))
        findings.add("lead-scaled", Severity::Warn,
                     label + " is " + fixed(std::abs(fit.factor), std::abs(fit.factor) < 10 ? 2 : 0) +
                         " times as large as the other limb leads make it" +
                         (fit.factor < 0 ? ", and upside down" : "") + ": its unit or gain must be wrong.",
                     odd);
    else
        findings.add("einthoven", Severity::Warn,
                     label + " doesn't follow from the other limb leads (rest " + fixed(fit.restMv * 1000, 0) +
                         " µV rms): it is another signal, or its electrode was bad in the file's own calculation.",
                     odd);
}

void checkAlgebra(const Material& material, Findings& findings)
{
    std::vector<Lead> leads;
    for (const Lead lead : limb)
        if (material.usable(lead))
            leads.push_back(lead);
    if (leads.size() < 3)
        return;
    const LimbAlgebra algebra(material.record, leads);
    if (algebra.samples() < 2)
        return;
    const LimbAlgebra::Rest all = algebra.rest(leads, leads);
    if (!isDoubtful(all))
        return;
    double best = explains * all.relative;
    std::optional<Lead> odd;
    std::optional<std::pair<Lead, Lead>> exchanged;
    if (leads.size() >= 4)
        for (const Lead lead : leads) {
            const std::vector<Lead> others = without(leads, lead);
            if (const double relative = algebra.rest(others, others).relative; relative < best) {
                best = relative;
                odd = lead;
            }
        }
    if (leads.size() >= 4)
        for (std::size_t a = 0; a < leads.size(); ++a)
            for (std::size_t b = a + 1; b < leads.size(); ++b) {
                std::vector<Lead> taken = leads;
                std::swap(taken[a], taken[b]);
                // A little better than one odd lead isn't enough: two must be renamed.
                if (const double relative = algebra.rest(leads, taken).relative; relative < 0.5 * best) {
                    best = relative;
                    exchanged = {leads[a], leads[b]};
                }
            }
    if (exchanged)
        findings.add("leads-exchanged", Severity::Warn,
                     "Leads " + nameOf(exchanged->first) + " and " + nameOf(exchanged->second) +
                         " are exchanged: with their names swapped, all limb leads agree.",
                     exchanged->first);
    else if (odd)
        describeOdd(algebra, *odd, without(leads, *odd), findings);
    else
        findings.add("einthoven", Severity::Warn,
                     "The limb leads contradict each other (rest " + fixed(all.millivolts * 1000, 0) +
                         " µV rms), and no single one explains it: leads may be swapped or scaled differently.");
}

// What the waves do in each lead; nothing where a wave or lead is absent.
struct Waves
{
    std::optional<double> p, qrs, t;
};
Waves wavesOf(const Measurements& m, Lead lead)
{
    const WaveBorders& b = m.borders;
    Waves waves;
    if (!m.beat)
        return waves;
    const auto area = [&](const auto& from, const auto& to, Level level) {
        return from && to ? netArea(*m.beat, lead, *from, *to, level, b) : std::nullopt;
    };
    waves.p = area(b.pOnset, b.pOffset, Level::Line);
    waves.qrs = area(b.qrsOnset, b.qrsOffset, Level::QrsOnset);
    waves.t = area(b.tOnset, b.tOffset, Level::QrsOnset);
    return waves;
}

double rangeOf(const Measurements& m, Lead lead)
{
    const auto& values = (*m.beat)[lead];
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return values.empty() ? 0 : double(*high) - double(*low);
}

std::vector<double> beatOf(const Measurements& m, Lead lead)
{
    const auto& values = (*m.beat)[lead];
    const double hz = m.beat->samplingHz;
    const double n = double(values.size());
    const auto from = std::size_t(std::clamp(m.borders.qrsOnset.value_or(0) * hz, 0.0, n));
    const auto to = std::size_t(std::clamp(m.borders.tOffset.value_or(1e6) * hz, double(from), n));
    return {values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to)};
}

constexpr double smallP = 0.5, smallQrs = 2, smallT = 2; // µV·s: below, an area has no sign

bool negative(const std::optional<double>& area, double small)
{
    return area && *area < -small;
}
bool positive(const std::optional<double>& area, double small)
{
    return area && *area > small;
}

// Electrodes on each other's place leave the algebra whole; only the shape of the waves tells. All rules are those of
// the textbooks (e.g. P. M. Batchvarov, M. Malik, A. J. Camm, "Incorrect electrode cable connection during
// electrocardiographic recording", Europace 2007), narrowed until they need every sign at once.
void checkElectrodes(const Material& material, Findings& findings)
{
    const Measurements& m = material.measured;
    for (const Lead lead : {Lead::I, Lead::II, Lead::III, Lead::aVR, Lead::aVF, Lead::V5, Lead::V6})
        if (!m.beat || !m.borders.qrsOffset || !material.usable(lead) || !m.beat->has(lead))
            return;
    // Right leg: the electrode that took its place sees what the other leg sees, so one bipolar lead is nearly nothing.
    const double one = rangeOf(m, Lead::I), two = rangeOf(m, Lead::II), three = rangeOf(m, Lead::III);
    // II and I of a heart are never that small beside the others; III may be, with an axis of 30°.
    constexpr double nothing = 0.1;
    const auto vanishes = [&](double lead, double a, double b, double share) {
        return lead < nothing && lead < share * std::min(a, b) && std::min(a, b) > 0.2;
    };
    if (vanishes(two, one, three, 0.3)) {
        findings.add(
            "swap-ra-rl", Severity::Warn,
            "Lead II is nearly a flat line beside I and III: the cables of right arm and right leg may be swapped.",
            Lead::II);
        return;
    }
    if (vanishes(three, one, two, 0.12)) {
        findings.add(
            "swap-la-rl", Severity::Warn,
            "Lead III is nearly a flat line beside I and II: the cables of left arm and right leg may be swapped.",
            Lead::III);
        return;
    }
    if (vanishes(one, two, three, 0.12)) {
        findings.add("swap-arms-legs", Severity::Warn,
                     "Lead I is nearly a flat line beside II and III: the cables of both arms may be on the legs.",
                     Lead::I);
        return;
    }
    const Waves I = wavesOf(m, Lead::I), V6 = wavesOf(m, Lead::V6);
    const auto &p = m[Quantity::PAxis].value, &qrs = m[Quantity::QrsAxis].value, &t = m[Quantity::TAxis].value;
    const double likeness = correlation(beatOf(m, Lead::I), beatOf(m, Lead::V6));
    if (!positive(V6.qrs, smallQrs)) // then the heart itself lies differently
        return;
    // Both arms: the plane is mirrored left to right. P, QRS and T are upside down in I while V6, which looks at the
    // heart from the same side, is upright.
    const bool pSays = m.borders.pOnset ? p && (*p > 95 || *p < -160) && negative(I.p, smallP) : likeness < -0.8;
    if (pSays && negative(I.qrs, smallQrs) && !positive(I.t, smallT) && likeness < -0.5) {
        findings.add(
            "swap-ra-la", Severity::Warn,
            "P, QRS and T are upside down in lead I but not in V6: the cables of right and left arm may be swapped.",
            Lead::I);
        return;
    }
    // Right arm and left leg: an angle a becomes -60° - a. P, QRS and T all point up, and -III, which then is the true
    // I, resembles V6 more than I does.
    std::vector<double> mirrored = beatOf(m, Lead::III);
    for (double& v : mirrored)
        v = -v;
    const auto within = [](const std::optional<double>& angle, double from, double to) {
        return angle && *angle > from && *angle < to;
    };
    if (within(p, -140, -50) && within(qrs, -170, -30) && within(t, -160, -30) &&
        correlation(mirrored, beatOf(m, Lead::V6)) > likeness + 0.2) {
        findings.add(
            "swap-ra-ll", Severity::Warn,
            "P, QRS and T are upside down in II and aVF, and -III resembles V6 more than I does: the cables of right "
            "arm and left leg may be swapped.",
            Lead::II);
        return;
    }
    // Left arm and left leg mirror the plane at 30°: a P axis of 30-75° becomes one below 15°, and II, which then is I,
    // resembles V6 more than I does. A heart may do this too.
    const double otherLikeness = correlation(beatOf(m, Lead::II), beatOf(m, Lead::V6));
    if (within(p, -60, 0) && negative(wavesOf(m, Lead::III).p, smallP) && positive(I.p, smallP) &&
        otherLikeness > likeness)
        findings.add(
            "swap-la-ll", Severity::Note,
            "The P wave is taller in I than in II and upside down in III: swapped cables of left arm and left leg "
            "can't be excluded.",
            Lead::III);
}

} // namespace

void checkLimbLeads(const Material& material, Findings& findings)
{
    checkAlgebra(material, findings);
    const bool contradict = findings.has("einthoven") || findings.has("lead-inverted") || findings.has("lead-scaled") ||
                            findings.has("leads-exchanged");
    if (!contradict)
        checkElectrodes(material, findings);
}

} // namespace echo2ecg::ecg::gate
