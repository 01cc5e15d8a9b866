// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/ecg_encoder.h"
#include "nn/cpu/echo_block.h"

namespace echo2ecg::nn::cpu {

// The echo encoder (SPEC §3) on the CPU: nn::Mvit with the layers of each block run together on rows that fit the
// caches.
class EchoEncoder
{
public:
    EchoEncoder(const EchoEncoderShape& shape, const Weights& weights, const Settings& settings);

    int embedding() const { return m_shape.embedding; }
    // (3, frames, size, size) → (embedding), not normalised. With an observer every token of the last block is
    // computed, without one only the class token, which is all that the head reads.
    void forward(const float* clip, float* embedding, EchoWorkspace& workspace, Team& team,
                 const RowsObserver& observer = {}) const;

private:
    void stem(const float* clip, long first, long last, float* tokens, Scratch& scratch) const;

    EchoEncoderShape m_shape;
    Settings m_settings;
    Grid m_grid; // of the stem
    PackedLinear m_stem;
    Buffer<float> m_classToken;
    std::vector<EchoBlock> m_blocks;
    PackedNorm m_norm;
    PackedLinear m_head;
};

} // namespace echo2ecg::nn::cpu
