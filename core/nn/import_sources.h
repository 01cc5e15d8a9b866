// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle_import.h"

#include <functional>

namespace echo2ecg::nn {

// The parts of a model, as Lightning's state_dict prefixes name them.
inline constexpr const char *kEcgEncoder = "ecg_encoder", *kEchoEncoder = "echo_encoder",
                            *kTokenAggregator = "token_aggregator", *kProjection = "echo_projection_for_agg",
                            *kViewAggregator = "echo_view_aggregator", *kEcgAlignment = "ecg_alignment_global_token",
                            *kEchoAlignment = "echo_alignment_global_token";

// A tensor that some file holds; read when it is needed.
struct OfferedTensor
{
    std::string dtype;
    std::vector<long long> shape;
    std::function<StoredTensor()> read;
    std::size_t file = 0;
};
using OfferedTensors = std::map<std::string, OfferedTensor>; // by full name, "ecg_encoder.cls_token"

// One file, with its tensors under full names. An alignment layer of one side looks like that of the other: where the
// role doesn't tell, its tensors wait under "alignment." for the widths to be known.
struct OpenedSource
{
    ImportedFile report;
    OfferedTensors tensors;
    std::string architecture; // JSON, in safetensors that this program exported; else empty
};
OpenedSource openSource(const ImportSource& source);

} // namespace echo2ecg::nn
