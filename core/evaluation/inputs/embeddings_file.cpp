// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/inputs/embeddings_file.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/npy.h"
#include "nn/safetensors.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;
using base::ParseError;

namespace {

constexpr std::int64_t largestWidth = 65536;

// Rows and values a row of a shape; ones in the middle don't count.
std::pair<std::int64_t, std::int64_t> rowsAndWidth(const std::vector<std::int64_t>& shape, const base::Place& place)
{
    const bool flat = shape.size() >= 2 && std::all_of(shape.begin() + 1, shape.end() - 1, [](std::int64_t n) { return n == 1; });
    if (!flat)
        throw ParseError(ErrorCode::Unsupported, "embeddings are an array of rows and values, and this one has " + std::to_string(shape.size()) + " dimensions", place);
    const std::int64_t rows = shape.front(), width = shape.back();
    if (rows < 1 || width < 1)
        throw ParseError(ErrorCode::Unsuitable, "the array of embeddings is empty", place);
    if (width > largestWidth)
        throw ParseError(ErrorCode::LimitExceeded, "a row of embeddings has more than 65536 values", place);
    return {rows, width};
}

void checkFinite(const EmbeddingMatrix& matrix, const std::filesystem::path& file)
{
    const auto bad = std::find_if(matrix.values.begin(), matrix.values.end(), [](float v) { return !std::isfinite(v); });
    if (bad != matrix.values.end())
        throw ParseError(ErrorCode::Malformed, "an embedding holds a value that isn't a finite number",
                         {file, "row " + std::to_string((bad - matrix.values.begin()) / matrix.width)});
}

StoredEmbeddings fromNpy(const std::filesystem::path& file)
{
    const base::NpyLayout layout = base::readNpyLayout(file);
    if (layout.dtype != "f4" && layout.dtype != "f8")
        throw ParseError(ErrorCode::Unsupported, "embeddings are float32 or float64", {file, "header"});
    const auto [rows, width] = rowsAndWidth(layout.shape, {file, "header"});
    StoredEmbeddings out;
    out.rows.width = int(width);
    out.rows.values = base::readNpy(file).toFloat();
    if (std::int64_t(out.rows.values.size()) != rows * width)
        throw ParseError(ErrorCode::Inconsistent, "the array holds another number of values than its shape says", {file, "header"});
    return out;
}

// A vector of each ECG, as `echo2ecg embed` writes them: "ecg0_token" and "ecg0_names", or without the prefix when there is one.
StoredEmbeddings fromEmbed(const std::filesystem::path& file, const std::vector<std::pair<std::string, base::NpyLayout>>& members, const std::string& wanted)
{
    StoredEmbeddings out;
    for (const auto& [name, layout] : members) {
        const std::string prefix = name.ends_with(wanted) ? name.substr(0, name.size() - wanted.size()) : "-";
        if (layout.shape.size() != 1 || (!prefix.empty() && !(prefix.starts_with("ecg") && prefix.ends_with("_"))))
            continue;
        const auto names = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.first == prefix + "names"; });
        if (names == members.end() || names->second.shape != std::vector<std::int64_t>{1})
            continue; // of a study
        out.rows.append(base::readNpy(file, layout).toFloat());
        out.ids.push_back(base::stringsOf(base::readNpy(file, names->second)).front());
    }
    return out;
}

StoredEmbeddings fromNpz(const std::filesystem::path& file, const std::string& wanted)
{
    const auto members = base::readNpzLayouts(file);
    const std::pair<std::string, base::NpyLayout>* matrix = nullptr;
    int several = 0;
    for (const auto& member : members)
        if (member.second.shape.size() >= 2 && member.second.dtype[0] == 'f') {
            ++several;
            if (!matrix || member.first == wanted)
                matrix = &member;
        }
    if (!wanted.empty()) {
        StoredEmbeddings out = fromEmbed(file, members, wanted);
        if (!out.ids.empty())
            return out;
    }
    if (!matrix || (several > 1 && matrix->first != wanted))
        throw ParseError(ErrorCode::Unsuitable, matrix ? "the file has several arrays of embeddings; say which one" : "the file holds no embeddings", {file, {}});
    const auto [rows, width] = rowsAndWidth(matrix->second.shape, {file, matrix->first});
    StoredEmbeddings out;
    out.rows.width = int(width);
    out.rows.values = base::readNpy(file, matrix->second).toFloat();
    for (const auto& [name, layout] : members)
        if (out.ids.empty() && (name == "ids" || name == "names") && layout.shape == std::vector<std::int64_t>{rows} && layout.dtype[0] == 'U')
            out.ids = base::stringsOf(base::readNpy(file, layout));
    return out;
}

