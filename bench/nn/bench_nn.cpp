// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/profile.h"
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
//   e2e_bench_nn [--threads N] [--runs N] [--cuda] [--small] [--published] [--bfloat16] [--profile]
// --profile: what the CPU's kernels spend on one ECG and on one clip.
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

void printProfile(const char* what, double wall, int threads)
{
    double busy = 0;
    const std::vector<nn::cpu::KernelUse> profile = nn::cpu::takeKernelProfile();
    for (const nn::cpu::KernelUse& use : profile)
        busy += use.milliseconds;
    const double all = wall * threads;
    std::printf("%s: %.1f ms on %d threads, of whose time\n", what, wall, threads);
    for (const nn::cpu::KernelUse& use : profile) {
        std::printf("  %5.1f %%  %8.1f ms  %6ld calls  %s", 100 * use.milliseconds / all, use.milliseconds, use.calls,
                    use.name.c_str());
        if (use.gflop > 0)
            std::printf(", %.1f GFLOP at %.0f GFLOP/s a thread", use.gflop, use.gflop / use.milliseconds * 1e3);
        std::printf("\n");
    }
    std::printf("  %5.1f %%  %8.1f ms  copies, patches, waiting for each other\n", 100 * (all - busy) / all,
                all - busy);
}

void profile(const nn::DeviceChoice& device)
{
    nn::cpu::profileKernels();
    nn::BundleInfo info;
    info.architecture = nn::Architecture::published();
    const nn::Model model(info, nn::untrainedWeights(info.architecture, nn::WeightSource::Random, 0), device);
    const std::vector<float> ecg = nn::goldenEcgInput(info.architecture.ecg, 1),
                             clip = nn::goldenEchoInput(info.architecture.echo);
    const auto timed = [&](const char* what, const std::function<void()>& work) {
        work();
        nn::cpu::takeKernelProfile();
        const auto start = std::chrono::steady_clock::now();
        work();
        printProfile(what, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(),
                     device.threads);
    };
    timed("one ECG", [&] { model.ecgTokens(ecg.data(), 1); });
    timed("one clip", [&] { model.echoClips(clip.data(), 1); });
}

} // namespace

int main(int argc, char** argv)
{
    int threads = 0, runs = 7;
    bool cuda = false, smallOnly = false, publishedOnly = false, bfloat16 = false, profiled = false;
    for (int i = 1; i < argc; ++i) {
        const auto is = [&](const char* option) { return std::strcmp(argv[i], option) == 0; };
        if (is("--threads") && i + 1 < argc)
            threads = std::atoi(argv[++i]);
        else if (is("--runs") && i + 1 < argc)
            runs = std::max(1, std::atoi(argv[++i]));
        else if (is("--cuda"))
            cuda = true;
        else if (is("--bfloat16"))
            bfloat16 = true;
        else if (is("--profile"))
            profiled = true;
        else if (is("--small"))
            smallOnly = true;
        else if (is("--published"))
            publishedOnly = true;
        else
            return std::fprintf(stderr, "usage: e2e_bench_nn [--threads N] [--runs N] [--cuda] [--small] [--published] "
                                        "[--bfloat16] [--profile]\n"),
                   2;
    }
    try {
        nn::DeviceChoice device = nn::chooseDevice(cuda, threads);
        if (bfloat16)
            device.precision = nn::Precision::BFloat16;
        if (profiled)
            return profile(device), 0;
        std::printf("%s, %s, median of %d\n", device.description.c_str(), bfloat16 ? "bfloat16" : "float32", runs);
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
