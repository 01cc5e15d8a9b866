// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/text.h"

#include "dicom/syntax.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/ofstd/ofchrenc.h>

#include <algorithm>
#include <cstdint>

namespace echo2ecg::dicom {

struct TextDecoder::Converter
{
    DcmSpecificCharacterSet set;
    bool usable = false;
};

namespace {

// Japanese text with escape sequences (PS3.5 H.3), rewritten as EUC-JP. Not every iconv knows the bare JIS sets that
// DCMTK asks for; all know EUC-JP. Empty when it holds anything else.
std::string japaneseAsEuc(const std::string& raw)
{
    enum { Ascii, Kanji, SupplementaryKanji } low = Ascii;
    std::string euc;
    for (std::size_t i = 0; i < raw.size();) {
        const std::string_view rest = std::string_view(raw).substr(i);
        const std::uint8_t c = std::uint8_t(raw[i]);
        if (c == 0x1b) {
            const std::size_t length = rest.starts_with("\x1b$(D") ? 4 : 3;
            if (rest.starts_with("\x1b$B") || rest.starts_with("\x1b$@"))
                low = Kanji;
            else if (rest.starts_with("\x1b$(D"))
                low = SupplementaryKanji;
            else if (rest.starts_with("\x1b(B") || rest.starts_with("\x1b(J"))
                low = Ascii;
            else if (!rest.starts_with("\x1b)I"))
                return {};
            i += length;
        } else if (c >= 0xA1 && c <= 0xDF) {
            euc += {char(0x8E), char(c)}; // half-width katakana
            ++i;
        } else if (c >= 0x80) {
            return {};
        } else if (low == Ascii || c <= 0x20 || i + 1 >= raw.size()) {
            euc += char(c);
            ++i;
        } else {
            if (low == SupplementaryKanji)
                euc += char(0x8F);
            euc += {char(c | 0x80), char(std::uint8_t(raw[i + 1]) | 0x80)};
            i += 2;
        }
    }
    return euc;
}

} // namespace

TextDecoder::TextDecoder(std::string specificCharacterSet) : m_characterSet(trimmed(specificCharacterSet)) {}

TextDecoder::~TextDecoder() = default;

std::string TextDecoder::toUtf8(const std::string& raw, TextKind kind)
{
    const bool plainAscii =
        std::all_of(raw.begin(), raw.end(), [](char c) { return std::uint8_t(c) < 0x80 && c != 0x1b && c != 0; });
    if (plainAscii)
        return raw;
    if (m_characterSet == "ISO_IR 192" && isUtf8(raw))
        return raw;
    if (!m_converter) {
        prepareDcmtk();
        m_converter = std::make_unique<Converter>();
        // Without a declared set, Latin-1 is by far the commonest thing in the wild.
        const std::string from = m_characterSet.empty() || m_characterSet == "ISO_IR 6" ? "ISO_IR 100" : m_characterSet;
        m_converter->usable = m_converter->set.selectCharacterSet(from.c_str(), "ISO_IR 192").good();
    }
    const bool undeclared = m_characterSet.empty() || m_characterSet == "ISO_IR 6";
    if (undeclared) {
        m_hadTrouble = true;
        if (raw.find('\0') == std::string::npos && isUtf8(raw))
            return raw;
    }
    if (m_converter->usable) {
        const char* delimiters = kind == TextKind::PersonName ? "\\^=" : kind == TextKind::MultiValued ? "\\" : "";
        OFString to;
        if (m_converter->set.convertString(raw.data(), raw.size(), to, delimiters).good() &&
            isUtf8({to.c_str(), to.size()})) {
            std::string text(to.c_str(), to.size());
            std::erase(text, '\0');
            return text;
        }
    }
    if (m_characterSet.find("IR 87") != std::string::npos || m_characterSet.find("IR 159") != std::string::npos ||
        m_characterSet.find("IR 13") != std::string::npos) {
        const std::string euc = japaneseAsEuc(raw);
        OFCharacterEncoding encoding;
        OFString to;
        if (!euc.empty() && encoding.selectEncoding("EUC-JP", "UTF-8").good() &&
            encoding.convertString(euc.data(), euc.size(), to).good() && isUtf8({to.c_str(), to.size()}))
            return std::string(to.c_str(), to.size());
    }
    m_hadTrouble = true;
    std::string safe;
    for (char c : raw) {
        if (std::uint8_t(c) >= 0x80)
            safe += "\xEF\xBF\xBD";
        else if (c != 0 && c != 0x1b)
            safe += c;
    }
    return safe;
}

std::string trimmed(std::string_view raw)
{
    const auto blank = [](char c) { return c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n'; };
    while (!raw.empty() && blank(raw.back()))
        raw.remove_suffix(1);
    while (!raw.empty() && blank(raw.front()))
        raw.remove_prefix(1);
    return std::string(raw);
}

bool isUtf8(std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = std::uint8_t(text[i]);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xC2 && lead < 0xE0 ? 2
                                   : (lead & 0xF0) == 0xE0       ? 3
                                   : lead >= 0xF0 && lead < 0xF5 ? 4
                                                                 : 0;
        if (length == 0 || i + length > text.size())
            return false;
        std::uint32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            const std::uint8_t next = std::uint8_t(text[i + k]);
            if ((next & 0xC0) != 0x80)
                return false;
            code = (code << 6) | (next & 0x3Fu);
        }
        if ((length == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) ||
            (length == 4 && (code < 0x10000 || code > 0x10FFFF)))
            return false;
        i += length;
    }
    return true;
}

namespace {

// Digits of "1994.01.30" or "19940130" at fixed places; -1 where it isn't a number.
int numberAt(std::string_view digits, std::size_t at, std::size_t count)
{
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= digits.size() || digits[i] < '0' || digits[i] > '9')
            return -1;
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

std::string without(std::string_view raw, std::string_view separators)
{
    std::string text = trimmed(raw);
    std::erase_if(text, [&](char c) { return separators.find(c) != std::string_view::npos; });
    return text;
}

} // namespace

std::string isoDate(std::string_view raw)
{
    const std::string text = trimmed(raw);
    std::string digits = text;
    if (text.size() >= 10 && text[4] == text[7] && (text[4] == '.' || text[4] == '-' || text[4] == '/'))
        digits = without(text.substr(0, 10), ".-/");
    const int year = numberAt(digits, 0, 4), month = numberAt(digits, 4, 2), day = numberAt(digits, 6, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return {};
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > days[month - 1] + (month == 2 && isLeap ? 1 : 0))
        return {};
    return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
}

std::string isoTime(std::string_view raw)
{
    const std::string digits = without(raw, ":");
    const int hour = numberAt(digits, 0, 2), minute = numberAt(digits, 2, 2), second = numberAt(digits, 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second > 60)
        return {};
    std::string text = digits.substr(0, 2) + ":" + digits.substr(2, 2);
    if (second >= 0)
        text += ":" + digits.substr(4, 2);
    return text;
}

} // namespace echo2ecg::dicom
