// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/ecg_model.h"
#include "simulation/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

// Turned in the frontal plane (positive: to the right, towards the feet) and in the horizontal plane (positive: to the back).
void turn(Wave& wave, double frontal, double horizontal)
{
    const double x = wave.x * std::cos(frontal) - wave.y * std::sin(frontal), y = wave.x * std::sin(frontal) + wave.y * std::cos(frontal);
    wave.x = x * std::cos(horizontal) - wave.z * std::sin(horizontal);
    wave.z = x * std::sin(horizontal) + wave.z * std::cos(horizontal);
    wave.y = y;
}

double radians(double degrees)
{
    return degrees * std::numbers::pi / 180;
}

// Directions and times after the vectors in the papers above, scaled to usual voltages; QRS of 92 ms for the normal ones.
constexpr Wave septal{-0.024, 0.0075, -0.14, -0.02, -0.42}, freeWall{0.000, 0.0105, 1.28, 0.92, 0.62}, basal{0.022, 0.0095, 0.14, -0.24, 0.48};

} // namespace

EcgCauses ecgCausesOf(const VirtualPatient& p)
{
    EcgCauses c;
    c.seed = p.seed;
    c.number = p.number;
    c.age = p.age;
    c.bmi = p.bmi();
    c.bsa = p.bsa();
    c.heartRate = p.heartRate;
    c.isFemale = p.isFemale;
    c.rhythm = p.rhythm;
    c.conduction = p.conduction;
    c.lvedv = p.lvedv;
    c.lvef = p.lvef;
    c.lvMass = p.lvMass;
    c.laIndex = p.laVolume / p.bsa();
    c.scarWall = p.territory;
    c.scar = p.scar;
    return c;
}

