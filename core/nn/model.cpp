// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/model.h"

#include "nn/encoders.h"
#include "nn/torch_errors.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;

namespace {

at::Device torchDevice(const DeviceChoice& choice)
{
    return at::Device(choice.kind == DeviceKind::Cuda ? at::kCUDA : at::kCPU);
}

template <class Work> auto guarded(Work&& work)
{
    return inOurWords([&] {
        const c10::InferenceMode inference;
        at::init_num_threads(); // OpenMP keeps the count per calling thread
        return work();
    });
}

} // namespace

struct Model::Impl
{
    Impl(const BundleInfo& info_, const std::map<std::string, StoredTensor>& weights, const DeviceChoice& choice)
        : info(info_), device(choice), heads(info.architecture, Weights(weights, at::kFloat, torchDevice(choice))),
          encoders(choice.kind == DeviceKind::Cuda ? makeTorchEncoders(info.architecture, weights, choice)
                                                   : makeCpuEncoders(info.architecture, weights, choice))
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

    BundleInfo info;
    DeviceChoice device;
    Heads heads;
    std::unique_ptr<Encoders> encoders;
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

int Model::itemsAtOnce() const
{
    return m_impl->encoders->itemsAtOnce();
}

std::vector<float> Model::ecgTokens(const float* input, int batch) const
{
    return guarded([&] {
        std::vector<float> out;
        if (batch > 0)
            m_impl->encoders->ecgTokens(input, batch, m_impl->heads, out);
        return out;
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
            Impl::append(l2Normalised(m_impl->heads.alignEcg(
                             m_impl->input(tokens, {batch, m_impl->info.architecture.ecg.width}))),
                         out);
        return out;
    });
}

std::vector<float> Model::echoClips(const float* input, int batch) const
{
    return guarded([&] {
        std::vector<float> out;
        if (batch > 0)
            m_impl->encoders->echoClips(input, batch, out);
        return out;
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
        const Heads& n = m_impl->heads;
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
