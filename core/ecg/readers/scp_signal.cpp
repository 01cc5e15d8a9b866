// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/scp_signal.h"

#include <algorithm>
#include <limits>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

namespace {

constexpr std::size_t maxTables = 64, maxCodes = 4096;

// Bits of a byte string, first bit highest.
class BitReader
{
public:
    explicit BitReader(std::string_view bytes) : m_bytes(bytes) {}

    bool has(std::size_t count) const { return m_at + count <= m_bytes.size() * 8; }
    std::uint32_t next()
    {
        const auto byte = static_cast<unsigned char>(m_bytes[m_at >> 3]);
        const std::uint32_t bit = (byte >> (7 - (m_at & 7))) & 1u;
        ++m_at;
        return bit;
    }
    std::int32_t nextSigned(std::size_t count)
    {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value = (value << 1) | next();
        if (count > 0 && count < 32 && (value >> (count - 1)))
            value |= ~std::uint32_t(0) << count;
        return static_cast<std::int32_t>(value);
    }

private:
    std::string_view m_bytes;
    std::size_t m_at = 0;
};

// The file keeps a code with its first bit lowest.
std::uint32_t reversed(std::uint32_t code, unsigned bits)
{
    std::uint32_t result = 0;
    for (unsigned i = 0; i < bits; ++i)
        result = (result << 1) | ((code >> i) & 1u);
    return result;
}

} // namespace

bool ScpHuffman::Table::add(const Code& code, std::uint32_t bits)
{
    int node = 0;
    for (int bit = code.prefixBits - 1; bit >= 0; --bit) {
        const std::size_t side = (bits >> bit) & 1u;
        const int next = nodes[std::size_t(node)][side];
        if (next < -1 || (bit == 0 && next != -1))
            return false;
        if (bit == 0) {
            nodes[std::size_t(node)][side] = -2 - int(codes.size());
        } else if (next == -1) {
            nodes[std::size_t(node)][side] = int(nodes.size());
            node = int(nodes.size());
            nodes.push_back({-1, -1});
        } else {
            node = next;
        }
    }
    codes.push_back(code);
    return true;
}

ScpHuffman::Table ScpHuffman::defaultTable()
{
    // 0 is "0"; ±n is n+1 ones, a zero and the sign; ten ones (but for the last bit) start an 8 or 16 bit original.
    Table table;
    table.add({1, 1, false, 0}, 0);
    for (std::uint32_t n = 1; n <= 8; ++n) {
        const std::uint32_t ones = ((1u << n) - 1) << 2;
        const auto bits = std::uint8_t(n + 2);
        table.add({bits, bits, false, std::int32_t(n)}, ones);
        table.add({bits, bits, false, -std::int32_t(n)}, ones | 1);
    }
    table.add({10, 18, false, 0}, 0x3FE);
    table.add({10, 26, false, 0}, 0x3FF);
    return table;
}

ScpHuffman::ScpHuffman() : m_tables{defaultTable()} {}

ScpHuffman::ScpHuffman(const ByteView& section)
{
    const std::size_t count = section.u16(0);
    if (count == 19999) {
        m_tables.push_back(defaultTable());
        return;
    }
    if (count == 0 || count > maxTables)
        throw ParseError(ErrorCode::Malformed, "The number of Huffman tables makes no sense.", section.place(0));
    std::size_t at = 2;
    for (std::size_t t = 0; t < count; ++t) {
        const std::size_t codes = section.u16(at);
        at += 2;
        if (codes == 0 || codes > maxCodes)
            throw ParseError(ErrorCode::Malformed, "A Huffman table has no usable number of codes.",
                             section.place(at - 2));
        Table table;
        for (std::size_t c = 0; c < codes; ++c, at += 9) {
            Code code;
            code.prefixBits = section.u8(at);
            code.totalBits = section.u8(at + 1);
            code.switches = section.u8(at + 2) == 0;
            code.value = section.i16(at + 3);
            if (code.prefixBits < 1 || code.prefixBits > 32 || code.totalBits < code.prefixBits ||
                code.totalBits - code.prefixBits > 24)
                throw ParseError(ErrorCode::Malformed, "A Huffman code has no usable length.", section.place(at));
            if (code.switches && (code.value < 1 || std::size_t(code.value) > count))
                throw ParseError(ErrorCode::Malformed, "A Huffman code switches to a table that isn't there.",
                                 section.place(at));
            if (!table.add(code, reversed(section.u32(at + 5), code.prefixBits)))
                throw ParseError(ErrorCode::Malformed, "A Huffman code begins like another one.", section.place(at));
        }
        m_tables.push_back(std::move(table));
    }
}

