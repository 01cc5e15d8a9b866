// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/safetensors.h"

#include "base/json.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::ParseError;

static_assert(std::endian::native == std::endian::little,
              "tensor files are little endian, and so is every machine this is built for");

namespace {

constexpr std::uint64_t kMaxHeader = 64ULL << 20;
constexpr std::size_t kMaxRank = 16;

std::optional<std::uint64_t> itemSize(std::string_view dtype)
{
    if (dtype == "F64" || dtype == "I64" || dtype == "U64")
        return 8;
    if (dtype == "F32" || dtype == "I32" || dtype == "U32")
        return 4;
    if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16")
        return 2;
    if (dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2")
        return 1;
    return std::nullopt;
}

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b)
        return std::nullopt;
    return a * b;
}

float halfToFloat(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
    const std::uint32_t exponent = (half >> 10) & 31u, fraction = half & 1023u;
    if (exponent == 0) {
        const float magnitude = float(fraction) * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    const std::uint32_t bits =
        exponent == 31 ? 0x7F800000u | (fraction << 13) : ((exponent + 112u) << 23) | (fraction << 13);
    return std::bit_cast<float>(sign | bits);
}

struct Entry
{
    StoredTensor tensor;
    std::uint64_t begin = 0, end = 0;
};

// One member of the header; `dataSize` is what the file holds after the header.
Entry readEntry(const std::string& name, const Json& json, std::uint64_t dataSize, const std::filesystem::path& file)
{
    const base::Place place{file, "tensor " + name};
    const auto fail = [&](ErrorCode code, const std::string& sentence) -> ParseError {
        return ParseError(code, sentence, place);
    };
    if (!json.isObject())
        throw fail(ErrorCode::Malformed, "a tensor's description is not an object");
    const Json *dtype = json.find("dtype"), *shape = json.find("shape"), *offsets = json.find("data_offsets");
    if (!dtype || !dtype->isString() || !shape || !shape->isArray() || !offsets || !offsets->isArray() ||
        offsets->size() != 2)
        throw fail(ErrorCode::Malformed, "a tensor's description lacks its dtype, shape or data_offsets");

    Entry entry;
    entry.tensor.name = name;
    entry.tensor.dtype = dtype->toString();
    const auto item = itemSize(entry.tensor.dtype);
    if (!item)
        throw fail(ErrorCode::Unsupported, "a tensor's dtype is not one this program knows");
    if (shape->size() > kMaxRank)
        throw fail(ErrorCode::LimitExceeded, "a tensor has more than " + std::to_string(kMaxRank) + " dimensions");
    std::optional<std::uint64_t> bytes = *item;
    for (const Json& length : shape->items()) {
        if (!length.isInteger() || length.toInteger() < 0)
            throw fail(ErrorCode::Malformed, "a tensor's shape holds something that is not a size");
        bytes = bytes ? product(*bytes, std::uint64_t(length.toInteger())) : bytes;
        entry.tensor.shape.push_back(length.toInteger());
    }
    const Json &first = offsets->items()[0], &second = offsets->items()[1];
    if (!first.isInteger() || !second.isInteger() || first.toInteger() < 0 || second.toInteger() < first.toInteger())
        throw fail(ErrorCode::Malformed, "a tensor's data_offsets are not a range");
    entry.begin = std::uint64_t(first.toInteger());
    entry.end = std::uint64_t(second.toInteger());
    if (entry.end > dataSize)
        throw fail(ErrorCode::Truncated, "a tensor ends at byte " + std::to_string(entry.end) +
                                             " of the data, and the file holds " + std::to_string(dataSize));
    if (!bytes)
        throw fail(ErrorCode::LimitExceeded, "a tensor's sizes multiply to more than can be counted");
    if (*bytes != entry.end - entry.begin)
        throw fail(ErrorCode::Inconsistent, "a tensor's shape needs " + std::to_string(*bytes) +
                                                " bytes, and its data_offsets hold " +
                                                std::to_string(entry.end - entry.begin));
    return entry;
}

// Data must follow data without overlap or gap, to the last byte of the file.
void checkLayout(const std::vector<Entry>& entries, std::uint64_t dataSize, const std::filesystem::path& file)
{
    std::vector<const Entry*> order;
    for (const Entry& entry : entries)
        order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
        return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
    });
    std::uint64_t expected = 0;
    for (const Entry* entry : order) {
        if (entry->begin < expected)
            throw ParseError(ErrorCode::Inconsistent, "two tensors share the same bytes",
                             {file, "tensor " + entry->tensor.name});
        if (entry->begin > expected)
            throw ParseError(ErrorCode::Inconsistent, "there are bytes between two tensors that belong to neither",
                             {file, "tensor " + entry->tensor.name});
        expected = entry->end;
    }
    if (expected != dataSize)
        throw ParseError(ErrorCode::Inconsistent,
                         "the file holds " + std::to_string(dataSize - expected) + " bytes that belong to no tensor",
                         {file, "end of data"});
}

} // namespace

