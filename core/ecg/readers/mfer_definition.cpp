// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/mfer_definition.h"

#include <algorithm>

namespace echo2ecg::ecg::mfer {

namespace {

bool isPlausible(const Definition& d)
{
    const std::size_t n = d.value.size();
    switch (d.tag) {
    case ByteOrder:
        return n <= 1 && (n == 0 || static_cast<unsigned char>(d.value[0]) <= 1);
    case Version:
        return n == 3;
    case DataType:
        return n <= 1 && (n == 0 || static_cast<unsigned char>(d.value[0]) <= 9);
    case Block:
    case Channels:
    case Sequences:
        return n <= 4;
    case Interval:
    case Sensitivity:
        return n == 0 || (n >= 3 && n <= 6);
    case Sex:
        return n <= 1;
    default:
        return d.tag <= 0x1E || (d.tag >= 0x3F && d.tag <= 0x46) || d.tag == Set || (d.tag > 0x80 && d.tag <= 0x88);
    }
}

} // namespace

std::optional<Definition> definitionAt(std::string_view bytes, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    while (at < bytes.size() && byte(at) == Filler)
        ++at;
    if (at >= bytes.size())
        return std::nullopt;
    Definition d;
    d.at = at;
    d.tag = byte(at++);
    if (d.tag == End) {
        d.next = bytes.size();
        return d;
    }
    if (d.tag == Attributes) { // the channel in groups of seven bits
        bool more = true;
        for (int i = 0; more && i < 4 && at < bytes.size(); ++i) {
            d.channel = d.channel << 7 | (byte(at) & 0x7Fu);
            more = byte(at++) & 0x80u;
        }
    }
    if (at >= bytes.size()) {
        d.cut = true;
        d.next = bytes.size();
        return d;
    }
    std::size_t length = byte(at++);
    if (length == 0x80) { // closed by two zeros
        d.endless = true;
        d.value = bytes.substr(at);
        d.next = bytes.size();
        return d;
    }
    if (length > 0x80) {
        const std::size_t count = length & 0x7F;
        if (count > 4 || count > bytes.size() - at) {
            d.cut = true;
            d.next = bytes.size();
            return d;
        }
        length = std::size_t(number(bytes.substr(at, count), true));
        at += count;
    }
    d.cut = length > bytes.size() - at;
    d.value = bytes.substr(at, length);
    d.next = at + d.value.size();
    return d;
}

std::uint64_t number(std::string_view bytes, bool bigEndian)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 8); ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[bigEndian ? i : bytes.size() - 1 - i]);
    return value;
}

std::int64_t signedNumber(std::string_view bytes, bool bigEndian)
{
    const std::uint64_t value = number(bytes, bigEndian);
    const std::size_t bits = std::min<std::size_t>(bytes.size(), 8) * 8;
    if (bits == 0 || bits == 64 || !(value >> (bits - 1) & 1))
        return std::int64_t(value);
    return std::int64_t(value | ~std::uint64_t(0) << bits);
}

bool looksLikeMfer(std::string_view head) noexcept
{
    if (head.size() >= 6 && head[0] == '\x40' && head.substr(2, 3) == "MFR")
        return true;
    int count = 0, core = 0;
    for (std::size_t at = 0; count < 64; ++count) {
        const auto d = definitionAt(head, at);
        if (!d || d->tag == End || !isPlausible(*d))
            return false;
        core += d->tag == Channels || d->tag == Interval || d->tag == Sensitivity || d->tag == Attributes ? 1 : 0;
        if (d->tag == Waveform)
            return core >= 3;
        if (d->cut || d->endless)
            return false; // a definition in front of the samples that is longer than the head
        at = d->next;
    }
    return core >= 3;
}

} // namespace echo2ecg::ecg::mfer
