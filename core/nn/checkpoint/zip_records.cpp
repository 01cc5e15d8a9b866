// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/checkpoint/zip_records.h"

#include "nn/checkpoint/checkpoint.h"

#include <algorithm>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50, kLocator64Signature = 0x07064b50,
                        kEntrySignature = 0x02014b50, kHeaderSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20, kEntrySize = 46, kHeaderSize = 30;

// The 64-bit values that stand for those that don't fit the entry, in this order.
bool fromExtra64(const std::uint8_t* extra, std::size_t size, std::initializer_list<std::uint64_t*> wanted)
{
    while (size >= 4) {
        const std::size_t length = little<std::uint16_t>(extra + 2);
        if (length > size - 4)
            return false;
        if (little<std::uint16_t>(extra) == 1) {
            std::size_t at = 0;
            for (std::uint64_t* value : wanted) {
                if (*value != 0xFFFFFFFFu)
                    continue;
                if (length - at < 8)
                    return false;
                *value = little<std::uint64_t>(extra + 4 + at);
                at += 8;
            }
            return true;
        }
        extra += 4 + length;
        size -= 4 + length;
    }
    return false;
}

} // namespace

ZipRecords::ZipRecords(ByteSource& source) : m_source(source)
{
    const std::uint64_t size = source.size(), tailSize = std::min<std::uint64_t>(size, kEndSize + 65535);
    const std::vector<std::uint8_t> tail = source.bytes(size - tailSize, tailSize, kEndSize + 65535);
    std::size_t end = tail.size();
    for (std::size_t i = tail.size() < kEndSize ? 0 : tail.size() - kEndSize + 1; i-- > 0;)
        if (little<std::uint32_t>(&tail[i]) == kEndSignature &&
            i + kEndSize + little<std::uint16_t>(&tail[i + 20]) == tail.size()) {
            end = i;
            break;
        }
    if (end == tail.size())
        source.fail(ErrorCode::Truncated, "the archive ends early: its directory is missing", "end of file");
    const std::uint64_t endAt = size - tailSize + end;
    std::uint64_t count = little<std::uint16_t>(&tail[end + 10]), length = little<std::uint32_t>(&tail[end + 12]),
                  offset = little<std::uint32_t>(&tail[end + 16]), limit = endAt;
    if (count == 0xFFFFu || length == 0xFFFFFFFFu || offset == 0xFFFFFFFFu) {
        if (endAt < kLocator64Size + kEnd64Size)
            source.fail(ErrorCode::Malformed, "the archive's directory is damaged", "end of file");
        const auto locator = source.bytes(endAt - kLocator64Size, kLocator64Size, kLocator64Size);
        const std::uint64_t at = little<std::uint64_t>(locator.data() + 8);
        if (little<std::uint32_t>(locator.data()) != kLocator64Signature || at > endAt - kLocator64Size - kEnd64Size)
            source.fail(ErrorCode::Malformed, "the archive's directory is damaged", "end of file");
        const auto end64 = source.bytes(at, kEnd64Size, kEnd64Size);
        if (little<std::uint32_t>(end64.data()) != kEnd64Signature)
            source.fail(ErrorCode::Malformed, "the archive's directory is damaged", "end of file");
        count = little<std::uint64_t>(end64.data() + 32);
        length = little<std::uint64_t>(end64.data() + 40);
        offset = little<std::uint64_t>(end64.data() + 48);
        limit = at;
    }
    if (offset > limit || length > limit - offset)
        source.fail(ErrorCode::Malformed, "the archive's directory lies outside the file", "archive directory");
    if (count > kMaxRecords || length > kMaxDirectoryBytes)
        source.fail(ErrorCode::LimitExceeded, "the archive has more records than any checkpoint", "archive directory");
    readDirectory(offset, length, count);
}

