// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "dicom/byte_source.h"
#include "dicom/syntax.h"
#include "dicom/text.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::dicom {

// Value representation as its two letters, first letter in the high byte; 0 where the encoding doesn't say.
using Vr = std::uint16_t;
constexpr Vr vr(const char (&letters)[3])
{
    return Vr((std::uint8_t(letters[0]) << 8) | std::uint8_t(letters[1]));
}

// Where one element's value lies. Values are read when asked for; big ones stay on disk.
struct Element
{
    std::uint32_t tag = 0;
    Vr type = 0;
    bool undefinedLength = false;
    bool cut = false;         // the value ends early
    std::uint64_t offset = 0; // of the value
    std::uint64_t length = 0; // that is really there
};

// Why a data set could not be followed to its end.
struct Trouble
{
    base::ErrorCode code = base::ErrorCode::Malformed;
    std::string sentence;
    std::string where;
};

std::string tagText(std::uint32_t tag); // "(0028,0010)"

struct ElementHeader
{
    std::uint32_t tag = 0;
    Vr type = 0;
    std::uint32_t length = 0; // 0xFFFFFFFF: undefined
    std::uint64_t valueOffset = 0;
};

// Reads one element header; empty when fewer bytes than a header are left before `end`.
std::optional<ElementHeader> readElementHeader(ByteSource& source, std::uint64_t at, std::uint64_t end,
                                               Encoding encoding);

// The elements of one level, read by walking over headers only. Bounded in depth and count whatever the file declares.
class DataSet
{
public:
    DataSet() = default;
    // Stops before `stopTag` (0: never) and at an item delimiter. Trouble is kept, not thrown; what came before stays.
    DataSet(ByteSource& source, std::uint64_t begin, std::uint64_t end, Encoding encoding, std::uint32_t stopTag = 0);

    const Element* find(std::uint32_t tag) const;
    bool contains(std::uint32_t tag) const { return find(tag) != nullptr; }
    const std::vector<Element>& elements() const { return m_elements; }
    std::uint64_t endOffset() const { return m_end; }
    const std::optional<ElementHeader>& stoppedAt() const { return m_stoppedAt; }
    const std::optional<Trouble>& trouble() const { return m_trouble; }
    Encoding encoding() const { return m_encoding; }
    void setText(std::shared_ptr<TextDecoder> text) { m_text = std::move(text); }
    TextDecoder* text() const { return m_text.get(); }

    // Values. Absent or unreadable ones are empty. Numbers take `expected` where the encoding doesn't name the type.
    std::string raw(std::uint32_t tag) const; // trimmed, at most 64 KiB
    std::string utf8(std::uint32_t tag, TextKind kind = TextKind::MultiValued) const;
    std::vector<double> numbers(std::uint32_t tag, const char (&expected)[3]) const;
    std::optional<double> number(std::uint32_t tag, const char (&expected)[3]) const;
    std::optional<std::int64_t> integer(std::uint32_t tag, const char (&expected)[3]) const;
    std::vector<std::uint8_t> bytes(std::uint32_t tag) const;
    std::vector<DataSet> items(std::uint32_t tag) const;

private:
    ByteSource* m_source = nullptr;
    Encoding m_encoding;
    std::vector<Element> m_elements;
    std::uint64_t m_end = 0;
    std::optional<ElementHeader> m_stoppedAt;
    std::optional<Trouble> m_trouble;
    std::shared_ptr<TextDecoder> m_text;
};

// How many element headers in a row make sense from `at` on (0 to `most`). The first element must belong to a group
// that data sets start with. `fileSize` is the size of the whole, of which `source` may hold only the beginning.
int plausibleElements(ByteSource& source, std::uint64_t at, std::uint64_t fileSize, Encoding encoding, int most);

} // namespace echo2ecg::dicom
