// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/coding.h"

#include "ecg/readers/reader_support.h"

#include <QStringDecoder>

namespace echo2ecg::ecg {

namespace {

int base64Digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

} // namespace

Base64 decodeBase64(std::string_view text)
{
    Base64 result;
    result.bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    int digits = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (c == '=')
            break;
        const int digit = base64Digit(c);
        if (digit < 0) {
            result.clean = false;
            break;
        }
        group = (group << 6) | std::uint32_t(digit);
        if (++digits == 4) {
            result.bytes += {char(group >> 16), char(group >> 8), char(group)};
            digits = 0;
            group = 0;
        }
    }
    if (digits == 2)
        result.bytes += char(group >> 4);
    else if (digits == 3)
        result.bytes += {char(group >> 10), char(group >> 2)};
    const auto last = text.find_last_not_of(" \t\r\n");
    if (digits == 1 || (digits > 0 && (last == std::string_view::npos || text[last] != '=')))
        result.clean = false;
    return result;
}

std::vector<std::int16_t> littleInt16(std::string_view bytes)
{
    std::vector<std::int16_t> values(bytes.size() / 2);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::int16_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                              (static_cast<unsigned char>(bytes[2 * i + 1]) << 8));
    return values;
}

std::uint32_t crc32(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0u);
    }
    return ~crc;
}

std::uint16_t crcCcitt(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFF;
    for (const char c : bytes) {
        crc ^= std::uint32_t(static_cast<unsigned char>(c)) << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
    }
    return std::uint16_t(crc);
}

std::string plainText(std::string_view text)
{
    const QByteArrayView view(text.data(), qsizetype(text.size()));
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString decoded = decoder.decode(view);
    if (decoder.hasError())
        decoded = QString::fromLatin1(view);
    std::string result = decoded.toUtf8().toStdString();
    std::erase_if(result, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
    return std::string(trim(result));
}

} // namespace echo2ecg::ecg
