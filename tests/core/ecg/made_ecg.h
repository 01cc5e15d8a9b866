// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/lead_algebra.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <vector>

// ECGs whose truth is known: each wave is a bump along a direction of the heart vector, with an exact begin and end.
// Electrodes are made first and leads from them, so that a swap of cables is a swap of electrodes.
namespace echo2ecg::test {

// One bump of raised-cosine shape, power 1 (P, T) or sharper, from `begin` to `end` seconds from the R peak.
struct Bump
{
    double begin, end;
    double x, y, z; // mV: to the left, down, to the front
};

struct Beat
{
    std::vector<Bump> bumps;
};

inline Bump pWave(double begin = -0.19, double end = -0.09)
{
    return {begin, end, 0.10, 0.12, 0.03};
}
inline Bump tWave(double begin = 0.14, double end = 0.36, double sign = 1)
{
    return {begin, end, sign * 0.25, sign * 0.22, sign * 0.20};
}

struct MadeEcg
{
    double hz = 500, seconds = 10, rate = 70;
    std::optional<Bump> p = pWave(), tBump = tWave();
    // Q, R and S of a normal heart: QRS from -0.04 to 0.05 s.
    std::vector<Bump> qrs{
        {-0.040, -0.012, -0.15, -0.10, 0.35}, {-0.025, 0.022, 1.1, 0.9, 0.15}, {0.005, 0.050, -0.10, -0.20, -0.90}};
    double noiseMv = 0; // white, standard deviation, own of each electrode
    double mainsMv = 0, mainsHz = 50;
    double wanderMv = 0; // 0.25 Hz
    double spikeMv = 0;  // pacing spike before each QRS
    double spikeBefore = 0.05;
    bool fibrillation = false;        // irregular, waves of 6 Hz instead of P
    std::vector<std::size_t> ectopic; // numbers of beats that are wide and early
    std::uint32_t seed = 1;

    // R peaks in seconds; filled by make().
    std::vector<double> beats;

    ecg::EcgRecord make()
    {
        Random random{seed};
        beats.clear();
        double at = 0.45;
        for (std::size_t i = 0; at < seconds - 0.3; ++i) {
            beats.push_back(at);
            double rr = 60 / rate;
            if (fibrillation)
                rr *= 0.7 + 0.6 * random.uniform();
            const bool nextEarly = isEctopic(i + 1), early = isEctopic(i);
            at += rr * (nextEarly ? 0.6 : early ? 1.4 : 1.0);
        }
        const auto n = std::size_t(seconds * hz + 0.5);
        // Electrodes RA, LA, LL (RL is the ground) and V1 … V6.
        std::vector<std::vector<double>> electrodes(9, std::vector<double>(n, 0.0));
        for (std::size_t i = 0; i < n; ++i) {
            const double t = double(i) / hz;
            double x = 0, y = 0, z = 0;
            for (std::size_t b = 0; b < beats.size(); ++b) {
                if (std::abs(t - beats[b]) > 1.2)
                    continue;
                addBeat(b, t - beats[b], x, y, z);
            }
            if (fibrillation) {
                const double f = 0.05 * std::sin(2 * std::numbers::pi * 6.1 * t + 2 * std::sin(1.3 * t));
                x += 0.5 * f, y += f, z += f;
            }
            project(electrodes, i, x, y, z);
            for (std::size_t e = 0; e < electrodes.size(); ++e) {
                electrodes[e][i] += noiseMv * random.normal() +
                                    mainsMv * std::sin(2 * std::numbers::pi * mainsHz * t + double(e)) +
                                    wanderMv * std::sin(2 * std::numbers::pi * 0.25 * t + 0.7 * double(e));
            }
        }
        if (spikeMv > 0)
            for (const double beat : beats) {
                const auto from = std::ptrdiff_t((beat - 0.04 - spikeBefore) * hz);
                const auto length = std::max<std::ptrdiff_t>(1, std::ptrdiff_t(0.002 * hz));
                for (std::ptrdiff_t k = 0; k < length; ++k)
                    if (from + k >= 0 && from + k < std::ptrdiff_t(n))
                        project(electrodes, std::size_t(from + k), spikeMv * 0.5, spikeMv, 0.3 * spikeMv);
            }
        return leadsOf(electrodes, hz);
    }

    static ecg::EcgRecord leadsOf(const std::vector<std::vector<double>>& e, double hz)
    {
        ecg::EcgRecord record;
        record.samplingHz = hz;
        record.format = "test";
        record.patient.ageYears = 60;
        const std::size_t n = e[0].size();
        for (auto& lead : record.leads)
            lead.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double ra = e[0][i], la = e[1][i], ll = e[2][i], centre = (ra + la + ll) / 3;
            const double one = la - ra, two = ll - ra;
            record[ecg::Lead::I][i] = float(one);
            record[ecg::Lead::II][i] = float(two);
            for (const ecg::Lead lead : {ecg::Lead::III, ecg::Lead::aVR, ecg::Lead::aVL, ecg::Lead::aVF})
                record[lead][i] = float(ecg::limbLead(lead, one, two));
            for (std::size_t v = 0; v < 6; ++v)
                record.leads[6 + v][i] = float(e[3 + v][i] - centre);
        }
        return record;
    }

    struct Random // xorshift, so that every platform makes the same noise
    {
        std::uint32_t state;
        double uniform()
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return double(state) / 4294967296.0;
        }
        double normal()
        {
            double sum = 0;
            for (int i = 0; i < 12; ++i)
                sum += uniform();
            return sum - 6;
        }
    };

private:
    bool isEctopic(std::size_t beat) const
    {
        for (const std::size_t each : ectopic)
            if (each == beat)
                return true;
        return false;
    }

    static void add(const Bump& bump, double t, double& x, double& y, double& z)
    {
        if (t <= bump.begin || t >= bump.end)
            return;
        const double phase = (t - bump.begin) / (bump.end - bump.begin);
        const double h = std::pow(std::sin(std::numbers::pi * phase), 2);
        x += h * bump.x, y += h * bump.y, z += h * bump.z;
    }

    void addBeat(std::size_t beat, double t, double& x, double& y, double& z) const
    {
        if (isEctopic(beat)) {
            add({-0.08, 0.09, -0.9, 1.2, 0.8}, t, x, y, z);
            add({0.14, 0.42, 0.5, -0.5, -0.4}, t, x, y, z);
            return;
        }
        if (p && !fibrillation)
            add(*p, t, x, y, z);
        for (const Bump& bump : qrs)
            add(bump, t, x, y, z);
        if (tBump)
            add(*tBump, t, x, y, z);
    }

    // Limb electrodes on Einthoven's triangle, chest electrodes from right front to left.
    static void project(std::vector<std::vector<double>>& e, std::size_t i, double x, double y, double z)
    {
        e[0][i] += -x / 2 - y * 0.2887;
        e[1][i] += x / 2 - y * 0.2887;
        e[2][i] += y * 0.5774;
        constexpr double degrees[6]{110, 90, 70, 50, 25, 0}; // 90: to the front
        for (std::size_t v = 0; v < 6; ++v) {
            const double angle = degrees[v] * std::numbers::pi / 180;
            e[3 + v][i] += 1.2 * (x * std::cos(angle) + z * std::sin(angle)) + 0.15 * y;
        }
    }
};

} // namespace echo2ecg::test
