// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/import_sources.h"

#include "nn/checkpoint/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;
namespace ck = checkpoint;

namespace {

constexpr const char* kParts[] = {kEcgEncoder,     kEchoEncoder,  kTokenAggregator, kProjection,
                                  kViewAggregator, kEcgAlignment, kEchoAlignment};
constexpr int kOtisLeads = 12, kOtisEcgOffset = 4;

const char* partOf(ImportRole role)
{
    switch (role) {
    case ImportRole::Any:
        return "";
    case ImportRole::Ecg:
        return kEcgEncoder;
    case ImportRole::Echo:
        return kEchoEncoder;
    case ImportRole::Aggregator:
        return kTokenAggregator;
    case ImportRole::Projection:
        return kProjection;
    case ImportRole::ViewAggregator:
        return kViewAggregator;
    case ImportRole::EcgAlignment:
        return kEcgAlignment;
    case ImportRole::EchoAlignment:
        return kEchoAlignment;
    }
    return "";
}

std::string titleOf(const std::string& part)
{
    if (part == kEcgEncoder)
        return "ECG encoder";
    if (part == kEchoEncoder)
        return "echo encoder";
    if (part == kTokenAggregator)
        return "ECG token aggregator";
    if (part == kProjection)
        return "projection of views";
    if (part == kViewAggregator)
        return "view aggregator";
    if (part == kEcgAlignment)
        return "ECG alignment layer";
    if (part == kEchoAlignment)
        return "echo alignment layer";
    return "alignment layer";
}

std::string prefixOf(const std::string& key)
{
    return key.substr(0, key.find('.'));
}

// The part whose tensors a component file holds without a prefix; empty when that can't be told.
std::string componentOf(const OfferedTensors& tensors)
{
    const auto has = [&](const char* key) { return tensors.contains(key); };
    if (has("patch_embed.proj.weight"))
        return kEcgEncoder;
    if (has("conv_proj.weight"))
        return kEchoEncoder;
    if (has("ecg_layernorm_global.weight"))
        return kTokenAggregator;
    if (std::any_of(tensors.begin(), tensors.end(), [](const auto& t) { return t.first.starts_with("aggregator."); }))
        return kViewAggregator;
    const auto rank = [&](const char* key) { return has(key) ? tensors.at(key).shape.size() : 0; };
    if (rank("weight") == 2)
        return has("bias") ? kProjection : "alignment";
    if (std::any_of(tensors.begin(), tensors.end(),
                    [](const auto& t) { return t.first.starts_with("mapping_network."); }))
        return "alignment";
    return {};
}

// Known, and not part of embedding.
bool isIgnorable(const std::string& name)
{
    const std::string part = prefixOf(name), key = name.substr(std::min(name.size(), part.size() + 1));
    for (const char* start : {"ecg_task_", "loss_fn.", "mask_token"})
        if (name.starts_with(start))
            return true;
    if (key.ends_with("num_batches_tracked"))
        return true;
    if (part == kEcgEncoder)
        for (const char* start : {"head.", "norm.", "fc_norm.", "decoder_", "mask_token"})
            if (key.starts_with(start))
                return true;
    if (part == kEcgAlignment || part == kEchoAlignment || part == "alignment")
        return key == "logit_scale" || key == "logit_bias";
    return part == kViewAggregator && key == "mask_token";
}

// The dictionary that holds the weights: Lightning's, a component's, or the root itself.
const ck::Value& stateDict(const ck::Checkpoint& checkpoint, const std::filesystem::path& file, std::string& content)
{
    const auto tensorsIn = [](const ck::Value& dict) {
        return dict.kind == ck::Kind::Dict &&
               std::any_of(dict.entries.begin(), dict.entries.end(), [](const auto& entry) {
                   return entry.first->kind == ck::Kind::Text && entry.second->kind == ck::Kind::Tensor;
               });
    };
    const ck::Value& root = checkpoint.root();
    if (const ck::Value* found = root.find("state_dict"); found && tensorsIn(*found)) {
        content = "training run";
        return *found;
    }
    if (const ck::Value* found = root.find("model"); found && tensorsIn(*found)) {
        content = root.find("domain_offsets") ? "OTiS checkpoint" : "component file";
        return *found;
    }
    if (tensorsIn(root)) {
        content = "bare weights";
        return root;
    }
    throw Error(ErrorCode::NotRecognised, "the checkpoint holds no weights", {file, {}});
}

// OTiS keeps the leads of all its domains in one table; the ECG's come after their offset, behind one unused row.
void takeEcgLeads(OfferedTensor& table, const ck::Value* offsets, std::vector<std::string>& notes,
                  const std::filesystem::path& file)
{
    const base::Place place{file, "tensor pos_embed_y.weight"};
    if (table.shape.size() != 2)
        throw Error(ErrorCode::Mismatch, "the table of leads is no table", place);
    const long long rows = table.shape[0], channels = table.shape[1];
    if (!offsets && rows <= 1 + kOtisLeads)
        return;
    std::int64_t offset = kOtisEcgOffset;
    if (offsets) {
        const ck::Value* ecg = offsets->find("ecg");
        if (!ecg || ecg->kind != ck::Kind::Integer)
            throw Error(ErrorCode::Missing, "the checkpoint doesn't say where the ECG's leads lie",
                        {file, "domain_offsets"});
        offset = ecg->integer;
    } else {
        notes.push_back("the table of leads has " + std::to_string(rows) +
                        " rows and no offset of the ECG's; OTiS's usual one (4) is taken");
    }
    if (offset < 0 || offset > rows - 1 - kOtisLeads)
        throw Error(ErrorCode::Inconsistent, "the offset of the ECG's leads lies outside their table", place);
    notes.push_back("leads are rows " + std::to_string(offset + 1) + " to " + std::to_string(offset + kOtisLeads) +
                    " of the " + std::to_string(rows) + " of all domains");
    table.dtype = "F32";
    table.shape = {1 + kOtisLeads, channels};
    table.read = [read = table.read, offset, channels] {
        const StoredTensor all = read();
        const std::vector<float> values = all.toFloat();
        std::vector<float> rowsTaken(std::size_t(channels), 0.0f);
        const auto first = values.begin() + (offset + 1) * channels;
        rowsTaken.insert(rowsTaken.end(), first, first + kOtisLeads * channels);
        return StoredTensor::of(all.name, {1 + kOtisLeads, channels}, rowsTaken);
    };
}

OpenedSource openSafetensors(const std::filesystem::path& file)
{
    OpenedSource opened;
    opened.report.format = "safetensors";
    opened.report.content = "weights";
    std::map<std::string, std::string> metadata;
    for (auto& [name, tensor] : readSafetensors(file, &metadata)) {
        const auto held = std::make_shared<StoredTensor>(std::move(tensor));
        opened.tensors[name] = {held->dtype, held->shape, [held] { return *held; }, 0};
    }
    if (const auto found = metadata.find("echo2ecg.architecture"); found != metadata.end())
        opened.architecture = found->second;
    return opened;
}

OpenedSource openCheckpoint(const std::filesystem::path& file)
{
    OpenedSource opened;
    const ck::Checkpoint checkpoint = ck::readCheckpoint(file);
    opened.report.format = checkpoint.format() == ck::Format::Zip ? "PyTorch" : "PyTorch (before 1.6)";
    if (checkpoint.bigEndian())
        opened.report.notes.push_back("the numbers are big-endian and are swapped");
    const ck::Value& dict = stateDict(checkpoint, file, opened.report.content);
    for (const auto& [key, value] : dict.entries) {
        if (key->kind != ck::Kind::Text || value->kind != ck::Kind::Tensor)
            continue;
        std::string name = key->text;
        for (const std::string wrapper : {"module.", "_orig_mod."})
            if (name.starts_with(wrapper))
                name = name.substr(wrapper.size());
        const ck::TensorInfo& info = checkpoint.info(*value);
        opened.tensors[name] = {info.dtype, info.shape,
                                [checkpoint, tensor = value, name] { return checkpoint.read(*tensor, name); }, 0};
    }
    if (const auto table = opened.tensors.find("pos_embed_y.weight"); table != opened.tensors.end())
        takeEcgLeads(table->second, checkpoint.root().find("domain_offsets"), opened.report.notes, file);
    return opened;
}

// safetensors begins with a length and then a brace.
bool isSafetensors(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    char head[9]{};
    return in.read(head, sizeof head) && head[8] == '{';
}

} // namespace

