// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/block_tail.h"

namespace echo2ecg::nn::cpu {

// What one clip at a time needs beside the weights; kept between calls. For the published network 110 MiB.
struct EchoWorkspace
{
    Buffer<float> tokens, next;          // into and out of a block, (tokens × width)
    Buffer<float> query, keyValue, skip; // projections of the tokens
    Buffer<float> pooledQuery, pooledKey, pooledValue, mixed;
    Buffer<std::uint8_t> panels;  // pooled keys and values of all heads
    std::vector<Scratch> scratch; // one per worker
};

// One block of the echo encoder (SPEC §3), nn::MvitBlock for the CPU. A block is four passes, each shared by the team
// in pieces that fit the caches: projections of rows, pools, attention of some queries of a head, and all the rest of
// rows. Keys and values are only projected where a pool's window reaches: with stride 8 that is an eighth of the
// tokens.
class EchoBlock
{
public:
    EchoBlock(const MvitBlockShape& shape, const BlockGrids& grids, const Weights& weights, const std::string& name,
              const Settings& settings);

    long tokensIn() const { return 1 + m_grids.in.cells(); }
    long tokensOut() const { return 1 + m_grids.query.cells(); }
    long widthIn() const { return m_shape.inWidth; }
    long widthOut() const { return m_shape.outWidth; }
    // So that nothing grows while the team works.
    void reserve(EchoWorkspace& workspace) const;

    // Rows first … last-1 of workspace.tokens: norm, query, key, value, skip projection.
    void project(long first, long last, EchoWorkspace& workspace, Scratch& scratch) const;
    // Pools and attention of all heads; project() must be through with all rows.
    void mix(EchoWorkspace& workspace, Team& team) const;
    // Rows of workspace.next: attention's projection, skip path, MLP.
    void finish(long first, long last, EchoWorkspace& workspace, Scratch& scratch) const;
    // The same where nothing but the class token is read afterwards: keys and values of all rows, the query of row 0; then
    // finish(0, 1, …).
    void projectForClass(long first, long last, EchoWorkspace& workspace, Scratch& scratch) const;
    void mixForClass(EchoWorkspace& workspace, Team& team) const;

private:
    struct Pool
    {
        Pool(const Weights& weights, const std::string& name);
        Buffer<float> filter; // (27, channels)
        PackedNorm norm;
    };
    // Which lines and columns of a grid the windows of a strided pool reach, and where they are stored.
    struct Reach
    {
        Reach(const Grid& in, const Grid& out, int stride);
        std::vector<int> y, x; // place in store, or -1
        int storedY = 0, storedX = 0;
        std::vector<int> tokens; // token of every stored row, in order; the class token first
    };
    void projectRows(long first, long last, bool queries, EchoWorkspace& w, Scratch& scratch) const;
    void poolAll(bool queries, EchoWorkspace& w, Team& team) const;
    void packKeysAndValues(EchoWorkspace& w, Team& team) const;
    void attend(long queries, EchoWorkspace& w, Team& team) const;
    void skipRows(long first, long last, const EchoWorkspace& w, float* out) const;
    long panelBytes() const;

    MvitBlockShape m_shape;
    BlockGrids m_grids;
    Settings m_settings;
    long m_channels; // of a head
    PackedNorm m_norm1;
    PackedLinear m_query, m_keyValue, m_projectSkip;
    BlockTail m_tail;
    Pool m_poolQuery, m_poolKey, m_poolValue;
    Reach m_queryReach, m_keyReach;
    Buffer<float> m_relativeY, m_relativeX, m_relativeT;
    RelativeTables m_positions;
};

} // namespace echo2ecg::nn::cpu
