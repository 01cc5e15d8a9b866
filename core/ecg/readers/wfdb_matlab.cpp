// SPDX-License-Identifier: GPL-3.0-or-later
// Level 5 MAT-files after "MAT-File Format" (The MathWorks): elements of a type, a length and data in multiples of
// eight bytes; small ones keep both in one word.
#include "ecg/readers/wfdb_matlab.h"

#include "base/error.h"
#include "dicom/byte_source.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

namespace {

constexpr std::size_t fileHeader = 128;
constexpr std::size_t maxFileBytes = 256u << 20;
constexpr std::uint64_t maxUnpacked = 512u << 20;
// A compressed variable's name is within its first bytes; only "val" is unpacked further.
constexpr std::size_t peekBytes = 4096, maxVariables = 1000;

enum Type : std::uint32_t {
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Single = 7,
    Double = 9,
    Int64 = 12,
    UInt64 = 13,
    Matrix = 14,
    Compressed = 15
};

std::size_t sizeOf(std::uint32_t type)
{
    switch (type) {
    case Int8:
    case UInt8:
        return 1;
    case Int16:
    case UInt16:
        return 2;
    case Int32:
    case UInt32:
    case Single:
        return 4;
    case Double:
    case Int64:
    case UInt64:
        return 8;
    default:
        return 0;
    }
}

// Bytes in the order of the file.
class Bytes
{
public:
    Bytes(std::string_view bytes, bool big) : m_bytes(bytes), m_big(big) {}

    std::size_t size() const { return m_bytes.size(); }
    std::string_view part(std::size_t at, std::size_t length) const { return m_bytes.substr(at, length); }
    std::uint64_t number(std::size_t at, std::size_t bytes) const
    {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value |= std::uint64_t(static_cast<unsigned char>(m_bytes[at + (m_big ? bytes - 1 - i : i)])) << (8 * i);
        return value;
    }
    double real(std::size_t at, std::uint32_t type) const
    {
        const std::uint64_t bits = number(at, sizeOf(type));
        switch (type) {
        case Int8:
            return std::int8_t(bits);
        case Int16:
            return std::int16_t(bits);
        case Int32:
            return std::int32_t(bits);
        case Int64:
            return double(std::int64_t(bits));
        case Single:
            return double(std::bit_cast<float>(std::uint32_t(bits)));
        case Double:
            return std::bit_cast<double>(bits);
        default:
            return double(bits);
        }
    }

private:
    std::string_view m_bytes;
    bool m_big;
};

struct Element
{
    std::uint32_t type = 0;
    std::size_t data = 0, length = 0, next = 0;
};

// The element at `at`, or nothing when it doesn't fit.
std::optional<Element> elementAt(const Bytes& bytes, std::size_t at)
{
    if (at > bytes.size() || bytes.size() - at < 8)
        return std::nullopt;
    const std::uint64_t word = bytes.number(at, 4);
    Element e;
    if (word >> 16) { // small: length and type in one word, up to four bytes beside it
        e.type = std::uint32_t(word & 0xFFFF);
        e.length = std::size_t(word >> 16);
        e.data = at + 4;
        e.next = at + 8;
        return e.length <= 4 ? std::optional(e) : std::nullopt;
    }
    e.type = std::uint32_t(word);
    e.length = std::size_t(bytes.number(at + 4, 4));
    e.data = at + 8;
    if (e.length > bytes.size() - e.data)
        return std::nullopt;
    // Compressed elements aren't padded.
    e.next = e.data + (e.type == Compressed ? e.length : (e.length + 7) / 8 * 8);
    return e;
}

class ValReader
{
public:
    ValReader(const std::filesystem::path& file, std::size_t rows) : m_file(file), m_rows(rows) {}