OpenedSource openSource(const ImportSource& source)
{
    OpenedSource opened = isSafetensors(source.file) ? openSafetensors(source.file) : openCheckpoint(source.file);
    ImportedFile& report = opened.report;
    report.file = source.file;
    const std::string wanted = partOf(source.role);

    const bool prefixed = std::any_of(opened.tensors.begin(), opened.tensors.end(), [](const auto& tensor) {
        return tensor.first.find('.') != std::string::npos &&
               std::find(std::begin(kParts), std::end(kParts), prefixOf(tensor.first)) != std::end(kParts);
    });
    OfferedTensors named;
    if (prefixed) {
        named = std::move(opened.tensors);
    } else {
        std::string part = componentOf(opened.tensors);
        if (part.empty())
            throw Error(ErrorCode::NotRecognised, "the tensors of this file belong to no part of the model",
                        {source.file, {}});
        const bool twoSides = part == "alignment" || part == kProjection;
        if (part == "alignment" && (wanted == kEcgAlignment || wanted == kEchoAlignment))
            part = wanted;
        if (!wanted.empty() && wanted != part)
            throw Error(ErrorCode::Mismatch,
                        "this file holds the " + titleOf(part) + ", not the " + titleOf(wanted) +
                            (twoSides ? " (a layer with a bias is a projection, one without an alignment layer)" : ""),
                        {source.file, {}});
        report.content += " of the " + titleOf(part);
        for (auto& [name, tensor] : opened.tensors)
            named[part + "." + name] = std::move(tensor);
    }
    opened.tensors.clear();
    std::set<std::string> parts;
    for (auto& [name, tensor] : named) {
        const std::string part = prefixOf(name);
        const bool known =
            part == "alignment" || std::find(std::begin(kParts), std::end(kParts), part) != std::end(kParts);
        if (isIgnorable(name)) {
            report.ignored.push_back(name);
        } else if (!known) {
            report.unknown.push_back(name);
        } else if (!wanted.empty() && part != wanted) {
            report.ignored.push_back(name); // of another part than was asked for
        } else {
            parts.insert(part);
            opened.tensors.emplace(name, std::move(tensor));
        }
    }
    report.parts.assign(parts.begin(), parts.end());
    if (parts.empty())
        throw Error(ErrorCode::Mismatch,
                    "this file doesn't hold the " +
                        (wanted.empty() ? std::string("weights of any part") : titleOf(wanted)),
                    {source.file, {}});
    return opened;
}

} // namespace echo2ecg::nn