long long StoredTensor::count() const
{
    std::uint64_t total = 1;
    for (const long long length : shape) {
        const auto next = length < 0 ? std::nullopt : product(total, std::uint64_t(length));
        if (!next || *next > std::uint64_t(std::numeric_limits<long long>::max()))
            throw Error(ErrorCode::LimitExceeded, "a tensor's sizes multiply to more than can be counted",
                        {{}, "tensor " + name});
        total = *next;
    }
    return static_cast<long long>(total);
}

std::vector<float> StoredTensor::toFloat() const
{
    const auto item = itemSize(dtype);
    const std::size_t n = std::size_t(count());
    if (!item || (dtype != "F32" && dtype != "F64" && dtype != "F16" && dtype != "BF16"))
        throw Error(ErrorCode::Unsupported, "a tensor of dtype " + dtype + " holds no real numbers",
                    {{}, "tensor " + name});
    if (bytes.size() / std::size_t(*item) != n || bytes.size() % std::size_t(*item) != 0)
        throw Error(ErrorCode::Inconsistent, "a tensor's bytes don't fit its shape", {{}, "tensor " + name});
    std::vector<float> values(n);
    if (n == 0)
        return values;
    if (dtype == "F32") {
        std::memcpy(values.data(), bytes.data(), bytes.size());
    } else if (dtype == "F64") {
        for (std::size_t i = 0; i < n; ++i) {
            double value = 0;
            std::memcpy(&value, bytes.data() + 8 * i, 8);
            values[i] = float(value);
        }
    } else {
        const bool brain = dtype == "BF16";
        for (std::size_t i = 0; i < n; ++i) {
            std::uint16_t value = 0;
            std::memcpy(&value, bytes.data() + 2 * i, 2);
            values[i] = brain ? std::bit_cast<float>(std::uint32_t(value) << 16) : halfToFloat(value);
        }
    }
    return values;
}

