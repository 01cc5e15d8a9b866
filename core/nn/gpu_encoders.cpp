// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/ecg_encoder.h"
#include "nn/encoders.h"
#include "nn/mvit.h"

namespace echo2ecg::nn {

namespace {

class GpuEncoders final : public Encoders
{
public:
    GpuEncoders(const Architecture& architecture, const Weights& weights)
        : m_architecture(architecture), m_ecg(architecture.ecg, weights), m_echo(architecture.echo, weights)
    {
    }

    void ecgTokens(const float* signals, int batch, const Heads& heads, std::vector<float>& out) override
    {
        const EcgEncoderShape& shape = m_architecture.ecg;
        append(heads.aggregateEcg(m_ecg.forward(onDevice(signals, {batch, shape.leads, shape.windowSamples}))), out);
    }

    void echoClips(const float* clips, int batch, std::vector<float>& out) override
    {
        const EchoEncoderShape& shape = m_architecture.echo;
        append(m_echo.forward(onDevice(clips, {batch, 3, shape.frames, shape.size, shape.size})), out);
    }

private:
    static at::Tensor onDevice(const float* data, std::vector<std::int64_t> shape)
    {
        return at::from_blob(const_cast<float*>(data), shape, at::TensorOptions().dtype(at::kFloat)).to(at::kCUDA);
    }
    static void append(const at::Tensor& values, std::vector<float>& out)
    {
        const at::Tensor host = values.to(at::kCPU, at::kFloat).contiguous();
        out.insert(out.end(), host.data_ptr<float>(), host.data_ptr<float>() + host.numel());
    }

    Architecture m_architecture;
    EcgEncoder m_ecg;
    Mvit m_echo;
};

} // namespace

std::unique_ptr<Encoders> makeGpuEncoders(const Architecture& architecture,
                                          const std::map<std::string, StoredTensor>& weights, const DeviceChoice&)
{
    return std::make_unique<GpuEncoders>(architecture, Weights(weights, at::kFloat, at::kCUDA));
}

} // namespace echo2ecg::nn
