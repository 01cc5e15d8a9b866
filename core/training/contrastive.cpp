// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/contrastive.h"

#include "base/parallel.h"
#include "training/autocast.h"
#include "training/clip_loss.h"
#include "training/gradient_sum.h"
#include "training/schedule.h"
#include "training/stored_tensors.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <optional>

namespace echo2ecg::training {

namespace {

// What differentiation keeps of one recording: scores before and after softmax, and the rows of the linear layers.
double bytesOfRecording(const nn::EcgEncoderShape& shape)
{
    const double tokens = 1.0 + double(shape.leads) * (shape.windowSamples / shape.patchSamples);
    return 4.0 * shape.depth * tokens * (2.0 * shape.heads * tokens + 12.0 * shape.width + 2.0 * shape.mlpWidth);
}

// The parts of a batch's ECG side.
class EcgParts
{
public:
    EcgParts(const ContrastiveNetworks& networks, const nn::EcgEncoderShape& shape, const ContrastiveBatch& batch,
             const ComputeOptions& compute)
        : m_networks(networks), m_shape(shape), m_batch(batch), m_compute(compute),
          m_count((batch.pairs + compute.itemsAtOnce - 1) / compute.itemsAtOnce), m_inputs(std::size_t(m_count)),
          m_outputs(std::size_t(m_count))
    {
    }

    int count() const { return m_count; }
    int first(int part) const { return part * m_compute.itemsAtOnce; }
    int length(int part) const { return std::min(m_compute.itemsAtOnce, m_batch.pairs - first(part)); }

    // (items, alignedWidth), with what the way back needs when gradients are on.
    at::Tensor forward(int part)
    {
        at::Tensor& x = m_inputs[std::size_t(part)];
        if (!x.defined())
            x = inputOf(part);
        const Autocast autocast(m_compute.bfloat16);
        const at::Tensor tokens = m_networks.ecgTokens(x).to(at::kFloat);
        return m_networks.alignEcg(tokens).to(at::kFloat);
    }
    at::Tensor& output(int part) { return m_outputs[std::size_t(part)]; }
    void forget(int part)
    {
        m_inputs[std::size_t(part)] = at::Tensor();
        m_outputs[std::size_t(part)] = at::Tensor();
    }

private:
    at::Tensor inputOf(int part) const
    {
        std::vector<float> values;
        const std::size_t size = std::size_t(m_shape.leads) * std::size_t(m_shape.windowSamples);
        values.reserve(std::size_t(length(part)) * size);
        for (int i = 0; i < length(part); ++i) {
            const std::vector<float> x = m_batch.ecg(first(part) + i);
            if (x.size() != size)
                throw base::Error(base::ErrorCode::Internal, "an ECG of a batch has another size than the encoder's window");
            values.insert(values.end(), x.begin(), x.end());
        }
        return tensorOf(values, {length(part), m_shape.leads, m_shape.windowSamples}, m_networks.device());
    }

