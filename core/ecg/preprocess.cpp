// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/preprocess.h"

#include "ecg/baseline.h"
#include "ecg/resample.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace echo2ecg::ecg {

namespace {

// Reductions are in double, in a fixed order: eight sums side by side in each block, then block after block.
template <class Term> double sumOf(std::size_t n, Term term)
{
    constexpr std::size_t side = 8, blockSize = 1024;
    double total = 0;
    for (std::size_t block = 0; block < n; block += blockSize) {
        const std::size_t end = std::min(n, block + blockSize);
        double sums[side] = {};
        std::size_t i = block;
        for (; i + side <= end; i += side)
            for (std::size_t k = 0; k < side; ++k)
                sums[k] += term(i + k);
        for (; i < end; ++i)
            sums[0] += term(i);
        total += ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }
    return total;
}

template <class T> double meanOf(const T* values, std::size_t n)
{
    return n ? sumOf(n, [&](std::size_t i) { return double(values[i]); }) / double(n) : 0;
}

template <class T> double varianceOf(const T* values, std::size_t n, double mean)
{
    const auto square = [&](std::size_t i) { return (double(values[i]) - mean) * (double(values[i]) - mean); };
    return n ? sumOf(n, square) / double(n) : 0;
}

struct ChainNumbers
{
    double sigma = 0, clipLevel = 0;
    std::size_t clipped = 0, nanReplaced = 0;
};

// The one chain for both precisions: every stored intermediate is rounded to T, the baseline is solved in double.
template <class T>
ChainNumbers runChain(std::vector<T>& values, std::size_t samples, const EcgRecipe& recipe,
                      const EcgStepObserver& observe = {})
{
    const auto tell = [&](EcgStep step) {
        if constexpr (std::is_same_v<T, double>)
            if (observe)
                observe(step, values);
    };
    ChainNumbers numbers;
    // Infinity is cleaned like NaN: as the largest finite number it would ruin the standard deviation of all leads.
    for (T& value : values) {
        if (!std::isfinite(value)) {
            value = 0;
            ++numbers.nanReplaced;
        }
    }
    tell(EcgStep::Started);
    const T sigma = T(std::sqrt(varianceOf(values.data(), values.size(), meanOf(values.data(), values.size()))));
    numbers.sigma = double(sigma);
    if (recipe.clipSigmas > 0) {
        const T level = T(recipe.clipSigmas) * sigma;
        numbers.clipLevel = double(level);
        for (T& value : values) {
            if (value > level || value < -level) {
                value = value > 0 ? level : -level;
                ++numbers.clipped;
            }
        }
        tell(EcgStep::Clipped);
    }
    if (recipe.baselineLambda > 0) {
        std::vector<double> baselines(values.size());
        const auto solve = [&](const double* leads) {
            baselinesAls(leads, leadCount, samples, recipe.baselineLambda, recipe.baselineP, recipe.baselineIterations,
                         baselines.data());
        };
        if constexpr (std::is_same_v<T, double>)
            solve(values.data());
        else
            solve(std::vector<double>(values.begin(), values.end()).data());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] -= T(baselines[i]);
        tell(EcgStep::BaselineRemoved);
    }
    for (const auto& [from, to] : recipe.normalisationGroups) {
        T* const first = values.data() + std::size_t(from) * samples;
        const std::size_t count = std::size_t(to - from) * samples;
        const double mean = meanOf(first, count);
        const T centre = T(mean),
                spread = T(std::sqrt(T(varianceOf(first, count, mean)) + T(recipe.normalisationEpsilon)));
        // An all-zero group stays zero even where the recipe has no epsilon.
        for (std::size_t i = 0; i < count; ++i)
            first[i] = spread > 0 ? (first[i] - centre) / spread : T(0);
    }
    if (!recipe.normalisationGroups.empty())
        tell(EcgStep::Normalised);
    return numbers;
}

void checkShape(std::size_t values, std::size_t samples)
{
    if (values != leadCount * samples)
        throw base::Error(base::ErrorCode::Internal, "An ECG matrix must have twelve rows of equal length.");
}

ProcessedMatrix processMatrix(std::vector<double> values, std::size_t samples, const EcgRecipe& recipe,
                              const EcgStepObserver& observe)
{
    checkShape(values.size(), samples);
    const ChainNumbers numbers = runChain(values, samples, recipe, observe);
    return {std::move(values), numbers.sigma, numbers.clipLevel, numbers.clipped, numbers.nanReplaced};
}

} // namespace

