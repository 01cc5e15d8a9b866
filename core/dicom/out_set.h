// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"

#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace echo2ecg::dicom {

// A data set being written: elements in ascending order, explicit little endian. Values are padded to even length when written.
class OutSet
{
public:
    void put(std::uint32_t tag, const char (&type)[3], std::string value); // the bytes as they are
    void put(std::uint32_t tag, Vr type, std::string value);
    void text(std::uint32_t tag, const char (&type)[3], std::string_view value) { put(tag, type, std::string(value)); }
    void us(std::uint32_t tag, unsigned value);
    void ul(std::uint32_t tag, std::uint32_t value);
    void floats(std::uint32_t tag, std::span<const float> values); // FL
    void items(std::uint32_t tag, const std::vector<OutSet>& items);
    void code(std::uint32_t tag, const char* value, const char* scheme, const char* meaning);
    void erase(std::uint32_t tag) { m_elements.erase(tag); }
    bool contains(std::uint32_t tag) const { return m_elements.contains(tag); }
    bool isEmpty() const { return m_elements.empty(); }
    // "" when it isn't there. With padding.
    const std::string& bytes(std::uint32_t tag) const;
    std::string encoded() const;

private:
    struct Value
    {
        Vr type;
        std::string bytes;
    };
    std::map<std::uint32_t, Value> m_elements;
};

// "\x01\x02" of a number, least significant byte first.
std::string littleEndian(std::uint64_t value, int bytes);

// A DICOM file that appears whole or not at all: written beside its place under another name, renamed by commit(). Throws base::Error(Io).
class OutFile
{
public:
    // Writes preamble and file meta information.
    OutFile(std::filesystem::path file, const std::string& classUid, const std::string& instanceUid, const std::string& syntaxUid);
    ~OutFile(); // removes what wasn't committed
    OutFile(const OutFile&) = delete;
    OutFile& operator=(const OutFile&) = delete;

    void write(std::string_view bytes);
    void write(std::span<const std::uint8_t> bytes);
    std::uint64_t position() const { return m_position; }
    void overwrite(std::uint64_t at, std::string_view bytes); // of what is written already
    void commit();

private:
    [[noreturn]] void fail() const;
    std::filesystem::path m_file, m_unfinished;
    std::FILE* m_out = nullptr;
    std::uint64_t m_position = 0;
};

} // namespace echo2ecg::dicom