StoredEmbeddings fromTensors(const std::filesystem::path& file, const std::string& wanted)
{
    const auto tensors = nn::readSafetensors(file);
    const nn::StoredTensor* matrix = nullptr;
    if (!wanted.empty()) {
        const auto found = tensors.find(wanted);
        if (found == tensors.end())
            throw ParseError(ErrorCode::Missing, "the file has no tensor of this name", {file, "tensor " + wanted});
        matrix = &found->second;
    } else {
        int several = 0;
        for (const auto& [name, tensor] : tensors) {
            if (tensor.shape.size() < 2 || tensor.shape.front() == 1)
                continue;
            matrix = &tensor;
            ++several;
        }
        if (several > 1)
            throw ParseError(ErrorCode::Unsuitable, "the file has several arrays of embeddings; say which one", {file, {}});
    }
    StoredEmbeddings out;
    if (matrix) {
        const auto [rows, width] = rowsAndWidth({matrix->shape.begin(), matrix->shape.end()}, {file, "tensor " + matrix->name});
        out.rows.width = int(width);
        out.rows.values = matrix->toFloat();
        return out;
    }
    for (const auto& [name, tensor] : tensors) {
        std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.end());
        shape.insert(shape.begin(), shape.size() == 1 ? 1 : 0, 1);
        const auto [rows, width] = rowsAndWidth(shape, {file, "tensor " + name});
        if (rows != 1 || (out.rows.width != 0 && width != out.rows.width))
            throw ParseError(ErrorCode::Inconsistent, "the vectors are of different length", {file, "tensor " + name});
        out.rows.append(tensor.toFloat());
        out.ids.push_back(name);
    }
    if (out.ids.empty())
        throw ParseError(ErrorCode::Unsuitable, "the file holds no embeddings", {file, {}});
    return out;
}

} // namespace

StoredEmbeddings readEmbeddings(const std::filesystem::path& file, const std::string& tensor)
{
    const std::string ending = base::lowerCase(file.extension().string());
    StoredEmbeddings out;
    try {
        if (ending == ".npy")
            out = fromNpy(file);
        else if (ending == ".npz")
            out = fromNpz(file, tensor);
        else if (ending == ".safetensors")
            out = fromTensors(file, tensor);
        else
            throw ParseError(ErrorCode::NotRecognised, "embeddings are read from .npy, .npz and .safetensors", {file, {}});
    } catch (const ParseError&) {
        throw;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Io)
            throw;
        throw ParseError(error.code(), error.sentence(), {file, error.place().where}); // a tensor of whole numbers, for example
    }
    checkFinite(out.rows, file);
    return out;
}

EmbeddingMatrix select(const StoredEmbeddings& embeddings, const std::vector<std::string>& wanted)
{
    std::unordered_map<std::string, std::size_t> at;
    for (std::size_t i = 0; i < embeddings.ids.size(); ++i)
        at.emplace(embeddings.ids[i], i);
    EmbeddingMatrix out;
    std::size_t missing = 0;
    for (const std::string& id : wanted) {
        const auto found = at.find(id);
        if (found == at.end())
            ++missing;
        else
            out.append(embeddings.rows.row(found->second));
    }
    if (missing > 0)
        throw Error(ErrorCode::Missing, std::to_string(missing) + " of " + std::to_string(wanted.size()) + " have no embedding");
    return out;
}

} // namespace echo2ecg::evaluation
