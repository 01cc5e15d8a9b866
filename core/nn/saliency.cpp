// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/saliency.h"

#include "nn/attention_rollout.h"
#include "nn/cpu/team.h"
#include "nn/integrated_gradients.h"
#include "nn/torch_errors.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace echo2ecg::nn {

namespace {

// More threads would each hold what a way back needs.
constexpr int kMostThreads = 8, kPointsOnGpu = 8;

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor host = tensor.to(at::kCPU, at::kFloat).contiguous();
    return {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()};
}

// values: (leads, columns), float64 on the CPU.
Saliency saliencyOf(SaliencyMethod method, const at::Tensor& values, std::int64_t patches)
{
    if (!at::isfinite(values).all().item<bool>())
        throw base::Error(base::ErrorCode::Unsuitable, "the networks gave attributions that aren't finite");
    Saliency result;
    result.method = method;
    result.leads = int(values.size(0));
    result.columns = int(values.size(1));
    result.patches = int(patches);
    result.values = valuesOf(values);
    result.perPatch = valuesOf(values.reshape({values.size(0), patches, -1}).sum(2));
    result.perLead = valuesOf(values.sum(1));
    return result;
}

} // namespace

struct EcgExplainer::Impl
{
    Impl(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
         const DeviceChoice& choice)
        : device(choice.kind == DeviceKind::Cuda ? at::kCUDA : at::kCPU),
          team(choice.kind == DeviceKind::Cuda ? 1 : std::clamp(choice.threads, 1, kMostThreads)),
          network(architecture, Weights(weights, at::kFloat, device),
                  TokenNetwork::mostKeptBytes / (device.is_cuda() ? kPointsOnGpu : team.threads()))
    {
    }
    int pointsAtOnce() const { return device.is_cuda() ? kPointsOnGpu : team.threads(); }
    std::int64_t patches() const { return network.shape().windowSamples / network.shape().patchSamples; }

    at::Device device;
    cpu::Team team;
    TokenNetwork network;
};

namespace {

class GradientsRun final : public SaliencyRun
{
public:
    GradientsRun(std::shared_ptr<EcgExplainer::Impl> explainer, const at::Tensor& x)
        : m_explainer(std::move(explainer)), m_gradients(m_explainer->network, x, {})
    {
        // Each thread takes a point: they have nothing to wait for, and LibTorch's own threads would only spin.
        if (m_explainer->device.is_cpu())
            m_gradients.setEvaluate([this](const std::vector<double>& positions) {
                std::vector<TokenNetwork::Gradient> results(positions.size());
                m_explainer->team.forEach(int(positions.size()), [&](int piece, int) {
                    at::init_num_threads(); // OpenMP keeps the count per calling thread
                    results[std::size_t(piece)] = m_gradients.evaluate({positions[std::size_t(piece)]}).front();
                });
                return results;
            });
    }

    bool advance() override
    {
        return inOurWords([&] { return m_gradients.advance(m_explainer->pointsAtOnce()); });
    }
    int stepsDone() const override { return m_gradients.pointsDone(); }
    int stepsPlanned() const override { return m_gradients.pointsPlanned(); }
    Saliency result() const override
    {
        if (!std::isfinite(m_gradients.change()))
            throw base::Error(base::ErrorCode::Unsuitable, "the networks gave a token that isn't finite");
        Saliency result =
            saliencyOf(SaliencyMethod::IntegratedGradients, m_gradients.attribution(), m_explainer->patches());
        result.change = m_gradients.change();
        result.completenessError = m_gradients.completenessError();
        result.points = m_gradients.pointsDone();
        return result;
    }

private:
    std::shared_ptr<EcgExplainer::Impl> m_explainer;
    IntegratedGradients m_gradients;
};

class RolloutRun final : public SaliencyRun
{
public:
    RolloutRun(std::shared_ptr<EcgExplainer::Impl> explainer, at::Tensor x)
        : m_explainer(std::move(explainer)), m_x(std::move(x))
    {
    }

    bool advance() override
    {
        if (m_done)
            return false;
        inOurWords([&] {
            const at::Tensor row = attentionRollout(m_explainer->network, m_x).to(at::kCPU, at::kDouble);
            m_values = row.narrow(0, 1, row.size(0) - 1).reshape({-1, m_explainer->patches()});
        });
        return m_done = true;
    }
    int stepsDone() const override { return m_done ? 1 : 0; }
    int stepsPlanned() const override { return 1; }
    Saliency result() const override
    {
        return saliencyOf(SaliencyMethod::AttentionRollout, m_values, m_explainer->patches());
    }

private:
    std::shared_ptr<EcgExplainer::Impl> m_explainer;
    at::Tensor m_x, m_values;
    bool m_done = false;
};

} // namespace

EcgExplainer::EcgExplainer(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
                           const DeviceChoice& device)
    : m_impl(inOurWords([&] {
          at::init_num_threads();
          return std::make_shared<Impl>(architecture, weights, device);
      }))
{
}

EcgExplainer::~EcgExplainer() = default;

std::unique_ptr<SaliencyRun> EcgExplainer::start(const float* input, SaliencyMethod method) const
{
    return inOurWords([&]() -> std::unique_ptr<SaliencyRun> {
        at::init_num_threads();
        const EcgEncoderShape& shape = m_impl->network.shape();
        const at::Tensor x = at::from_blob(const_cast<float*>(input), {1, shape.leads, shape.windowSamples},
                                           at::TensorOptions().dtype(at::kFloat))
                                 .to(m_impl->device, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
        if (method == SaliencyMethod::AttentionRollout)
            return std::make_unique<RolloutRun>(m_impl, x);
        return std::make_unique<GradientsRun>(m_impl, x);
    });
}

} // namespace echo2ecg::nn
