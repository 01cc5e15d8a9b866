// SPDX-License-Identifier: GPL-3.0-or-later
// The classes that the machine knows. Each is rebuilt from its arguments here; none is looked up anywhere.
#include "nn/checkpoint/pickle_machine.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

namespace {

struct Named
{
    std::string_view name, dtype;
};
constexpr Named kStorages[] = {{"FloatStorage", "F32"}, {"DoubleStorage", "F64"},    {"HalfStorage", "F16"},
                               {"LongStorage", "I64"},  {"BFloat16Storage", "BF16"}, {"IntStorage", "I32"},
                               {"ShortStorage", "I16"}, {"CharStorage", "I8"},       {"ByteStorage", "U8"},
                               {"BoolStorage", "BOOL"}, {"UntypedStorage", "U8"}};
constexpr Named kDtypes[] = {{"float32", "F32"}, {"float64", "F64"}, {"float16", "F16"}, {"bfloat16", "BF16"},
                             {"int64", "I64"},   {"int32", "I32"},   {"int16", "I16"},   {"int8", "I8"},
                             {"uint8", "U8"},    {"bool", "BOOL"},   {"uint16", "U16"},  {"uint32", "U32"},
                             {"uint64", "U64"}};

// Constructors that only hold what they are given; their objects stay opaque. Exact names: a prefix such as "torch."
// would let functions through.
constexpr std::string_view kHolders[] = {"argparse Namespace",
                                         "_codecs encode",
                                         "builtins complex",
                                         "builtins bytearray",
                                         "builtins slice",
                                         "builtins range",
                                         "copyreg _reconstructor",
                                         "copy_reg _reconstructor",
                                         "datetime date",
                                         "datetime datetime",
                                         "datetime timedelta",
                                         "numpy dtype",
                                         "numpy ndarray",
                                         "numpy.core.multiarray scalar",
                                         "numpy.core.multiarray _reconstruct",
                                         "numpy._core.multiarray scalar",
                                         "numpy._core.multiarray _reconstruct",
                                         "pathlib Path",
                                         "pathlib PosixPath",
                                         "pathlib WindowsPath",
                                         "pathlib PurePosixPath",
                                         "pathlib PureWindowsPath",
                                         "torch device",
                                         "uuid UUID"};

// Python 2's names, which protocol 2 keeps.
std::string canonical(const std::string& name)
{
    constexpr std::string_view old = "__builtin__ ";
    return name.starts_with(old) ? "builtins " + name.substr(old.size()) : name;
}

// A name for a message: what a class may be called, and not much of it.
std::string shown(const std::string& name)
{
    std::string text = name.substr(0, 80);
    for (char& letter : text) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
        letter = letter == ' ' ? '.' : plain ? letter : '?';
    }
    return text;
}

bool plainKey(const std::string& key)
{
    return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') || letter == '_';
    });
}

} // namespace

std::size_t itemSize(const std::string& dtype) noexcept
{
    if (dtype == "BOOL" || dtype == "U8" || dtype == "I8")
        return 1;
    if (dtype == "BF16" || dtype.ends_with("16"))
        return 2;
    return dtype.ends_with("32") ? 4 : dtype.ends_with("64") ? 8 : 0;
}

Value& PickleMachine::container(Kind kind, const Value& arguments)
{
    Value& made = make(kind);
    for (const Value* argument : arguments.items) {
        if (argument->kind == Kind::Class || argument->kind == Kind::None)
            continue; // a default dictionary's factory
        const bool list = argument->kind == Kind::List || argument->kind == Kind::Tuple || argument->kind == Kind::Set;
        if (kind != Kind::Dict && list) {
            charge(argument->items.size() * kReferenceCost);
            made.items.insert(made.items.end(), argument->items.begin(), argument->items.end());
        } else if (kind == Kind::Dict && argument->kind == Kind::Dict) {
            charge(argument->entries.size() * kEntryCost);
            made.entries.insert(made.entries.end(), argument->entries.begin(), argument->entries.end());
        } else if (kind == Kind::Dict && list) {
            charge(argument->items.size() * kEntryCost);
            for (const Value* pair : argument->items) {
                if (pair->items.size() != 2)
                    refuse(ErrorCode::Malformed, "the pickle makes a dictionary of something other than pairs");
                made.entries.emplace_back(pair->items[0], pair->items[1]);
            }
        } else if (kind == Kind::List && argument->kind == Kind::Integer) {
            continue; // a deque's length
        } else {
            refuse(ErrorCode::Malformed, "the pickle makes a container of something that is none");
        }
    }
    return made;
}

