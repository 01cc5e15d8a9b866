// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/fourier.h"

#include <cmath>
#include <numbers>

namespace echo2ecg::training {

namespace {

using Complex = Fourier::Complex;

// Without the checks for NaN that the standard's product makes.
Complex product(const Complex& a, const Complex& b)
{
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

} // namespace

Fourier::Fourier(std::size_t length) : m_length(length), m_roots(length)
{
    std::size_t rest = length;
    for (std::size_t prime = 2; rest > 1;) {
        if (rest % prime == 0) {
            m_factors.push_back(prime);
            rest /= prime;
        } else {
            prime = prime * prime > rest ? rest : prime + 1;
        }
    }
    for (std::size_t k = 0; k < length; ++k) {
        const double angle = -2 * std::numbers::pi * double(k) / double(length);
        m_roots[k] = {std::cos(angle), std::sin(angle)};
    }
}

// Every `step`th value of `in` becomes the spectrum `out`: the parts of one factor each by themselves, then joined.
void Fourier::transform(const Complex* in, std::size_t step, Complex* out, std::size_t length,
                        std::size_t factor) const
{
    if (length == 1) {
        *out = *in;
        return;
    }
    const std::size_t parts = m_factors[factor], inner = length / parts;
    for (std::size_t part = 0; part < parts; ++part)
        transform(in + part * step, step * parts, out + part * inner, inner, factor + 1);
    std::vector<Complex> terms(parts);
    for (std::size_t k = 0; k < inner; ++k) {
        for (std::size_t part = 0; part < parts; ++part)
            terms[part] = product(out[part * inner + k], m_roots[step * part * k]);
        for (std::size_t block = 0; block < parts; ++block) {
            Complex sum = terms[0];
            for (std::size_t part = 1; part < parts; ++part)
                sum += product(terms[part], m_roots[step * inner * (part * block % parts)]);
            out[block * inner + k] = sum;
        }
    }
}

void Fourier::forward(const std::vector<Complex>& x, std::vector<Complex>& spectrum) const
{
    spectrum.resize(m_length);
    if (m_length > 0)
        transform(x.data(), 1, spectrum.data(), m_length, 0);
}

void Fourier::inverse(const std::vector<Complex>& spectrum, std::vector<Complex>& x) const
{
    std::vector<Complex> turned(m_length);
    for (std::size_t k = 0; k < m_length; ++k)
        turned[k] = std::conj(spectrum[k]);
    forward(turned, x);
    for (Complex& value : x)
        value = std::conj(value) / double(m_length);
}

} // namespace echo2ecg::training
