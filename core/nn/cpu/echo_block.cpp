// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/echo_block.h"

#include "nn/relative_rows.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::nn::cpu {

namespace {

constexpr double kEpsilon = 1e-6; // of every LayerNorm of this network

// (27, channels) of a stored (channels, 1, 3, 3, 3).
Buffer<float> filterOf(const at::Tensor& kernel)
{
    return packedFloats(kernel.reshape({kernel.size(0), 27}).transpose(0, 1));
}

// relativeRows() with its keys padded to whole vectors.
Buffer<float> relativeTable(const at::Tensor& table, int queries, int keys, int vector, long& padded)
{
    padded = (keys + vector - 1) / vector * vector;
    const at::Tensor rows = relativeRows(table, queries, keys);
    at::Tensor wide = at::zeros({queries, table.size(1), padded}, rows.options());
    wide.narrow(2, 0, keys).copy_(rows);
    return packedFloats(wide);
}

// Output lines of a pool in pieces that give every thread several.
int linesPerPiece(int lines, long heads, const Team& team)
{
    const long wanted = 8L * team.threads() / heads + 1;
    return int(std::max(1L, lines / wanted));
}

} // namespace

EchoBlock::Pool::Pool(const Weights& weights, const std::string& name)
    : filter(filterOf(weights.exact(name + ".pool.weight"))), norm(weights, name + ".norm_act.0", kEpsilon)
{
}

EchoBlock::Reach::Reach(const Grid& in, const Grid& out, int stride)
{
    const auto along = [stride](int length, int places, std::vector<int>& stored) {
        stored.assign(std::size_t(length), -1);
        int count = 0;
        for (int i = 0; i < length; ++i) {
            // Windows reach one to each side of stride · place.
            const bool reached = (i % stride == 0 && i / stride < places) || (i % stride == 1 && i / stride < places) ||
                                 ((i + 1) % stride == 0 && (i + 1) / stride < places);
            if (reached)
                stored[std::size_t(i)] = count++;
        }
        return count;
    };
    storedY = along(in.y, out.y, y);
    storedX = along(in.x, out.x, x);
    tokens.push_back(0);
    for (int t = 0; t < in.t; ++t)
        for (int yi = 0; yi < in.y; ++yi)
            for (int xi = 0; xi < in.x; ++xi)
                if (y[std::size_t(yi)] >= 0 && x[std::size_t(xi)] >= 0)
                    tokens.push_back(1 + (t * in.y + yi) * in.x + xi);
}

EchoBlock::EchoBlock(const MvitBlockShape& shape, const BlockGrids& grids, const Weights& weights,
                     const std::string& name, const Settings& settings)
    : m_shape(shape), m_grids(grids), m_settings(settings), m_channels(shape.outWidth / shape.heads),
      m_norm1(weights, name + "norm1", kEpsilon), m_tail{PackedLinear(settings, weights, name + "attn.project.0"),
                                                         PackedNorm(weights, name + "norm2", kEpsilon),
                                                         PackedLinear(settings, weights, name + "mlp.0"),
                                                         PackedLinear(settings, weights, name + "mlp.3")},
      m_poolQuery(weights, name + "attn.pool_q"), m_poolKey(weights, name + "attn.pool_k"),
      m_poolValue(weights, name + "attn.pool_v"), m_queryReach(grids.in, grids.query, shape.qStride),
      m_keyReach(grids.in, grids.key, shape.kvStride)
{
    const std::int64_t width = shape.outWidth;
    const at::Tensor weight = weights.exact(name + "attn.qkv.weight"), bias = weights.exact(name + "attn.qkv.bias");
    m_query = PackedLinear(settings, weight.narrow(0, 0, width), bias.narrow(0, 0, width));
    m_keyValue = PackedLinear(settings, weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width));
    if (shape.inWidth != shape.outWidth)
        m_projectSkip = PackedLinear(settings, weights, name + "project");
    m_positions.query = grids.query;
    m_positions.key = grids.key;
    const int vector = settings.kernels->width;
    m_relativeY =
        relativeTable(weights.exact(name + "attn.rel_pos_h"), grids.query.y, grids.key.y, vector, m_positions.padY);
    m_relativeX =
        relativeTable(weights.exact(name + "attn.rel_pos_w"), grids.query.x, grids.key.x, vector, m_positions.padX);
    m_relativeT =
        relativeTable(weights.exact(name + "attn.rel_pos_t"), grids.query.t, grids.key.t, vector, m_positions.padT);
    m_positions.y = m_relativeY.data();
    m_positions.x = m_relativeX.data();
    m_positions.t = m_relativeT.data();
}

long EchoBlock::panelBytes() const
{
    const long keys = 1 + m_grids.key.cells();
    return m_settings.kernels->panelBytes(m_channels, keys, m_settings.precision) +
           m_settings.kernels->panelBytes(keys, m_channels, m_settings.precision);
}

