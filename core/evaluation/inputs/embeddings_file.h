// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/samples.h"

#include <filesystem>
#include <optional>

namespace echo2ecg::evaluation {

// Embeddings that were computed before, perhaps by another program.
struct StoredEmbeddings
{
    EmbeddingMatrix rows;
    std::vector<std::string> ids; // parallel to the rows; empty when the file has no names
};

// .npy: an array N × D of float32 or float64 (N × 1 × D is taken as N × D), rows in the order of the table that goes with it.
// .safetensors: `tensor`, or the only one that has two dimensions; or, without such, one vector of D (or 1 × D) for each name, names then being ids in the
// order of their text. F32, F64, F16 and BF16.
// .npz (uncompressed): `tensor`, or the only array of two dimensions, with its names in an array of text, "ids" or "names"; or what `echo2ecg embed` writes: the
// vector `tensor` ("token", "aligned") of each ECG by its file's name.
// Sizes are checked against the file before anything is allocated. Throws base::ParseError (no such array, values that aren't finite with their row, more than
// 65536 values a row), base::Error(Io).
StoredEmbeddings readEmbeddings(const std::filesystem::path& file, const std::string& tensor = {});

// Rows in the order of `wanted`, by id. Throws base::Error(Missing) that says how many have no embedding.
EmbeddingMatrix select(const StoredEmbeddings& embeddings, const std::vector<std::string>& wanted);

} // namespace echo2ecg::evaluation
