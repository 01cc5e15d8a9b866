// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/model.h"

namespace echo2ecg::nn {

// Which lead and which time moved the token of an ECG (see integrated_gradients.h and attention_rollout.h).
enum class SaliencyMethod { IntegratedGradients, AttentionRollout };

struct Saliency
{
    SaliencyMethod method = SaliencyMethod::IntegratedGradients;
    int leads = 0, columns = 0, patches = 0;
    // (leads, columns). Integrated gradients: signed, a column per sample, the sum is `change`. Rollout: a column per
    // patch, not negative, the sum is 1 less what the class token holds.
    std::vector<float> values;
    std::vector<float> perPatch; // (leads, patches): sums of `values`
    std::vector<float> perLead;  // (leads): sums of `values`
    // Integrated gradients alone: how far the token is from that of a recording of zeros, what is missing of it in the
    // attributions (relative), and at how many points the gradient was computed.
    double change = 0, completenessError = 0;
    int points = 0;
};

// One explanation on its way. Steps are fractions of a second, so that the caller can ask for Cancel between them.
class SaliencyRun
{
public:
    virtual ~SaliencyRun() = default;
    // False when it is done. Throws base::Error(Device) when memory runs out.
    virtual bool advance() = 0;
    virtual int stepsDone() const = 0;
    virtual int stepsPlanned() const = 0; // as far as is known; may grow
    // When advance() gave false. Throws base::Error(Unsuitable) when the networks gave numbers that aren't finite.
    virtual Saliency result() const = 0;
};

// The ECG encoder in a form that can be differentiated, in float32 whatever the model computes in: 4 bytes per weight
// of the encoder, and what TokenNetwork keeps for each of a few threads. One caller at a time; runs may outlive it.
class EcgExplainer
{
public:
    EcgExplainer(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
                 const DeviceChoice& device);
    ~EcgExplainer();
    // input: leads × window, as for Model::ecgTokens; copied.
    std::unique_ptr<SaliencyRun> start(const float* input, SaliencyMethod method) const;

    struct Impl;

private:
    std::shared_ptr<Impl> m_impl;
};

} // namespace echo2ecg::nn