void EchoBlock::reserve(EchoWorkspace& w) const
{
    const std::size_t in = std::size_t(tokensIn()), out = std::size_t(tokensOut()), width = std::size_t(widthOut()),
                      keys = std::size_t(1 + m_grids.key.cells());
    w.query.atLeast(in * width);
    w.keyValue.atLeast(m_keyReach.tokens.size() * 2 * width);
    if (m_projectSkip.exists())
        w.skip.atLeast(in * width);
    w.pooledQuery.atLeast(out * width);
    w.pooledKey.atLeast(keys * width);
    w.pooledValue.atLeast(keys * width);
    w.mixed.atLeast(out * width);
    w.panels.atLeast(std::size_t(m_shape.heads * panelBytes()));
    w.tokens.atLeast(std::max(in * std::size_t(widthIn()), out * width));
    w.next.atLeast(std::max(in * std::size_t(widthIn()), out * width));
}

void EchoBlock::projectRows(long first, long last, bool queries, EchoWorkspace& w, Scratch& scratch) const
{
    const Kernels& k = *m_settings.kernels;
    const long in = widthIn(), out = widthOut();
    NormCall norm = m_norm1.call();
    norm.in = w.tokens.data() + first * in;
    norm.ldIn = norm.ldOut = in;
    norm.rows = last - first;
    norm.out = scratch.rows.atLeast(std::size_t(norm.rows * in));
    k.norm(norm);

    const auto apply = [&](const PackedLinear& layer, const float* rows, long count, float* to) {
        LinearCall call = layer.call();
        call.in = rows;
        call.ldIn = in;
        call.rows = count;
        call.out = to;
        call.ldOut = layer.out();
        linear(k, call, scratch);
    };
    // Of the last block only the class token asks.
    const long asking = queries ? norm.rows : (first == 0 ? 1 : 0);
    if (asking > 0) {
        apply(m_query, norm.out, asking, w.query.data() + first * out);
        if (m_projectSkip.exists())
            apply(m_projectSkip, norm.out, asking, w.skip.data() + first * out);
    }
    const std::vector<int>& stored = m_keyReach.tokens;
    const auto begin = std::lower_bound(stored.begin(), stored.end(), int(first)),
               end = std::lower_bound(begin, stored.end(), int(last));
    if (begin == end)
        return;
    const float* reached = norm.out;
    if (end - begin < norm.rows) {
        float* gathered = scratch.more.atLeast(std::size_t((end - begin) * in));
        for (auto token = begin; token != end; ++token)
            std::copy_n(norm.out + (*token - first) * in, in, gathered + (token - begin) * in);
        reached = gathered;
    }
    apply(m_keyValue, reached, end - begin, w.keyValue.data() + (begin - stored.begin()) * 2 * out);
}

void EchoBlock::project(long first, long last, EchoWorkspace& w, Scratch& scratch) const
{
    projectRows(first, last, true, w, scratch);
}

void EchoBlock::projectForClass(long first, long last, EchoWorkspace& w, Scratch& scratch) const
{
    projectRows(first, last, false, w, scratch);
}

void EchoBlock::poolAll(bool queries, EchoWorkspace& w, Team& team) const
{
    const Kernels& k = *m_settings.kernels;
    const long width = widthOut(), channels = m_channels, heads = m_shape.heads;
    // One of query, key and value: where its rows come from and go to.
    struct Part
    {
        const Pool* pool;
        const Reach* reach;
        const Grid* grid;
        const float* in;
        long ldIn;
        float* out;
        int stride, lines, perPiece, pieces;
    };
    std::vector<Part> parts;
    const auto add = [&](const Pool& pool, const Reach& reach, const Grid& grid, const float* in, long ldIn, float* out,
                         int stride) {
        const int lines = grid.t * grid.y, perPiece = linesPerPiece(lines, heads, team);
        parts.push_back(
            {&pool, &reach, &grid, in, ldIn, out, stride, lines, perPiece, (lines + perPiece - 1) / perPiece});
    };
    if (queries)
        add(m_poolQuery, m_queryReach, m_grids.query, w.query.data(), width, w.pooledQuery.data(), m_shape.qStride);
    add(m_poolKey, m_keyReach, m_grids.key, w.keyValue.data(), 2 * width, w.pooledKey.data(), m_shape.kvStride);
    add(m_poolValue, m_keyReach, m_grids.key, w.keyValue.data() + width, 2 * width, w.pooledValue.data(),
        m_shape.kvStride);
    int pieces = 0;
    for (const Part& part : parts)
        pieces += part.pieces * int(heads);
    team.forEach(pieces, [&](int piece, int) {
        const Part* part = parts.data();
        while (piece >= part->pieces * int(heads))
            piece -= part++->pieces * int(heads);
        const long head = piece / part->pieces, rows = 1 + part->grid->cells();
        const int firstLine = piece % part->pieces * part->perPiece;
        const float* in = part->in + head * channels;
        float* out = part->out + head * rows * channels;
        if (firstLine == 0) { // the class token isn't filtered, but normalised
            NormCall norm = part->pool->norm.call();
            norm.in = in;
            norm.rows = 1;
            norm.out = out;
            k.norm(norm);
        }
        PoolCall call;
        call.in = in + part->ldIn;
        call.ldIn = part->ldIn;
        call.grid = m_grids.in;
        call.rowY = part->reach->y.data();
        call.rowX = part->reach->x.data();
        call.storedY = part->reach->storedY;
        call.storedX = part->reach->storedX;
        call.stride = part->stride;
        call.outGrid = *part->grid;
        call.firstLine = firstLine;
        call.lastLine = std::min(part->lines, firstLine + part->perPiece);
        call.filter = part->pool->filter.data();
        call.gamma = part->pool->norm.gamma.data();
        call.beta = part->pool->norm.beta.data();
        call.epsilon = part->pool->norm.epsilon;
        call.channels = channels;
        call.out = out + channels;
        call.ldOut = channels;
        k.pool(call);
    });
}

