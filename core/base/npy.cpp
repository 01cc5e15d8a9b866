// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string_view>

namespace echo2ecg::base {

static_assert(std::endian::native == std::endian::little, "array files are written as they lie in memory");

namespace {

constexpr std::string_view magic = "\x93NUMPY";

std::int64_t itemSize(std::string_view dtype)
{
    if (dtype.size() < 2)
        return 0;
    std::int64_t n = 0;
    std::from_chars(dtype.data() + 1, dtype.data() + dtype.size(), n);
    if (n < 0 || n > 1 << 24)
        return 0;
    return dtype[0] == 'U' ? 4 * n : n;
}

bool isNumber(std::string_view dtype)
{
    static constexpr std::array known{"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"};
    return std::find(known.begin(), known.end(), dtype) != known.end();
}

template <class To>
std::vector<To> converted(const NpyArray& array)
{
    const auto n = std::size_t(array.count());
    std::vector<To> out(n);
    const auto copy = [&]<class From>(From) {
        if (array.bytes.size() < n * sizeof(From))
            throw Error(ErrorCode::Inconsistent, "the array holds fewer bytes than its shape says");
        for (std::size_t i = 0; i < n; ++i) {
            From value;
            std::memcpy(&value, array.bytes.data() + i * sizeof(From), sizeof(From));
            out[i] = To(value);
        }
    };
    const std::string& d = array.dtype;
    if (d == "f4") copy(float{});
    else if (d == "f8") copy(double{});
    else if (d == "i1") copy(std::int8_t{});
    else if (d == "i2") copy(std::int16_t{});
    else if (d == "i4") copy(std::int32_t{});
    else if (d == "i8") copy(std::int64_t{});
    else if (d == "u1" || d == "b1") copy(std::uint8_t{});
    else if (d == "u2") copy(std::uint16_t{});
    else if (d == "u4") copy(std::uint32_t{});
    else if (d == "u8") copy(std::uint64_t{});
    else throw Error(ErrorCode::Unsupported, "the array's type \"" + d + "\" isn't a number");
    return out;
}

template <class T>
NpyArray made(const char* dtype, std::vector<std::int64_t> shape, const std::vector<T>& values)
{
    NpyArray array;
    array.dtype = dtype;
    array.shape = std::move(shape);
    if (std::size_t(array.count()) != values.size())
        throw Error(ErrorCode::Inconsistent, "the array's shape doesn't fit its number of values");
    array.bytes.resize(values.size() * sizeof(T));
    if (!values.empty())
        std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    return array;
}

// The header is a Python dictionary literal; only what NumPy writes is understood.
std::string_view field(std::string_view header, std::string_view key)
{
    const auto at = header.find(key);
    if (at == std::string_view::npos)
        return {};
    auto rest = header.substr(at + key.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" :"), rest.size()));
    return rest;
}

void transposeFromFortran(NpyArray& array)
{
    const auto item = std::size_t(itemSize(array.dtype));
    const auto n = std::size_t(array.count());
    std::vector<std::uint8_t> out(array.bytes.size());
    std::vector<std::int64_t> at(array.shape.size(), 0);
    for (std::size_t c = 0; c < n; ++c) {
        std::size_t f = 0, stride = 1;
        for (std::size_t d = 0; d < at.size(); ++d) {
            f += std::size_t(at[d]) * stride;
            stride *= std::size_t(array.shape[d]);
        }
        std::memcpy(out.data() + c * item, array.bytes.data() + f * item, item);
        for (std::size_t d = at.size(); d-- > 0;) {
            if (++at[d] < array.shape[d])
                break;
            at[d] = 0;
        }
    }
    array.bytes = std::move(out);
}

std::string serialise(const NpyArray& array)
{
    std::string shape;
    for (const auto n : array.shape)
        shape += std::to_string(n) + ",";
    if (array.shape.size() > 1)
        shape.pop_back();
    const char order = itemSize(array.dtype) == 1 ? '|' : '<';
    std::string header = std::string("{'descr': '") + order + array.dtype + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    const std::size_t unpadded = magic.size() + 4 + header.size() + 1;
    header.append((64 - unpadded % 64) % 64, ' ');
    header += '\n';
    std::string out(magic);
    out += '\x01';
    out += '\x00';
    out += char(header.size() & 255);
    out += char(header.size() >> 8);
    out += header;
    out.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    return out;
}

