// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/checkpoint/byte_source.h"

#include <map>

namespace echo2ecg::nn::checkpoint {

// Where a record's bytes lie.
struct Extent
{
    std::uint64_t begin = 0, size = 0;
};

// The directory of a zip whose records are all stored. Names are only ever compared, never used as paths.
class ZipRecords
{
public:
    explicit ZipRecords(ByteSource& source);

    bool contains(const std::string& name) const { return m_records.contains(name); }
    // The one record whose name ends so, without the ending. Throws when there is none or several.
    std::string prefixOf(const std::string& ending) const;
    // Throws ParseError when it's absent, leaves the file or has another CRC-32 than the directory says.
    Extent checked(const std::string& name) const;

private:
    struct Record
    {
        std::uint64_t header = 0, size = 0;
        std::uint32_t crc = 0;
    };
    void readDirectory(std::uint64_t offset, std::uint64_t size, std::uint64_t count);

    ByteSource& m_source;
    std::uint64_t m_directory = 0;
    std::map<std::string, Record> m_records;
};

} // namespace echo2ecg::nn::checkpoint