Value& PickleMachine::reduce(const Value& callable, const Value& arguments)
{
    if (callable.kind != Kind::Class || arguments.kind != Kind::Tuple)
        refuse(ErrorCode::Malformed, "the pickle asks to call something that is no class");
    const std::string name = canonical(callable.text);
    if (name == "torch._utils _rebuild_tensor" || name == "torch._utils _rebuild_tensor_v2")
        return rebuildTensor(arguments, false);
    if (name == "torch._utils _rebuild_tensor_v3")
        return rebuildTensor(arguments, true);
    if (name == "torch._utils _rebuild_parameter" || name == "torch._utils _rebuild_parameter_with_state") {
        if (arguments.items.empty() || arguments.items[0]->kind != Kind::Tensor)
            refuse(ErrorCode::Malformed, "the pickle makes a parameter of something that is no tensor");
        return const_cast<Value&>(*arguments.items[0]); // one of this machine's own
    }
    if (name == "collections OrderedDict" || name == "collections defaultdict" || name == "collections Counter" ||
        name == "builtins dict")
        return container(Kind::Dict, arguments);
    if (name == "builtins list" || name == "collections deque")
        return container(Kind::List, arguments);
    if (name == "builtins tuple" || name == "torch Size")
        return container(Kind::Tuple, arguments);
    if (name == "builtins set" || name == "builtins frozenset")
        return container(Kind::Set, arguments);
    if (std::find(std::begin(kHolders), std::end(kHolders), name) != std::end(kHolders))
        return newObject(callable, arguments);
    refuse(ErrorCode::Unsupported,
           "the file asks to call " + shown(name) + ", which is never done: it may be damaged or harmful");
}

Value& PickleMachine::newObject(const Value& type, const Value& arguments)
{
    if (type.kind != Kind::Class || arguments.kind != Kind::Tuple)
        refuse(ErrorCode::Malformed, "the pickle makes an object of something that is no class");
    if (const std::string name = canonical(type.text); name == "collections OrderedDict" || name == "builtins dict")
        return container(Kind::Dict, arguments);
    charge(type.text.size() + arguments.items.size() * kReferenceCost);
    Value& made = make(Kind::Opaque);
    made.text = type.text;
    made.items = arguments.items;
    return made;
}

void PickleMachine::build(Value& target, const Value& state)
{
    switch (target.kind) {
    case Kind::Opaque:
        target.state = &state;
        return;
    case Kind::Dict: // attributes of an ordered dictionary: torch's _metadata
    case Kind::Tensor:
        return;
    default:
        refuse(ErrorCode::Malformed, "the pickle sets the state of something that has none");
    }
}

// ('storage', type, key, location, count) or, in the old container, with a sixth field.
Value& PickleMachine::persistentStorage(const Value& id)
{
    const std::vector<const Value*>& f = id.items;
    if (!m_allowTensors || id.kind != Kind::Tuple || f.size() < 5 || f.size() > 6 || f[0]->kind != Kind::Text ||
        f[0]->text != "storage" || f[1]->kind != Kind::Class || f[2]->kind != Kind::Text || f[3]->kind != Kind::Text)
        refuse(ErrorCode::Unsupported, "the pickle refers to something outside it that is no storage");
    if (f.size() == 6 && f[5]->kind != Kind::None)
        refuse(ErrorCode::Unsupported, "the file holds a storage that is a view of another, as only very old files do");
    const std::string& type = f[1]->text;
    const std::size_t space = type.find(' ');
    const std::string module = type.substr(0, space);
    const Named* known = nullptr;
    if (module == "torch" || module == "torch.cuda" || module == "torch.storage")
        for (const Named& storage : kStorages)
            if (space != std::string::npos && type.substr(space + 1) == storage.name)
                known = &storage;
    if (!known)
        refuse(ErrorCode::Unsupported, "the file holds a storage of an unknown type, " + shown(type));
    if (!plainKey(f[2]->text))
        refuse(ErrorCode::Malformed, "a storage has a name that no record can have");
    if (f[4]->kind != Kind::Integer || f[4]->integer < 0)
        refuse(ErrorCode::Malformed, "a storage has no proper number of elements");
    const std::uint64_t count = std::uint64_t(f[4]->integer);
    StorageClaim claim{f[2]->text, std::string(known->dtype), count, 0};
    if (count > m_source.size() / itemSize(claim.dtype))
        refuse(ErrorCode::LimitExceeded,
               "a storage is said to hold " + std::to_string(count) + " elements, more than the whole file");

    const auto [found, isNew] = m_objects.storageByKey.emplace(claim.key, m_objects.storages.size());
    if (isNew) {
        charge(256);
        m_objects.storages.push_back(claim);
    } else if (const StorageClaim& before = m_objects.storages[found->second];
               before.dtype != claim.dtype || before.count != claim.count) {
        refuse(ErrorCode::Inconsistent, "one storage is described in two ways");
    }
    Value& storage = make(Kind::Storage);
    storage.integer = std::int64_t(found->second);
    return storage;
}

