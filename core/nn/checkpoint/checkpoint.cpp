// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/checkpoint/checkpoint.h"

#include "nn/checkpoint/byte_source.h"
#include "nn/checkpoint/pickle_machine.h"
#include "nn/checkpoint/zip_records.h"

#include <algorithm>
#include <cstring>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

struct Checkpoint::Data
{
    template <class... Arguments> explicit Data(Arguments&&... arguments) : source(arguments...) {}

    ByteSource source;
    Objects objects;
    const Value* root = nullptr;
    Format format = Format::Zip;
    bool bigEndian = false;
};

namespace {

// The old container's first pickle: 0x1950a86a20f9469cfc6c.
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kLegacyVersion = 1001;

void readZip(Checkpoint::Data& data)
{
    ByteSource& source = data.source;
    const ZipRecords records(source);
    const std::string prefix = records.prefixOf("data.pkl");
    if (records.contains(prefix + "constants.pkl"))
        source.fail(ErrorCode::Unsupported, "this is a TorchScript program; only checkpoints of weights are read");
    if (records.contains(prefix + "byteorder")) {
        const Extent extent = records.checked(prefix + "byteorder");
        const auto bytes = source.bytes(extent.begin, extent.size, 16);
        const std::string order(bytes.begin(), bytes.end());
        if (order != "little" && order != "big")
            source.fail(ErrorCode::Malformed, "the byte order is neither little nor big", "byteorder");
        data.bigEndian = order == "big";
    }
    const Extent extent = records.checked(prefix + "data.pkl");
    {
        const std::vector<std::uint8_t> pickle = source.bytes(extent.begin, extent.size, kMaxPickleBytes);
        std::size_t used = 0;
        data.root = &PickleMachine(source, data.objects, true).run(pickle, used);
    }
    for (StorageClaim& storage : data.objects.storages) {
        const Extent record = records.checked(prefix + "data/" + storage.key);
        if (record.size / itemSize(storage.dtype) < storage.count)
            source.fail(ErrorCode::Inconsistent,
                        "a storage is said to hold " + std::to_string(storage.count) +
                            " elements, and its record has " + std::to_string(record.size) + " bytes",
                        "record data/" + storage.key);
        storage.begin = record.begin;
    }
}

// Five pickles (a number, a version, facts of the machine, the object, names of storages), then the storages.
void readLegacy(Checkpoint::Data& data)
{
    ByteSource& source = data.source;
    std::uint64_t at = 0;
    std::vector<std::uint8_t> head;
    Objects aside; // what isn't part of the result
    const auto next = [&](Objects& objects, bool tensors) -> const Value& {
        if (head.empty())
            head = source.bytes(0, std::min<std::uint64_t>(source.size(), kMaxPickleBytes), kMaxPickleBytes);
        std::size_t used = 0;
        const Value& value = PickleMachine(source, objects, tensors)
                                 .run(std::span(head).subspan(std::min(head.size(), std::size_t(at))), used);
        at += used;
        return value;
    };
    const Value& magic = next(aside, false);
    if (magic.kind != Kind::BigInteger || magic.text != kLegacyMagic)
        source.fail(ErrorCode::NotRecognised, "this is a pickle, but no PyTorch checkpoint", "first pickle");
    const Value& version = next(aside, false);
    if (version.kind != Kind::Integer || version.integer != kLegacyVersion)
        source.fail(ErrorCode::Unsupported, "the checkpoint has an unknown version", "second pickle");
    const Value& machine = next(aside, false);
    const Value* littleEndian = machine.find("little_endian");
    if (!littleEndian || littleEndian->kind != Kind::Bool || littleEndian->integer == 0)
        source.fail(ErrorCode::Unsupported, "the checkpoint was written by a big-endian machine in the old container",
                    "third pickle");
    data.root = &next(data.objects, true);
    const Value& keys = next(aside, false);
    if (keys.kind != Kind::List || keys.items.size() != data.objects.storages.size())
        source.fail(ErrorCode::Inconsistent, "the list of storages is not the one that the tensors need",
                    "fifth pickle");
    std::vector<bool> seen(data.objects.storages.size(), false);
    for (const Value* key : keys.items) {
        const auto found =
            key->kind == Kind::Text ? data.objects.storageByKey.find(key->text) : data.objects.storageByKey.end();
        if (found == data.objects.storageByKey.end() || seen[found->second])
            source.fail(ErrorCode::Inconsistent, "the list of storages is not the one that the tensors need",
                        "fifth pickle");
        seen[found->second] = true;
        StorageClaim& storage = data.objects.storages[found->second];
        std::uint8_t bytes[8];
        source.read(at, bytes, 8);
        if (little<std::uint64_t>(bytes) != storage.count)
            source.fail(ErrorCode::Inconsistent, "a storage has another number of elements than its tensors say",
                        "storage " + storage.key);
        storage.begin = at + 8;
        const std::uint64_t size = storage.count * itemSize(storage.dtype); // the claim was checked against the file
        if (size > source.size() - storage.begin)
            source.fail(ErrorCode::Truncated, "the file ends inside a storage", "storage " + storage.key);
        at = storage.begin + size;
    }
}

Checkpoint readAny(std::shared_ptr<Checkpoint::Data> data)
{
    ByteSource& source = data->source;
    std::uint8_t start[4]{};
    source.read(0, start, std::size_t(std::min<std::uint64_t>(source.size(), 4)));
    if (source.size() == 0)
        source.fail(ErrorCode::Truncated, "the file is empty");
    if (std::memcmp(start, "PK\x03\x04", 4) == 0) {
        readZip(*data);
    } else if (start[0] == 0x80) {
        data->format = Format::Legacy;
        readLegacy(*data);
    } else {
        source.fail(ErrorCode::NotRecognised, "this is no PyTorch checkpoint", "first bytes");
    }
    return Checkpoint(std::move(data));
}

// A step of a counter over all elements; returns the change of position, false at the end.
bool advance(std::vector<long long>& index, const TensorInfo& info, long long& position)
{
    for (std::size_t i = index.size(); i-- > 0;) {
        position += info.strides[i];
        if (++index[i] < info.shape[i])
            return true;
        position -= index[i] * info.strides[i];
        index[i] = 0;
    }
    return false;
}

} // namespace

