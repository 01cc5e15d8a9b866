// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/architecture.h"
#include "nn/grids.h"

#include <algorithm>

namespace echo2ecg::nn {

Grid stemGrid(const EchoEncoderShape& shape)
{
    const auto cells = [&](int length, std::size_t axis) {
        const int padded = length + 2 * shape.stemPadding[axis] - shape.stemKernel[axis];
        return padded < 0 ? 0 : padded / shape.stemStride[axis] + 1;
    };
    return {cells(shape.frames, 0), cells(shape.size, 1), cells(shape.size, 2)};
}

Grid pooledGrid(const Grid& grid, int stride)
{
    return {grid.t, (grid.y - 1) / stride + 1, (grid.x - 1) / stride + 1};
}

std::vector<BlockGrids> blockGrids(const EchoEncoderShape& shape)
{
    std::vector<BlockGrids> grids;
    Grid grid = stemGrid(shape);
    for (const MvitBlockShape& block : shape.blocks) {
        grids.push_back({grid, pooledGrid(grid, block.qStride), pooledGrid(grid, block.kvStride)});
        grid = grids.back().query;
    }
    return grids;
}

namespace {

class Specs
{
public:
    void add(const std::string& name, std::vector<long long> shape) { m_specs.push_back({name, std::move(shape)}); }
    void affine(const std::string& name, long long width)
    {
        add(name + ".weight", {width});
        add(name + ".bias", {width});
    }
    void linear(const std::string& name, long long in, long long out)
    {
        add(name + ".weight", {out, in});
        add(name + ".bias", {out});
    }
    void attention(const std::string& name, long long width)
    {
        add(name + ".in_proj_weight", {3 * width, width});
        add(name + ".in_proj_bias", {3 * width});
        linear(name + ".out_proj", width, width);
    }
    std::vector<TensorSpec> take() { return std::move(m_specs); }

private:
    std::vector<TensorSpec> m_specs;
};

void addEcgEncoder(Specs& specs, const EcgEncoderShape& e)
{
    const std::string p = "ecg_encoder.";
    specs.add(p + "cls_token", {1, 1, e.width});
    specs.add(p + "pos_embed_x", {1, 1 + e.windowSamples / e.patchSamples, e.width / 2});
    specs.add(p + "patch_embed.proj.weight", {e.width, 1, 1, e.patchSamples});
    specs.add(p + "patch_embed.proj.bias", {e.width});
    specs.affine(p + "patch_embed.norm", e.width);
    for (int i = 0; i < e.depth; ++i) {
        const std::string b = p + "blocks." + std::to_string(i) + ".";
        specs.affine(b + "norm1", e.width);
        specs.attention(b + "attn.mha", e.width);
        specs.linear(b + "attn.qkv", e.width, 3LL * e.width);
        specs.linear(b + "attn.proj", e.width, e.width);
        specs.affine(b + "norm2", e.width);
        specs.linear(b + "mlp.fc1", e.width, e.mlpWidth);
        specs.linear(b + "mlp.fc2", e.mlpWidth, e.width);
    }
    specs.add(p + "pos_embed_y.weight", {1 + e.leads, e.width / 2});
}

void addEchoEncoder(Specs& specs, const EchoEncoderShape& e)
{
    const std::string p = "echo_encoder.";
    specs.add(p + "conv_proj.weight", {e.stemWidth, 3, e.stemKernel[0], e.stemKernel[1], e.stemKernel[2]});
    specs.add(p + "conv_proj.bias", {e.stemWidth});
    specs.add(p + "pos_encoding.class_token", {e.stemWidth});
    const std::vector<BlockGrids> grids = blockGrids(e);
    for (std::size_t i = 0; i < e.blocks.size(); ++i) {
        const MvitBlockShape& block = e.blocks[i];
        const long long in = block.inWidth, out = block.outWidth, head = out / block.heads;
        const Grid &q = grids[i].query, &k = grids[i].key;
        const std::string b = p + "blocks." + std::to_string(i) + ".";
        specs.affine(b + "norm1", in);
        specs.affine(b + "norm2", out);
        specs.add(b + "attn.rel_pos_h", {2LL * std::max(q.y, k.y) - 1, head});
        specs.add(b + "attn.rel_pos_w", {2LL * std::max(q.x, k.x) - 1, head});
        specs.add(b + "attn.rel_pos_t", {2LL * std::max(q.t, k.t) - 1, head});
        specs.linear(b + "attn.qkv", in, 3 * out);
        specs.linear(b + "attn.project.0", out, out);
        for (const char* pool : {"attn.pool_q", "attn.pool_k", "attn.pool_v"}) {
            specs.add(b + pool + ".pool.weight", {head, 1, 3, 3, 3});
            specs.affine(b + pool + ".norm_act.0", head);
        }
        specs.linear(b + "mlp.0", out, 4 * out);
        specs.linear(b + "mlp.3", 4 * out, out);
        if (in != out)
            specs.linear(b + "project", in, out);
    }
    const int last = e.blocks.empty() ? e.stemWidth : e.blocks.back().outWidth;
    specs.affine(p + "norm", last);
    specs.linear(p + "head.1", last, e.embedding);
}

void addViewAggregator(Specs& specs, const AlignmentShape& a)
{
    const std::string p = "echo_view_aggregator.aggregator.";
    if (a.pooling == ViewPooling::Attention)
        specs.attention(p + "mha", a.studyWidth);
    if (a.pooling != ViewPooling::Cls)
        return;
    specs.add(p + "cls_token", {1, 1, a.studyWidth});
    for (int i = 0; i < a.clsLayers; ++i) {
        const std::string l = p + "layers." + std::to_string(i) + ".";
        specs.attention(l + "mha", a.studyWidth);
        specs.affine(l + "ln1", a.studyWidth);
        specs.affine(l + "ln2", a.studyWidth);
        specs.linear(l + "ffn.0", a.studyWidth, a.clsFfnWidth);
        specs.linear(l + "ffn.2", a.clsFfnWidth, a.studyWidth);
    }
}

} // namespace

std::vector<TensorSpec> alignmentHeadSpecs(AlignmentHead head, const std::string& name, long long width,
                                           long long hidden, long long alignedWidth)
{
    Specs specs;
    const std::string map = name + ".mapping_network";
    const auto batchNorm = [&](const std::string& layer, long long channels) {
        specs.affine(layer, channels);
        specs.add(layer + ".running_mean", {channels});
        specs.add(layer + ".running_var", {channels});
    };
    if (head != AlignmentHead::None && head != AlignmentHead::Linear)
        specs.affine(name + ".layer_norm", width);
    switch (head) {
    case AlignmentHead::None:
        break;
    case AlignmentHead::Linear:
        specs.add(name + ".weight", {alignedWidth, width});
        break;
    case AlignmentHead::SailStar:
        specs.linear(map + ".f1", width, hidden);
        specs.linear(map + ".f2", width, hidden);
        specs.linear(map + ".g", hidden, alignedWidth);
        break;
    case AlignmentHead::SailMlp:
        specs.linear(map + ".proj.0", width, hidden);
        specs.linear(map + ".proj.2", hidden, alignedWidth);
        break;
    case AlignmentHead::SailLinear:
        specs.linear(map, width, alignedWidth);
        break;
    case AlignmentHead::SimClr:
        specs.add(map + ".layers.0.weight", {hidden, width});
        batchNorm(map + ".layers.1", hidden);
        specs.add(map + ".layers.3.weight", {alignedWidth, hidden});
        batchNorm(map + ".layers.4", alignedWidth);
        break;
    case AlignmentHead::ShareLock:
        specs.linear(map + ".layers.0", width, hidden);
        batchNorm(map + ".layers.1", hidden);
        specs.linear(map + ".layers.4", hidden, hidden);
        batchNorm(map + ".layers.5", hidden);
        specs.linear(map + ".layers.8", hidden, hidden);
        batchNorm(map + ".layers.9", hidden);
        specs.linear(map + ".layers.12", hidden, alignedWidth);
        break;
    }
    return specs.take();
}

std::vector<TensorSpec> tensorSpecs(const Architecture& architecture)
{
    Specs specs;
    addEcgEncoder(specs, architecture.ecg);
    addEchoEncoder(specs, architecture.echo);
    const AlignmentShape& a = architecture.alignment;
    if (a.projection)
        specs.linear("echo_projection_for_agg", architecture.echo.embedding, a.studyWidth);
    addViewAggregator(specs, a);
    if (a.tokenNorm)
        specs.affine("token_aggregator.ecg_layernorm_global", architecture.ecg.width);
    std::vector<TensorSpec> all = specs.take();
    const auto append = [&](AlignmentHead head, const char* name, int width, int hidden) {
        for (TensorSpec& spec : alignmentHeadSpecs(head, name, width, hidden, a.alignedWidth))
            all.push_back(std::move(spec));
    };
    append(a.ecgHead, "ecg_alignment_global_token", architecture.ecg.width, a.ecgHidden);
    append(a.echoHead, "echo_alignment_global_token", a.studyWidth, a.echoHidden);
    return all;
}

} // namespace echo2ecg::nn
