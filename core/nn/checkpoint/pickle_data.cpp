// SPDX-License-Identifier: GPL-3.0-or-later
// The opcodes of pickle protocols 2 to 5 that build numbers, texts and containers.
#include "nn/checkpoint/pickle_machine.h"

#include <bit>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

namespace {

constexpr std::size_t kNone = 256;

} // namespace

void PickleMachine::pushLong(std::size_t size)
{
    const std::uint8_t* bytes = take(size);
    if (size > 8) {
        charge(size);
        Value& big = make(Kind::BigInteger);
        big.text.assign(bytes, bytes + size);
        push(big);
        return;
    }
    std::uint64_t value = size > 0 && (bytes[size - 1] & 0x80u) ? ~std::uint64_t(0) : 0;
    for (std::size_t i = size; i-- > 0;)
        value = (value << 8) | bytes[i];
    push(number(std::int64_t(value)));
}

bool PickleMachine::pushNumber(std::uint8_t code)
{
    switch (code) {
    case 'N':
        if (!m_small[kNone])
            m_small[kNone] = &make(Kind::None);
        push(*m_small[kNone]);
        return true;
    case 0x88:   // NEWTRUE
    case 0x89: { // NEWFALSE
        Value& value = make(Kind::Bool);
        value.integer = code == 0x88;
        push(value);
        return true;
    }
    case 'K':
        push(number(*take(1)));
        return true;
    case 'M':
        push(number(little<std::uint16_t>(take(2))));
        return true;
    case 'J':
        push(number(std::int32_t(little<std::uint32_t>(take(4)))));
        return true;
    case 0x8a: // LONG1
        pushLong(*take(1));
        return true;
    case 0x8b: { // LONG4
        const std::uint32_t size = little<std::uint32_t>(take(4));
        if (size > 1024)
            refuse(ErrorCode::LimitExceeded, "the pickle holds a number of more than a thousand bytes");
        pushLong(size);
        return true;
    }
    case 'G': { // big endian
        const std::uint8_t* bytes = take(8);
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i)
            bits = (bits << 8) | bytes[i];
        Value& value = make(Kind::Real);
        value.real = std::bit_cast<double>(bits);
        push(value);
        return true;
    }
    default:
        return false;
    }
}

bool PickleMachine::pushText(std::uint8_t code)
{
    std::uint64_t size = 0;
    Kind kind = Kind::Text;
    switch (code) {
    case 'X':
    case 'T':
        size = little<std::uint32_t>(take(4));
        break;
    case 0x8c:
    case 'U':
        size = *take(1);
        break;
    case 0x8d:
        size = little<std::uint64_t>(take(8));
        break;
    case 'B':
        size = little<std::uint32_t>(take(4));
        kind = Kind::Bytes;
        break;
    case 'C':
        size = *take(1);
        kind = Kind::Bytes;
        break;
    case 0x8e:
    case 0x96:
        size = little<std::uint64_t>(take(8));
        kind = Kind::Bytes;
        break;
    default:
        return false;
    }
    if (size > m_pickle.size() - m_at)
        refuse(ErrorCode::Truncated, "the pickle holds a text that is said to be longer than the pickle");
    const std::uint8_t* bytes = take(std::size_t(size));
    charge(std::size_t(size) + 1);
    Value& value = make(kind);
    value.text.assign(bytes, bytes + size);
    push(value);
    return true;
}

bool PickleMachine::useMemo(std::uint8_t code)
{
    switch (code) {
    case 'q':
        keep(*take(1));
        return true;
    case 'r':
        keep(little<std::uint32_t>(take(4)));
        return true;
    case 0x94:
        keep(std::uint32_t(m_memo.size()));
        return true;
    case 'h':
    case 'j': {
        const auto found = m_memo.find(code == 'h' ? *take(1) : little<std::uint32_t>(take(4)));
        if (found == m_memo.end())
            refuse(ErrorCode::Malformed, "the pickle recalls a value that it never remembered");
        push(*found->second);
        return true;
    }
    case '2': // DUP
        if (m_stack.empty())
            refuse(ErrorCode::Malformed, "the pickle takes a value that isn't there");
        push(*m_stack.back());
        return true;
    default:
        return false;
    }
}

void PickleMachine::append(Value& target, std::size_t from)
{
    if (target.kind != Kind::List && target.kind != Kind::Set && target.kind != Kind::Tuple &&
        target.kind != Kind::Opaque)
        refuse(ErrorCode::Malformed, "the pickle adds an item to something that is no list");
    charge((m_stack.size() - from) * kReferenceCost);
    target.items.insert(target.items.end(), m_stack.begin() + std::ptrdiff_t(from), m_stack.end());
    m_stack.resize(from);
}

void PickleMachine::setItems(Value& target, std::size_t from)
{
    const std::size_t count = m_stack.size() - from;
    if ((target.kind != Kind::Dict && target.kind != Kind::Opaque) || count % 2 != 0)
        refuse(ErrorCode::Malformed, "the pickle sets a key of something that is no dictionary");
    charge(count / 2 * kEntryCost);
    for (std::size_t i = from; i < m_stack.size(); i += 2)
        target.entries.emplace_back(m_stack[i], m_stack[i + 1]);
    m_stack.resize(from);
}

bool PickleMachine::collect(std::uint8_t code)
{
    const auto tuple = [&](std::size_t from) {
        Value& value = make(Kind::Tuple);
        append(value, from);
        push(value);
    };
    const auto under = [&](std::size_t from) -> Value& { // the container below what is to be put into it
        if (from == 0 || from <= (m_marks.empty() ? 0 : m_marks.back()))
            refuse(ErrorCode::Malformed, "the pickle fills a container that isn't there");
        return *m_stack[from - 1];
    };
    const auto last = [&](std::size_t count) {
        if (m_stack.size() - (m_marks.empty() ? 0 : m_marks.back()) < count)
            refuse(ErrorCode::Malformed, "the pickle takes a value that isn't there");
        return m_stack.size() - count;
    };
    switch (code) {
    case '(':
        if (m_marks.size() >= kMaxStack)
            refuse(ErrorCode::LimitExceeded, "the pickle nests more values than any checkpoint");
        m_marks.push_back(m_stack.size());
        return true;
    case '}':
        push(make(Kind::Dict));
        return true;
    case ']':
        push(make(Kind::List));
        return true;
    case ')':
        push(make(Kind::Tuple));
        return true;
    case 0x8f:
        push(make(Kind::Set));
        return true;
    case 't':
        tuple(popMark());
        return true;
    case 0x85:
    case 0x86:
    case 0x87:
        tuple(last(std::size_t(code - 0x84)));
        return true;
    case 'l':
    case 0x91: { // FROZENSET
        const std::size_t from = popMark();
        Value& value = make(code == 'l' ? Kind::List : Kind::Set);
        append(value, from);
        push(value);
        return true;
    }
    case 'd': {
        const std::size_t from = popMark();
        Value& value = make(Kind::Dict);
        setItems(value, from);
        push(value);
        return true;
    }
    case 'a': {
        const std::size_t from = last(1);
        append(under(from), from);
        return true;
    }
    case 'e':
    case 0x90: { // ADDITEMS
        const std::size_t from = popMark();
        append(under(from), from);
        return true;
    }
    case 's': {
        const std::size_t from = last(2);
        setItems(under(from), from);
        return true;
    }
    case 'u': {
        const std::size_t from = popMark();
        setItems(under(from), from);
        return true;
    }
    case '0':
        pop();
        return true;
    case '1':
        m_stack.resize(popMark());
        return true;
    default:
        return false;
    }
}

} // namespace echo2ecg::nn::checkpoint
