// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/ecg_model.h"

#include "simulation/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

constexpr int samples = int(ecgRate * ecgSeconds);
using Signal = std::vector<double>;

// Dower's matrix: lead = row · (x, y, z).
constexpr double dower[8][3] = {{0.632, -0.235, 0.059},  {0.235, 1.066, -0.132}, {-0.515, 0.157, -0.917}, {0.044, 0.164, -1.387},
                                {0.882, 0.098, -1.277}, {1.213, 0.127, -0.601}, {1.125, 0.127, -0.086},  {0.831, 0.076, 0.230}};

struct Dipole
{
    Signal x = Signal(samples), y = Signal(samples), z = Signal(samples);

    void add(const Wave& wave, double r)
    {
        const double centre = (r + wave.at) * ecgRate, width = wave.width * ecgRate;
        const int from = std::max(0, int(centre - 5 * width)), to = std::min(samples - 1, int(centre + 5 * width) + 1);
        for (int i = from; i <= to; ++i) {
            const double d = (i - centre) / width, g = std::exp(-d * d / 2);
            x[std::size_t(i)] += wave.x * g;
            y[std::size_t(i)] += wave.y * g;
            z[std::size_t(i)] += wave.z * g;
        }
    }
};

// f waves: 4 to 8 per second, of changing height, largest in V1 (Petrutiu, Europace 2007;9:466).
void addFibrillation(Dipole& dipole, double amplitude, Random& random)
{
    const double rate = random.uniform(5.2, 7.4);
    double phase = random.uniform(0, 6.28), swell = random.uniform(0, 6.28);
    for (int i = 0; i < samples; ++i) {
        phase += 2 * std::numbers::pi * (rate + 0.5 * std::sin(2 * std::numbers::pi * 0.6 * i / ecgRate + swell)) / ecgRate;
        const double a = amplitude * (1 + 0.35 * std::sin(2 * std::numbers::pi * 0.9 * i / ecgRate + swell));
        const double f = a * (std::sin(phase) + 0.35 * std::sin(2 * phase + 0.8) + 0.15 * std::sin(3 * phase));
        dipole.x[std::size_t(i)] += 0.25 * f;
        dipole.y[std::size_t(i)] += 0.80 * f;
        dipole.z[std::size_t(i)] -= 0.95 * f;
    }
}

enum Electrode { RA, LA, LL, V1, electrodes = 9 };

// What an electrode adds: breathing and slow drift of the skin's potential, muscle, mains.
Signal electrodeNoise(Random& random, double unrest, double mains, double mainsPhase)
{
    Signal noise(samples);
    const double breath = random.uniform(0.16, 0.32), depth = 0.045 * unrest * random.factor(0.6), phase = random.uniform(0, 6.28);
    const double drift = 0.0030 * unrest * random.factor(0.5), muscle = 0.0065 * unrest * random.factor(0.45), hum = mains * random.factor(0.5);
    double slow = 0, first = 0, second = 0;
    for (int i = 0; i < samples; ++i) {
        const double t = i / ecgRate;
        slow = 0.9985 * slow + drift * random.quick();
        // White noise without what a 150 Hz filter takes, and without most below 15 Hz.
        const double white = random.quick();
        first += 0.8 * (white - first);
        second += 0.17 * (first - second);
        noise[std::size_t(i)] = depth * std::sin(2 * std::numbers::pi * breath * t + phase) + slow +
                                muscle * (first - 0.9 * second) + hum * std::sin(2 * std::numbers::pi * 50 * t + mainsPhase);
    }
    return noise;
}

} // namespace

const char* name(LeadFault fault) noexcept
{
    switch (fault) {
    case LeadFault::ArmsSwapped: return "arms swapped";
    case LeadFault::ChestSwapped: return "chest leads swapped";
    case LeadFault::LeadOff: return "lead off";
    case LeadFault::None: break;
    }
    return "none";
}