void EchoBlock::packKeysAndValues(EchoWorkspace& w, Team& team) const
{
    const Kernels& k = *m_settings.kernels;
    const long keys = 1 + m_grids.key.cells(), channels = m_channels;
    const Precision precision = m_settings.precision;
    team.forEach(2 * m_shape.heads, [&](int piece, int) {
        const long head = piece / 2;
        std::uint8_t* panels = w.panels.data() + head * panelBytes();
        if (piece % 2 == 0)
            k.packColumns(w.pooledKey.data() + head * keys * channels, channels, keys, channels,
                          float(1.0 / std::sqrt(double(channels))), precision, panels);
        else
            k.packRows(w.pooledValue.data() + head * keys * channels, channels, keys, channels, precision,
                       panels + k.panelBytes(channels, keys, precision));
    });
}

void EchoBlock::attend(long queries, EchoWorkspace& w, Team& team) const
{
    const Kernels& k = *m_settings.kernels;
    const long channels = m_channels, width = widthOut(), keys = 1 + m_grids.key.cells(), all = tokensOut();
    const Precision precision = m_settings.precision;
    // Scores of a piece stay in the second-level cache.
    constexpr long scoreBudget = 64 * 1024;
    const long fit = std::max<long>(1, scoreBudget / keys / k.strip) * k.strip;
    const long perPiece =
                   std::min({fit, kMostQueries / k.strip * k.strip, rowsPerPiece(queries * m_shape.heads, team, k)}),
               pieces = (queries + perPiece - 1) / perPiece;
    team.forEach(int(m_shape.heads * pieces), [&](int piece, int worker) {
        const long head = piece / pieces, first = piece % pieces * perPiece;
        const std::uint8_t* panels = w.panels.data() + head * panelBytes();
        AttentionCall call;
        call.rows = std::min(queries, first + perPiece) - first;
        call.firstToken = first;
        call.query = w.pooledQuery.data() + (head * all + first) * channels;
        call.ldQuery = channels;
        call.keys = {panels, channels, keys, precision};
        call.values = {panels + k.panelBytes(channels, keys, precision), keys, channels, precision};
        call.positions = &m_positions;
        call.addQuery = true;
        call.out = w.mixed.data() + first * width + head * channels;
        call.ldOut = width;
        call.scratch = w.scratch[std::size_t(worker)].scores.atLeast(
            std::size_t(k.attentionScratch(call.rows, keys, channels, &m_positions)));
        k.attention(call);
    });
}

void EchoBlock::mix(EchoWorkspace& w, Team& team) const
{
    poolAll(true, w, team);
    packKeysAndValues(w, team);
    attend(tokensOut(), w, team);
}

void EchoBlock::mixForClass(EchoWorkspace& w, Team& team) const
{
    poolAll(false, w, team);
    for (long head = 0; head < m_shape.heads; ++head) {
        NormCall norm = m_poolQuery.norm.call();
        norm.in = w.query.data() + head * m_channels;
        norm.rows = 1;
        norm.out = w.pooledQuery.data() + head * tokensOut() * m_channels;
        m_settings.kernels->norm(norm);
    }
    packKeysAndValues(w, team);
    attend(1, w, team);
}

// What the attention's output is added to: the tokens themselves or their projection, pooled where the block strides.
void EchoBlock::skipRows(long first, long last, const EchoWorkspace& w, float* out) const
{
    const float* source = m_projectSkip.exists() ? w.skip.data() : w.tokens.data();
    const long width = widthOut();
    if (m_shape.qStride == 1) {
        std::copy_n(source + first * width, (last - first) * width, out);
        return;
    }
    if (first == 0) {
        std::copy_n(source, width, out);
        out += width;
        ++first;
    }
    MaxPoolCall call;
    call.in = source + width;
    call.ldIn = call.ldOut = call.channels = width;
    call.grid = m_grids.in;
    call.stride = m_shape.qStride;
    call.outGrid = m_grids.query;
    call.firstCell = first - 1;
    call.lastCell = last - 1;
    call.out = out;
    m_settings.kernels->maxPool(call);
}

void EchoBlock::finish(long first, long last, EchoWorkspace& w, Scratch& scratch) const
{
    const long width = widthOut();
    float* tokens = w.next.data() + first * width;
    skipRows(first, last, w, tokens);
    m_tail.apply(*m_settings.kernels, w.mixed.data() + first * width, tokens, last - first, scratch);
}

} // namespace echo2ecg::nn::cpu
