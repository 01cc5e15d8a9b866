// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

// Checkpoints made byte by byte, so that tests can make those that no library would write.
namespace echo2ecg::test {

using Bytes = std::string;

template <class T> Bytes le(T value)
{
    Bytes bytes(sizeof(T), '\0');
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes[i] = char(std::uint8_t(std::uint64_t(value) >> (8 * i)));
    return bytes;
}

inline std::uint32_t crcOf(const Bytes& data)
{
    static const auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            std::uint32_t crc = byte;
            for (int bit = 0; bit < 8; ++bit)
                crc = crc & 1u ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            made[byte] = crc;
        }
        return made;
    }();
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const char byte : data)
        crc = (crc >> 8) ^ table[(crc ^ std::uint8_t(byte)) & 0xFFu];
    return ~crc;
}

// A zip of stored records.
inline Bytes zipOf(const std::vector<std::pair<Bytes, Bytes>>& records, int method = 0)
{
    Bytes body, directory;
    for (const auto& [name, data] : records) {
        const Bytes common = le<std::uint16_t>(0) + le<std::uint16_t>(method) + le<std::uint32_t>(0) +
                             le<std::uint32_t>(crcOf(data)) + le<std::uint32_t>(data.size()) +
                             le<std::uint32_t>(data.size()) + le<std::uint16_t>(name.size()) + le<std::uint16_t>(0);
        directory += le<std::uint32_t>(0x02014b50) + le<std::uint16_t>(0) + le<std::uint16_t>(0) + common +
                     Bytes(10, '\0') + le<std::uint32_t>(body.size()) + name;
        body += le<std::uint32_t>(0x04034b50) + le<std::uint16_t>(0) + common + name + data;
    }
    const Bytes end = le<std::uint32_t>(0x06054b50) + le<std::uint32_t>(0) + le<std::uint16_t>(records.size()) +
                      le<std::uint16_t>(records.size()) + le<std::uint32_t>(directory.size()) +
                      le<std::uint32_t>(body.size()) + le<std::uint16_t>(0);
    return body + directory + end;
}

// Pieces of a protocol-2 pickle.
namespace pickle {
inline Bytes text(const Bytes& value)
{
    return "X" + le<std::uint32_t>(value.size()) + value;
}
inline Bytes integer(std::int64_t value)
{
    return Bytes("\x8a\x08", 2) + le(value);
}
inline Bytes global(const Bytes& module, const Bytes& name)
{
    return "c" + module + "\n" + name + "\n";
}
inline Bytes tuple(const std::vector<Bytes>& items)
{
    Bytes all = "(";
    for (const Bytes& item : items)
        all += item;
    return all + "t";
}
inline Bytes numbers(const std::vector<std::int64_t>& values)
{
    std::vector<Bytes> items;
    for (const std::int64_t value : values)
        items.push_back(integer(value));
    return tuple(items);
}
inline Bytes storage(const Bytes& key, std::int64_t count, const Bytes& type = "FloatStorage")
{
    return tuple({text("storage"), global("torch", type), text(key), text("cpu"), integer(count)}) + "Q";
}
inline Bytes tensor(const Bytes& itsStorage, std::int64_t offset, const std::vector<std::int64_t>& size,
                    const std::vector<std::int64_t>& stride)
{
    return global("torch._utils", "_rebuild_tensor_v2") +
           tuple({itsStorage, integer(offset), numbers(size), numbers(stride), "\x89",
                  global("collections", "OrderedDict") + ")R"}) +
           "R";
}
// {key: value, …}
inline Bytes dict(const std::vector<std::pair<Bytes, Bytes>>& entries)
{
    Bytes all = "}(";
    for (const auto& [key, value] : entries)
        all += text(key) + value;
    return all + "u";
}
inline Bytes whole(const Bytes& value)
{
    return "\x80\x02" + value + ".";
}
} // namespace pickle

// Contiguous float32 tensors in torch's zip.
struct MadeTensor
{
    Bytes name;
    std::vector<long long> shape;
    std::vector<float> values;
};
inline Bytes checkpointOf(const std::vector<MadeTensor>& tensors, bool wrapped = true)
{
    std::vector<std::pair<Bytes, Bytes>> entries, records{{"archive/data.pkl", {}}};
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const MadeTensor& made = tensors[i];
        std::vector<std::int64_t> size(made.shape.begin(), made.shape.end()), stride(size.size(), 1);
        for (std::size_t d = size.size(); d-- > 1;)
            stride[d - 1] = stride[d] * size[d];
        Bytes data(made.values.size() * 4, '\0');
        if (!made.values.empty())
            std::memcpy(data.data(), made.values.data(), data.size());
        entries.emplace_back(
            made.name,
            pickle::tensor(pickle::storage(std::to_string(i), std::int64_t(made.values.size())), 0, size, stride));
        records.emplace_back("archive/data/" + std::to_string(i), std::move(data));
    }
    const Bytes model = pickle::dict(entries);
    records[0].second =
        pickle::whole(wrapped ? pickle::dict({{"model", model}, {"epoch", pickle::integer(49)}}) : model);
    return zipOf(records);
}

} // namespace echo2ecg::test