HeartDipole::HeartDipole(const EcgCauses& c) : m_causes(c)
{
    // Everything that differs from person to person is drawn first and always, so that one cause changes nothing but its effect.
    Random person(c.seed, std::uint64_t(c.number), "ecg person");
    const double frontal = person.normal(0, 16), horizontal = person.normal(0, 11), gain = person.factor(0.17), qrsSpread = person.normal(),
                 tGain = person.factor(0.25), tTurn = person.normal(0, 16), pGain = person.factor(0.22), prSpread = person.normal(), qtSpread = person.normal(),
                 strainSpread = person.normal(), delaySpread = person.uniform(), conductionSpread = person.normal(), pacedAxis = person.normal(),
                 ischaemia = person.normal(), variability = person.factor(0.45), prematureDraw = person.uniform(), fAmplitude = person.factor(0.35),
                 septalSpread = person.factor(0.35);

    const double dilation = c.lvedv / normalEdv(c.isFemale, c.bsa), hypertrophy = c.lvMass / normalMass(c.isFemale, c.bsa);
    const double weak = std::clamp((55 - c.lvef) / 30, 0.0, 1.3);
    const bool isWide = c.conduction == Conduction::Lbbb || c.conduction == Conduction::Paced;

    // QRS duration in ms: 92 and 86 (Rijnbeek, J Electrocardiol 2014;47:914), longer with mass and dilation, and in a part of weak ventricles by delay
    // without the pattern of a block (Murkofsky, J Am Coll Cardiol 1998;32:476).
    m_qrs = (c.isFemale ? 84 : 89) + 7 * qrsSpread + 9 * std::max(0.0, dilation - 1) + 7 * std::max(0.0, hypertrophy - 1);
    if (delaySpread < 0.30 * std::min(weak, 1.0))
        m_qrs += 14 + 8 * std::abs(conductionSpread);
    if (c.conduction == Conduction::Lbbb) // Strauss, Am J Cardiol 2011;107:927
        m_qrs = (c.isFemale ? 142 : 148) + 11 * conductionSpread + 10 * std::max(0.0, dilation - 1);
    else if (c.conduction == Conduction::Rbbb)
        m_qrs = 136 + 9 * std::abs(conductionSpread) + 5 * std::max(0.0, dilation - 1);
    else if (c.conduction == Conduction::Paced)
        m_qrs = 160 + 12 * conductionSpread + 8 * std::max(0.0, dilation - 1);
    m_qrs = std::clamp(m_qrs, isWide ? 126.0 : c.conduction == Conduction::Rbbb ? 122.0 : 70.0, 210.0);

    // Voltage: with mass (r some 0.4: Casale, Circulation 1987;75:565), less behind fat (Levy, Circulation 1990;81:815) and with age.
    m_gain = gain * std::pow(hypertrophy, 0.55) * std::exp(-0.014 * (c.bmi - 26)) * std::exp(-0.0035 * (c.age - 55)) * (c.isFemale ? 0.92 : 1);

    // Left axis with mass and age; to the back with mass.
    double axis = frontal - 13 * std::max(0.0, hypertrophy - 1) - 0.28 * (c.age - 55), back = horizontal + 14 * std::max(0.0, hypertrophy - 1);
    const double k = m_qrs / 92;
    Wave early = septal, main = freeWall, late = basal;
    early.x *= septalSpread;
    early.z *= septalSpread;
    if (c.conduction == Conduction::Lbbb) {
        const double w = m_qrs / 164;
        m_qrsWaves = {{-0.046 * w, 0.012 * w, 0.42, 0.24, 0.20},
                      {-0.014 * w, 0.018 * w, 0.90, 0.34, 1.00},
                      {0.026 * w, 0.017 * w, 1.00, 0.08, 0.72},
                      {0.052 * w, 0.010 * w, 0.18, -0.12, 0.35}};
        axis -= 14;
    } else if (c.conduction == Conduction::Paced) { // from the apex of the right ventricle
        const double w = m_qrs / 160;
        const double up = 0.9 + 0.2 * pacedAxis;
        m_qrsWaves = {{-0.050 * w, 0.014 * w, 0.20, -0.30 * up, 0.35}, {-0.014 * w, 0.020 * w, 0.70, -0.85 * up, 0.95}, {0.032 * w, 0.020 * w, 0.75, -0.75 * up, 0.85}};
    } else {
        early.at *= k, early.width *= k, main.at *= k, main.width *= k, late.at *= k, late.width *= k;
        if (c.conduction == Conduction::Rbbb) {
            const double n = 92 / m_qrs; // the left ventricle is as fast as ever
            for (Wave* wave : {&early, &main, &late})
                wave->at *= n, wave->width *= n;
            late.z *= 0.5;
            m_qrsWaves = {early, main, late, {0.046, 0.013, -0.62, 0.06, -0.72}, {0.066 * m_qrs / 136, 0.010, -0.35, 0.02, -0.35}};
        } else {
            // A large ventricle: more in the chest leads, less in the limb leads (Goldberger, Am J Cardiol 1982;49:1841).
            const double triad = std::min(weak, 1.0) * std::max(0.0, dilation - 1);
            main.y *= 1 - 0.30 * std::min(1.0, triad);
            main.z *= 1 + 0.45 * std::min(1.0, triad);
            m_qrsWaves = {early, main, late};
        }
    }
    // Scar: forces of that wall are missing, in the first half of the QRS (Selvester; Strauss, Circ Arrhythm Electrophysiol 2008;1:327).
    if (c.scar > 0) {
        const double s = c.scar * (isWide ? 0.45 : 1), w = isWide ? 1.4 : 1;
        if (c.scarWall == Wall::Anterior) {
            for (Wave& wave : m_qrsWaves)
                if (wave.z < 0 && wave.at < -0.010)
                    wave.z *= 1 - s;
            m_qrsWaves.push_back({-0.013 * w, 0.0105 * w, -0.12 * s, 0.05 * s, 0.55 * s});
        } else if (c.scarWall == Wall::Inferior) {
            m_qrsWaves.push_back({-0.017 * w, 0.0095 * w, 0.06 * s, -0.62 * s, 0.02});
        } else {
            m_qrsWaves.push_back({-0.014 * w, 0.0095 * w, -0.50 * s, 0.0, -0.18 * s});
        }
    }
    for (Wave& wave : m_qrsWaves) {
        turn(wave, radians(axis), radians(back));
        wave.x *= m_gain, wave.y *= m_gain, wave.z *= m_gain;
    }

    // T: with the QRS in health; flatter in a weak ventricle, against the mass that strains (Hancock, J Am Coll Cardiol 2009;53:992), away from scar.
    double tx = 0.34, ty = 0.22, tz = c.isFemale ? -0.16 : -0.26, stx = 0.02, sty = 0.015, stz = -0.03;
    const double flat = std::clamp(0.62 * weak + 0.16 * ischaemia * (weak > 0.1 ? 1 : 0.35), -0.2, 1.25);
    tx *= 1 - flat, ty *= 1 - flat, tz *= 1 - 0.7 * flat;
    const double strain = std::clamp((hypertrophy - 1.28 + 0.16 * strainSpread) / 0.5, 0.0, 1.4);
    tx -= 0.42 * strain, ty -= 0.10 * strain, tz -= 0.10 * strain;
    stx -= 0.085 * strain, stz -= 0.05 * strain;
    if (c.scar > 0) {
        const double s = c.scar;
        (c.scarWall == Wall::Anterior ? tz : c.scarWall == Wall::Inferior ? ty : tx) -= (c.scarWall == Wall::Anterior ? -0.42 : 0.26) * s;
        if (c.scarWall == Wall::Anterior)
            stz -= 0.05 * s;
    }
    m_t = {0, 0, tx * tGain, ty * tGain, tz * tGain};
    turn(m_t, radians(tTurn), 0);
    m_st = {0.085, 0.045, stx, sty, stz};
    if (isWide || c.conduction == Conduction::Rbbb) { // discordant: against what is late in the QRS
        Wave area{};
        for (const Wave& wave : m_qrsWaves)
            if (c.conduction != Conduction::Rbbb || wave.at > 0.04)
                area.x += wave.x * wave.width, area.y += wave.y * wave.width, area.z += wave.z * wave.width;
        const double share = c.conduction == Conduction::Rbbb ? 6.5 : 6.2 * tGain;
        if (isWide)
            m_t = {0, 0, 0.2 * m_t.x, 0.2 * m_t.y, 0.2 * m_t.z};
        m_t.x -= share * area.x, m_t.y -= share * area.y, m_t.z -= share * area.z;
        if (isWide)
            m_st = {0.095, 0.050, -1.7 * area.x, -1.7 * area.y, -1.7 * area.z};
    }

    m_pr = std::clamp(158 + 20 * prSpread + 0.25 * (c.age - 55) + 6 * weak, 110.0, 270.0) / 1000;
    m_qtc = (c.isFemale ? 416 : 406) + 14 * qtSpread + 10 * weak + 0.75 * std::max(0.0, m_qrs - 92);
    // P: two halves; the second one, of the left atrium, late and to the back when that is large.
    const double la = std::clamp((c.laIndex - 28) / 18, -0.6, 1.6);
    m_pWaves = {{-m_pr + 0.040, 0.017, 0.035 * pGain, 0.085 * pGain, -0.035 * pGain},
                {-m_pr + 0.070 + 0.010 * la, 0.018 + 0.003 * la, 0.060 * pGain, 0.055 * pGain, (0.020 + 0.038 * la) * pGain}};

    m_variability = 0.032 * variability * std::exp(-0.012 * (c.age - 50)) * (1 - 0.35 * std::min(weak, 1.0));
    m_prematureChance = prematureDraw < 0.05 + 0.14 * std::min(weak, 1.0) ? 0.10 : 0;
    if (c.rhythm == Rhythm::AtrialFibrillation)
        m_fibrillation = 0.045 * fAmplitude;
    if (c.conduction == Conduction::Paced)
        m_spike = 0.9;
}