std::vector<std::int32_t> ScpHuffman::decode(std::string_view bytes, std::size_t limit) const
{
    std::vector<std::int32_t> values;
    // Every value takes at least one bit.
    values.reserve(std::min(limit, bytes.size() * 8));
    BitReader bits(bytes);
    const Table* table = &m_tables.front();
    while (values.size() < limit) {
        int node = 0;
        while (node >= 0) {
            if (!bits.has(1))
                return values;
            node = table->nodes[std::size_t(node)][bits.next()];
            if (node == -1)
                return values;
        }
        const Code* found = &table->codes[std::size_t(-2 - node)];
        if (found->switches) {
            table = &m_tables[std::size_t(found->value - 1)];
            continue;
        }
        const std::size_t more = std::size_t(found->totalBits - found->prefixBits);
        if (!bits.has(more))
            return values;
        values.push_back(more == 0 ? found->value : found->value + bits.nextSigned(more));
    }
    return values;
}

void undoScpDifferences(std::vector<std::int32_t>& values, int order)
{
    // Unsigned, so that a hostile file can't overflow.
    const auto u = [&](std::size_t i) { return std::uint32_t(values[i]); };
    if (order == 1)
        for (std::size_t i = 1; i < values.size(); ++i)
            values[i] = std::int32_t(u(i) + u(i - 1));
    else if (order == 2)
        for (std::size_t i = 2; i < values.size(); ++i)
            values[i] = std::int32_t(u(i) + 2 * u(i - 1) - u(i - 2));
}

std::vector<float> spreadBimodal(const std::vector<float>& stored, const std::vector<ScpBeat>& beats, std::size_t rate,
                                 std::uint32_t first, std::size_t length)
{
    std::vector<char> isProtected(length, 0);
    for (const ScpBeat& beat : beats)
        for (std::uint64_t s = std::max(beat.protectBegin, first); s <= beat.protectEnd; ++s) {
            if (s - first >= length)
                break;
            isProtected[std::size_t(s - first)] = 1;
        }
    std::vector<float> result(length, std::numeric_limits<float>::quiet_NaN());
    std::size_t next = 0;
    for (std::size_t at = 0; at < length && next < stored.size();) {
        std::size_t end = at;
        while (end < length && isProtected[end] == isProtected[at])
            ++end;
        if (isProtected[at]) {
            for (; at < end && next < stored.size(); ++at)
                result[at] = stored[next++];
            continue;
        }
        const std::size_t groups = std::min((end - at + rate - 1) / rate, stored.size() - next);
        for (std::size_t i = at; i < end && (i - at) / rate < groups; ++i) {
            const double middle = (double(i - at) - (double(rate) - 1) / 2) / double(rate);
            const double clamped = std::clamp(middle, 0.0, double(groups - 1));
            const auto left = std::size_t(clamped);
            const std::size_t right = std::min(left + 1, groups - 1);
            const double share = clamped - double(left);
            result[i] = float(double(stored[next + left]) * (1 - share) + double(stored[next + right]) * share);
        }
        next += groups;
        at = end;
    }
    return result;
}

} // namespace echo2ecg::ecg