const Value* Value::find(std::string_view key) const noexcept
{
    if (kind != Kind::Dict)
        return nullptr;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        if (entry->first->kind == Kind::Text && entry->first->text == key)
            return entry->second;
    return nullptr;
}

long long TensorInfo::count() const noexcept
{
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return 0; // the other sizes were never multiplied
    long long total = 1;
    for (const long long size : shape)
        total *= size;
    return total;
}

Format Checkpoint::format() const noexcept
{
    return m_data->format;
}

bool Checkpoint::bigEndian() const noexcept
{
    return m_data->bigEndian;
}

std::uint64_t Checkpoint::fileSize() const noexcept
{
    return m_data->source.size();
}

const Value& Checkpoint::root() const& noexcept
{
    return *m_data->root;
}

const TensorInfo& Checkpoint::info(const Value& tensor) const
{
    if (tensor.kind != Kind::Tensor)
        throw base::Error(ErrorCode::Internal, "a value that is no tensor was asked for its elements");
    return m_data->objects.tensors[std::size_t(tensor.integer)];
}

StoredTensor Checkpoint::read(const Value& tensor, std::string name) const
{
    const TensorInfo& view = info(tensor);
    StoredTensor result;
    result.name = std::move(name);
    result.dtype = view.dtype;
    result.shape = view.shape;
    const std::size_t item = itemSize(view.dtype), count = std::size_t(view.count());
    if (count == 0)
        return result;
    bool contiguous = true;
    long long expected = 1, last = 0;
    for (std::size_t i = view.shape.size(); i-- > 0;) {
        contiguous = contiguous && (view.shape[i] == 1 || view.strides[i] == expected);
        expected *= view.shape[i];
        last += (view.shape[i] - 1) * view.strides[i];
    }
    const std::uint64_t begin = m_data->objects.storages[view.storage].begin + std::uint64_t(view.offset) * item;
    result.bytes.resize(count * item);
    if (contiguous) {
        m_data->source.read(begin, result.bytes.data(), result.bytes.size());
    } else {
        std::vector<std::uint8_t> span((std::size_t(last) + 1) * item); // inside the storage: checked when rebuilt
        m_data->source.read(begin, span.data(), span.size());
        std::vector<long long> index(view.shape.size(), 0);
        long long position = 0;
        std::size_t out = 0;
        do {
            std::memcpy(&result.bytes[out], &span[std::size_t(position) * item], item);
            out += item;
        } while (advance(index, view, position));
    }
    if (m_data->bigEndian && item > 1)
        for (std::size_t i = 0; i < result.bytes.size(); i += item)
            std::reverse(result.bytes.begin() + std::ptrdiff_t(i), result.bytes.begin() + std::ptrdiff_t(i + item));
    return result;
}

Checkpoint readCheckpoint(const std::filesystem::path& file)
{
    return readAny(std::make_shared<Checkpoint::Data>(file));
}

Checkpoint readCheckpoint(std::span<const std::uint8_t> bytes, const std::string& name)
{
    return readAny(std::make_shared<Checkpoint::Data>(bytes, name));
}

} // namespace echo2ecg::nn::checkpoint
