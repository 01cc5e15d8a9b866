// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/augment.h"

#include "base/error.h"
#include "training/fourier.h"
#include "training/random.h"

#include <algorithm>
#include <numbers>

namespace echo2ecg::training {

namespace {

std::vector<float> cut(const float* processed, std::size_t leads, std::size_t samples, std::size_t first,
                       std::size_t length)
{
    std::vector<float> x(leads * length);
    for (std::size_t lead = 0; lead < leads; ++lead)
        std::copy_n(processed + lead * samples + first, length, x.data() + lead * length);
    return x;
}

std::vector<float> windowOf(const float* processed, std::size_t leads, std::size_t samples, std::size_t window,
                            const AugmentOptions& options, RandomStream random)
{
    if (!options.crop)
        return cut(processed, leads, samples, 0, window);
    const double share = options.cropLow + (options.cropHigh - options.cropLow) * random.unit();
    const std::size_t length = std::clamp(std::size_t(double(window) * share), std::size_t(1), samples);
    const std::size_t first = samples > length ? random.below(samples - length) : 0;
    std::vector<float> x = cut(processed, leads, samples, first, length);
    return length == window ? x : resized(x, leads, window);
}

} // namespace

AugmentOptions AugmentOptions::none()
{
    AugmentOptions o;
    o.crop = false;
    o.surrogateProbability = o.jitter = o.rescaleSigma = o.timeFlip = o.signFlip = 0;
    return o;
}

base::Json AugmentOptions::toJson() const
{
    return base::Json::object({{"crop", crop},
                               {"crop_low", cropLow},
                               {"crop_high", cropHigh},
                               {"surrogate_probability", surrogateProbability},
                               {"surrogate_magnitude", surrogateMagnitude},
                               {"jitter", jitter},
                               {"jitter_sigma", jitterSigma},
                               {"rescale_sigma", rescaleSigma},
                               {"time_flip", timeFlip},
                               {"sign_flip", signFlip}});
}

void AugmentOptions::check() const
{
    const auto need = [](bool ok, const char* what) {
        if (!ok)
            throw base::Error(base::ErrorCode::Unsupported, std::string("augmentation: ") + what);
    };
    for (const double probability : {surrogateProbability, timeFlip, signFlip})
        need(probability >= 0 && probability <= 1, "a probability is between 0 and 1");
    need(cropLow > 0 && cropLow <= cropHigh && cropHigh <= 16, "the window's length goes from more than 0 up to 16");
    for (const double size : {surrogateMagnitude, jitter, jitterSigma, rescaleSigma})
        need(size >= 0 && size <= 100, "a magnitude is between 0 and 100");
}

std::vector<float> fourierSurrogate(const std::vector<float>& x, std::size_t leads, const std::vector<double>& phases,
                                    double magnitude)
{
    const std::size_t n = leads > 0 ? x.size() / leads : 0, turned = n > 0 ? (n - 1) / 2 : 0;
    if (phases.size() != turned)
        throw base::Error(base::ErrorCode::Internal, "a Fourier surrogate needs a phase for each pair of bins");
    std::vector<Fourier::Complex> turns(turned);
    for (std::size_t k = 0; k < turned; ++k)
        turns[k] = std::polar(1.0, magnitude * 2 * std::numbers::pi * phases[k]);
    const Fourier fourier(n);
    std::vector<Fourier::Complex> pair(n), spectrum;
    std::vector<float> out(x.size());
    // Two leads at once, as real and imaginary part: turning the phases in mirrored pairs keeps them apart.
    for (std::size_t lead = 0; lead < leads; lead += 2) {
        const float* one = x.data() + lead * n;
        const float* other = lead + 1 < leads ? one + n : nullptr;
        for (std::size_t i = 0; i < n; ++i)
            pair[i] = {double(one[i]), other ? double(other[i]) : 0.0};
        fourier.forward(pair, spectrum);
        for (std::size_t k = 0; k < turned; ++k) {
            spectrum[k + 1] *= turns[k];
            spectrum[n - 1 - k] *= std::conj(turns[k]);
        }
        fourier.inverse(spectrum, pair);
        for (std::size_t i = 0; i < n; ++i) {
            out[lead * n + i] = float(pair[i].real());
            if (other)
                out[(lead + 1) * n + i] = float(pair[i].imag());
        }
    }
    return out;
}

template <class T>
std::vector<T> resized(const std::vector<T>& x, std::size_t leads, std::size_t length)
{
    const std::size_t n = leads > 0 ? x.size() / leads : 0;
    std::vector<T> out(leads * length);
    if (n == 0)
        return out;
    const double scale = double(n) / double(length);
    for (std::size_t k = 0; k < length; ++k) {
        const double at = std::max(0.0, (double(k) + 0.5) * scale - 0.5);
        const std::size_t left = std::min(n - 1, std::size_t(at)), right = std::min(n - 1, left + 1);
        const double share = at - double(left);
        for (std::size_t lead = 0; lead < leads; ++lead)
            out[lead * length + k] =
                T((1 - share) * double(x[lead * n + left]) + share * double(x[lead * n + right]));
    }
    return out;
}
template std::vector<float> resized(const std::vector<float>&, std::size_t, std::size_t);
template std::vector<double> resized(const std::vector<double>&, std::size_t, std::size_t);

std::vector<float> augmented(const float* processed, std::size_t leads, std::size_t samples, std::size_t window,
                             const AugmentOptions& options, const AugmentKey& key)
{
    if (samples < window)
        throw base::Error(base::ErrorCode::Unsuitable, "the recording is shorter than the encoder's window");
    // Each step has a stream of its own, so that switching one off leaves the others' draws as they are.
    const auto stream = [&](const char* step) { return RandomStream(step, {key.seed, key.epoch, key.item}); };
    std::vector<float> x = windowOf(processed, leads, samples, window, options, stream("augment.crop"));

    RandomStream surrogate = stream("augment.surrogate");
    if (surrogate.unit() < options.surrogateProbability) {
        std::vector<double> phases(window > 0 ? (window - 1) / 2 : 0);
        for (double& phase : phases)
            phase = surrogate.unit();
        x = fourierSurrogate(x, leads, phases, options.surrogateMagnitude);
    }
    if (options.jitter > 0) {
        RandomStream noise = stream("augment.jitter");
        for (float& value : x)
            value += float(options.jitter * options.jitterSigma * noise.normal()) * value;
    }
    if (options.rescaleSigma > 0) {
        const float gain = float(1 + options.rescaleSigma * stream("augment.rescale").normal());
        for (float& value : x)
            value *= gain;
    }
    if (stream("augment.time-flip").unit() < options.timeFlip)
        for (std::size_t lead = 0; lead < leads; ++lead)
            std::reverse(x.begin() + std::ptrdiff_t(lead * window), x.begin() + std::ptrdiff_t((lead + 1) * window));
    if (stream("augment.sign-flip").unit() < options.signFlip)
        for (float& value : x)
            value = -value;
    return x;
}

} // namespace echo2ecg::training
