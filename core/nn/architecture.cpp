// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/architecture.h"

#include "base/error.h"
#include "nn/grids.h"

#include <algorithm>
#include <initializer_list>

namespace echo2ecg::nn {

using base::ErrorCode;
using base::Json;
using base::ParseError;

namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& sentence, ErrorCode code = ErrorCode::Malformed)
{
    throw ParseError(code, "architecture: " + field + " " + sentence, {{}, field});
}

// A JSON object of known fields; reading one that is absent, unknown, of another type or out of range names it.
class Fields
{
public:
    Fields(const Json& json, std::string name, std::initializer_list<std::string_view> known)
        : m_json(json), m_name(std::move(name))
    {
        if (!json.isObject())
            refuse(m_name, "is not an object");
        for (const auto& [key, value] : json.members())
            if (std::find(known.begin(), known.end(), key) == known.end())
                refuse(path(key), "is not a field this program knows", ErrorCode::Unsupported);
    }

    const Json& at(const char* key) const
    {
        const Json* value = m_json.find(key);
        if (!value)
            refuse(path(key), "is missing", ErrorCode::Missing);
        return *value;
    }
    int integer(const char* key, int low, int high) const { return integer(at(key), path(key), low, high); }
    bool boolean(const char* key) const
    {
        if (!at(key).isBool())
            refuse(path(key), "is not true or false");
        return at(key).toBool();
    }
    std::string text(const char* key) const
    {
        if (!at(key).isString())
            refuse(path(key), "is not a text");
        return at(key).toString();
    }
    std::array<int, 3> triple(const char* key, int low, int high) const
    {
        const Json& value = at(key);
        if (!value.isArray() || value.size() != 3)
            refuse(path(key), "is not a list of three numbers");
        std::array<int, 3> result{};
        for (std::size_t i = 0; i < 3; ++i)
            result[i] = integer(value.items()[i], path(key) + "[" + std::to_string(i) + "]", low, high);
        return result;
    }
    std::string path(const std::string& key) const { return m_name.empty() ? key : m_name + "." + key; }

private:
    static int integer(const Json& value, const std::string& field, int low, int high)
    {
        if (!value.isInteger())
            refuse(field, "is not a whole number");
        if (value.toInteger() < low || value.toInteger() > high)
            refuse(field,
                   "is " + std::to_string(value.toInteger()) + ", which is outside " + std::to_string(low) + " to " +
                       std::to_string(high),
                   ErrorCode::LimitExceeded);
        return int(value.toInteger());
    }

    const Json& m_json;
    std::string m_name;
};

constexpr int kMaxWidth = 16384, kMaxDepth = 128;

EcgEncoderShape readEcg(const Json& json)
{
    const Fields f(json, "ecg", {"width", "depth", "heads", "mlp_width", "leads", "patch_samples", "window_samples"});
    EcgEncoderShape e;
    e.width = f.integer("width", 2, kMaxWidth);
    e.depth = f.integer("depth", 1, kMaxDepth);
    e.heads = f.integer("heads", 1, 256);
    e.mlpWidth = f.integer("mlp_width", 1, 4 * kMaxWidth);
    e.leads = f.integer("leads", 1, 64);
    e.patchSamples = f.integer("patch_samples", 1, 4096);
    e.windowSamples = f.integer("window_samples", 1, 1 << 17);
    if (e.width % 2 != 0)
        refuse("ecg.width", "is odd; the positions of lead and time need half of the channels each",
               ErrorCode::Inconsistent);
    if (e.width % e.heads != 0)
        refuse("ecg.heads", "does not divide ecg.width", ErrorCode::Inconsistent);
    if (e.windowSamples % e.patchSamples != 0)
        refuse("ecg.window_samples", "is not a multiple of ecg.patch_samples", ErrorCode::Inconsistent);
    return e;
}

MvitBlockShape readBlock(const Json& json, std::size_t index)
{
    const Fields f(json, "echo.blocks[" + std::to_string(index) + "]",
                   {"in_width", "out_width", "heads", "q_stride", "kv_stride"});
    MvitBlockShape b;
    b.inWidth = f.integer("in_width", 1, kMaxWidth);
    b.outWidth = f.integer("out_width", 1, kMaxWidth);
    b.heads = f.integer("heads", 1, 256);
    b.qStride = f.integer("q_stride", 1, 4);
    b.kvStride = f.integer("kv_stride", 1, 64);
    if (b.outWidth % b.heads != 0)
        refuse(f.path("heads"), "does not divide out_width", ErrorCode::Inconsistent);
    if (b.qStride == 3)
        refuse(f.path("q_stride"), "is 3; the pooled skip path has no such stride", ErrorCode::Unsupported);
    return b;
}

