// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/golden.h"
#include "nn/model.h"
#include "nn/untrained.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

// Time of one ECG, sixteen ECGs, one clip, four clips and of pooling a study, untrained weights. Median of several runs
// after one that isn't counted.
//   e2e_bench_nn [--threads N] [--runs N] [--cuda] [--small] [--published]
using namespace echo2ecg;

namespace {

struct Timing
{
    double median = 0, fastest = 0;
};

Timing milliseconds(int runs, const std::function<void()>& work)
{
    work();
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front()};
}

void measure(const char* name, const nn::Architecture& architecture, const nn::DeviceChoice& device, int runs)
{
    nn::BundleInfo info;
    info.architecture = architecture;
    const nn::Model model(info, nn::untrainedWeights(architecture, nn::WeightSource::Random, 0), device);
    const std::vector<float> ecgs = nn::goldenEcgInput(architecture.ecg, 16),
                             clip = nn::goldenEchoInput(architecture.echo),
                             views = nn::goldenViews(architecture.echo.embedding, 128);
    std::vector<float> clips;
    for (int i = 0; i < 4; ++i)
        clips.insert(clips.end(), clip.begin(), clip.end());
    const auto print = [&](const char* what, const Timing& t) {
        std::printf("%-10s %-22s %9.1f ms   (fastest %.1f)\n", name, what, t.median, t.fastest);
        std::fflush(stdout);
    };
    const auto ecg = [&](int batch) {
        const std::vector<float> tokens = model.ecgTokens(ecgs.data(), batch);
        model.alignEcg(tokens.data(), batch);
    };
    print("ECG, batch of 1", milliseconds(runs, [&] { ecg(1); }));
    print("ECG, batch of 16", milliseconds(std::max(1, runs / 3), [&] { ecg(16); }));
    print("clip, batch of 1", milliseconds(runs, [&] { model.echoClips(clip.data(), 1); }));
    print("clip, batch of 4", milliseconds(std::max(1, runs / 3), [&] { model.echoClips(clips.data(), 4); }));
    print("study of 5 clips", milliseconds(runs, [&] { model.study(views.data(), 5); }));
    print("study of 128 clips", milliseconds(runs, [&] { model.study(views.data(), 128); }));
}

} // namespace

int main(int argc, char** argv)
{
    int threads = 0, runs = 7;
    bool cuda = false, smallOnly = false, publishedOnly = false;
    for (int i = 1; i < argc; ++i) {
        const auto is = [&](const char* option) { return std::strcmp(argv[i], option) == 0; };
        if (is("--threads") && i + 1 < argc)
            threads = std::atoi(argv[++i]);
        else if (is("--runs") && i + 1 < argc)
            runs = std::max(1, std::atoi(argv[++i]));
        else if (is("--cuda"))
            cuda = true;
        else if (is("--small"))
            smallOnly = true;
        else if (is("--published"))
            publishedOnly = true;
        else
            return std::fprintf(stderr,
                                "usage: e2e_bench_nn [--threads N] [--runs N] [--cuda] [--small] [--published]\n"),
                   2;
    }
    try {
        const nn::DeviceChoice device = nn::chooseDevice(cuda, threads);
        std::printf("%s, float32, median of %d\n", device.description.c_str(), runs);
        if (!publishedOnly)
            measure("small", nn::Architecture::small(), device, runs);
        if (!smallOnly)
            measure("published", nn::Architecture::published(), device, runs);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
