// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/xli.h"

#include <algorithm>
#include <optional>

namespace echo2ecg::ecg {

namespace {

constexpr std::uint32_t codeBits = 10;
constexpr std::uint32_t endCode = (1u << codeBits) - 1;

std::uint32_t littleWord(std::string_view bytes, std::size_t at, std::size_t count)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value |= std::uint32_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

// Each entry is an earlier entry and one byte; the first 256 are the bytes themselves.
class LzwTable
{
public:
    LzwTable() { m_entries.reserve(endCode); }

    std::uint32_t next() const { return std::uint32_t(256 + m_entries.size()); }
    bool isFull() const { return next() >= endCode; }
    void add(std::uint32_t prefix, unsigned char last) { m_entries.push_back({prefix, last}); }
    // Appends the text of a code and returns its first byte. Chains only point backwards, so this ends.
    unsigned char unfold(std::uint32_t code, std::vector<unsigned char>& out) const
    {
        const std::size_t from = out.size();
        while (code >= 256) {
            out.push_back(m_entries[code - 256].last);
            code = m_entries[code - 256].prefix;
        }
        out.push_back(static_cast<unsigned char>(code));
        std::reverse(out.begin() + std::ptrdiff_t(from), out.end());
        return static_cast<unsigned char>(code);
    }

private:
    struct Entry
    {
        std::uint32_t prefix;
        unsigned char last;
    };
    std::vector<Entry> m_entries;
};

bool unfoldLzw(std::string_view bytes, std::size_t maxBytes, std::vector<unsigned char>& out)
{
    LzwTable table;
    std::uint64_t held = 0;
    std::uint32_t bits = 0;
    std::optional<std::uint32_t> before;
    for (const char c : bytes) {
        held = (held << 8) | static_cast<unsigned char>(c);
        bits += 8;
        if (bits < codeBits)
            continue;
        bits -= codeBits;
        const std::uint32_t code = std::uint32_t(held >> bits) & endCode;
        if (code == endCode)
            return true;
        if (code > table.next() || (code == table.next() && (!before || table.isFull())))
            return false;
        unsigned char first = 0;
        if (code == table.next()) {
            first = table.unfold(*before, out);
            out.push_back(first);
        } else {
            first = table.unfold(code, out);
        }
        if (before && !table.isFull())
            table.add(*before, first);
        before = code;
        if (out.size() > maxBytes)
            return false;
    }
    return true;
}

std::vector<std::int16_t> undoDifferences(const std::vector<unsigned char>& bytes, std::int32_t start)
{
    const std::size_t n = bytes.size() / 2;
    std::vector<std::int16_t> samples(n);
    std::uint32_t delay = std::uint32_t(start); // unsigned, so that a hostile file can't overflow
    for (std::size_t i = 0; i < n; ++i) {
        const auto stored = static_cast<std::int16_t>((unsigned(bytes[i]) << 8) | bytes[n + i]);
        if (i < 2) {
            samples[i] = stored;
            continue;
        }
        const std::uint32_t a = std::uint32_t(std::int32_t(samples[i - 1])),
                            b = std::uint32_t(std::int32_t(samples[i - 2]));
        samples[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(a + a - b - delay));
        delay = std::uint32_t(std::int32_t(stored)) - 64u;
    }
    return samples;
}

} // namespace

std::vector<XliLead> decodeXli(std::string_view bytes, std::size_t maxSamples, std::size_t maxLeads)
{
    std::vector<XliLead> leads;
    std::size_t at = 0;
    while (at + 8 <= bytes.size() && leads.size() < maxLeads) {
        const std::size_t size = littleWord(bytes, at, 4);
        const auto start = static_cast<std::int16_t>(littleWord(bytes, at + 6, 2));
        at += 8;
        const std::size_t there = std::min(size, bytes.size() - at);
        XliLead lead;
        std::vector<unsigned char> unfolded;
        lead.complete = unfoldLzw(bytes.substr(at, there), maxSamples * 2, unfolded) && there == size;
        // A chunk that breaks off has lost its low bytes, so it holds nothing.
        if (lead.complete)
            lead.samples = undoDifferences(unfolded, start);
        leads.push_back(std::move(lead));
        at += there;
    }
    return leads;
}

} // namespace echo2ecg::ecg
