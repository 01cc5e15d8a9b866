// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/echo_learner.h"

#include "nn/mvit.h"
#include "training/clip_augment.h"
#include "training/stored_tensors.h"

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;

EchoLearner::EchoLearner(const nn::EchoEncoderShape& shape, const std::map<std::string, nn::StoredTensor>& weights, const std::vector<EchoClipItem>& clips,
                         const EchoTraining& options, const nn::DeviceChoice& device)
    : RegressionLearner(labelled(clips), options, device, 2), m_shape(shape), m_clips(clips), m_options(options)
{
    setWeights(weights, shape.embedding, [&](const std::string& name, const nn::StoredTensor&) {
        return name.rfind("echo_encoder.", 0) == 0 ? std::optional<double>(options.rate) : std::nullopt;
    });
}

at::Tensor EchoLearner::input(const std::vector<std::size_t>& clips, std::int64_t epoch, bool augment) const
{
    std::vector<float> values;
    values.reserve(clips.size() * 3 * std::size_t(m_shape.frames) * std::size_t(m_shape.size) * std::size_t(m_shape.size));
    for (const std::size_t clip : clips) {
        const ClipPixels pixels = m_clips[clip].pixels();
        if (pixels.frames != m_shape.frames || pixels.size != m_shape.size || (pixels.channels != 1 && pixels.channels != 3) ||
            pixels.values.size() != std::size_t(pixels.channels) * std::size_t(pixels.frames) * std::size_t(pixels.size) * std::size_t(pixels.size))
            throw Error(ErrorCode::Mismatch, "a stored clip hasn't the size that the encoder takes");
        const ClipChange change = augment ? ClipChange::random(m_options.mostShift, m_options.gain, {m_options.seed, std::uint64_t(epoch), clip}) : ClipChange();
        appendNormalised(values, pixels, change, m_options.mean, m_options.std);
    }
    return tensorOf(values, {std::int64_t(clips.size()), 3, m_shape.frames, m_shape.size, m_shape.size}, device());
}

RegressionLearner::Encoder EchoLearner::encoder(const nn::Weights& weights) const
{
    return [mvit = std::make_shared<nn::Mvit>(m_shape, weights)](const at::Tensor& x) { return mvit->forward(x); };
}

} // namespace echo2ecg::training
