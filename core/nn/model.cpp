// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/model.h"

#include "nn/networks.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;

namespace {

at::Device torchDevice(const DeviceChoice& choice)
{
    return at::Device(choice.kind == DeviceKind::Cuda ? at::kCUDA : at::kCPU);
}

// What LibTorch throws, in the words of this program.
template <class Work> auto guarded(Work&& work)
{
    try {
        const c10::InferenceMode inference;
        at::init_num_threads(); // OpenMP keeps the count per calling thread
        return work();
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        if (text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos)
            throw Error(ErrorCode::Device, "the device has not enough memory for this");
        if (text.find("CUDA") != std::string::npos)
            throw Error(ErrorCode::Device, "the GPU failed: " + text.substr(0, text.find('\n')));
        throw Error(ErrorCode::Internal, "a network failed: " + text.substr(0, text.find('\n')));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::Device, "there is not enough memory for this");
    }
}

} // namespace

struct Model::Impl
{
    Impl(const BundleInfo& info_, const std::map<std::string, StoredTensor>& weights, const DeviceChoice& choice)
        : info(info_), device(choice), networks(info.architecture, Weights(weights, at::kFloat, torchDevice(choice)))
    {
    }

    // Wraps the caller's memory; on the CPU nothing is copied.
    at::Tensor input(const float* data, std::vector<std::int64_t> shape) const
    {
        return at::from_blob(const_cast<float*>(data), shape, at::TensorOptions().dtype(at::kFloat))
            .to(torchDevice(device));
    }
    static void append(const at::Tensor& values, std::vector<float>& out)
    {
        const at::Tensor host = values.to(at::kCPU).contiguous();
        out.insert(out.end(), host.data_ptr<float>(), host.data_ptr<float>() + host.numel());
    }
    // A GPU takes the batch at once. On the CPU every thread takes whole items: a batch falls out of the caches, and
    // threads that share one item wait for each other at every layer.
    template <class Forward>
    std::vector<float> batched(const float* data, int batch, const std::vector<std::int64_t>& item,
                               Forward&& forward) const
    {
        std::int64_t size = 1;
        std::vector<std::int64_t> shape{device.kind == DeviceKind::Cuda ? batch : 1};
        for (const std::int64_t length : item) {
            size *= length;
            shape.push_back(length);
        }
        std::vector<float> out;
        if (batch < 1)
            return out;
        if (device.kind == DeviceKind::Cuda) {
            append(forward(input(data, shape)), out);
            return out;
        }
        std::vector<at::Tensor> results(static_cast<std::size_t>(batch));
        forEachItem(batch, [&](int i) { results[std::size_t(i)] = forward(input(data + i * size, shape)); });
        for (const at::Tensor& result : results)
            append(result, out);
        return out;
    }

    // The caller's thread works too. The first failure is thrown when all have stopped.
    template <class Work> void forEachItem(int count, Work&& work) const
    {
        std::atomic<int> next{0};
        std::exception_ptr failure;
        std::mutex failureLock;
        const auto run = [&] {
            try {
                const c10::InferenceMode inference;
                at::init_num_threads();
                for (int i = next++; i < count; i = next++)
                    work(i);
            } catch (...) {
                const std::lock_guard lock(failureLock);
                if (!failure)
                    failure = std::current_exception();
                next = count;
            }
        };
        {
            std::vector<std::jthread> helpers;
            for (int i = 1; i < std::min(device.threads, count); ++i)
                helpers.emplace_back(run);
            run();
        }
        if (failure)
            std::rethrow_exception(failure);
    }

    BundleInfo info;
    DeviceChoice device;
    Networks networks;
};

Model::Model(const BundleInfo& info, const std::map<std::string, StoredTensor>& weights, const DeviceChoice& device)
{
    // Full float32 on every device: the golden tensors ask for it.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    m_impl = guarded([&] { return std::make_unique<Impl>(info, weights, device); });
}

Model::~Model() = default;

const BundleInfo& Model::info() const
{
    return m_impl->info;
}

const DeviceChoice& Model::device() const
{
    return m_impl->device;
}

std::vector<float> Model::ecgTokens(const float* input, int batch) const
{
    const Networks& n = m_impl->networks;
    const EcgEncoderShape& shape = m_impl->info.architecture.ecg;
    return guarded([&] {
        return m_impl->batched(input, batch, {shape.leads, shape.windowSamples},
                               [&](const at::Tensor& x) { return n.aggregateEcg(n.ecgEncoder().forward(x)); });
    });
}

std::vector<float> Model::alignEcg(const float* tokens, int batch) const
{
    if (!m_impl->info.canRetrieve())
        throw Error(ErrorCode::Unsuitable,
                    "this bundle has no alignment weights: it can classify, but not retrieve studies for an ECG");
    return guarded([&] {
        std::vector<float> out;
        if (batch > 0)
            Impl::append(l2Normalised(m_impl->networks.alignEcg(
                             m_impl->input(tokens, {batch, m_impl->info.architecture.ecg.width}))),
                         out);
        return out;
    });
}

std::vector<float> Model::echoClips(const float* input, int batch) const
{
    const EchoEncoderShape& shape = m_impl->info.architecture.echo;
    return guarded([&] {
        return m_impl->batched(input, batch, {3, shape.frames, shape.size, shape.size},
                               [&](const at::Tensor& x) { return m_impl->networks.echoEncoder().forward(x); });
    });
}

Model::Study Model::study(const float* clips, int views) const
{
    const Architecture& a = m_impl->info.architecture;
    if (views < 1)
        throw Error(ErrorCode::Unsuitable, "a study without a clip can't be encoded");
    if (views > a.alignment.maxViews)
        throw Error(ErrorCode::Unsuitable, "a study of " + std::to_string(views) +
                                               " clips can't be encoded: the model takes " +
                                               std::to_string(a.alignment.maxViews) + " at most");
    return guarded([&] {
        const Networks& n = m_impl->networks;
        const ViewAggregator::Result pooled =
            n.poolViews(n.projectViews(m_impl->input(clips, {views, a.echo.embedding})));
        Study study;
        Impl::append(pooled.token, study.token);
        if (m_impl->info.canRetrieve())
            Impl::append(l2Normalised(n.alignStudy(pooled.token)), study.aligned);
        Impl::append(pooled.weights, study.viewWeights);
        return study;
    });
}

} // namespace echo2ecg::nn
