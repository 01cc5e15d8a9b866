// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/golden.h"

#include "nn/formula.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace echo2ecg::nn {

namespace {

// Between two machines' float32 results, relative to the largest number of the tensor: about ten times what two BLAS
// differ by.
constexpr double kRelativeTolerance = 2e-5;

std::string hex(std::uint64_t value)
{
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
        text += "0123456789abcdef"[(value >> shift) & 15u];
    return text;
}

// Of float16 and bfloat16 embeddings to their float32 selves.
constexpr double kSmallestCosine = 0.9995;

// 1 - cosine of each row of `width`; the largest counts. One number that isn't finite makes it infinite.
GoldenCheck compareDirections(const std::string& name, const std::vector<float>& expected,
                              const std::vector<float>& got, std::size_t width)
{
    GoldenCheck check{name + " (1 - cosine)", 0, 1 - kSmallestCosine};
    if (expected.size() != got.size() || expected.empty() || width == 0 || expected.size() % width != 0)
        check.largestError = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; check.largestError <= 2 && row < expected.size(); row += width) {
        double both = 0, one = 0, other = 0;
        for (std::size_t i = row; i < row + width; ++i) {
            both += double(expected[i]) * got[i];
            one += double(expected[i]) * expected[i];
            other += double(got[i]) * got[i];
        }
        const double distance = 1 - both / std::sqrt(one * other);
        check.largestError =
            std::isfinite(distance) ? std::max(check.largestError, distance) : std::numeric_limits<double>::infinity();
    }
    return check;
}

GoldenCheck compare(const std::string& name, const std::vector<float>& expected, const std::vector<float>& got)
{
    GoldenCheck check{name, 0, 0};
    double largest = 0;
    for (const float value : expected)
        largest = std::max(largest, std::abs(double(value)));
    check.tolerance = kRelativeTolerance * largest;
    if (expected.size() != got.size() || expected.empty())
        check.largestError = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(expected.size(), got.size()); ++i) {
        const double error = std::abs(double(expected[i]) - double(got[i]));
        if (!(error <= check.largestError)) // a NaN stays: nothing compares greater than it
            check.largestError = std::isnan(check.largestError) ? check.largestError : error;
    }
    return check;
}

// The study's are made of given clip vectors, in float32 on every device.
bool madeByEncoders(const std::string& name)
{
    return name.rfind("study.", 0) != 0;
}

} // namespace

std::vector<float> goldenEcgInput(const EcgEncoderShape& shape, int batch)
{
    const std::size_t window = std::size_t(shape.windowSamples), patch = std::size_t(shape.patchSamples),
                      cells = window / patch;
    const std::uint64_t coarse = fnv1a64("input.ecg.coarse"), fine = fnv1a64("input.ecg.fine");
    std::vector<float> values(std::size_t(batch) * std::size_t(shape.leads) * window);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] =
            float(formulaUnit(coarse, (i / window) * cells + (i % window) / patch) + 0.7 * formulaUnit(fine, i));
    return values;
}

std::vector<float> goldenEchoInput(const EchoEncoderShape& shape)
{
    const std::size_t frames = std::size_t(shape.frames), size = std::size_t(shape.size);
    const std::uint64_t coarse = fnv1a64("input.echo.coarse"), fine = fnv1a64("input.echo.fine");
    std::vector<float> values;
    values.reserve(3 * frames * size * size);
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t t = 0; t < frames; ++t)
            for (std::size_t y = 0; y < size; ++y)
                for (std::size_t x = 0; x < size; ++x) {
                    const std::size_t cell = ((c * 4 + t * 4 / frames) * 7 + y * 7 / size) * 7 + x * 7 / size;
                    values.push_back(float(1.5 * formulaUnit(coarse, cell) + 0.5 * formulaUnit(fine, values.size())));
                }
    return values;
}

