// SPDX-License-Identifier: GPL-3.0-or-later
// The machine itself, and the opcodes that name classes.
#include "nn/checkpoint/pickle_machine.h"

#include <algorithm>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

namespace {

constexpr std::size_t kMemoCost = 64, kTensorCost = 512;

} // namespace

PickleMachine::PickleMachine(const ByteSource& source, Objects& objects, bool allowTensors)
    : m_source(source), m_objects(objects), m_allowTensors(allowTensors)
{
}

void PickleMachine::refuse(ErrorCode code, const std::string& sentence) const
{
    m_source.fail(code, sentence, "pickle byte " + std::to_string(m_opcodeAt));
}

void PickleMachine::charge(std::size_t bytes)
{
    if (bytes > kMaxObjectBytes - m_charged)
        refuse(ErrorCode::LimitExceeded, "the pickle builds more objects than any checkpoint");
    m_charged += bytes;
}

Value& PickleMachine::make(Kind kind)
{
    charge(sizeof(Value) + (kind == Kind::Tensor ? kTensorCost : 0));
    Value& value = m_objects.values.emplace_back();
    value.kind = kind;
    return value;
}

Value& PickleMachine::number(std::int64_t value)
{
    const bool small = value >= 0 && value < 256;
    if (small && m_small[std::size_t(value)])
        return *m_small[std::size_t(value)];
    Value& made = make(Kind::Integer);
    made.integer = value;
    if (small)
        m_small[std::size_t(value)] = &made;
    return made;
}

void PickleMachine::push(Value& value)
{
    if (m_stack.size() >= kMaxStack)
        refuse(ErrorCode::LimitExceeded, "the pickle nests or collects more values than any checkpoint");
    m_stack.push_back(&value);
}

// Never below the last mark: what lies there belongs to another container.
Value& PickleMachine::pop()
{
    if (m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back()))
        refuse(ErrorCode::Malformed, "the pickle takes a value that isn't there");
    Value& value = *m_stack.back();
    m_stack.pop_back();
    return value;
}

std::size_t PickleMachine::popMark()
{
    if (m_marks.empty())
        refuse(ErrorCode::Malformed, "the pickle ends a list that it never began");
    const std::size_t from = m_marks.back();
    m_marks.pop_back();
    return from;
}

const std::uint8_t* PickleMachine::take(std::size_t count)
{
    if (count > m_pickle.size() - m_at)
        refuse(ErrorCode::Truncated, "the pickle ends early");
    const std::uint8_t* bytes = m_pickle.data() + m_at;
    m_at += count;
    return bytes;
}

std::string PickleMachine::takeLine()
{
    const auto begin = m_pickle.begin() + std::ptrdiff_t(m_at);
    const auto end = std::find(begin, m_pickle.end(), std::uint8_t('\n'));
    if (end == m_pickle.end())
        refuse(ErrorCode::Truncated, "the pickle ends early");
    if (end - begin > 256)
        refuse(ErrorCode::LimitExceeded, "the pickle names a class by more than 256 letters");
    m_at += std::size_t(end - begin) + 1;
    return std::string(begin, end);
}

void PickleMachine::keep(std::uint32_t slot)
{
    if (m_stack.empty())
        refuse(ErrorCode::Malformed, "the pickle remembers a value that isn't there");
    charge(kMemoCost);
    m_memo[slot] = m_stack.back();
}

// False at STOP.
bool PickleMachine::step(std::uint8_t code)
{
    if (pushNumber(code) || pushText(code) || useMemo(code) || collect(code))
        return true;
    switch (code) {
    case '.':
        return false;
    case 0x80:
        if (const int protocol = *take(1); protocol < 2 || protocol > 5)
            refuse(ErrorCode::Unsupported, "the pickle has protocol " + std::to_string(protocol));
        return true;
    case 0x95: // FRAME: a hint of size
        take(8);
        return true;
    case 'c': {
        const std::string module = takeLine();
        const std::string name = takeLine();
        charge(module.size() + name.size() + 2);
        Value& value = make(Kind::Class);
        value.text = module + " " + name;
        push(value);
        return true;
    }
    case 0x93: { // STACK_GLOBAL
        const Value &name = pop(), &module = pop();
        if (name.kind != Kind::Text || module.kind != Kind::Text || name.text.size() + module.text.size() > 512)
            refuse(ErrorCode::Malformed, "the pickle names a class by something that is no name");
        charge(module.text.size() + name.text.size() + 2);
        Value& value = make(Kind::Class);
        value.text = module.text + " " + name.text;
        push(value);
        return true;
    }
    case 'Q':
        push(persistentStorage(pop()));
        return true;
    case 'R': {
        const Value &arguments = pop(), &callable = pop();
        push(reduce(callable, arguments));
        return true;
    }
    case 0x81: { // NEWOBJ
        const Value &arguments = pop(), &type = pop();
        push(newObject(type, arguments));
        return true;
    }
    case 0x92: { // NEWOBJ_EX: named arguments are dropped
        pop();
        const Value &arguments = pop(), &type = pop();
        push(newObject(type, arguments));
        return true;
    }
    case 'b': {
        const Value& state = pop();
        Value& target = pop();
        build(target, state);
        push(target);
        return true;
    }
    case 'i': // INST
    case 'o': // OBJ
        refuse(ErrorCode::Unsupported, "the pickle asks to call a class, which is never done");
    case 0x82:
    case 0x83:
    case 0x84: // EXT
        refuse(ErrorCode::Unsupported, "the pickle asks for a class of a private registry, which is never looked up");
    default:
        refuse(ErrorCode::Unsupported,
               "the pickle holds an instruction that no checkpoint needs (" + std::to_string(int(code)) + ")");
    }
}

// Breadth first, each value once: circles end, and a long chain needs no stack.
void PickleMachine::measureDepth(Value& root)
{
    std::vector<const Value*> now{&root}, next;
    root.depth = 0;
    const auto visit = [&](const Value* value, int depth) {
        if (!value || value->depth >= 0)
            return;
        const_cast<Value*>(value)->depth = depth; // all values belong to this machine's objects
        if (!value->items.empty() || !value->entries.empty() || value->state)
            next.push_back(value);
    };
    for (int depth = 1; !now.empty(); ++depth) {
        if (depth > kMaxDepth)
            m_source.fail(ErrorCode::LimitExceeded,
                          "the pickle nests containers deeper than " + std::to_string(kMaxDepth), "pickle");
        for (const Value* value : now) {
            for (const Value* item : value->items)
                visit(item, depth);
            for (const auto& [key, item] : value->entries) {
                visit(key, depth);
                visit(item, depth);
            }
            visit(value->state, depth);
        }
        now.swap(next);
        next.clear();
    }
}

const Value& PickleMachine::run(std::span<const std::uint8_t> pickle, std::size_t& used)
{
    m_pickle = pickle;
    m_at = 0;
    m_stack.clear();
    m_marks.clear();
    m_memo.clear();
    do
        m_opcodeAt = m_at;
    while (step(*take(1)));
    if (m_stack.size() != 1 || !m_marks.empty())
        refuse(ErrorCode::Malformed, "the pickle doesn't end with one value");
    used = m_at;
    Value& root = *m_stack.back();
    measureDepth(root);
    return root;
}

} // namespace echo2ecg::nn::checkpoint
