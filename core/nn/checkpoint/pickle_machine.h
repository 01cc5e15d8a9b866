// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/checkpoint/byte_source.h"
#include "nn/checkpoint/checkpoint.h"

#include <array>
#include <deque>
#include <map>
#include <unordered_map>

namespace echo2ecg::nn::checkpoint {

// A storage as the pickle claims it; where its bytes lie is found later.
struct StorageClaim
{
    std::string key, dtype;
    std::uint64_t count = 0;
    std::uint64_t begin = 0; // in the file
};

// All that a pickle built. Values live as long as this does and never move.
struct Objects
{
    std::deque<Value> values;
    std::deque<TensorInfo> tensors;
    std::vector<StorageClaim> storages;
    std::map<std::string, std::size_t> storageByKey;
};

// Memory that one reference and one pair cost in a container that grows by doubling.
inline constexpr std::size_t kReferenceCost = 24, kEntryCost = 48;

std::size_t itemSize(const std::string& dtype) noexcept; // 0: unknown

// Runs one pickle. Every value is paid for from a budget before it is made, and lives in `objects`.
class PickleMachine
{
public:
    // `source` gives the file's name and size. Without `allowTensors` the pickle may not name storages.
    PickleMachine(const ByteSource& source, Objects& objects, bool allowTensors);

    // Reads up to STOP; `used` is then the length of the pickle. Depth is checked.
    const Value& run(std::span<const std::uint8_t> pickle, std::size_t& used);

private:
    bool step(std::uint8_t code);
    void measureDepth(Value& root);

    // Data (pickle_data.cpp).
    bool pushNumber(std::uint8_t code);
    bool pushText(std::uint8_t code);
    bool useMemo(std::uint8_t code);
    bool collect(std::uint8_t code);
    void setItems(Value& target, std::size_t from);
    void append(Value& target, std::size_t from);
    void pushLong(std::size_t size);

    // Classes (pickle_classes.cpp).
    Value& reduce(const Value& callable, const Value& arguments);
    Value& newObject(const Value& type, const Value& arguments);
    void build(Value& target, const Value& state);
    Value& persistentStorage(const Value& id);
    Value& rebuildTensor(const Value& arguments, bool withDtype);
    Value& container(Kind kind, const Value& arguments);

    const std::uint8_t* take(std::size_t count);
    std::string takeLine();
    void charge(std::size_t bytes);
    Value& make(Kind kind);
    Value& number(std::int64_t value);
    void push(Value& value);
    Value& pop();
    std::size_t popMark();
    void keep(std::uint32_t slot);
    [[noreturn]] void refuse(base::ErrorCode code, const std::string& sentence) const;

    const ByteSource& m_source;
    Objects& m_objects;
    bool m_allowTensors;
    std::span<const std::uint8_t> m_pickle;
    std::size_t m_at = 0, m_opcodeAt = 0, m_charged = 0;
    std::vector<Value*> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, Value*> m_memo;
    std::array<Value*, 257> m_small{}; // the numbers 0 to 255, and None
};

} // namespace echo2ecg::nn::checkpoint
