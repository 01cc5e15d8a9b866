// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/ecg_encoder.h"
#include "nn/encoders.h"
#include "nn/mvit.h"

#include <algorithm>
#include <deque>

namespace echo2ecg::nn {

namespace {

class TorchEncoders final : public Encoders
{
public:
    TorchEncoders(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
                  DeviceKind device, at::ScalarType dtype)
        : TorchEncoders(architecture, Weights(weights, dtype, device == DeviceKind::Cuda ? at::kCUDA : at::kCPU),
                        at::TensorOptions().dtype(dtype).device(device == DeviceKind::Cuda ? at::kCUDA : at::kCPU))
    {
    }

    void ecgTokens(const float* signals, int batch, const Heads& heads, std::vector<float>& out) override
    {
        const EcgEncoderShape& shape = m_architecture.ecg;
        inTurns(signals, batch, {shape.leads, shape.windowSamples}, out, [&](const at::Tensor& x) {
            return heads.aggregateEcg(m_ecg.forward(x).to(at::kFloat)); // the heads are float32
        });
    }

    void echoClips(const float* clips, int batch, std::vector<float>& out) override
    {
        const EchoEncoderShape& shape = m_architecture.echo;
        inTurns(clips, batch, {3, shape.frames, shape.size, shape.size}, out,
                [&](const at::Tensor& x) { return m_echo.forward(x); });
    }

private:
    TorchEncoders(const Architecture& architecture, const Weights& weights, const at::TensorOptions& options)
        : m_architecture(architecture), m_options(options), m_ecg(architecture.ecg, weights),
          m_echo(architecture.echo, weights)
    {
    }

    // A batch goes in two parts: while the device computes one, the next is brought into page-locked memory, in the
    // device's own number format, from where it is copied without the processor's help.
    template <class Forward>
    void inTurns(const float* data, int batch, const std::vector<std::int64_t>& item, std::vector<float>& out,
                 Forward&& forward)
    {
        std::int64_t size = 1;
        for (const std::int64_t length : item)
            size *= length;
        const int atOnce = std::max(1, (batch + 1) / 2);
        std::deque<at::Tensor> computing;
        for (int first = 0, turn = 0; first < batch; first += atOnce, ++turn) {
            if (computing.size() == 2) { // its staging memory is about to be written again
                append(computing.front(), out);
                computing.pop_front();
            }
            const int count = std::min(atOnce, batch - first);
            std::vector<std::int64_t> shape{count};
            shape.insert(shape.end(), item.begin(), item.end());
            const at::Tensor given =
                at::from_blob(const_cast<float*>(data + first * size), shape, at::TensorOptions().dtype(at::kFloat));
            computing.push_back(forward(onDevice(given, m_staging[turn % 2])));
        }
        for (const at::Tensor& result : computing)
            append(result, out);
    }

    at::Tensor onDevice(const at::Tensor& given, at::Tensor& staging) const
    {
        if (m_options.device().is_cpu())
            return given.to(m_options);
        if (!staging.defined() || staging.numel() < given.numel())
            staging = at::empty({given.numel()}, m_options.device(at::kCPU).pinned_memory(true));
        const at::Tensor part = staging.narrow(0, 0, given.numel()).view(given.sizes());
        part.copy_(given);
        return part.to(m_options, /*non_blocking=*/true);
    }
    static void append(const at::Tensor& values, std::vector<float>& out)
    {
        const at::Tensor host = values.to(at::kCPU, at::kFloat).contiguous();
        out.insert(out.end(), host.data_ptr<float>(), host.data_ptr<float>() + host.numel());
    }

    Architecture m_architecture;
    at::TensorOptions m_options;
    EcgEncoder m_ecg;
    Mvit m_echo;
    at::Tensor m_staging[2];
};

} // namespace

std::unique_ptr<Encoders> makeTorchEncoders(const Architecture& architecture,
                                            const std::map<std::string, StoredTensor>& weights,
                                            const DeviceChoice& device)
{
    const at::ScalarType dtype = device.precision == Precision::Float16 ? at::kHalf : at::kFloat;
    return std::make_unique<TorchEncoders>(architecture, weights, device.kind, dtype);
}

} // namespace echo2ecg::nn