ProcessedMatrix processMatrix(std::vector<double> values, std::size_t samples, const EcgRecipe& recipe)
{
    return processMatrix(std::move(values), samples, recipe, {});
}

std::vector<float> processMatrixF32(const std::vector<float>& values, std::size_t samples, const EcgRecipe& recipe)
{
    checkShape(values.size(), samples);
    std::vector<float> result = values;
    runChain(result, samples, recipe);
    return result;
}

PreprocessedEcg preprocess(const EcgRecord& record, const EcgRecipe& recipe)
{
    return preprocess(record, recipe, {});
}

PreprocessedEcg preprocess(const EcgRecord& record, const EcgRecipe& recipe, const EcgStepObserver& observe)
{
    std::string missing;
    for (const Lead lead : allLeads)
        if (!record.has(lead))
            missing += (missing.empty() ? "" : ", ") + std::string(name(lead));
    if (!missing.empty())
        throw base::Error(base::ErrorCode::Unsuitable, "The encoder needs twelve leads; missing: " + missing + ".",
                          {record.file, {}});
    if (!(record.samplingHz > 0) || !std::isfinite(record.samplingHz))
        throw base::Error(base::ErrorCode::Unsuitable, "The ECG has no sampling rate.", {record.file, {}});

    PreprocessedEcg result;
    result.samplingHz = record.samplingHz;
    std::size_t samples = record.samples();
    const bool resampled = recipe.resampleToHz && *recipe.resampleToHz != record.samplingHz;
    const double ratio = resampled ? *recipe.resampleToHz / record.samplingHz : 1.0;
    const std::size_t needed = std::size_t(recipe.windowStart) + std::size_t(recipe.windowSamples);
    const double afterwards = std::floor(double(samples) * ratio + 1e-9);
    if (afterwards < double(needed))
        throw base::Error(base::ErrorCode::Unsuitable,
                          "The ECG is too short: the encoder needs " + std::to_string(needed) + " samples, there are " +
                              std::to_string((long long)afterwards) + ".",
                          {record.file, {}});
    if (afterwards > 16e6)
        throw base::Error(base::ErrorCode::LimitExceeded, "The ECG would be too long after resampling.",
                          {record.file, {}});

    std::vector<double> values;
    values.reserve(leadCount * std::size_t(afterwards));
    std::size_t replaced = 0;
    std::vector<double> lead;
    for (const auto& source : record.leads) {
        lead.assign(source.begin(), source.end());
        lead.resize(samples, std::nan(""));
        for (double& value : lead) {
            if (!std::isfinite(value)) {
                value = 0;
                ++replaced;
            }
        }
        if (resampled)
            lead = resample(lead.data(), samples, record.samplingHz, *recipe.resampleToHz);
        values.insert(values.end(), lead.begin(), lead.end());
    }
    if (replaced)
        result.warnings.push_back(
            {"samples-replaced", std::to_string(replaced) + " invalid samples were set to zero.", {}});
    if (resampled) {
        result.samplingHz = *recipe.resampleToHz;
        samples = std::size_t(afterwards);
        const auto whole = [](double hz) { return std::to_string(hz).substr(0, std::to_string(hz).find('.') + 2); };
        result.warnings.push_back({"resampled",
                                   "The signal was resampled from " + whole(record.samplingHz) + " to " +
                                       whole(result.samplingHz) + " Hz, as the recipe asks.",
                                   {}});
    }

    const ProcessedMatrix processed = processMatrix(std::move(values), samples, recipe, observe);
    result.samples = int(samples);
    result.sigma = processed.sigma;
    result.clipLevel = processed.clipLevel;
    result.clipped = processed.clipped;
    result.processed.assign(processed.values.begin(), processed.values.end());
    result.windows = recipe.windowsOf(samples);
    result.input.reserve(std::size_t(result.windows) * leadCount * std::size_t(recipe.windowSamples));
    for (int window = 0; window < result.windows; ++window)
        for (std::size_t row = 0; row < leadCount; ++row) {
            const auto first = result.processed.begin() + std::ptrdiff_t(row * samples) + recipe.windowStart + std::ptrdiff_t(window) * recipe.windowSamples;
            result.input.insert(result.input.end(), first, first + recipe.windowSamples);
        }
    return result;
}

} // namespace echo2ecg::ecg