StoredTensor StoredTensor::of(std::string name, std::vector<long long> shape, const std::vector<float>& values)
{
    StoredTensor tensor;
    tensor.name = std::move(name);
    tensor.shape = std::move(shape);
    if (tensor.count() != static_cast<long long>(values.size()))
        throw Error(ErrorCode::Inconsistent, "a tensor's values don't fit its shape", {{}, "tensor " + tensor.name});
    tensor.bytes.resize(values.size() * sizeof(float));
    if (!values.empty())
        std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

std::map<std::string, StoredTensor> readSafetensors(const std::filesystem::path& file,
                                                    std::map<std::string, std::string>* metadata)
{
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    if (!in)
        throw Error(ErrorCode::Io, "the file can't be opened", {file, {}});
    const auto end = in.tellg();
    if (end < 0)
        throw Error(ErrorCode::Io, "the file can't be read", {file, {}});
    const std::uint64_t fileSize = std::uint64_t(end);
    in.seekg(0);

    std::uint64_t headerSize = 0;
    if (fileSize < 8 || !in.read(reinterpret_cast<char*>(&headerSize), 8))
        throw ParseError(ErrorCode::Truncated, "the file is too short for a tensor file", {file, "header length"});
    if (headerSize > fileSize - 8)
        throw ParseError(ErrorCode::Truncated, "the header is said to be longer than the file",
                         {file, "header length"});
    if (headerSize > kMaxHeader)
        throw ParseError(ErrorCode::LimitExceeded, "the header is longer than any model needs",
                         {file, "header length"});
    std::string text(std::size_t(headerSize), '\0');
    if (!in.read(text.data(), std::streamsize(headerSize)))
        throw ParseError(ErrorCode::Truncated, "the header ends early", {file, "header"});
    if (text.empty() || text.front() != '{')
        throw ParseError(ErrorCode::NotRecognised, "this is not a tensor file", {file, "header"});
    const Json header = Json::parse(text, file.string());
    const std::uint64_t dataStart = 8 + headerSize, dataSize = fileSize - dataStart;

    std::vector<Entry> entries;
    for (const auto& [name, value] : header.members()) {
        if (name != "__metadata__") {
            entries.push_back(readEntry(name, value, dataSize, file));
            continue;
        }
        if (!value.isObject())
            throw ParseError(ErrorCode::Malformed, "the metadata is not an object", {file, "__metadata__"});
        for (const auto& [key, entry] : value.members()) {
            if (!entry.isString())
                throw ParseError(ErrorCode::Malformed, "the metadata holds something other than text",
                                 {file, "__metadata__"});
            if (metadata)
                (*metadata)[key] = entry.toString();
        }
    }
    checkLayout(entries, dataSize, file);

    std::map<std::string, StoredTensor> tensors;
    for (Entry& entry : entries) {
        // No overlap and nothing beyond the end: all tensors together are never larger than the file.
        entry.tensor.bytes.resize(std::size_t(entry.end - entry.begin));
        in.seekg(std::streamoff(dataStart + entry.begin));
        if (!entry.tensor.bytes.empty() &&
            !in.read(reinterpret_cast<char*>(entry.tensor.bytes.data()), std::streamsize(entry.tensor.bytes.size())))
            throw ParseError(ErrorCode::Truncated, "a tensor's data ends early", {file, "tensor " + entry.tensor.name});
        const std::string name = entry.tensor.name;
        tensors.emplace(name, std::move(entry.tensor));
    }
    return tensors;
}

void writeSafetensors(const std::filesystem::path& file, const std::vector<StoredTensor>& tensors,
                      const std::map<std::string, std::string>& metadata)
{
    Json header = Json::object();
    if (!metadata.empty()) {
        Json entries = Json::object();
        for (const auto& [key, value] : metadata)
            entries.set(key, value);
        header.set("__metadata__", std::move(entries));
    }
    std::uint64_t offset = 0;
    for (const StoredTensor& tensor : tensors) {
        const auto item = itemSize(tensor.dtype);
        if (!item || std::uint64_t(tensor.count()) * *item != tensor.bytes.size() || header.contains(tensor.name))
            throw Error(ErrorCode::Internal,
                        "a tensor can't be written: its bytes don't fit its shape, or it comes twice",
                        {file, "tensor " + tensor.name});
        const std::uint64_t next = offset + tensor.bytes.size();
        header.set(tensor.name, Json::object({{"dtype", tensor.dtype},
                                              {"shape", Json(tensor.shape)},
                                              {"data_offsets", Json(Json::Array{Json(offset), Json(next)})}}));
        offset = next;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t headerSize = text.size();

    std::filesystem::path temporary = file;
    temporary += ".part";
    {
        std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(&headerSize), 8);
        out.write(text.data(), std::streamsize(text.size()));
        for (const StoredTensor& tensor : tensors)
            out.write(reinterpret_cast<const char*>(tensor.bytes.data()), std::streamsize(tensor.bytes.size()));
        out.close();
        if (!out) {
            std::error_code ignored;
            std::filesystem::remove(temporary, ignored);
            throw Error(ErrorCode::Io, "the file can't be written", {file, {}});
        }
    }
    std::error_code failed;
    std::filesystem::rename(temporary, file, failed);
    if (failed) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw Error(ErrorCode::Io, "the file can't be put in its place", {file, {}});
    }
}

} // namespace echo2ecg::nn
