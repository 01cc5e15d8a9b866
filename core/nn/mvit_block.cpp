// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/mvit_block.h"

#include "nn/relative_rows.h"

#include <cmath>

namespace echo2ecg::nn {

namespace {

// Row 0 is the class token, which has no place.
at::Tensor cellMarks(const Grid& grid)
{
    at::Tensor marks = at::zeros({1 + grid.cells(), grid.y + grid.x + grid.t}, at::TensorOptions().dtype(at::kDouble));
    auto mark = marks.accessor<double, 2>();
    std::int64_t row = 1;
    for (int t = 0; t < grid.t; ++t)
        for (int y = 0; y < grid.y; ++y)
            for (int x = 0; x < grid.x; ++x, ++row)
                mark[row][y] = mark[row][grid.y + x] = mark[row][grid.y + grid.x + t] = 1.0;
    return marks;
}

} // namespace

MvitBlock::Pool::Pool(const Weights& weights, const std::string& name)
    : kernel(weights(name + ".pool.weight")), norm(weights, name + ".norm_act.0", 1e-6)
{
}

MvitBlock::MvitBlock(const MvitBlockShape& shape, const BlockGrids& grids, const Weights& weights,
                     const std::string& name)
    : m_shape(shape), m_grids(grids), m_scale(1.0 / std::sqrt(double(shape.outWidth / shape.heads))),
      m_norm1(weights, name + "norm1", 1e-6), m_norm2(weights, name + "norm2", 1e-6), m_qkv(weights, name + "attn.qkv"),
      m_projectAttention(weights, name + "attn.project.0"), m_mlpIn(weights, name + "mlp.0"),
      m_mlpOut(weights, name + "mlp.3"), m_poolQuery(weights, name + "attn.pool_q"),
      m_poolKey(weights, name + "attn.pool_k"), m_poolValue(weights, name + "attn.pool_v")
{
    if (shape.inWidth != shape.outWidth)
        m_projectSkip = Linear(weights, name + "project");
    m_relativeY = weights.place(relativeRows(weights.exact(name + "attn.rel_pos_h"), grids.query.y, grids.key.y));
    m_relativeX = weights.place(relativeRows(weights.exact(name + "attn.rel_pos_w"), grids.query.x, grids.key.x));
    m_relativeT = weights.place(relativeRows(weights.exact(name + "attn.rel_pos_t"), grids.query.t, grids.key.t));
    m_keyCells = weights.place(cellMarks(grids.key));
}

at::Tensor MvitBlock::pooled(const at::Tensor& part, const Pool& pool, int stride) const
{
    const std::int64_t batch = part.size(0), heads = part.size(2), channels = part.size(3);
    const Grid& in = m_grids.in;
    const at::Tensor byHead = part.transpose(1, 2); // (B, heads, tokens, channels)
    const at::Tensor volume =
        byHead.narrow(2, 1, in.cells()).transpose(2, 3).reshape({batch * heads, channels, in.t, in.y, in.x});
    const at::Tensor filtered =
        at::conv3d(volume, pool.kernel, {}, {1, stride, stride}, at::IntArrayRef{1, 1, 1}, {1, 1, 1}, channels);
    const at::Tensor classToken = byHead.narrow(2, 0, 1).reshape({batch * heads, 1, channels});
    return pool.norm(at::cat({classToken, filtered.flatten(2).transpose(1, 2)}, 1));
}

// Relative positions become extra channels: the query's are its products with the table, the key's mark its row, column
// and time, so that one matrix product gives the scores with their positions. The class token's extra channels are
// zero.
at::Tensor MvitBlock::withRelativePositions(const at::Tensor& query) const
{
    const std::int64_t groups = query.size(0), channels = query.size(2);
    const Grid &q = m_grids.query, &k = m_grids.key;
    const at::Tensor cells = query.narrow(1, 1, q.cells()).view({groups, q.t, q.y, q.x, channels});
    at::Tensor extended = at::empty({groups, 1 + q.cells(), channels + k.y + k.x + k.t}, query.options());
    extended.narrow(2, 0, channels).copy_(query * m_scale);
    extended.select(1, 0).narrow(1, channels, k.y + k.x + k.t).zero_();
    at::Tensor marks = extended.narrow(1, 1, q.cells()).view({groups, q.t, q.y, q.x, extended.size(2)});
    std::int64_t channel = channels;
    // `axis` is brought to the front, multiplied with its own rows of the table, and put back.
    const auto addAxis = [&](std::int64_t axis, const at::Tensor& rows, std::int64_t keys) {
        const at::Tensor moved = cells.transpose(0, axis);
        at::Tensor product = at::bmm(moved.reshape({moved.size(0), -1, channels}), rows);
        std::vector<std::int64_t> shape = moved.sizes().vec();
        shape.back() = keys;
        marks.narrow(4, channel, keys).copy_(product.view(shape).transpose(0, axis));
        channel += keys;
    };
    addAxis(2, m_relativeY, k.y);
    addAxis(3, m_relativeX, k.x);
    addAxis(1, m_relativeT, k.t);
    return extended;
}

at::Tensor MvitBlock::skipPath(const at::Tensor& x, const at::Tensor& normed) const
{
    const at::Tensor r = m_projectSkip.weight.defined() ? m_projectSkip(normed) : x;
    const int stride = m_shape.qStride;
    if (stride == 1)
        return r;
    const std::int64_t batch = r.size(0), width = r.size(2);
    const Grid &in = m_grids.in, &out = m_grids.query;
    // Time isn't pooled, so every time step is a picture of its own, channels last.
    const at::Tensor pictures =
        r.narrow(1, 1, in.cells()).reshape({batch * in.t, in.y, in.x, width}).permute({0, 3, 1, 2});
    const std::int64_t kernel = stride + 1, padding = kernel / 2;
    const at::Tensor pooledPictures = at::max_pool2d(pictures, {kernel, kernel}, {stride, stride}, {padding, padding});
    return at::cat({r.narrow(1, 0, 1), pooledPictures.permute({0, 2, 3, 1}).reshape({batch, out.cells(), width})}, 1);
}

at::Tensor MvitBlock::joinHeads(const at::Tensor& mixed) const
{
    const std::int64_t heads = m_shape.heads, batch = mixed.size(0) / heads, tokens = mixed.size(1);
    return mixed.view({batch, heads, tokens, mixed.size(2)}).transpose(1, 2).reshape({batch, tokens, m_shape.outWidth});
}

at::Tensor MvitBlock::forward(const at::Tensor& x) const
{
    const std::int64_t heads = m_shape.heads, channels = m_shape.outWidth / heads;
    const at::Tensor normed = m_norm1(x);
    const at::Tensor qkv = m_qkv(normed).view({x.size(0), x.size(1), 3, heads, channels});
    const at::Tensor query = pooled(qkv.select(2, 0), m_poolQuery, m_shape.qStride);
    const at::Tensor key = pooled(qkv.select(2, 1), m_poolKey, m_shape.kvStride);
    const at::Tensor value = pooled(qkv.select(2, 2), m_poolValue, m_shape.kvStride);

    const at::Tensor marks = m_keyCells.unsqueeze(0).expand({key.size(0), m_keyCells.size(0), m_keyCells.size(1)});
    at::Tensor mixed = attend(withRelativePositions(query), at::cat({key, marks}, 2), value);
    const std::int64_t cells = m_grids.query.cells();
    mixed.narrow(1, 1, cells).add_(query.narrow(1, 1, cells));
    return withMlp(skipPath(x, normed) + m_projectAttention(joinHeads(mixed)));
}

at::Tensor MvitBlock::forwardClassToken(const at::Tensor& x) const
{
    const std::int64_t batch = x.size(0), heads = m_shape.heads, width = m_shape.outWidth, channels = width / heads;
    const at::Tensor normed = m_norm1(x);
    const at::Tensor normedClass = normed.narrow(1, 0, 1);
    const at::Tensor q = at::linear(normedClass, m_qkv.weight.narrow(0, 0, width), m_qkv.bias.narrow(0, 0, width));
    const at::Tensor kv =
        at::linear(normed, m_qkv.weight.narrow(0, width, 2 * width), m_qkv.bias.narrow(0, width, 2 * width))
            .view({batch, x.size(1), 2, heads, channels});
    const at::Tensor query = m_poolQuery.norm(q.reshape({batch * heads, 1, channels})) * m_scale;
    const at::Tensor key = pooled(kv.select(2, 0), m_poolKey, m_shape.kvStride);
    const at::Tensor value = pooled(kv.select(2, 1), m_poolValue, m_shape.kvStride);
    const at::Tensor skip = m_projectSkip.weight.defined() ? m_projectSkip(normedClass) : x.narrow(1, 0, 1);
    return withMlp(skip + m_projectAttention(joinHeads(attend(query, key, value))));
}

} // namespace echo2ecg::nn
