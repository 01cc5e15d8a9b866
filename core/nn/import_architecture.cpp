// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/import_architecture.h"

#include "nn/grids.h"

#include <algorithm>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;

namespace {

// Shapes by name, refused where they are no sensible size.
class Shapes
{
public:
    explicit Shapes(const OfferedTensors& tensors) : m_tensors(tensors) {}

    bool has(const std::string& name) const { return m_tensors.contains(name); }
    // One length, or the fallback when the tensor isn't there (it will be listed as missing).
    int length(const std::string& name, std::size_t axis, int fallback) const
    {
        const auto found = m_tensors.find(name);
        if (found == m_tensors.end())
            return fallback;
        const std::vector<long long>& shape = found->second.shape;
        if (axis >= shape.size() || shape[axis] < 1 || shape[axis] > 65536)
            throw Error(ErrorCode::Mismatch, "a tensor has a shape that no model has", {{}, "tensor " + name});
        return int(shape[axis]);
    }
    int count(const std::string& before, const std::string& after) const
    {
        int n = 0;
        while (n < 128 && has(before + std::to_string(n) + after))
            ++n;
        return n;
    }

private:
    const OfferedTensors& m_tensors;
};

EcgEncoderShape ecgShape(const Shapes& shapes, int windowSamples, std::vector<std::string>& notes)
{
    const std::string p = std::string(kEcgEncoder) + ".";
    EcgEncoderShape e;
    e.width = shapes.length(p + "cls_token", 2, e.width);
    e.depth = std::max(1, shapes.count(p + "blocks.", ".norm1.weight"));
    e.mlpWidth = shapes.length(p + "blocks.0.mlp.fc1.weight", 0, 4 * e.width);
    e.patchSamples = shapes.length(p + "patch_embed.proj.weight", 3, e.patchSamples);
    e.leads = std::max(1, shapes.length(p + "pos_embed_y.weight", 0, 1 + e.leads) - 1);
    // Heads leave no trace in the shapes: 64 channels each, but for the largest of the family.
    if (e.width == 576 && e.depth == 24) {
        e.heads = 8;
    } else if (e.width % 64 == 0) {
        e.heads = e.width / 64;
    } else {
        e.heads = e.width % 3 == 0 ? 3 : 1;
        notes.push_back("an ECG encoder of width " + std::to_string(e.width) +
                        " isn't a published one; it is taken to have " + std::to_string(e.heads) + " heads");
    }
    e.windowSamples = windowSamples > 0 ? windowSamples : 1008;
    if (e.windowSamples % e.patchSamples != 0)
        throw Error(ErrorCode::Mismatch, "the recipe's window of " + std::to_string(e.windowSamples) +
                                             " samples is no multiple of the encoder's patch of " +
                                             std::to_string(e.patchSamples));
    return e;
}

// All that is there is this network's, and it's most of it; a tensor that is missing is told later.
bool fits(const EchoEncoderShape& echo, const OfferedTensors& tensors)
{
    Architecture a;
    a.echo = echo;
    std::size_t needed = 0, there = 0;
    for (const TensorSpec& spec : tensorSpecs(a)) {
        if (!spec.name.starts_with(kEchoEncoder))
            continue;
        ++needed;
        const auto found = tensors.find(spec.name);
        if (found == tensors.end())
            continue;
        if (found->second.shape != spec.shape)
            return false;
        ++there;
    }
    const std::string beyond = std::string(kEchoEncoder) + ".blocks." + std::to_string(echo.blocks.size()) + ".";
    const auto next = tensors.lower_bound(beyond);
    return 2 * there > needed && (next == tensors.end() || !next->first.starts_with(beyond));
}

EchoEncoderShape echoShape(const Shapes& shapes, const OfferedTensors& tensors, std::vector<std::string>& notes)
{
    // Strides leave no trace in the shapes either, so a network that this program knows is taken as it is known.
    for (const Architecture& known : {Architecture::published(), Architecture::small()})
        if (fits(known.echo, tensors))
            return known.echo;
    const std::string p = std::string(kEchoEncoder) + ".";
    EchoEncoderShape e;
    e.stemWidth = shapes.length(p + "conv_proj.weight", 0, e.stemWidth);
    for (std::size_t axis = 0; axis < 3; ++axis)
        e.stemKernel[axis] = shapes.length(p + "conv_proj.weight", 2 + axis, e.stemKernel[axis]);
    e.embedding = shapes.length(p + "head.1.weight", 0, e.embedding);
    // MViT's rules: tables of 2·grid − 1 relative positions, of the larger of the two grids; a block that widens halves
    // the queries' grid; the keys' stride starts at 8 and halves with it, unless the table tells that theirs is larger.
    const int depth = shapes.count(p + "blocks.", ".norm1.weight");
    if (depth == 0)
        return Architecture::published().echo;
    e.frames = (shapes.length(p + "blocks.0.attn.rel_pos_t", 0, 15) + 1) / 2 * e.stemStride[0];
    e.size = (shapes.length(p + "blocks.0.attn.rel_pos_h", 0, 111) + 1) / 2 * e.stemStride[1];
    int kvStride = 8, width = e.stemWidth, grid = e.size / e.stemStride[1];
    for (int i = 0; i < depth; ++i) {
        const std::string b = p + "blocks." + std::to_string(i) + ".";
        MvitBlockShape block;
        block.inWidth = width;
        block.outWidth = shapes.length(b + "norm2.weight", 0, width);
        const int channels = shapes.length(b + "attn.rel_pos_h", 1, block.outWidth);
        block.heads = std::max(1, block.outWidth / channels);
        const int cells = (shapes.length(b + "attn.rel_pos_h", 0, 2 * grid - 1) + 1) / 2;
        block.qStride = shapes.has(b + "project.weight") || cells < grid ? 2 : 1;
        const int queries = (grid - 1) / block.qStride + 1;
        kvStride = std::max(1, queries < cells ? grid / cells : kvStride / block.qStride);
        block.kvStride = kvStride;
        width = block.outWidth;
        grid = queries;
        e.blocks.push_back(block);
    }
    notes.push_back("the echo encoder isn't a published one; its strides follow the rules of MViT");
    return e;
}

AlignmentHead headOf(const Shapes& shapes, const std::string& name, int width, int& hidden, int& aligned)
{
    const std::string map = name + ".mapping_network";
    const auto found = [&](const std::string& first, const std::string& last, AlignmentHead head) {
        hidden = shapes.length(first, 0, width);
        aligned = shapes.length(last, 0, aligned);
        return head;
    };
    if (shapes.has(name + ".weight")) {
        aligned = shapes.length(name + ".weight", 0, aligned);
        return AlignmentHead::Linear;
    }
    if (shapes.has(map + ".weight")) {
        aligned = shapes.length(map + ".weight", 0, aligned);
        return AlignmentHead::SailLinear;
    }
    if (shapes.has(map + ".f1.weight"))
        return found(map + ".f1.weight", map + ".g.weight", AlignmentHead::SailStar);
    if (shapes.has(map + ".proj.0.weight"))
        return found(map + ".proj.0.weight", map + ".proj.2.weight", AlignmentHead::SailMlp);
    if (shapes.has(map + ".layers.12.weight"))
        return found(map + ".layers.0.weight", map + ".layers.12.weight", AlignmentHead::ShareLock);
    if (shapes.has(map + ".layers.0.weight"))
        return found(map + ".layers.0.weight", map + ".layers.3.weight", AlignmentHead::SimClr);
    return AlignmentHead::None;
}

AlignmentShape alignmentShape(const Shapes& shapes, int ecgWidth, int embedding, std::vector<std::string>& notes)
{
    AlignmentShape a;
    const std::string aggregator = std::string(kViewAggregator) + ".aggregator.";
    a.projection = shapes.has(std::string(kProjection) + ".weight");
    a.studyWidth = shapes.length(std::string(kProjection) + ".weight", 0, embedding);
    if (shapes.has(aggregator + "cls_token")) {
        a.pooling = ViewPooling::Cls;
        a.clsLayers = std::max(1, shapes.count(aggregator + "layers.", ".ln1.weight"));
        a.clsFfnWidth = shapes.length(aggregator + "layers.0.ffn.0.weight", 0, a.clsFfnWidth);
    } else if (shapes.has(aggregator + "mha.in_proj_weight")) {
        a.pooling = ViewPooling::Attention;
    } else {
        a.pooling = ViewPooling::Mean;
        notes.push_back("no view aggregator is given: a study is the plain mean of its views");
    }
    if (a.studyWidth % a.poolingHeads != 0) {
        a.poolingHeads = 1;
        notes.push_back("the width of a study isn't divisible by the usual four heads; one is taken");
    }
    a.tokenNorm = shapes.has(std::string(kTokenAggregator) + ".ecg_layernorm_global.weight");
    if (!a.tokenNorm)
        notes.push_back("no token aggregator is given: the ECG token is the mean of all tokens, without normalisation");
    int ecgAligned = a.alignedWidth, echoAligned = a.alignedWidth;
    a.ecgHead = headOf(shapes, kEcgAlignment, ecgWidth, a.ecgHidden, ecgAligned);
    a.echoHead = headOf(shapes, kEchoAlignment, a.studyWidth, a.echoHidden, echoAligned);
    a.alignedWidth = ecgAligned;
    std::string why;
    if ((a.ecgHead == AlignmentHead::None) != (a.echoHead == AlignmentHead::None))
        why = std::string("the alignment layer of the ") + (a.ecgHead == AlignmentHead::None ? "ECG" : "echo") +
              " is missing";
    else if (a.ecgHead != AlignmentHead::None && ecgAligned != echoAligned)
        why = "the alignment layers give vectors of " + std::to_string(ecgAligned) + " and " +
              std::to_string(echoAligned) + " numbers, which can't be compared";
    if (!why.empty()) {
        notes.push_back(why + "; neither is used");
        a.ecgHead = a.echoHead = AlignmentHead::None;
    }
    if (a.ecgHead == AlignmentHead::None)
        a.ecgHidden = a.echoHidden = 0, a.alignedWidth = AlignmentShape().alignedWidth;
    if (a.ecgHead == AlignmentHead::Linear || a.ecgHead == AlignmentHead::SailLinear)
        a.ecgHidden = 0;
    if (a.echoHead == AlignmentHead::Linear || a.echoHead == AlignmentHead::SailLinear)
        a.echoHidden = 0;
    return a;
}

} // namespace

Architecture architectureOf(const OfferedTensors& tensors, int windowSamples, std::vector<std::string>& notes)
{
    const Shapes shapes(tensors);
    Architecture a;
    a.ecg = ecgShape(shapes, windowSamples, notes);
    a.echo = echoShape(shapes, tensors, notes);
    a.alignment = alignmentShape(shapes, a.ecg.width, a.echo.embedding, notes);
    if (a.alignment.pooling != ViewPooling::Cls) // a width that nothing has: as in the network that this is
        for (const Architecture& known : {Architecture::published(), Architecture::small()})
            if (a.echo == known.echo)
                a.alignment.clsFfnWidth = known.alignment.clsFfnWidth;
    try {
        return Architecture::fromJson(a.toJson()); // the same checks as when a bundle is read
    } catch (const base::Error& error) {
        throw Error(ErrorCode::Mismatch, "the shapes of these tensors make no model: " + error.sentence(),
                    error.place());
    }
}

} // namespace echo2ecg::nn