void writeWhole(const std::filesystem::path& file, std::string_view bytes)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!out)
        throw Error(ErrorCode::Io, "the file can't be created", Place{file, {}});
    out.write(bytes.data(), std::streamsize(bytes.size()));
    out.close();
    if (!out)
        throw Error(ErrorCode::Io, "the file can't be written (is the disk full?)", Place{file, {}});
}

std::uint32_t crc32(std::string_view bytes)
{
    static const auto table = [] {
        std::array<std::uint32_t, 256> t{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t c = i;
            for (int k = 0; k < 8; ++k)
                c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            t[i] = c;
        }
        return t;
    }();
    std::uint32_t crc = ~0u;
    for (const char c : bytes)
        crc = table[(crc ^ static_cast<unsigned char>(c)) & 255] ^ (crc >> 8);
    return ~crc;
}

void put(std::string& out, std::uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out += char(value >> (8 * i) & 255);
}

} // namespace

std::int64_t NpyArray::count() const
{
    std::int64_t n = 1;
    for (const auto d : shape)
        n *= d;
    return n;
}

std::vector<float> NpyArray::toFloat() const
{
    return converted<float>(*this);
}

std::vector<double> NpyArray::toDouble() const
{
    return converted<double>(*this);
}

NpyArray NpyArray::of(std::vector<std::int64_t> shape, const std::vector<float>& values)
{
    return made("f4", std::move(shape), values);
}

NpyArray NpyArray::of(std::vector<std::int64_t> shape, const std::vector<double>& values)
{
    return made("f8", std::move(shape), values);
}

NpyArray NpyArray::of(std::vector<std::int64_t> shape, const std::vector<std::int64_t>& values)
{
    return made("i8", std::move(shape), values);
}

NpyArray NpyArray::of(std::vector<std::int64_t> shape, const std::vector<std::uint8_t>& values)
{
    return made("u1", std::move(shape), values);
}

