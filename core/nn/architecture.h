// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <array>
#include <string>
#include <vector>

// The networks of SPEC §1–§5. This folder needs LibTorch and the standard library alone; headers that name no torch type
// (this one, bundle.h, model.h, safetensors.h, formula.h) are what the rest of the house includes.
namespace echo2ecg::nn {

// OTIS-style ECG encoder (SPEC §1).
struct EcgEncoderShape
{
    int width = 192, depth = 12, heads = 3, mlpWidth = 768;
    int leads = 12, patchSamples = 24, windowSamples = 1008;
    bool operator==(const EcgEncoderShape&) const = default;
};

// MViTv2 (SPEC §3). One entry per block.
struct MvitBlockShape
{
    int inWidth = 96, outWidth = 96, heads = 1;
    int qStride = 1, kvStride = 8;  // spatial; time is never strided
    bool operator==(const MvitBlockShape&) const = default;
};
struct EchoEncoderShape
{
    int frames = 16, size = 224, stemWidth = 96, embedding = 512;
    std::array<int, 3> stemKernel{3, 7, 7}, stemStride{2, 4, 4}, stemPadding{1, 3, 3};
    std::vector<MvitBlockShape> blocks;
    bool operator==(const EchoEncoderShape&) const = default;
};

enum class ViewPooling { Attention, Mean, Cls };
// From a token to the shared space (SPEC §5). None: no weights were given, so nothing can be retrieved.
enum class AlignmentHead { None, Linear, SailStar, SailMlp, SailLinear, SimClr, ShareLock };

struct AlignmentShape
{
    ViewPooling pooling = ViewPooling::Attention;
    bool projection = true;     // Linear embedding → studyWidth before pooling
    int studyWidth = 1024, poolingHeads = 4, clsLayers = 1, clsFfnWidth = 4096;
    int alignedWidth = 512;
    int maxViews = 128;
    AlignmentHead ecgHead = AlignmentHead::Linear, echoHead = AlignmentHead::Linear;
    int ecgHidden = 0, echoHidden = 0;  // inner width of heads that have one
    bool tokenNorm = true;      // false: the ECG token is the mean of all tokens, class token too, without LayerNorm
    bool operator==(const AlignmentShape&) const = default;
};

struct Architecture
{
    EcgEncoderShape ecg;
    EchoEncoderShape echo;
    AlignmentShape alignment;

    static Architecture published();  // the paper's: 192/12/3, mvit_v2_s, 1024, 512
    // Same kinds of layers, every mechanism used (strides, projections, width changes), two orders of magnitude fewer operations; embeds a clip in
    // tens of milliseconds on one core. Keeps the 192-d token, 512-d clip and 512-d aligned widths.
    static Architecture small();

    base::Json toJson() const;
    static Architecture fromJson(const base::Json& json);  // throws base::ParseError naming the field
    bool operator==(const Architecture&) const = default;
};

// Every tensor that a model of this architecture needs: name as in Lightning's state_dict (SPEC §6 prefixes), shape.
struct TensorSpec
{
    std::string name;
    std::vector<long long> shape;
};
std::vector<TensorSpec> alignmentHeadSpecs(AlignmentHead head, const std::string& name, long long width, long long hidden,
                                           long long alignedWidth);
std::vector<TensorSpec> tensorSpecs(const Architecture& architecture);

} // namespace echo2ecg::nn
