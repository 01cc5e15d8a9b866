// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <vector>

namespace echo2ecg::training {

// The discrete Fourier transform of any length by its prime factors (Cooley and Tukey 1965), float64. Const use is
// thread-safe.
class Fourier
{
public:
    using Complex = std::complex<double>;

    explicit Fourier(std::size_t length);

    std::size_t length() const { return m_length; }
    // X[k] = Σ x[t] e^(−2πi kt/n).
    void forward(const std::vector<Complex>& x, std::vector<Complex>& spectrum) const;
    // x[t] = 1/n Σ X[k] e^(2πi kt/n).
    void inverse(const std::vector<Complex>& spectrum, std::vector<Complex>& x) const;

private:
    void transform(const Complex* in, std::size_t step, Complex* out, std::size_t length, std::size_t factor) const;

    std::size_t m_length;
    std::vector<std::size_t> m_factors; // primes, their product is the length
    std::vector<Complex> m_roots;       // e^(−2πi k/n)
};

} // namespace echo2ecg::training