SimulatedEcg simulateEcg(const EcgCauses& causes, const EcgOptions& options)
{
    const HeartDipole heart(causes);
    SimulatedEcg out;
    Dipole dipole;
    std::vector<bool> premature;
    const std::vector<double> r = heart.rWaves(ecgSeconds, &premature);
    Signal spikes(samples);
    for (std::size_t b = 0; b < r.size(); ++b) {
        const double before = b > 0 ? r[b] - r[b - 1] : 60 / causes.heartRate;
        for (const Wave& wave : heart.beat(before, premature[b]))
            dipole.add(wave, r[b]);
        if (r[b] >= 0 && r[b] < ecgSeconds)
            out.rWaves.push_back(r[b]);
        if (heart.pacing() > 0 && !premature[b]) // before the first force of the ventricle; 2 ms
            if (const int at = int(std::lround((r[b] - 0.098) * ecgRate)); at >= 0 && at < samples)
                spikes[std::size_t(at)] = heart.pacing();
    }
    Random fibrillation(causes.seed, std::uint64_t(causes.number), "ecg f waves");
    if (heart.fibrillation() > 0)
        addFibrillation(dipole, heart.fibrillation(), fibrillation);

    // Potentials of electrodes with that of the heart at RA taken as zero.
    std::array<Signal, 8> independent;
    for (std::size_t k = 0; k < 8; ++k) {
        independent[k].resize(samples);
        for (std::size_t i = 0; i < samples; ++i)
            independent[k][i] = dower[k][0] * (dipole.x[i] + 0.25 * spikes[i]) + dower[k][1] * (dipole.y[i] + spikes[i]) + dower[k][2] * (dipole.z[i] - 0.2 * spikes[i]);
    }
    Random noise(causes.seed, std::uint64_t(causes.number), "ecg noise");
    const double unrest = noise.factor(0.45), mains = 0.0022 * noise.factor(0.8), phase = noise.uniform(0, 6.28);
    std::array<Signal, electrodes> at;
    for (Signal& one : at)
        one = electrodeNoise(noise, options.noise ? unrest : 0, options.noise ? mains : 0, phase);
    for (std::size_t i = 0; i < samples; ++i) {
        at[LA][i] += independent[0][i];
        at[LL][i] += independent[1][i];
        const double terminal = (independent[0][i] + independent[1][i]) / 3;
        for (std::size_t k = 0; k < 6; ++k)
            at[V1 + k][i] += independent[2 + k][i] + terminal;
    }

    // Swapped arms: 0.4 % of outpatients, 4 % in intensive care (Rudiger, Am J Emerg Med 2007;25:174).
    Random faults(causes.seed, std::uint64_t(causes.number), "ecg faults");
    const double fault = faults.uniform();
    const std::size_t which = std::size_t(faults.below(6));
    if (options.faults && fault < 0.006) {
        out.fault = LeadFault::ArmsSwapped;
        std::swap(at[RA], at[LA]);
    } else if (options.faults && fault < 0.012) {
        out.fault = LeadFault::ChestSwapped;
        std::swap(at[V1 + std::min<std::size_t>(which, 4)], at[V1 + std::min<std::size_t>(which, 4) + 1]);
    } else if (options.faults && fault < 0.022) {
        out.fault = LeadFault::LeadOff;
        const std::size_t from = std::size_t(faults.uniform(0, 0.6) * samples);
        for (std::size_t i = from; i < samples; ++i) // the input floats
            at[V1 + which][i] = at[V1 + which][from] + 0.4 * std::sin(2 * std::numbers::pi * 50 * double(i) / ecgRate) + 0.02 * faults.normal();
    }

    ecg::EcgRecord& record = out.record;
    record.samplingHz = ecgRate;
    for (auto& lead : record.leads)
        lead.resize(samples);
    const auto counts = [](double mv) { return std::lround(mv / (2 * ecgStep)) * 2; }; // even, so that halves are whole
    const auto millivolts = [](long raw) { return float(double(float(double(raw) * 2.5)) * 1e-3); };
    for (std::size_t i = 0; i < samples; ++i) {
        const long one = counts(at[LA][i] - at[RA][i]), two = counts(at[LL][i] - at[RA][i]);
        const double terminal = (at[RA][i] + at[LA][i] + at[LL][i]) / 3;
        const long limb[6] = {one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2};
        for (std::size_t k = 0; k < 6; ++k) {
            record.leads[k][i] = millivolts(limb[k]);
            record.leads[6 + k][i] = millivolts(counts(at[V1 + k][i] - terminal));
        }
    }
    record.filters.highPassHz = 0.05;
    record.filters.lowPassHz = 150;
    record.device = "Echo2ECG Workstation SIMULATED";
    record.patient.sex = causes.isFemale ? "F" : "M";
    record.patient.ageYears = int(causes.age);
    return out;
}

} // namespace echo2ecg::simulation