std::vector<Wave> HeartDipole::ventricle(double rr) const
{
    std::vector<Wave> waves = m_qrsWaves;
    const double cycle = std::clamp(rr, 0.35, 1.6);
    const double qt = m_qtc / 1000 * std::cbrt(cycle);                        // Fridericia
    const double end = qt - m_qrs / 2000, peak = end - 0.075 * std::cbrt(cycle); // from R
    const double width = 0.038 * std::sqrt(cycle);
    // A slow upstroke and a fast end.
    waves.push_back({peak - 1.15 * width, 1.5 * width, 0.50 * m_t.x, 0.50 * m_t.y, 0.50 * m_t.z});
    waves.push_back({peak, width, 0.68 * m_t.x, 0.68 * m_t.y, 0.68 * m_t.z});
    waves.push_back({m_st.at + m_qrs / 4000, m_st.width, m_st.x, m_st.y, m_st.z});
    return waves;
}

std::vector<Wave> HeartDipole::beat(double rrBefore, bool isPremature) const
{
    if (isPremature) { // of the right ventricle's outflow: wide, without a P wave, T against it
        const double g = m_gain;
        return {{-0.030, 0.016, 0.35 * g, 0.75 * g, 0.40 * g},
                {0.010, 0.022, 0.60 * g, 1.10 * g, 0.90 * g},
                {0.045, 0.018, 0.30 * g, 0.50 * g, 0.65 * g},
                {0.30, 0.060, -0.30 * g, -0.50 * g, -0.42 * g}};
    }
    std::vector<Wave> waves = ventricle(rrBefore);
    if (m_causes.rhythm == Rhythm::Sinus)
        waves.insert(waves.end(), m_pWaves.begin(), m_pWaves.end());
    return waves;
}