EchoEncoderShape readEcho(const Json& json)
{
    const Fields f(
        json, "echo",
        {"frames", "size", "stem_width", "embedding", "stem_kernel", "stem_stride", "stem_padding", "blocks"});
    EchoEncoderShape e;
    e.frames = f.integer("frames", 1, 1024);
    e.size = f.integer("size", 1, 4096);
    e.stemWidth = f.integer("stem_width", 1, kMaxWidth);
    e.embedding = f.integer("embedding", 1, kMaxWidth);
    e.stemKernel = f.triple("stem_kernel", 1, 64);
    e.stemStride = f.triple("stem_stride", 1, 64);
    e.stemPadding = f.triple("stem_padding", 0, 32);
    const Json& blocks = f.at("blocks");
    if (!blocks.isArray() || blocks.size() == 0 || blocks.size() > std::size_t(kMaxDepth))
        refuse("echo.blocks", "is not a list of 1 to " + std::to_string(kMaxDepth) + " blocks");
    e.blocks.clear();
    for (std::size_t i = 0; i < blocks.size(); ++i)
        e.blocks.push_back(readBlock(blocks.items()[i], i));

    int width = e.stemWidth;
    for (std::size_t i = 0; i < e.blocks.size(); ++i) {
        if (e.blocks[i].inWidth != width)
            refuse("echo.blocks[" + std::to_string(i) + "].in_width",
                   "is not the width that comes before it (" + std::to_string(width) + ")", ErrorCode::Inconsistent);
        width = e.blocks[i].outWidth;
    }
    const Grid stem = stemGrid(e);
    if (stem.t < 1 || stem.y < 1)
        refuse("echo.stem_kernel", "is larger than the padded input", ErrorCode::Inconsistent);
    const std::vector<BlockGrids> grids = blockGrids(e);
    for (std::size_t i = 0; i < grids.size(); ++i) {
        // Relative positions are looked up at whole steps, as in the published network.
        const int q = grids[i].query.y, k = grids[i].key.y;
        if (q % k != 0 && k % q != 0)
            refuse("echo.blocks[" + std::to_string(i) + "].kv_stride",
                   "gives grids of " + std::to_string(q) + " and " + std::to_string(k) +
                       ", and neither divides the other",
                   ErrorCode::Inconsistent);
    }
    return e;
}

const char* poolingName(ViewPooling pooling)
{
    switch (pooling) {
    case ViewPooling::Attention:
        return "attention";
    case ViewPooling::Mean:
        return "mean";
    case ViewPooling::Cls:
        return "cls";
    }
    return "attention";
}

constexpr std::pair<AlignmentHead, const char*> kHeads[] = {
    {AlignmentHead::None, "none"},          {AlignmentHead::Linear, "linear"},
    {AlignmentHead::SailStar, "sail_star"}, {AlignmentHead::SailMlp, "sail_mlp"},
    {AlignmentHead::SimClr, "simclr"},      {AlignmentHead::SailLinear, "sail_linear"},
    {AlignmentHead::ShareLock, "sharelock"}};

const char* headName(AlignmentHead head)
{
    for (const auto& [value, name] : kHeads)
        if (value == head)
            return name;
    return "linear";
}

AlignmentHead readHead(const std::string& text, const std::string& field)
{
    for (const auto& [value, name] : kHeads)
        if (text == name)
            return value;
    refuse(field, "is no kind of alignment that this program knows", ErrorCode::Unsupported);
}

AlignmentShape readAlignment(const Json& json, int embedding)
{
    const Fields f(json, "alignment",
                   {"pooling", "projection", "study_width", "pooling_heads", "cls_layers", "cls_ffn_width",
                    "aligned_width", "max_views", "ecg_head", "echo_head", "ecg_hidden", "echo_hidden", "token_norm"});
    AlignmentShape a;
    const std::string pooling = f.text("pooling");
    if (pooling == "attention")
        a.pooling = ViewPooling::Attention;
    else if (pooling == "mean")
        a.pooling = ViewPooling::Mean;
    else if (pooling == "cls")
        a.pooling = ViewPooling::Cls;
    else
        refuse("alignment.pooling", "is none of attention, mean, cls", ErrorCode::Unsupported);
    a.projection = f.boolean("projection");
    a.studyWidth = f.integer("study_width", 1, kMaxWidth);
    a.poolingHeads = f.integer("pooling_heads", 1, 256);
    a.clsLayers = f.integer("cls_layers", 1, kMaxDepth);
    a.clsFfnWidth = f.integer("cls_ffn_width", 1, 4 * kMaxWidth);
    a.alignedWidth = f.integer("aligned_width", 1, kMaxWidth);
    a.maxViews = f.integer("max_views", 1, 1 << 16);
    // Absent in bundles of the published kind.
    if (json.contains("ecg_head"))
        a.ecgHead = readHead(f.text("ecg_head"), f.path("ecg_head"));
    if (json.contains("echo_head"))
        a.echoHead = readHead(f.text("echo_head"), f.path("echo_head"));
    if (json.contains("ecg_hidden"))
        a.ecgHidden = f.integer("ecg_hidden", 0, 4 * kMaxWidth);
    if (json.contains("echo_hidden"))
        a.echoHidden = f.integer("echo_hidden", 0, 4 * kMaxWidth);
    if (json.contains("token_norm"))
        a.tokenNorm = f.boolean("token_norm");
    if ((a.ecgHead == AlignmentHead::None) != (a.echoHead == AlignmentHead::None))
        refuse("alignment.echo_head", "and ecg_head: there must be both or none", ErrorCode::Inconsistent);
    const auto needsHidden = [](AlignmentHead head) {
        return head != AlignmentHead::None && head != AlignmentHead::Linear && head != AlignmentHead::SailLinear;
    };
    if (needsHidden(a.ecgHead) && a.ecgHidden < 1)
        refuse("alignment.ecg_hidden", "is missing", ErrorCode::Missing);
    if (needsHidden(a.echoHead) && a.echoHidden < 1)
        refuse("alignment.echo_hidden", "is missing", ErrorCode::Missing);
    if (a.studyWidth % a.poolingHeads != 0)
        refuse("alignment.pooling_heads", "does not divide alignment.study_width", ErrorCode::Inconsistent);
    if (!a.projection && a.studyWidth != embedding)
        refuse("alignment.study_width", "is not echo.embedding although there is no projection",
               ErrorCode::Inconsistent);
    return a;
}

