// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "core/nn/made_checkpoint.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

// Weights as researchers hold them, made of a bundle's own: one PyTorch file per part. Without LibTorch.
namespace echo2ecg::test {

// Every tensor of a safetensors file of 32-bit floats.
inline std::vector<MadeTensor> tensorsOf(const std::filesystem::path& safetensors)
{
    std::ifstream in(safetensors, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    std::uint64_t length = 0;
    if (all.size() < 8)
        throw std::runtime_error("no safetensors");
    std::memcpy(&length, all.data(), 8);
    std::vector<MadeTensor> tensors;
    const base::Json header = base::Json::parse(std::string_view(all).substr(8, length));
    for (const auto& [name, entry] : header.members()) {
        if (name == "__metadata__")
            continue;
        MadeTensor tensor;
        tensor.name = name;
        for (const base::Json& side : entry.at("shape").items())
            tensor.shape.push_back(side.toInteger());
        const auto from = std::size_t(entry.at("data_offsets").items()[0].toInteger()),
                   to = std::size_t(entry.at("data_offsets").items()[1].toInteger());
        tensor.values.resize((to - from) / 4);
        if (to > from)
            std::memcpy(tensor.values.data(), all.data() + 8 + length + from, to - from);
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

inline std::filesystem::path writeCheckpoint(const std::filesystem::path& file, const std::vector<MadeTensor>& tensors,
                                             bool wrapped = true)
{
    std::ofstream(file, std::ios::binary) << checkpointOf(tensors, wrapped);
    return file;
}

// One part's tensors without their prefix, and `more`.
inline std::filesystem::path writePart(const std::filesystem::path& file, const std::vector<MadeTensor>& all,
                                       const std::string& part, std::vector<MadeTensor> more = {}, bool wrapped = true)
{
    for (const MadeTensor& tensor : all)
        if (tensor.name.starts_with(part + "."))
            more.push_back({tensor.name.substr(part.size() + 1), tensor.shape, tensor.values});
    return writeCheckpoint(file, more, wrapped);
}

// The seven files of a run, named as they are published: encoders, aggregator, projection, views, alignment.
inline std::vector<std::filesystem::path> writeParts(const std::filesystem::path& folder,
                                                     const std::vector<MadeTensor>& all)
{
    return {writePart(folder / "ecg_multimodal.ckpt", all, "ecg_encoder",
                      {{"head.weight", {1}, {1}}, {"of_nobody.weight", {1}, {1}}}),
            writePart(folder / "echo_prime_encoder.pt", all, "echo_encoder", {}, false),
            writePart(folder / "token_aggregator.ckpt", all, "token_aggregator"),
            writePart(folder / "echo_projection_for_agg.ckpt", all, "echo_projection_for_agg"),
            writePart(folder / "echo_view_aggregator.ckpt", all, "echo_view_aggregator"),
            writePart(folder / "ecg_alignment_global_token.ckpt", all, "ecg_alignment_global_token"),
            writePart(folder / "echo_alignment_global_token.ckpt", all, "echo_alignment_global_token")};
}

// A checkpoint that would run a command in a loader that runs pickles: it makes the file `marker`.
inline std::filesystem::path writeHostile(const std::filesystem::path& file, const std::filesystem::path& marker)
{
    const Bytes call = pickle::global("os", "system") + pickle::tuple({pickle::text("touch " + marker.string())}) + "R";
    std::ofstream(file, std::ios::binary)
        << zipOf({{"archive/data.pkl", pickle::whole(pickle::dict({{"model", call}}))}});
    return file;
}

} // namespace echo2ecg::test
