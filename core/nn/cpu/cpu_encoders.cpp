// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/echo_encoder.h"
#include "nn/encoders.h"

#include <c10/core/InferenceMode.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace echo2ecg::nn {

namespace {

// More threads than this on one clip wait for each other too often; then several clips are computed side by side.
constexpr int kMostThreadsPerItem = 4;

// A team with what it computes in.
struct Lane
{
    explicit Lane(int threads) : team(threads) {}
    cpu::Team team;
    cpu::EcgEncoder::Workspace ecg;
    cpu::EchoWorkspace echo;
};

class CpuEncoders final : public Encoders
{
public:
    CpuEncoders(const Architecture& architecture, const Weights& weights, const DeviceChoice& device)
        : m_ecg(architecture.ecg, weights, {&cpu::chosenKernels(), device.precision}),
          m_echo(architecture.echo, weights, {&cpu::chosenKernels(), device.precision}),
          m_signalSize(std::size_t(architecture.ecg.leads) * std::size_t(architecture.ecg.windowSamples)),
          m_clipSize(3 * std::size_t(architecture.echo.frames) * std::size_t(architecture.echo.size) *
                     std::size_t(architecture.echo.size))
    {
        const int threads = std::max(1, device.threads),
                  lanes = (threads + kMostThreadsPerItem - 1) / kMostThreadsPerItem;
        for (int i = 0; i < lanes; ++i)
            m_lanes.push_back(std::make_unique<Lane>((threads + i) / lanes));
    }

    int itemsAtOnce() const override { return int(m_lanes.size()); }

    void ecgTokens(const float* signals, int batch, const Heads& heads, std::vector<float>& out) override
    {
        const std::size_t width = std::size_t(m_ecg.width()), begin = out.size();
        out.resize(begin + std::size_t(batch) * width);
        forEachItem(batch, [&](std::size_t item, Lane& lane) {
            const float* tokens = m_ecg.forward(signals + item * m_signalSize, lane.ecg, lane.team);
            const at::Tensor all = at::from_blob(const_cast<float*>(tokens), {1, m_ecg.tokens(), m_ecg.width()},
                                                 at::TensorOptions().dtype(at::kFloat));
            const at::Tensor token = heads.aggregateEcg(all).contiguous();
            std::copy_n(token.data_ptr<float>(), width, out.data() + begin + item * width);
        });
    }

    void echoClips(const float* clips, int batch, std::vector<float>& out) override
    {
        const std::size_t width = std::size_t(m_echo.embedding()), begin = out.size();
        out.resize(begin + std::size_t(batch) * width);
        forEachItem(batch, [&](std::size_t item, Lane& lane) {
            m_echo.forward(clips + item * m_clipSize, out.data() + begin + item * width, lane.echo, lane.team);
        });
    }

private:
    // Lanes take items until there are none; the caller's thread is the first lane's. The first failure is thrown when
    // all have stopped.
    template <class Work> void forEachItem(int batch, Work&& work)
    {
        std::atomic<int> next{0};
        std::exception_ptr failure;
        std::mutex failureLock;
        const auto run = [&](Lane& lane) {
            try {
                const c10::InferenceMode inference;
                at::init_num_threads(); // OpenMP keeps the count per calling thread
                for (int item = next++; item < batch; item = next++)
                    work(std::size_t(item), lane);
            } catch (...) {
                const std::lock_guard lock(failureLock);
                if (!failure)
                    failure = std::current_exception();
                next = batch;
            }
        };
        {
            std::vector<std::jthread> others;
            for (int i = 1; i < std::min(int(m_lanes.size()), batch); ++i)
                others.emplace_back([&, i] { run(*m_lanes[std::size_t(i)]); });
            run(*m_lanes.front());
        }
        if (failure)
            std::rethrow_exception(failure);
    }

    cpu::EcgEncoder m_ecg;
    cpu::EchoEncoder m_echo;
    std::size_t m_signalSize, m_clipSize;
    std::vector<std::unique_ptr<Lane>> m_lanes;
};

} // namespace

std::unique_ptr<Encoders> makeCpuEncoders(const Architecture& architecture,
                                          const std::map<std::string, StoredTensor>& weights,
                                          const DeviceChoice& device)
{
    return std::make_unique<CpuEncoders>(architecture, Weights(weights, at::kFloat, at::kCPU), device);
}

} // namespace echo2ecg::nn