    const ContrastiveNetworks& m_networks;
    const nn::EcgEncoderShape& m_shape;
    const ContrastiveBatch& m_batch;
    const ComputeOptions& m_compute;
    int m_count;
    std::vector<at::Tensor> m_inputs, m_outputs;
};

// On each thread LibTorch and OpenMP must be told again that operations aren't shared further.
void forEachPart(const EcgParts& parts, const ComputeOptions& compute, bool cuda, const base::JobContext& job,
                 const std::function<void(int part)>& work)
{
    base::inParallel(cuda ? 1 : compute.threads, parts.count(), [&](int, int part) {
        job.throwIfCancelled();
        at::init_num_threads();
        work(part);
    });
}

} // namespace

ContrastiveNetworks::ContrastiveNetworks(const nn::Architecture& architecture, const LiveWeights::Tensors& tensors,
                                         at::Device device)
    : m_device(device), m_weights(tensors, device), m_encoder(architecture.ecg, m_weights),
      m_aggregate(architecture.alignment, m_weights),
      m_alignEcg(architecture.alignment.ecgHead, "ecg_alignment_global_token", m_weights),
      m_study(architecture.alignment, m_weights)
{
}

ComputeOptions computeOptions(const nn::EcgEncoderShape& shape, bool cuda, int threads)
{
    ComputeOptions options;
    options.threads = threads;
    if (cuda) {
        options.keptBytes = 32e9;
        options.itemsAtOnce = int(std::clamp(8e9 / bytesOfRecording(shape), 1.0, 4096.0));
        options.bfloat16 = true;
    }
    return options;
}

ContrastiveStep contrastiveStep(const nn::Architecture& architecture, const LiveWeights::Tensors& tensors,
                                at::Device device, const ContrastiveBatch& batch, double temperature, double lambda,
                                const ComputeOptions& compute, const base::JobContext& job)
{
    const at::AutoGradMode differentiate(true);
    const ContrastiveNetworks networks(architecture, tensors, device);
    const std::vector<at::Tensor>& leaves = networks.weights().leaves();
    const bool keep = bytesOfRecording(architecture.ecg) * batch.pairs <= compute.keptBytes;
    EcgParts parts(networks, architecture.ecg, batch, compute);

    // Forward: each part of the ECGs by itself, the studies together.
    forEachPart(parts, compute, device.is_cuda(), job, [&](int part) {
        const at::AutoGradMode kept(keep);
        parts.output(part) = parts.forward(part);
    });
    const at::Tensor clips = tensorOf(
        batch.clips, {std::int64_t(batch.clips.size()) / architecture.echo.embedding, architecture.echo.embedding},
        device);
    const at::Tensor echo = networks.study().forward(clips, batch.counts);

    // The loss, and its derivatives by the embeddings.
    std::vector<at::Tensor> outputs;
    for (int part = 0; part < parts.count(); ++part)
        outputs.push_back(parts.output(part).detach());
    const at::Tensor ecgLeaf = at::cat(outputs).requires_grad_(true), echoLeaf = echo.detach().requires_grad_(true);
    std::vector<at::Tensor> inputs{ecgLeaf, echoLeaf};
    at::Tensor sharpness = at::full({}, 1.0 / temperature, ecgLeaf.options().requires_grad(false));
    const auto scale = tensors.find(logitScaleName);
    if (scale != tensors.end()) {
        sharpness = inverseTemperature(scale->second);
        inputs.push_back(scale->second);
    }
    const at::Tensor loss = clipLoss(ecgLeaf, echoLeaf, sharpness, lambda);
    const std::vector<at::Tensor> slopes = torch::autograd::grad({loss}, inputs);

    ContrastiveStep step;
    step.loss = loss.item<double>();
    {
        const at::NoGradGuard plain;
        const at::Tensor nearest =
            at::mm(nn::l2Normalised(ecgLeaf), nn::l2Normalised(echoLeaf).transpose(0, 1)).argmax(1);
        const at::Tensor own = at::arange(batch.pairs, nearest.options());
        step.hits = int((nearest == own).sum().item<std::int64_t>());
    }

    // Backward: part 0 of the sum is the studies', then the ECGs' in their order.
    GradientSum sum;
    sum.add(0, torch::autograd::grad({echo}, leaves, {slopes[1]}, /*retain_graph=*/false, /*create_graph=*/false,
                                     /*allow_unused=*/true));
    forEachPart(parts, compute, device.is_cuda(), job, [&](int part) {
        const at::AutoGradMode on(true);
        const at::Tensor output = keep ? parts.output(part) : parts.forward(part);
        const at::Tensor slope = slopes[0].narrow(0, parts.first(part), parts.length(part));
        sum.add(part + 1, torch::autograd::grad({output}, leaves, {slope}, false, false, /*allow_unused=*/true));
        parts.forget(part);
    });
    step.gradients = networks.weights().pullBack(sum.take());
    if (scale != tensors.end())
        step.gradients.emplace(logitScaleName, slopes[2]);
    return step;
}

ContrastiveEmbeddings contrastiveEmbeddings(const ContrastiveNetworks& networks, const nn::Architecture& architecture,
                                            const ContrastiveBatch& batch, const ComputeOptions& compute,
                                            const base::JobContext& job)
{
    const at::NoGradGuard plain;
    EcgParts parts(networks, architecture.ecg, batch, compute);
    forEachPart(parts, compute, networks.device().is_cuda(), job, [&](int part) {
        const at::NoGradGuard here;
        const at::Tensor output = nn::l2Normalised(parts.forward(part));
        parts.forget(part);
        parts.output(part) = output;
    });
    std::vector<at::Tensor> outputs;
    for (int part = 0; part < parts.count(); ++part)
        outputs.push_back(parts.output(part));
    const at::Tensor clips = tensorOf(
        batch.clips, {std::int64_t(batch.clips.size()) / architecture.echo.embedding, architecture.echo.embedding},
        networks.device());
    return {at::cat(outputs), nn::l2Normalised(networks.study().forward(clips, batch.counts))};
}

} // namespace echo2ecg::training