    std::vector<std::int32_t> read(std::uint64_t& columns)
    {
        const std::string all = readBytes(m_file, maxFileBytes, true);
        const bool big = all.size() >= fileHeader && all[126] == 'M' && all[127] == 'I';
        const Bytes bytes(all, big);
        auto element = elementAt(bytes, fileHeader);
        for (std::size_t i = 0; element && i < maxVariables; ++i, element = elementAt(bytes, element->next)) {
            if (element->type == Compressed) {
                if (!isVal(all, *element, big))
                    continue;
                const std::vector<std::uint8_t> unpacked = inflate(all, *element, element->length, limit());
                const Bytes inner(textOf(unpacked), big);
                if (const auto matrix = elementAt(inner, 0); matrix && matrix->type == Matrix)
                    take(inner, *matrix, columns);
                if (m_values.empty())
                    break; // a name is there once
            } else if (element->type == Matrix) {
                take(bytes, *element, columns);
            }
            if (!m_values.empty())
                return std::move(m_values);
        }
        throw ParseError(ErrorCode::Missing, "The MATLAB file holds no whole numeric matrix \"val\".", {m_file, {}});
    }

private:
    static std::string_view textOf(const std::vector<std::uint8_t>& bytes)
    {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    static bool isVal(const std::string& all, const Element& element, bool big)
    {
        const std::vector<std::uint8_t> head = inflate(all, element, 2 * peekBytes, peekBytes);
        const Bytes inner(textOf(head), big);
        if (inner.size() < 8 || inner.number(0, 4) != Matrix)
            return false;
        const auto name = nameIn(inner, 8);
        return name && inner.part(name->data, name->length) == "val";
    }

    // Flags, dimensions, name.
    static std::optional<Element> nameIn(const Bytes& bytes, std::size_t at)
    {
        const auto flags = elementAt(bytes, at);
        const auto dimensions = flags ? elementAt(bytes, flags->next) : std::nullopt;
        return dimensions ? elementAt(bytes, dimensions->next) : std::nullopt;
    }

    // At most `most` bytes of the element are unpacked, to at most `limit` bytes.
    static std::vector<std::uint8_t> inflate(const std::string& all, const Element& element, std::size_t most,
                                             std::uint64_t limit)
    {
        // A zlib stream is two bytes, raw deflate, and a checksum of four.
        if (element.length < 7)
            return {};
        const auto* data = reinterpret_cast<const std::uint8_t*>(all.data()) + element.data;
        const auto source =
            dicom::ByteSource::ofMemory(std::vector<std::uint8_t>(data + 2, data + std::min(element.length, most)));
        dicom::Inflated inflated = dicom::inflateFrom(*source, 0, limit);
        return std::move(inflated.bytes);
    }
    // As much as the longest recording needs in doubles, and a little for names.
    std::uint64_t limit() const
    {
        return std::min<std::uint64_t>(maxUnpacked, maxSamplesPerLead * std::uint64_t(m_rows) * 8 + 65536);
    }

    // Flags, dimensions, name, then the real part.
    void take(const Bytes& bytes, const Element& matrix, std::uint64_t& columns)
    {
        const std::size_t end = matrix.data + matrix.length;
        const auto flags = elementAt(bytes, matrix.data);
        const auto dimensions = flags ? elementAt(bytes, flags->next) : std::nullopt;
        const auto name = dimensions ? elementAt(bytes, dimensions->next) : std::nullopt;
        const auto real = name ? elementAt(bytes, name->next) : std::nullopt;
        if (!real || real->data + real->length > end || bytes.part(name->data, name->length) != "val")
            return;
        const std::size_t each = sizeOf(real->type);
        if (each == 0 || dimensions->length != 8)
            return;
        const std::uint64_t rows = bytes.number(dimensions->data, 4);
        columns = bytes.number(dimensions->data + 4, 4);
        if (rows != m_rows)
            throw ParseError(ErrorCode::Inconsistent,
                             "The MATLAB file isn't the matrix that the WFDB header describes.", {m_file, "val"});
        if (columns == 0 || columns > real->length / each / rows)
            return;
        m_values.resize(std::size_t(rows * columns));
        for (std::size_t i = 0; i < m_values.size(); ++i) {
            const double value = bytes.real(real->data + i * each, real->type);
            m_values[i] = std::abs(value) < 2147483647.0 ? std::int32_t(std::lround(value))
                                                         : std::numeric_limits<std::int32_t>::min();
        }
    }

    const std::filesystem::path& m_file;
    std::size_t m_rows;
    std::vector<std::int32_t> m_values;
};

} // namespace

bool isMatlab5(std::string_view head) noexcept
{
    return head.starts_with("MATLAB 5.0 MAT-file") && head.size() >= fileHeader;
}

WfdbMatlabMatrix::WfdbMatlabMatrix(const std::filesystem::path& file, std::size_t rows)
    : m_values(ValReader(file, rows).read(m_columns))
{
}

bool WfdbMatlabMatrix::next(std::int32_t& value)
{
    if (m_at == m_values.size())
        return false;
    value = m_values[m_at++];
    return true;
}

} // namespace echo2ecg::ecg