// (storage, offset, size, stride, …); in the third version the dtype is the seventh.
Value& PickleMachine::rebuildTensor(const Value& arguments, bool withDtype)
{
    const std::vector<const Value*>& f = arguments.items;
    if (f.size() < (withDtype ? 7u : 4u) || f[0]->kind != Kind::Storage || f[1]->kind != Kind::Integer ||
        f[2]->kind != Kind::Tuple || f[3]->kind != Kind::Tuple || f[2]->items.size() != f[3]->items.size())
        refuse(ErrorCode::Malformed, "a tensor is described by something else than storage, offset, size and stride");
    if (f[2]->items.size() > kMaxRank)
        refuse(ErrorCode::LimitExceeded, "a tensor has more than " + std::to_string(kMaxRank) + " dimensions");
    const StorageClaim& storage = m_objects.storages[std::size_t(f[0]->integer)];
    TensorInfo info;
    info.storage = std::size_t(f[0]->integer);
    info.dtype = storage.dtype;
    info.offset = f[1]->integer;
    std::uint64_t held = storage.count;
    if (withDtype) {
        const auto* known = std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const Named& dtype) {
            return f[6]->kind == Kind::Class && f[6]->text == "torch " + std::string(dtype.name);
        });
        if (known == std::end(kDtypes))
            refuse(ErrorCode::Unsupported, "a tensor has a dtype that this program doesn't know");
        info.dtype = known->dtype;
        held = storage.count * itemSize(storage.dtype) / itemSize(info.dtype);
    }
    if (info.offset < 0)
        refuse(ErrorCode::Malformed, "a tensor begins before its storage");

    constexpr std::uint64_t kMost = std::uint64_t(std::numeric_limits<std::int64_t>::max());
    std::uint64_t count = 1, last = std::uint64_t(info.offset);
    bool empty = false, overflow = false;
    for (std::size_t i = 0; i < f[2]->items.size(); ++i) {
        const Value &size = *f[2]->items[i], &stride = *f[3]->items[i];
        if (size.kind != Kind::Integer || size.integer < 0)
            refuse(ErrorCode::Malformed, "a tensor has a size that is none");
        if (stride.kind != Kind::Integer || stride.integer < 0)
            refuse(ErrorCode::Malformed, "a tensor has a stride that is none");
        info.shape.push_back(size.integer);
        info.strides.push_back(stride.integer);
        const std::uint64_t n = std::uint64_t(size.integer), step = std::uint64_t(stride.integer);
        if (n == 0) {
            empty = true;
            continue;
        }
        overflow = overflow || count > kMost / n || (step != 0 && n - 1 > (kMost - last) / step);
        if (!overflow) {
            count *= n;
            last += (n - 1) * step;
        }
    }
    if (overflow)
        refuse(ErrorCode::LimitExceeded, "a tensor's sizes multiply to more than can be counted");
    if (empty ? std::uint64_t(info.offset) > held : last >= held)
        refuse(ErrorCode::Inconsistent, "a tensor reaches beyond its storage");
    if (!empty && count > std::max<std::uint64_t>(m_source.size(), kMaxRepeatedBytes) / itemSize(info.dtype))
        refuse(ErrorCode::LimitExceeded, "a tensor repeats its storage into more than the whole file holds");
    Value& tensor = make(Kind::Tensor);
    tensor.integer = std::int64_t(m_objects.tensors.size());
    m_objects.tensors.push_back(std::move(info));
    return tensor;
}

} // namespace echo2ecg::nn::checkpoint