namespace {

// Of the array that takes `fileSize` bytes from `begin` on.
NpyLayout layoutAt(std::ifstream& in, std::uint64_t begin, std::uint64_t fileSize, const std::filesystem::path& file)
{
    in.seekg(std::streamoff(begin));
    std::array<char, 12> start{};
    in.read(start.data(), 8);
    if (in.gcount() < 8 || std::string_view(start.data(), 6) != magic)
        throw ParseError(ErrorCode::NotRecognised, "this isn't a .npy file", Place{file, {}});
    const int version = start[6];
    const int lengthBytes = version == 1 ? 2 : 4;
    if (version < 1 || version > 3)
        throw ParseError(ErrorCode::Unsupported, "unknown .npy version", Place{file, "offset 6"});
    in.read(start.data() + 8, lengthBytes);
    std::uint32_t headerLength = 0;
    for (int i = 0; i < lengthBytes; ++i)
        headerLength |= std::uint32_t(static_cast<unsigned char>(start[std::size_t(8 + i)])) << (8 * i);
    if (!in || headerLength > std::min<std::uintmax_t>(fileSize, 1 << 20))
        throw ParseError(ErrorCode::Truncated, "the header is longer than the file", Place{file, "offset 8"});
    std::string header(headerLength, '\0');
    in.read(header.data(), headerLength);

    const auto malformed = [&](const char* sentence) { return ParseError(ErrorCode::Malformed, sentence, Place{file, "header"}); };
    auto descr = field(header, "'descr'");
    if (descr.size() < 4 || descr[0] != '\'')
        throw malformed("the array's type isn't a plain one");
    descr.remove_prefix(1);
    descr = descr.substr(0, descr.find('\''));
    if (descr.empty() || descr[0] == '>')
        throw malformed("big-endian arrays aren't read");
    NpyLayout array;
    array.dtype = std::string(descr.substr(descr[0] == '<' || descr[0] == '|' || descr[0] == '=' ? 1 : 0));
    const std::int64_t item = array.itemBytes = itemSize(array.dtype);
    if (!isNumber(array.dtype) && array.dtype[0] != 'U')
        throw ParseError(ErrorCode::Unsupported, "the array's type \"" + array.dtype.substr(0, 16) + "\" isn't read", Place{file, "header"});
    if (item == 0) // any number of values would fit the file
        throw malformed("the array's type has no size");
    auto shape = field(header, "'shape'");
    if (shape.empty() || shape[0] != '(')
        throw malformed("the shape is missing");
    shape = shape.substr(1, shape.find(')') == std::string_view::npos ? 0 : shape.find(')') - 1);
    std::uint64_t total = std::uint64_t(item);
    while (!shape.empty()) {
        const auto from = shape.find_first_of("0123456789-");
        if (from == std::string_view::npos)
            break;
        std::int64_t n = 0;
        const auto [end, error] = std::from_chars(shape.data() + from, shape.data() + shape.size(), n);
        if (error != std::errc() || n < 0 || array.shape.size() >= 16)
            throw malformed("the shape can't be read");
        array.shape.push_back(n);
        if (n != 0 && total > fileSize / std::uint64_t(n) + 1)
            throw ParseError(ErrorCode::Truncated, "the shape says more values than the file holds", Place{file, "header"});
        total *= std::uint64_t(n);
        shape.remove_prefix(std::size_t(end - shape.data()));
    }
    if (total > fileSize)
        throw ParseError(ErrorCode::Truncated, "the shape says more values than the file holds", Place{file, "header"});
    array.totalBytes = total;
    array.offset = begin + 8 + std::uint64_t(lengthBytes) + headerLength;
    array.fortran = field(header, "'fortran_order'").substr(0, 4) == "True" && array.shape.size() > 1;
    return array;
}

std::ifstream opened(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorCode::Io, "the file can't be opened", Place{file, {}});
    return in;
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t count)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value |= std::uint64_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

} // namespace

NpyLayout readNpyLayout(const std::filesystem::path& file)
{
    std::ifstream in = opened(file);
    return layoutAt(in, 0, std::filesystem::file_size(file), file);
}

