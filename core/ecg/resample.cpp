// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <unordered_map>

namespace echo2ecg::ecg {

namespace {

constexpr double zeroCrossings = 32; // of the sinc on each side
constexpr double kaiserBeta = 8.6;   // side lobes below −85 dB
constexpr double passBand = 0.94;    // of the lower Nyquist frequency: the −6 dB point of the filter

double besselI0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40 && term > sum * 1e-17; ++k) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

class Kernel
{
public:
    explicit Kernel(double cutoff) : m_cutoff(cutoff), m_half(zeroCrossings / cutoff), m_scale(1 / besselI0(kaiserBeta))
    {
    }

    long reach() const { return long(std::ceil(m_half)); }

    // Weights of samples centre − reach … centre + reach for a point `fraction` behind the centre; their sum is 1.
    std::vector<double> taps(double fraction) const
    {
        std::vector<double> result;
        result.reserve(std::size_t(2 * reach() + 1));
        double sum = 0;
        for (long k = -reach(); k <= reach(); ++k) {
            result.push_back(at(double(k) - fraction));
            sum += result.back();
        }
        for (double& tap : result)
            tap /= sum;
        return result;
    }

private:
    double at(double distance) const
    {
        const double r = distance / m_half;
        if (std::abs(r) >= 1)
            return 0;
        const double x = std::numbers::pi * distance * m_cutoff;
        const double sinc = std::abs(x) < 1e-12 ? 1 : std::sin(x) / x;
        return sinc * besselI0(kaiserBeta * std::sqrt(1 - r * r)) * m_scale;
    }

    double m_cutoff, m_half, m_scale;
};

} // namespace

std::vector<double> resample(const double* values, std::size_t n, double fromHz, double toHz)
{
    if (n == 0 || fromHz == toHz)
        return {values, values + n};
    const auto length = std::size_t(std::floor(double(n) * toHz / fromHz + 1e-9));
    const Kernel kernel(passBand * std::min(1.0, toHz / fromHz));
    const long reach = kernel.reach(), last = long(n) - 1;
    const auto sample = [&](long i) {
        double sign = 1, offset = 0;
        // More than one reflection only happens to signals shorter than the kernel.
        while (last > 0 && (i < 0 || i > last)) {
            const double edge = i < 0 ? values[0] : values[last];
            offset += sign * 2 * edge;
            sign = -sign;
            i = i < 0 ? -i : 2 * last - i;
        }
        return offset + sign * values[last > 0 ? i : 0];
    };

    // Rates in millihertz as a fraction: output i lies at i · down / up.
    const auto up64 = std::int64_t(std::llround(toHz * 1000)), down64 = std::int64_t(std::llround(fromHz * 1000));
    const std::int64_t divisor = std::max<std::int64_t>(1, std::gcd(up64, down64));
    const std::int64_t up = up64 / divisor, down = down64 / divisor;
    const bool exact = up > 0 && up <= 2048 && double(up64) == toHz * 1000 && double(down64) == fromHz * 1000;
    std::unordered_map<std::int64_t, std::vector<double>> phases;

    std::vector<double> result(length);
    std::vector<double> single;
    for (std::size_t i = 0; i < length; ++i) {
        const std::vector<double>* taps = &single;
        long centre = 0;
        if (exact) {
            const std::int64_t position = std::int64_t(i) * down, phase = position % up;
            centre = long(position / up);
            auto& stored = phases[phase];
            if (stored.empty())
                stored = kernel.taps(double(phase) / double(up));
            taps = &stored;
        } else {
            const double position = double(i) * fromHz / toHz;
            centre = long(std::floor(position));
            single = kernel.taps(position - double(centre));
        }
        double sum = 0;
        if (centre >= reach && centre + reach <= last) {
            const double* from = values + (centre - reach);
            for (std::size_t k = 0; k < taps->size(); ++k)
                sum += (*taps)[k] * from[k];
        } else {
            for (long k = -reach; k <= reach; ++k)
                sum += (*taps)[std::size_t(k + reach)] * sample(centre + k);
        }
        result[i] = sum;
    }
    return result;
}

} // namespace echo2ecg::ecg
