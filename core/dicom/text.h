// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace echo2ecg::dicom {

enum class TextKind { Plain, MultiValued, PersonName };

// Converts text of one data set to UTF-8 as its Specific Character Set says. Not thread-safe.
// Bytes that no character set explains become U+FFFD and `hadTrouble` tells so; the result is always valid UTF-8.
class TextDecoder
{
public:
    explicit TextDecoder(std::string specificCharacterSet = {});
    ~TextDecoder();
    std::string toUtf8(const std::string& raw, TextKind kind);
    bool hadTrouble() const { return m_hadTrouble; }

private:
    struct Converter;
    std::string m_characterSet;
    std::unique_ptr<Converter> m_converter;
    bool m_hadTrouble = false;
};

// Without padding: trailing NULs and blanks on both sides.
std::string trimmed(std::string_view raw);
bool isUtf8(std::string_view text) noexcept;

// "19940130", "1994.01.30", "1994-01-30" -> "1994-01-30". Empty when it is no date.
std::string isoDate(std::string_view raw);
// "130522.12", "13:05:22" -> "13:05:22"; "1305" -> "13:05". Empty when it is no time.
std::string isoTime(std::string_view raw);

} // namespace echo2ecg::dicom