void ZipRecords::readDirectory(std::uint64_t offset, std::uint64_t size, std::uint64_t count)
{
    const auto bad = [&](ErrorCode code, const std::string& sentence) {
        m_source.fail(code, sentence, "archive directory");
    };
    m_directory = offset;
    const std::vector<std::uint8_t> bytes = m_source.bytes(offset, size, kMaxDirectoryBytes);
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (bytes.size() - at < kEntrySize || little<std::uint32_t>(&bytes[at]) != kEntrySignature)
            bad(ErrorCode::Malformed, "the archive's directory is damaged");
        const std::uint8_t* entry = &bytes[at];
        const std::size_t name = little<std::uint16_t>(entry + 28), extra = little<std::uint16_t>(entry + 30),
                          comment = little<std::uint16_t>(entry + 32);
        if (bytes.size() - at - kEntrySize < name + extra + comment)
            bad(ErrorCode::Malformed, "the archive's directory is damaged");
        if (little<std::uint16_t>(entry + 8) & 1u)
            bad(ErrorCode::Unsupported, "the archive is encrypted");
        if (little<std::uint16_t>(entry + 10) != 0)
            bad(ErrorCode::Unsupported, "the archive holds compressed records, which PyTorch never writes");
        Record record;
        std::uint64_t packed = little<std::uint32_t>(entry + 20);
        record.crc = little<std::uint32_t>(entry + 16);
        record.size = little<std::uint32_t>(entry + 24);
        record.header = little<std::uint32_t>(entry + 42);
        if ((packed == 0xFFFFFFFFu || record.size == 0xFFFFFFFFu || record.header == 0xFFFFFFFFu) &&
            !fromExtra64(entry + kEntrySize + name, extra, {&record.size, &packed, &record.header}))
            bad(ErrorCode::Malformed, "the archive's directory is damaged");
        if (packed != record.size)
            bad(ErrorCode::Inconsistent, "a stored record has two different sizes");
        const std::string key(reinterpret_cast<const char*>(entry) + kEntrySize, name);
        if (!m_records.emplace(key, record).second)
            bad(ErrorCode::Inconsistent, "two records of the archive have the same name");
        at += kEntrySize + name + extra + comment;
    }
}

std::string ZipRecords::prefixOf(const std::string& ending) const
{
    const std::string* found = nullptr;
    for (const auto& [name, record] : m_records) {
        if (!name.ends_with(ending))
            continue;
        if (found)
            m_source.fail(ErrorCode::Inconsistent, "the archive holds more than one " + ending, "archive directory");
        found = &name;
    }
    if (!found)
        m_source.fail(ErrorCode::NotRecognised, "this archive is no PyTorch checkpoint: it holds no " + ending,
                      "archive directory");
    return found->substr(0, found->size() - ending.size());
}

Extent ZipRecords::checked(const std::string& name) const
{
    const auto found = m_records.find(name);
    if (found == m_records.end())
        m_source.fail(ErrorCode::Missing, "a record that the checkpoint names is not in the archive");
    const Record& record = found->second;
    if (record.header > m_directory || m_directory - record.header < kHeaderSize)
        m_source.fail(ErrorCode::Malformed, "a record lies outside the archive", name);
    const auto header = m_source.bytes(record.header, kHeaderSize, kHeaderSize);
    const std::size_t nameSize = little<std::uint16_t>(header.data() + 26);
    const std::uint64_t before = kHeaderSize + nameSize + little<std::uint16_t>(header.data() + 28);
    const std::uint64_t room = m_directory - record.header;
    if (little<std::uint32_t>(header.data()) != kHeaderSignature || before > room || record.size > room - before)
        m_source.fail(ErrorCode::Malformed, "a record lies outside the archive", name);
    const auto own = m_source.bytes(record.header + kHeaderSize, nameSize, 65535);
    if (std::string(own.begin(), own.end()) != name)
        m_source.fail(ErrorCode::Inconsistent, "a record has two different names", name);
    const Extent extent{record.header + before, record.size};
    if (m_source.crc32(extent.begin, extent.size) != record.crc)
        m_source.fail(ErrorCode::Inconsistent, "a record is damaged: its CRC-32 differs from the archive's", name);
    return extent;
}

} // namespace echo2ecg::nn::checkpoint