std::vector<std::pair<std::string, NpyLayout>> readNpzLayouts(const std::filesystem::path& file)
{
    std::ifstream in = opened(file);
    const std::uint64_t size = std::filesystem::file_size(file);
    const auto malformed = [&](const char* sentence, const char* where) { return ParseError(ErrorCode::Malformed, sentence, Place{file, where}); };
    const auto read = [&](std::uint64_t at, std::uint64_t count) {
        if (at > size || count > size - at)
            throw ParseError(ErrorCode::Truncated, "the archive ends early", Place{file, "offset " + std::to_string(at)});
        std::string bytes(std::size_t(count), '\0');
        in.clear();
        in.seekg(std::streamoff(at));
        in.read(bytes.data(), std::streamsize(bytes.size()));
        if (std::uint64_t(in.gcount()) != count)
            throw Error(ErrorCode::Io, "the file can't be read", Place{file, {}});
        return bytes;
    };
    // The end record: 22 bytes and a comment.
    constexpr std::uint64_t endBytes = 22, mostComment = 0xFFFF, entryBytes = 46, localBytes = 30;
    if (size < endBytes || read(0, 2) != "PK")
        throw ParseError(ErrorCode::NotRecognised, "this isn't an .npz archive", Place{file, {}});
    const std::uint64_t tailAt = size - std::min(size, endBytes + mostComment);
    const std::string tail = read(tailAt, size - tailAt);
    const std::size_t end = tail.rfind("PK\x05\x06");
    if (end == std::string::npos || tail.size() - end < endBytes)
        throw ParseError(ErrorCode::Truncated, "the archive has no directory", Place{file, {}});
    const std::uint64_t entries = number(tail, end + 10, 2), directoryBytes = number(tail, end + 12, 4), directoryAt = number(tail, end + 16, 4);
    if (entries == 0xFFFF || directoryAt == 0xFFFFFFFFu)
        throw ParseError(ErrorCode::Unsupported, "archives of more than 4 GiB aren't read", Place{file, {}});
    const std::string directory = read(directoryAt, directoryBytes);

    std::vector<std::pair<std::string, NpyLayout>> members;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < entries; ++i) {
        if (directory.size() - at < entryBytes || directory.compare(at, 4, "PK\x01\x02") != 0)
            throw malformed("the archive's directory is damaged", "directory");
        const std::uint64_t method = number(directory, at + 10, 2), packed = number(directory, at + 20, 4), bytes = number(directory, at + 24, 4),
                            nameBytes = number(directory, at + 28, 2), extra = number(directory, at + 30, 2), comment = number(directory, at + 32, 2),
                            local = number(directory, at + 42, 4);
        if (directory.size() - at - entryBytes < nameBytes + extra + comment)
            throw malformed("the archive's directory is damaged", "directory");
        std::string name = directory.substr(at + entryBytes, std::size_t(nameBytes));
        at += std::size_t(entryBytes + nameBytes + extra + comment);
        if (!name.ends_with(".npy"))
            continue;
        name.resize(name.size() - 4);
        if (method != 0 || packed != bytes)
            throw ParseError(ErrorCode::Unsupported, "compressed archives aren't read; numpy.savez writes them uncompressed", Place{file, name});
        const std::string header = read(local, localBytes);
        if (!header.starts_with("PK\x03\x04"))
            throw malformed("an entry isn't where the directory says", name.c_str());
        const std::uint64_t begin = local + localBytes + number(header, 26, 2) + number(header, 28, 2);
        if (begin > size || bytes > size - begin)
            throw ParseError(ErrorCode::Truncated, "the archive ends early", Place{file, name});
        in.clear();
        members.emplace_back(std::move(name), layoutAt(in, begin, bytes, file));
    }
    return members;
}

NpyArray readNpyPart(const std::filesystem::path& file, const NpyLayout& layout, std::uint64_t first,
                     std::uint64_t count)
{
    if (layout.fortran && count * std::uint64_t(layout.itemBytes) != layout.totalBytes)
        throw ParseError(ErrorCode::Unsupported, "parts of an array in Fortran order aren't read", Place{file, "header"});
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorCode::Io, "the file can't be opened", Place{file, {}});
    const auto item = std::uint64_t(layout.itemBytes), values = layout.totalBytes / item;
    if (first > values || count > values - first)
        throw ParseError(ErrorCode::Truncated, "the array has fewer values", Place{file, "value " + std::to_string(values)});
    NpyArray array;
    array.dtype = layout.dtype;
    array.shape = {std::int64_t(count)};
    array.bytes.resize(count * item);
    in.seekg(std::streamoff(layout.offset + first * item));
    in.read(reinterpret_cast<char*>(array.bytes.data()), std::streamsize(array.bytes.size()));
    if (std::uint64_t(in.gcount()) != array.bytes.size())
        throw ParseError(ErrorCode::Truncated, "the file ends before the array does",
                         Place{file, "value " + std::to_string(first + std::uint64_t(in.gcount()) / item)});
    return array;
}

NpyArray readNpy(const std::filesystem::path& file)
{
    return readNpy(file, readNpyLayout(file));
}

NpyArray readNpy(const std::filesystem::path& file, const NpyLayout& layout)
{
    NpyArray array = readNpyPart(file, layout, 0, layout.totalBytes / std::uint64_t(layout.itemBytes));
    array.shape = layout.shape;
    if (layout.fortran)
        transposeFromFortran(array);
    return array;
}

void writeNpy(const std::filesystem::path& file, const NpyArray& array)
{
    writeWhole(file, serialise(array));
}

