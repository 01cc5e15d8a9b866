// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/ecg_encoder.h"

#include "nn/ecg_weights.h"

#include <algorithm>

namespace echo2ecg::nn::cpu {

EcgEncoder::EcgEncoder(const EcgEncoderShape& shape, const Weights& weights, const Settings& settings)
    : m_shape(shape), m_settings(settings), m_cells(long(shape.leads) * (shape.windowSamples / shape.patchSamples)),
      m_channels(shape.width / shape.heads),
      m_patch({settings.kernels, Precision::Float32}, // 24 samples: nothing to gain, and the input keeps its digits
              weights.exact("ecg_encoder.patch_embed.proj.weight").reshape({shape.width, shape.patchSamples}),
              weights.exact("ecg_encoder.patch_embed.proj.bias")),
      m_patchNorm(weights, "ecg_encoder.patch_embed.norm", 1e-5),
      m_classToken(packedFloats(ecgClassToken(shape, weights))), m_positions(packedFloats(ecgPositions(shape, weights)))
{
    for (int i = 0; i < shape.depth; ++i)
        m_blocks.push_back(makeBlock(weights, "ecg_encoder.blocks." + std::to_string(i) + "."));
}

EcgEncoder::Block EcgEncoder::makeBlock(const Weights& weights, const std::string& name) const
{
    const FusedProjections fused = fusedProjections(m_shape, weights, name);
    return {PackedNorm(weights, name + "norm1", 1e-6),
            PackedLinear(m_settings, fused.qkvWeight, fused.qkvBias),
            {PackedLinear(m_settings, fused.outWeight, fused.outBias), PackedNorm(weights, name + "norm2", 1e-6),
             PackedLinear(m_settings, weights, name + "mlp.fc1"), PackedLinear(m_settings, weights, name + "mlp.fc2")}};
}

// Tokens first … last-1: the class token is 0, the patches of the leads follow, in the order of the samples.
void EcgEncoder::embed(const float* signal, long first, long last, Workspace& w, Scratch& scratch) const
{
    const Kernels& k = *m_settings.kernels;
    const long width = m_shape.width;
    float* tokens = w.tokens.data();
    if (first == 0) {
        std::copy_n(m_classToken.data(), width, tokens);
        first = 1;
    }
    if (first == last)
        return;
    LinearCall patch = m_patch.call();
    patch.in = signal + (first - 1) * m_shape.patchSamples;
    patch.ldIn = m_shape.patchSamples;
    patch.rows = last - first;
    patch.out = tokens + first * width;
    patch.ldOut = width;
    linear(k, patch, scratch);
    NormCall norm = m_patchNorm.call();
    norm.in = patch.out;
    norm.ldIn = norm.ldOut = width;
    norm.rows = patch.rows;
    norm.out = patch.out;
    k.norm(norm);
    k.gelu(patch.out, patch.rows * width);
    k.add(patch.out, m_positions.data() + (first - 1) * width, patch.rows * width);
}

void EcgEncoder::project(const Block& block, long first, long last, Workspace& w, Scratch& scratch) const
{
    const long width = m_shape.width, rows = last - first;
    NormCall norm = block.norm1.call();
    norm.in = w.tokens.data() + first * width;
    norm.ldIn = norm.ldOut = width;
    norm.rows = rows;
    norm.out = scratch.rows.atLeast(std::size_t(rows * width));
    m_settings.kernels->norm(norm);
    LinearCall qkv = block.qkv.call();
    qkv.in = norm.out;
    qkv.ldIn = width;
    qkv.rows = rows;
    qkv.out = w.qkv.data() + first * 3 * width;
    qkv.ldOut = 3 * width;
    linear(*m_settings.kernels, qkv, scratch);
}

void EcgEncoder::attend(Workspace& w, Team& team) const
{
    const Kernels& k = *m_settings.kernels;
    const long width = m_shape.width, n = tokens(), heads = m_shape.heads, channels = m_channels;
    const Precision precision = m_settings.precision;
    const long keyBytes = k.panelBytes(channels, n, precision), valueBytes = k.panelBytes(n, channels, precision);
    std::uint8_t* panels = w.panels.atLeast(std::size_t(heads * (keyBytes + valueBytes)));
    const auto keysOf = [&](long head) { return panels + head * (keyBytes + valueBytes); };
    const auto valuesOf = [&](long head) { return keysOf(head) + keyBytes; };
    team.forEach(int(2 * heads), [&](int piece, int) {
        const long head = piece / 2;
        const float* of = w.qkv.data() + head * channels;
        if (piece % 2 == 0)
            k.packColumns(of + width, 3 * width, n, channels, 1.0f, precision, keysOf(head));
        else
            k.packRows(of + 2 * width, 3 * width, n, channels, precision, valuesOf(head));
    });
    const long perPiece = std::min(rowsPerPiece(n, team, k), kMostQueries), pieces = (n + perPiece - 1) / perPiece;
    team.forEach(int(heads * pieces), [&](int piece, int worker) {
        const long head = piece / pieces, first = piece % pieces * perPiece;
        Scratch& scratch = w.scratch[std::size_t(worker)];
        AttentionCall call;
        call.rows = std::min(n, first + perPiece) - first;
        call.firstToken = first;
        call.query = w.qkv.data() + first * 3 * width + head * channels;
        call.ldQuery = 3 * width;
        call.keys = {keysOf(head), channels, n, precision};
        call.values = {valuesOf(head), n, channels, precision};
        call.out = w.mixed.data() + first * width + head * channels;
        call.ldOut = width;
        call.scratch = scratch.scores.atLeast(std::size_t(k.attentionScratch(call.rows, n, channels, nullptr)));
        k.attention(call);
    });
}

const float* EcgEncoder::forward(const float* signal, Workspace& w, Team& team, const RowsObserver& observer) const
{
    const long n = tokens(), width = m_shape.width, perPiece = rowsPerPiece(n, team, *m_settings.kernels);
    w.tokens.atLeast(std::size_t(n * width));
    w.qkv.atLeast(std::size_t(n * 3 * width));
    w.mixed.atLeast(std::size_t(n * width));
    w.scratch.resize(std::size_t(team.threads()));
    const auto observe = [&](const std::string& stage) {
        if (observer)
            observer(stage, w.tokens.data(), n, width);
    };
    forRows(team, n, perPiece, [&](long first, long last, int worker) {
        embed(signal, first, last, w, w.scratch[std::size_t(worker)]);
        project(m_blocks.front(), first, last, w, w.scratch[std::size_t(worker)]);
    });
    observe("embed");
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        attend(w, team);
        forRows(team, n, perPiece, [&](long first, long last, int worker) {
            Scratch& scratch = w.scratch[std::size_t(worker)];
            m_blocks[i].tail.apply(*m_settings.kernels, w.mixed.data() + first * width, w.tokens.data() + first * width,
                                   last - first, scratch);
            if (i + 1 < m_blocks.size())
                project(m_blocks[i + 1], first, last, w, scratch);
        });
        observe("block" + std::to_string(i));
    }
    return w.tokens.data();
}

} // namespace echo2ecg::nn::cpu
