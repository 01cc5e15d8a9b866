// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/model.h"

#include "nn/cpu/kernels.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#ifdef __linux__
#include <dlfcn.h>
#endif

namespace echo2ecg::nn {

namespace {

// Two hardware threads of one core share its arithmetic units: counting them twice makes matrix products slower.
int realCores()
{
    const int visible = std::max(1, int(std::thread::hardware_concurrency()));
#ifdef __linux__
    std::set<std::pair<std::string, std::string>> cores;
    for (int cpu = 0;; ++cpu) {
        const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        std::ifstream package(folder + "physical_package_id"), core(folder + "core_id");
        std::string packageId, coreId;
        if (!std::getline(package, packageId) || !std::getline(core, coreId))
            break;
        cores.insert({packageId, coreId});
    }
    if (!cores.empty())
        return std::min(visible, int(cores.size()));
#endif
    return visible;
}

// The encoders have a team of threads of their own (cpu/team.h), and what is left to LibTorch is small. Its OpenMP
// threads spin while they wait for each other at the end of every layer, and when something else wants a core too, that
// costs up to a hundred times the work.
void oneThreadPerOperation()
{
    at::set_num_threads(1);
#ifdef __linux__
    // OpenBLAS may keep a pool of its own, which ATen doesn't know.
    using SetThreads = void (*)(int);
    if (const auto setThreads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
        setThreads(1);
#endif
}

std::string gpuName()
{
#ifdef __linux__
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", ignored)) {
        std::ifstream information(entry.path() / "information");
        for (std::string line; std::getline(information, line);)
            if (line.rfind("Model:", 0) == 0) {
                const auto text = line.find_first_not_of(" \t", 6);
                if (text != std::string::npos)
                    return line.substr(text);
            }
    }
#endif
    return "CUDA GPU";
}

bool cudaAnswers()
{
    try {
        return torch::cuda::is_available() &&
               at::ones({1}, at::TensorOptions().device(at::kCUDA)).item<float>() == 1.0f;
    } catch (const std::exception&) {
        return false; // no usable device is not an error: the CPU does the same work
    }
}

} // namespace

DeviceChoice chooseDevice(bool allowCuda, int threads, bool reduced)
{
    if (threads <= 0)
        threads = realCores();
    oneThreadPerOperation();
    if (allowCuda && cudaAnswers())
        return reduced ? DeviceChoice{DeviceKind::Cuda, gpuName() + ", float16", threads, Precision::Float16}
                       : DeviceChoice{DeviceKind::Cuda, gpuName(), threads};
    const std::string name = "CPU, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
    if (reduced && cpu::bestKernels().fastBFloat16)
        return {DeviceKind::Cpu, name + ", bfloat16", threads, Precision::BFloat16};
    return {DeviceKind::Cpu, name, threads};
}

} // namespace echo2ecg::nn
