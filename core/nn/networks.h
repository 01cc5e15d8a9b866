// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/ecg_encoder.h"
#include "nn/heads.h"
#include "nn/mvit.h"

namespace echo2ecg::nn {

// All networks of one model as LibTorch's operations, of one dtype on one device: what a GPU runs, and in float64 the
// measure of everything else. Call inside c10::InferenceMode.
class Networks : public Heads
{
public:
    Networks(const Architecture& architecture, const Weights& weights)
        : Heads(architecture, weights), m_ecgEncoder(architecture.ecg, weights),
          m_echoEncoder(architecture.echo, weights)
    {
    }

    const EcgEncoder& ecgEncoder() const { return m_ecgEncoder; }
    const Mvit& echoEncoder() const { return m_echoEncoder; }

private:
    EcgEncoder m_ecgEncoder;
    Mvit m_echoEncoder;
};

} // namespace echo2ecg::nn
