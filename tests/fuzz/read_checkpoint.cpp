// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/read_checkpoint.h"

#include "nn/checkpoint/checkpoint.h"

#include <set>
#include <stdexcept>

namespace echo2ecg::fuzz {

namespace {

using namespace nn::checkpoint;

void put(std::vector<std::uint8_t>& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out.push_back(std::uint8_t(value >> (8 * i)));
}

std::uint32_t crc32(Bytes bytes)
{
    std::uint32_t crc = ~0u;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int k = 0; k < 8; ++k)
            crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
}

// As torch.save stores records: a/data.pkl and the storages a/data/0 to a/data/3.
std::vector<std::uint8_t> archiveAround(Bytes pickle)
{
    const std::vector<std::uint8_t> storage(64, 0x3f);
    std::vector<std::uint8_t> out, directory;
    int count = 0;
    const auto add = [&](const std::string& name, Bytes content) {
        std::vector<std::uint8_t> common;
        for (const int zero : {0, 0, 0, 0}) // flags, stored, time, date
            put(common, std::uint64_t(zero), 2);
        put(common, crc32(content), 4);
        put(common, content.size(), 4);
        put(common, content.size(), 4);
        put(common, name.size(), 2);
        put(common, 0, 2);
        put(directory, 0x02014b50, 4);
        put(directory, 0, 4);
        directory.insert(directory.end(), common.begin(), common.end());
        directory.resize(directory.size() + 10);
        put(directory, out.size(), 4);
        directory.insert(directory.end(), name.begin(), name.end());
        put(out, 0x04034b50, 4);
        put(out, 0, 2);
        out.insert(out.end(), common.begin(), common.end());
        out.insert(out.end(), name.begin(), name.end());
        out.insert(out.end(), content.begin(), content.end());
        ++count;
    };
    add("a/data.pkl", pickle);
    for (const char* key : {"0", "1", "2", "3"})
        add(std::string("a/data/") + key, storage);
    const std::size_t start = out.size();
    out.insert(out.end(), directory.begin(), directory.end());
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, std::uint64_t(count), 2);
    put(out, std::uint64_t(count), 2);
    put(out, directory.size(), 4);
    put(out, start, 4);
    put(out, 0, 2);
    return out;
}

} // namespace

void readCheckpointBytes(Bytes bytes)
{
    constexpr long long mostElements = 1 << 20;
    const bool isArchive = bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] == 'K';
    const bool isOld = bytes.size() >= 4 && bytes[0] == 0x80 && bytes[2] == 0x8a;
    std::vector<std::uint8_t> made;
    if (!isArchive && !isOld)
        made = archiveAround(bytes);
    const Checkpoint checkpoint = readCheckpoint(made.empty() ? bytes : Bytes(made));

    std::set<const Value*> seen;
    std::vector<const Value*> open{&checkpoint.root()};
    while (!open.empty()) {
        const Value& value = *open.back();
        open.pop_back();
        if (!seen.insert(&value).second)
            continue;
        open.insert(open.end(), value.items.begin(), value.items.end());
        for (const auto& [key, held] : value.entries) {
            open.push_back(key);
            open.push_back(held);
        }
        if (value.state)
            open.push_back(value.state);
        if (value.kind != Kind::Tensor || checkpoint.info(value).count() > mostElements)
            continue;
        const nn::StoredTensor tensor = checkpoint.read(value, "t");
        if (tensor.count() != checkpoint.info(value).count() || tensor.shape != checkpoint.info(value).shape)
            throw std::logic_error("a tensor isn't the one that was announced");
    }
}

} // namespace echo2ecg::fuzz
