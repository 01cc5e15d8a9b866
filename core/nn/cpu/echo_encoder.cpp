// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/echo_encoder.h"

#include <algorithm>

namespace echo2ecg::nn::cpu {

EchoEncoder::EchoEncoder(const EchoEncoderShape& shape, const Weights& weights, const Settings& settings)
    : m_shape(shape), m_settings(settings), m_grid(stemGrid(shape)),
      m_stem(settings, weights.exact("echo_encoder.conv_proj.weight").reshape({shape.stemWidth, -1}),
             weights.exact("echo_encoder.conv_proj.bias")),
      m_classToken(packedFloats(weights.exact("echo_encoder.pos_encoding.class_token"))),
      m_norm(weights, "echo_encoder.norm", 1e-6),
      m_head({settings.kernels, Precision::Float32}, weights, "echo_encoder.head.1")
{
    const std::vector<BlockGrids> grids = blockGrids(shape);
    m_blocks.reserve(shape.blocks.size());
    for (std::size_t i = 0; i < shape.blocks.size(); ++i)
        m_blocks.emplace_back(shape.blocks[i], grids[i], weights, "echo_encoder.blocks." + std::to_string(i) + ".",
                              settings);
}

// Every patch becomes a row of its own (channel, frame, line, column), zero outside the picture; then it is one
// product.
void EchoEncoder::stem(const float* clip, long first, long last, float* tokens, Scratch& scratch) const
{
    if (first == 0) {
        std::copy_n(m_classToken.data(), m_shape.stemWidth, tokens);
        first = 1;
    }
    if (first == last)
        return;
    const auto [kt, ky, kx] = m_shape.stemKernel;
    const auto [st, sy, sx] = m_shape.stemStride;
    const auto [pt, py, px] = m_shape.stemPadding;
    const int frames = m_shape.frames, size = m_shape.size;
    const long depth = m_stem.in();
    float* patches = scratch.rows.atLeast(std::size_t((last - first) * depth));
    for (long token = first; token < last; ++token) {
        const long cell = token - 1, plane = long(m_grid.y) * m_grid.x;
        const int t0 = int(cell / plane) * st - pt, y0 = int(cell % plane / m_grid.x) * sy - py,
                  x0 = int(cell % m_grid.x) * sx - px;
        const int begin = std::max(0, -x0), end = std::min(kx, size - x0);
        float* to = patches + (token - first) * depth;
        for (int c = 0; c < 3; ++c)
            for (int t = t0; t < t0 + kt; ++t)
                for (int y = y0; y < y0 + ky; ++y, to += kx) {
                    if (t < 0 || t >= frames || y < 0 || y >= size) {
                        std::fill_n(to, kx, 0.0f);
                        continue;
                    }
                    const float* line = clip + ((long(c) * frames + t) * size + y) * size + x0;
                    for (int x = 0; x < kx; ++x)
                        to[x] = x >= begin && x < end ? line[x] : 0.0f;
                }
    }
    LinearCall call = m_stem.call();
    call.in = patches;
    call.ldIn = depth;
    call.rows = last - first;
    call.out = tokens + first * m_shape.stemWidth;
    call.ldOut = m_shape.stemWidth;
    linear(*m_settings.kernels, call, scratch);
}

void EchoEncoder::forward(const float* clip, float* embedding, EchoWorkspace& w, Team& team,
                          const RowsObserver& observer) const
{
    for (const EchoBlock& block : m_blocks)
        block.reserve(w);
    w.scratch.resize(std::size_t(team.threads()));
    const long tokens = 1 + m_grid.cells();
    const auto scratchOf = [&](int worker) -> Scratch& { return w.scratch[std::size_t(worker)]; };
    const auto isLast = [&](std::size_t i) { return i + 1 == m_blocks.size() && !observer; };
    const auto project = [&](std::size_t i, long first, long last, int worker) {
        if (isLast(i))
            m_blocks[i].projectForClass(first, last, w, scratchOf(worker));
        else
            m_blocks[i].project(first, last, w, scratchOf(worker));
    };
    forRows(team, tokens, rowsPerPiece(tokens, team, *m_settings.kernels), [&](long first, long last, int worker) {
        stem(clip, first, last, w.tokens.data(), scratchOf(worker));
        project(0, first, last, worker);
    });
    if (observer) {
        observer("conv_proj", w.tokens.data() + m_shape.stemWidth, tokens - 1, m_shape.stemWidth);
        observer("pos_encoding", w.tokens.data(), tokens, m_shape.stemWidth);
    }
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const EchoBlock& block = m_blocks[i];
        if (i > 0)
            forRows(team, block.tokensIn(), rowsPerPiece(block.tokensIn(), team, *m_settings.kernels),
                    [&](long first, long last, int worker) { project(i, first, last, worker); });
        if (isLast(i)) {
            block.mixForClass(w, team);
            block.finish(0, 1, w, scratchOf(0));
        } else {
            block.mix(w, team);
            forRows(team, block.tokensOut(), rowsPerPiece(block.tokensOut(), team, *m_settings.kernels),
                    [&](long first, long last, int worker) { block.finish(first, last, w, scratchOf(worker)); });
        }
        std::swap(w.tokens, w.next);
        if (observer)
            observer("block" + std::to_string(i), w.tokens.data(), block.tokensOut(), block.widthOut());
    }
    const long width = m_blocks.back().widthOut(), rows = observer ? m_blocks.back().tokensOut() : 1;
    NormCall norm = m_norm.call();
    norm.in = w.tokens.data();
    norm.ldIn = norm.ldOut = width;
    norm.rows = rows;
    norm.out = w.tokens.data();
    m_settings.kernels->norm(norm);
    if (observer)
        observer("norm", w.tokens.data(), rows, width);
    LinearCall head = m_head.call();
    head.in = w.tokens.data();
    head.rows = 1;
    head.ldIn = width;
    head.out = embedding;
    head.ldOut = m_shape.embedding;
    linear(*m_settings.kernels, head, scratchOf(0));
}

} // namespace echo2ecg::nn::cpu
