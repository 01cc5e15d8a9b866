// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/untrained.h"

#include "nn/formula.h"

#include <cmath>

namespace echo2ecg::nn {

namespace {

// Standard deviation 0.02 and bounded: the sum of eight 16-bit draws is close to normal and ends at 4.9 deviations.
// Only integers and one product, so no mathematical library can change a bit.
float randomWeight(std::uint64_t key, std::uint64_t index)
{
    std::int64_t sum = 0;
    for (std::uint64_t half = 0; half < 2; ++half) {
        const std::uint64_t bits = formulaBits(key, 2 * index + half);
        for (int shift = 0; shift < 64; shift += 16)
            sum += std::int64_t((bits >> shift) & 0xFFFFu);
    }
    constexpr std::int64_t kTwiceMean = 8 * 65535;
    constexpr double kScale = 0.02 / 107021.12; // 2 · sqrt(8 · (65536² − 1) / 12)
    return float(double(2 * sum - kTwiceMean) * kScale);
}

std::vector<float> evenlyWithin(double bound, std::uint64_t key, std::size_t count)
{
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = float(bound * formulaUnit(key, i));
    return values;
}

// ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), as masked autoencoders begin (He 2022). The ECG encoder goes through two projections each time: made of
// smaller numbers, their product is next to nothing and hardly learns.
double xavierBound(const TensorSpec& spec, std::size_t count)
{
    const double outputs = double(spec.shape[0]), inputs = double(count) / outputs;
    return std::sqrt(6 / (inputs + outputs));
}

// About what a patch of a T wave gives: each patch is normalised behind its projection, and with biases of 0 a flat one would look like a tall one.
constexpr double patchBiasBound = 0.5;
// About as far as the positions of time: numbers of 0.02 hardly tell one lead from another, and what a lead says depends on which one it is.
constexpr double leadPositionBound = 1.2;

std::vector<float> randomTensor(const TensorSpec& spec, std::uint64_t seed)
{
    std::size_t count = 1;
    for (const long long length : spec.shape)
        count *= std::size_t(length);
    const std::string_view name = spec.name;
    const std::uint64_t key = fnv1a64("random." + std::to_string(seed) + "." + spec.name);
    const bool vector = spec.shape.size() == 1;
    if (name == "ecg_encoder.patch_embed.proj.bias")
        return evenlyWithin(patchBiasBound, key, count);
    if (vector && (name.ends_with("weight") || name.ends_with("running_var")))
        return std::vector<float>(count, 1.0f);
    if (vector && (name.ends_with("bias") || name.ends_with("running_mean")))
        return std::vector<float>(count, 0.0f);
    if (name == "ecg_encoder.pos_embed_x")
        return timePositions(int(spec.shape[1]), int(spec.shape[2]));
    if (name == "ecg_encoder.pos_embed_y.weight")
        return evenlyWithin(leadPositionBound, key, count);
    if (name.starts_with("ecg_encoder.") && name.ends_with("weight"))
        return evenlyWithin(xavierBound(spec, count), key, count);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = randomWeight(key, i);
    return values;
}

} // namespace

std::vector<float> timePositions(int rows, int channels)
{
    const int half = channels / 2;
    std::vector<float> table(std::size_t(rows) * std::size_t(channels), 0.0f);
    for (int row = 1; row < rows; ++row)
        for (int k = 0; k < half; ++k) {
            const float frequency = float(1.0 / std::pow(10000.0, double(k) / half));
            const double angle = double(float(row - 1) * frequency);
            float* out = table.data() + std::size_t(row) * std::size_t(channels);
            out[k] = float(std::sin(angle));
            out[half + k] = float(std::cos(angle));
        }
    return table;
}

std::map<std::string, StoredTensor> untrainedWeights(const Architecture& architecture, WeightSource source,
                                                     std::uint64_t seed)
{
    std::map<std::string, StoredTensor> weights;
    for (const TensorSpec& spec : tensorSpecs(architecture))
        weights.emplace(spec.name,
                        StoredTensor::of(spec.name, spec.shape,
                                         source == WeightSource::Formula ? formulaWeights(spec.name, spec.shape)
                                                                         : randomTensor(spec, seed)));
    return weights;
}

} // namespace echo2ecg::nn