Json triple(const std::array<int, 3>& values)
{
    Json list = Json::array();
    for (const int value : values)
        list.push(value);
    return list;
}

} // namespace

Architecture Architecture::published()
{
    Architecture a;
    a.echo.blocks = {{96, 96, 1, 1, 8}, {96, 192, 2, 2, 4}, {192, 192, 2, 1, 4}, {192, 384, 4, 2, 2}};
    a.echo.blocks.insert(a.echo.blocks.end(), 10, {384, 384, 4, 1, 2});
    a.echo.blocks.push_back({384, 768, 8, 2, 1});
    a.echo.blocks.push_back({768, 768, 8, 1, 1});
    return a;
}

Architecture Architecture::small()
{
    Architecture a;
    a.ecg.depth = 4;
    a.ecg.mlpWidth = 384;
    a.echo.stemWidth = 32;
    a.echo.stemKernel = {3, 16, 16};
    a.echo.stemStride = {2, 14, 14};
    a.echo.stemPadding = {1, 1, 1};
    a.echo.blocks = {{32, 32, 1, 1, 4}, {32, 64, 2, 2, 4}, {64, 64, 2, 1, 2}, {64, 128, 4, 2, 1}, {128, 128, 4, 1, 1}};
    a.alignment.studyWidth = 256;
    a.alignment.clsFfnWidth = 512;
    return a;
}

Json Architecture::toJson() const
{
    Json blocks = Json::array();
    for (const MvitBlockShape& b : echo.blocks)
        blocks.push(Json::object({{"in_width", b.inWidth},
                                  {"out_width", b.outWidth},
                                  {"heads", b.heads},
                                  {"q_stride", b.qStride},
                                  {"kv_stride", b.kvStride}}));
    Json ecgJson = Json::object({{"width", ecg.width},
                                 {"depth", ecg.depth},
                                 {"heads", ecg.heads},
                                 {"mlp_width", ecg.mlpWidth},
                                 {"leads", ecg.leads},
                                 {"patch_samples", ecg.patchSamples},
                                 {"window_samples", ecg.windowSamples}});
    Json echoJson = Json::object({{"frames", echo.frames},
                                  {"size", echo.size},
                                  {"stem_width", echo.stemWidth},
                                  {"embedding", echo.embedding},
                                  {"stem_kernel", triple(echo.stemKernel)},
                                  {"stem_stride", triple(echo.stemStride)},
                                  {"stem_padding", triple(echo.stemPadding)},
                                  {"blocks", std::move(blocks)}});
    Json alignmentJson = Json::object({{"pooling", poolingName(alignment.pooling)},
                                       {"projection", alignment.projection},
                                       {"study_width", alignment.studyWidth},
                                       {"pooling_heads", alignment.poolingHeads},
                                       {"cls_layers", alignment.clsLayers},
                                       {"cls_ffn_width", alignment.clsFfnWidth},
                                       {"aligned_width", alignment.alignedWidth},
                                       {"max_views", alignment.maxViews}});
    // Only where they differ from the published kind, whose bundles keep their identity.
    const AlignmentShape usual;
    if (alignment.ecgHead != usual.ecgHead)
        alignmentJson.set("ecg_head", headName(alignment.ecgHead));
    if (alignment.echoHead != usual.echoHead)
        alignmentJson.set("echo_head", headName(alignment.echoHead));
    if (alignment.ecgHidden != usual.ecgHidden)
        alignmentJson.set("ecg_hidden", alignment.ecgHidden);
    if (alignment.echoHidden != usual.echoHidden)
        alignmentJson.set("echo_hidden", alignment.echoHidden);
    if (!alignment.tokenNorm)
        alignmentJson.set("token_norm", false);
    return Json::object(
        {{"ecg", std::move(ecgJson)}, {"echo", std::move(echoJson)}, {"alignment", std::move(alignmentJson)}});
}

Architecture Architecture::fromJson(const Json& json)
{
    const Fields f(json, "", {"ecg", "echo", "alignment"});
    Architecture a;
    a.ecg = readEcg(f.at("ecg"));
    a.echo = readEcho(f.at("echo"));
    a.alignment = readAlignment(f.at("alignment"), a.echo.embedding);
    return a;
}

} // namespace echo2ecg::nn
