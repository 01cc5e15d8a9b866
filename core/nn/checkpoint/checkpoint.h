// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/safetensors.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A restricted reader of PyTorch's files: the zip container and the one that came before it. The pickle inside is
// interpreted on a small machine of our own that builds numbers, strings, containers and tensors; nothing is ever
// called or imported. A class it doesn't know becomes an opaque value; a *call* of anything outside a short list is
// refused, because that is how such files carry programs.
//
// Decisions: compressed records are refused (torch only stores); a wrong CRC-32 is refused; a big-endian zip is
// swapped, a big-endian legacy file refused (its container doesn't say what was swapped); TorchScript is refused.
namespace echo2ecg::nn::checkpoint {

// What a file may ask for, far above any real checkpoint's need.
inline constexpr std::size_t kMaxPickleBytes = 8u << 20;    // data.pkl alone
inline constexpr std::size_t kMaxObjectBytes = 32u << 20;   // memory for all values of the pickle
inline constexpr std::size_t kMaxStack = 1u << 18;          // values waiting on the machine's stack
inline constexpr int kMaxDepth = 128;                       // containers inside containers
inline constexpr std::size_t kMaxRecords = 65536;           // of the zip
inline constexpr std::size_t kMaxDirectoryBytes = 8u << 20; // of the zip
inline constexpr std::size_t kMaxRank = 16;
// A view may repeat its storage (stride 0); it is written out in full, but never beyond this or the file's own size.
inline constexpr std::uint64_t kMaxRepeatedBytes = 16u << 20;

enum class Kind {
    None,
    Bool,
    Integer,
    BigInteger, // beyond 64 bits; `text` holds the little-endian two's complement
    Real,
    Text,
    Bytes,
    List,
    Tuple,
    Set,
    Dict,
    Tensor,
    Class,  // a name of a class or function; `text` is "module name"
    Opaque, // an object of a class that isn't known: `text` its class, `items` its arguments, `state` what was set
    Storage // a storage that no tensor looks at
};

// A value of the tree. Values may be shared and may form circles (a configuration knows its parent): walk with care.
struct Value
{
    Kind kind = Kind::None;
    int depth = -1;           // shortest way from the root
    std::int64_t integer = 0; // Bool, Integer; Tensor, Storage: an index
    double real = 0;
    std::string text;
    std::vector<const Value*> items;
    std::vector<std::pair<const Value*, const Value*>> entries; // Dict, in order
    const Value* state = nullptr;

    // The last entry of that name, or null. Null also when this is no dictionary.
    const Value* find(std::string_view key) const noexcept;
};

// A view of a storage; every element it names lies inside. Sizes and strides count elements and are never negative.
struct TensorInfo
{
    std::string dtype; // as in safetensors: "F32", "BF16", "BOOL" …
    std::vector<long long> shape, strides;
    long long offset = 0;
    std::size_t storage = 0;

    long long count() const noexcept;
};

enum class Format { Zip, Legacy };

class Checkpoint
{
public:
    struct Data;
    explicit Checkpoint(std::shared_ptr<Data> data) : m_data(std::move(data)) {}

    Format format() const noexcept;
    bool bigEndian() const noexcept;
    std::uint64_t fileSize() const noexcept;
    const Value& root() const& noexcept;
    const Value& root() const&& = delete; // the values go with the checkpoint

    // Of a value whose kind is Tensor.
    const TensorInfo& info(const Value& tensor) const;
    // Its elements, contiguous and little endian, whatever the strides and the file's byte order. Not thread-safe.
    StoredTensor read(const Value& tensor, std::string name) const;

private:
    std::shared_ptr<Data> m_data;
};

// Both check the whole file (structure, sizes, CRC) and read no tensor yet; they throw base::ParseError or
// base::Error(Io). The file stays open while the Checkpoint lives.
Checkpoint readCheckpoint(const std::filesystem::path& file);
// From memory, which must outlive the Checkpoint.
Checkpoint readCheckpoint(std::span<const std::uint8_t> bytes, const std::string& name = "memory");

} // namespace echo2ecg::nn::checkpoint
