// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/out_set.h"

#include "base/error.h"
#include "dicom/new_uid.h"

#include <bit>
#include <utility>

namespace echo2ecg::dicom {

namespace {

bool isText(Vr type)
{
    for (const Vr one : {vr("AE"), vr("AS"), vr("CS"), vr("DA"), vr("DS"), vr("DT"), vr("IS"), vr("LO"), vr("LT"), vr("PN"), vr("SH"), vr("ST"),
                         vr("TM"), vr("UC"), vr("UR"), vr("UT")})
        if (type == one)
            return true;
    return false;
}

bool hasLongLength(Vr type)
{
    for (const Vr one : {vr("OB"), vr("OD"), vr("OF"), vr("OL"), vr("OV"), vr("OW"), vr("SQ"), vr("SV"), vr("UC"), vr("UN"), vr("UR"), vr("UT"),
                         vr("UV")})
        if (type == one)
            return true;
    return false;
}

std::string header(std::uint32_t tag, Vr type, std::uint32_t length)
{
    std::string out = littleEndian(tag >> 16, 2) + littleEndian(tag & 0xFFFFu, 2);
    out += char(type >> 8);
    out += char(type & 0xFF);
    return out + (hasLongLength(type) ? std::string(2, '\0') + littleEndian(length, 4) : littleEndian(length, 2));
}

} // namespace

std::string littleEndian(std::uint64_t value, int bytes)
{
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += char(value >> (8 * i) & 0xFF);
    return out;
}

void OutSet::put(std::uint32_t tag, Vr type, std::string value)
{
    if (value.size() % 2)
        value += isText(type) ? ' ' : '\0';
    if (!hasLongLength(type) && value.size() > 0xFFFE)
        type = vr("UN"); // as PS3.5 6.2.2 has it
    m_elements.insert_or_assign(tag, Value{type, std::move(value)});
}

void OutSet::put(std::uint32_t tag, const char (&type)[3], std::string value)
{
    put(tag, vr(type), std::move(value));
}

void OutSet::us(std::uint32_t tag, unsigned value)
{
    put(tag, "US", littleEndian(value, 2));
}

void OutSet::ul(std::uint32_t tag, std::uint32_t value)
{
    put(tag, "UL", littleEndian(value, 4));
}

void OutSet::floats(std::uint32_t tag, std::span<const float> values)
{
    std::string bytes;
    for (const float value : values)
        bytes += littleEndian(std::bit_cast<std::uint32_t>(value), 4);
    put(tag, "FL", std::move(bytes));
}

void OutSet::items(std::uint32_t tag, const std::vector<OutSet>& items)
{
    std::string bytes;
    for (const OutSet& item : items) {
        const std::string inner = item.encoded();
        bytes += littleEndian(0xFFFE, 2) + littleEndian(0xE000, 2) + littleEndian(inner.size(), 4) + inner;
    }
    put(tag, "SQ", std::move(bytes));
}

void OutSet::code(std::uint32_t tag, const char* value, const char* scheme, const char* meaning)
{
    OutSet item;
    item.text(0x00080100, "SH", value);
    item.text(0x00080102, "SH", scheme);
    item.text(0x00080104, "LO", meaning);
    items(tag, {item});
}

const std::string& OutSet::bytes(std::uint32_t tag) const
{
    static const std::string none;
    const auto found = m_elements.find(tag);
    return found == m_elements.end() ? none : found->second.bytes;
}

std::string OutSet::encoded() const
{
    std::string out;
    for (const auto& [tag, value] : m_elements)
        out += header(tag, value.type, std::uint32_t(value.bytes.size())) + value.bytes;
    return out;
}

OutFile::OutFile(std::filesystem::path file, const std::string& classUid, const std::string& instanceUid, const std::string& syntaxUid)
    : m_file(std::move(file)), m_unfinished(m_file)
{
    m_unfinished += ".part";
    m_out = std::fopen(m_unfinished.string().c_str(), "w+b");
    if (!m_out)
        fail();
    OutSet meta;
    meta.put(0x00020001, "OB", std::string("\0\1", 2));
    meta.text(0x00020002, "UI", classUid);
    meta.text(0x00020003, "UI", instanceUid);
    meta.text(0x00020010, "UI", syntaxUid);
    meta.text(0x00020012, "UI", implementationUid);
    meta.text(0x00020013, "SH", implementationName);
    const std::string rest = meta.encoded();
    OutSet length;
    length.ul(0x00020000, std::uint32_t(rest.size()));
    write(std::string(128, '\0') + "DICM" + length.encoded() + rest);
}

OutFile::~OutFile()
{
    if (m_out)
        std::fclose(m_out);
    std::error_code ignored;
    if (!m_unfinished.empty())
        std::filesystem::remove(m_unfinished, ignored);
}

void OutFile::write(std::string_view bytes)
{
    if (std::fwrite(bytes.data(), 1, bytes.size(), m_out) != bytes.size())
        fail();
    m_position += bytes.size();
}

void OutFile::write(std::span<const std::uint8_t> bytes)
{
    write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void OutFile::overwrite(std::uint64_t at, std::string_view bytes)
{
    if (std::fseek(m_out, long(at), SEEK_SET) != 0 || std::fwrite(bytes.data(), 1, bytes.size(), m_out) != bytes.size() ||
        std::fseek(m_out, 0, SEEK_END) != 0)
        fail();
}

void OutFile::commit()
{
    const bool closed = std::fclose(std::exchange(m_out, nullptr)) == 0;
    std::error_code problem;
    if (closed)
        std::filesystem::rename(m_unfinished, m_file, problem);
    if (!closed || problem)
        fail();
    m_unfinished.clear();
}

void OutFile::fail() const
{
    throw base::Error(base::ErrorCode::Io, "The file can't be written.", {m_file, {}});
}

} // namespace echo2ecg::dicom
