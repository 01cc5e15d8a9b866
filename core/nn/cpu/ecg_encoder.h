// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/block_tail.h"

namespace echo2ecg::nn::cpu {

// Told the tokens after every stage, (rows × width); used by tests.
using RowsObserver = std::function<void(const std::string& stage, const float* tokens, long rows, long width)>;

// The ECG encoder (SPEC §1) on the CPU: nn::EcgEncoder, with each block in three passes over its tokens.
// The two projections before and after attention are multiplied together; attention weights are never kept.
class EcgEncoder
{
public:
    EcgEncoder(const EcgEncoderShape& shape, const Weights& weights, const Settings& settings);

    // What one recording at a time needs beside the weights; kept between calls.
    struct Workspace
    {
        Buffer<float> tokens, qkv, mixed;
        Buffer<std::uint8_t> panels;
        std::vector<Scratch> scratch;
    };
    long tokens() const { return 1 + m_cells; }
    long width() const { return m_shape.width; }
    // (leads, window) → (tokens, width), which lie in the workspace.
    const float* forward(const float* signal, Workspace& workspace, Team& team,
                         const RowsObserver& observer = {}) const;

private:
    struct Block
    {
        PackedNorm norm1;
        PackedLinear qkv;
        BlockTail tail;
    };
    Block makeBlock(const Weights& weights, const std::string& name) const;
    void embed(const float* signal, long first, long last, Workspace& w, Scratch& scratch) const;
    void project(const Block& block, long first, long last, Workspace& w, Scratch& scratch) const;
    void attend(Workspace& w, Team& team) const;

    EcgEncoderShape m_shape;
    Settings m_settings;
    long m_cells, m_channels; // patches of all leads; per head
    PackedLinear m_patch;
    PackedNorm m_patchNorm;
    Buffer<float> m_classToken, m_positions;
    std::vector<Block> m_blocks;
};

} // namespace echo2ecg::nn::cpu