void writeNpz(const std::filesystem::path& file, const std::vector<NpzMember>& members)
{
    // 1 January 1980: a file's bytes depend on its content alone.
    constexpr std::uint32_t dosDate = 0x00210000;
    std::string out, directory;
    for (const auto& [name, array] : members) {
        const std::string entry = name + ".npy";
        const std::string data = serialise(array);
        if (out.size() + data.size() > 0xFFFF0000u)
            throw Error(ErrorCode::LimitExceeded, "the archive would be larger than 4 GiB", Place{file, name});
        std::string common;
        put(common, 20, 2);
        put(common, 0x0800, 2);  // names are UTF-8
        put(common, 0, 2);
        put(common, dosDate, 4);
        put(common, crc32(data), 4);
        put(common, std::uint32_t(data.size()), 4);
        put(common, std::uint32_t(data.size()), 4);
        put(common, std::uint32_t(entry.size()), 2);
        put(common, 0, 2);
        directory += "PK\x01\x02";
        put(directory, 20, 2);
        directory += common;
        put(directory, 0, 2);
        put(directory, 0, 2);
        put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, std::uint32_t(out.size()), 4);
        directory += entry;
        out += "PK\x03\x04";
        out += common;
        out += entry;
        out += data;
    }
    std::string end = "PK\x05\x06";
    put(end, 0, 4);
    put(end, std::uint32_t(members.size()), 2);
    put(end, std::uint32_t(members.size()), 2);
    put(end, std::uint32_t(directory.size()), 4);
    put(end, std::uint32_t(out.size()), 4);
    put(end, 0, 2);
    writeWhole(file, out + directory + end);
}

NpyArray npyOfStrings(const std::vector<std::string>& texts)
{
    std::vector<std::vector<std::uint32_t>> decoded;
    std::size_t width = 1;
    for (const auto& text : texts) {
        std::vector<std::uint32_t> codes;
        for (std::size_t i = 0; i < text.size();) {
            const auto c = static_cast<unsigned char>(text[i]);
            const std::size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
            std::uint32_t code = n == 1 ? c : c & (0xFFu >> (n + 1));
            for (std::size_t k = 1; k < n && i + k < text.size(); ++k)
                code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 63u);
            codes.push_back(code);
            i += n;
        }
        width = std::max(width, codes.size());
        decoded.push_back(std::move(codes));
    }
    NpyArray array;
    array.dtype = "U" + std::to_string(width);
    array.shape = {std::int64_t(texts.size())};
    array.bytes.assign(texts.size() * width * 4, 0);
    for (std::size_t i = 0; i < decoded.size(); ++i)
        if (!decoded[i].empty())
            std::memcpy(array.bytes.data() + i * width * 4, decoded[i].data(), decoded[i].size() * 4);
    return array;
}

std::vector<std::string> stringsOf(const NpyArray& array)
{
    if (array.dtype.empty() || array.dtype[0] != 'U')
        throw Error(ErrorCode::Unsupported, "the array's type \"" + array.dtype + "\" isn't text");
    const auto width = std::size_t(itemSize(array.dtype)) / 4, n = std::size_t(array.count());
    if (array.bytes.size() < n * width * 4)
        throw Error(ErrorCode::Inconsistent, "the array holds fewer bytes than its shape says");
    std::vector<std::string> texts(n);
    for (std::size_t i = 0; i < n * width; ++i) {
        std::uint32_t code = 0;
        std::memcpy(&code, array.bytes.data() + i * 4, 4);
        std::string& text = texts[i / width];
        if (code == 0) // padding
            continue;
        if (code > 0x10FFFF)
            throw Error(ErrorCode::Malformed, "the array holds a character that doesn't exist");
        if (code < 0x80) {
            text += char(code);
        } else if (code < 0x800) {
            text += char(0xC0 | code >> 6);
            text += char(0x80 | (code & 63));
        } else {
            if (code < 0x10000) {
                text += char(0xE0 | code >> 12);
            } else {
                text += char(0xF0 | code >> 18);
                text += char(0x80 | (code >> 12 & 63));
            }
            text += char(0x80 | (code >> 6 & 63));
            text += char(0x80 | (code & 63));
        }
    }
    return texts;
}

} // namespace echo2ecg::base
