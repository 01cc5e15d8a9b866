// SPDX-License-Identifier: GPL-3.0-or-later
// The networks for table.py (lines.h tells how they talk): ecg1, ecg16, clip1 with the published sizes and random
// weights, and `floor`, a matrix product of 1536³ on every core at once, whose rate is the machine's own.
//   e2e_bench_nn_lines [--threads N]
#include "lines.h"

#include "nn/golden.h"
#include "nn/model.h"
#include "nn/untrained.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

using namespace echo2ecg;

namespace {

bench::Check productsOnEveryCore(int threads)
{
    static const at::Tensor a = at::rand({1536, 1536}), b = at::rand({1536, 1536});
    std::vector<at::Tensor> results;
    results.resize(std::size_t(threads));
    std::vector<std::thread> others;
    const auto one = [&](int i) {
        const at::NoGradGuard noGrad;
        results[std::size_t(i)] = at::mm(a, b);
    };
    for (int i = 1; i < threads; ++i)
        others.emplace_back(one, i);
    one(0);
    for (std::thread& other : others)
        other.join();
    return [threads] { return 2e-9 * 1536 * 1536 * 1536 * threads; }; // GFLOP
}

} // namespace

int main(int argc, char** argv)
{
    const int threads = argc == 3 && std::strcmp(argv[1], "--threads") == 0 ? std::atoi(argv[2]) : 0;
    try {
        const nn::DeviceChoice device = nn::chooseDevice(false, threads);
        nn::BundleInfo info;
        info.architecture = nn::Architecture::published();
        const nn::Model model(info, nn::untrainedWeights(info.architecture, nn::WeightSource::Random, 0), device);
        const std::vector<float> ecgs = nn::goldenEcgInput(info.architecture.ecg, 16),
                                 clip = nn::goldenEchoInput(info.architecture.echo);
        const auto ecg = [&](int batch) {
            const std::vector<float> tokens = model.ecgTokens(ecgs.data(), batch);
            return bench::meanOf(model.alignEcg(tokens.data(), batch));
        };
        std::fprintf(stderr, "%s\n", device.description.c_str());
        return bench::answerLines({
            {"ecg1", [&] { return ecg(1); }},
            {"ecg16", [&] { return ecg(16); }},
            {"clip1", [&] { return bench::meanOf(model.echoClips(clip.data(), 1)); }},
            {"floor", [&] { return productsOnEveryCore(device.threads); }},
        });
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "%s\n", error.what()), 1;
    }
}