std::vector<double> HeartDipole::rWaves(double seconds, std::vector<bool>* premature) const
{
    Random random(m_causes.seed, std::uint64_t(m_causes.number), "ecg rhythm");
    const double mean = 60 / m_causes.heartRate;
    const bool isIrregular = m_causes.rhythm == Rhythm::AtrialFibrillation && m_causes.conduction != Conduction::Paced;
    const double phase = random.uniform(0, 6.28), breath = random.uniform(0.18, 0.30);
    std::vector<double> at;
    if (premature)
        premature->clear();
    double t = -2.2 - random.uniform() * mean;
    bool wasPremature = false;
    while (t < seconds + 1.2) {
        at.push_back(t);
        double rr = mean;
        if (isIrregular) // successive intervals nearly independent, CV some 0.2
            rr = std::clamp(mean * std::exp(random.normal(-0.02, 0.20)), 0.34, 2.0);
        else if (m_causes.conduction == Conduction::Paced)
            rr = mean * (1 + 0.002 * random.normal());
        else // breathing and slow waves of the vessels' tone
            rr = mean * (1 + m_variability * (0.8 * std::sin(2 * std::numbers::pi * breath * t + phase) +
                                              0.5 * std::sin(2 * std::numbers::pi * 0.1 * t) + 0.4 * random.normal()));
        const bool early = !wasPremature && random.chance(m_prematureChance);
        if (premature)
            premature->push_back(wasPremature);
        if (wasPremature)
            rr = 2 * mean - 0.62 * mean; // the pause makes up for it
        if (early)
            rr = 0.62 * mean;
        wasPremature = early;
        t += rr;
    }
    return at;
}

std::vector<float> HeartDipole::leadTwo(const std::vector<double>& rWaves, const std::vector<double>& times) const
{
    std::vector<float> out(times.size());
    for (std::size_t b = 0; b < rWaves.size(); ++b)
        for (const Wave& wave : beat(b > 0 ? rWaves[b] - rWaves[b - 1] : 60 / m_causes.heartRate)) {
            const double size = 0.235 * wave.x + 1.066 * wave.y - 0.132 * wave.z;
            for (std::size_t i = 0; i < times.size(); ++i)
                if (const double d = (times[i] - rWaves[b] - wave.at) / wave.width; std::abs(d) < 5)
                    out[i] += float(size * std::exp(-d * d / 2));
        }
    return out;
}

} // namespace echo2ecg::simulation