std::vector<float> goldenViews(int embedding, int views)
{
    const std::uint64_t key = fnv1a64("input.views");
    std::vector<float> values(std::size_t(embedding) * std::size_t(views));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(std::sqrt(3.0) * formulaUnit(key, i));
    return values;
}

std::uint64_t formulaChecksum(const std::vector<float>& values) noexcept
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        sum += (i + 1) * std::uint64_t(std::bit_cast<std::uint32_t>(values[i]));
    return sum;
}

GoldenSet computeGolden(const Model& model, const base::JobContext& job)
{
    const Architecture& a = model.info().architecture;
    const int views = std::min(kGoldenViews, a.alignment.maxViews);
    GoldenSet set;
    const auto step = [&](std::int64_t done) {
        job.throwIfCancelled();
        job.report({"computing golden tensors", done, 3, "networks"});
    };
    step(0);
    const std::vector<float> ecg = goldenEcgInput(a.ecg, kGoldenEcgs);
    const std::vector<float> tokens = model.ecgTokens(ecg.data(), kGoldenEcgs);
    set.inputChecksums["input.ecg"] = hex(formulaChecksum(ecg));
    set.outputs.push_back(StoredTensor::of("ecg.tokens", {kGoldenEcgs, a.ecg.width}, tokens));
    if (model.info().canRetrieve())
        set.outputs.push_back(StoredTensor::of("ecg.aligned", {kGoldenEcgs, a.alignment.alignedWidth},
                                               model.alignEcg(tokens.data(), kGoldenEcgs)));
    step(1);
    const std::vector<float> clip = goldenEchoInput(a.echo);
    set.inputChecksums["input.echo"] = hex(formulaChecksum(clip));
    set.outputs.push_back(StoredTensor::of("echo.clip", {1, a.echo.embedding}, model.echoClips(clip.data(), 1)));
    step(2);
    const std::vector<float> clips = goldenViews(a.echo.embedding, views);
    set.inputChecksums["input.views"] = hex(formulaChecksum(clips));
    const Model::Study study = model.study(clips.data(), views);
    set.outputs.push_back(StoredTensor::of("study.token", {a.alignment.studyWidth}, study.token));
    if (model.info().canRetrieve())
        set.outputs.push_back(StoredTensor::of("study.aligned", {a.alignment.alignedWidth}, study.aligned));
    set.outputs.push_back(StoredTensor::of("study.view_weights", {views}, study.viewWeights));
    step(3);
    return set;
}

std::vector<GoldenCheck> verifyGolden(const Model& model, const base::JobContext& job)
{
    const std::filesystem::path file = model.info().folder / "golden.safetensors";
    std::map<std::string, std::string> checksums;
    std::map<std::string, StoredTensor> expected = readSafetensors(file, &checksums);
    const GoldenSet got = computeGolden(model, job);

    std::vector<GoldenCheck> checks;
    const double never = std::numeric_limits<double>::infinity();
    for (const auto& [name, checksum] : got.inputChecksums) {
        const auto found = checksums.find(name);
        checks.push_back({name, found != checksums.end() && found->second == checksum ? 0.0 : never, 0.0});
    }
    for (const StoredTensor& tensor : got.outputs) {
        const auto found = expected.find(tensor.name);
        if (found == expected.end() || found->second.shape != tensor.shape)
            checks.push_back({tensor.name, never, 0.0});
        else if (model.device().precision != Precision::Float32 && madeByEncoders(tensor.name))
            checks.push_back(compareDirections(tensor.name, found->second.toFloat(), tensor.toFloat(),
                                               std::size_t(tensor.shape.back())));
        else
            checks.push_back(compare(tensor.name, found->second.toFloat(), tensor.toFloat()));
        expected.erase(tensor.name);
    }
    for (const auto& [name, tensor] : expected)
        checks.push_back({name, never, 0.0}); // a promise that this program can't check is not kept
    return checks;
}

} // namespace echo2ecg::nn
