// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echo2ecg::base {

namespace {

// Length of the valid UTF-8 sequence at `i`, 0 when there is none.
std::size_t utf8Length(const std::string& s, std::size_t i)
{
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
    const unsigned char c = byte(i);
    const std::size_t n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    if (n == 0 || i + n > s.size())
        return 0;
    for (std::size_t k = 1; k < n; ++k)
        if ((byte(i + k) & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && byte(i + 1) < 0xA0) || (c == 0xED && byte(i + 1) >= 0xA0) || (c == 0xF0 && byte(i + 1) < 0x90) ||
        (c == 0xF4 && byte(i + 1) >= 0x90))
        return 0;
    return n;
}

void writeString(std::string& out, const std::string& text)
{
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += char(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c < 0x20) {
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else {
            const std::size_t n = utf8Length(text, i);
            if (n == 0) {
                out += "\xEF\xBF\xBD";  // replacement character: the output is always valid UTF-8
            } else {
                out.append(text, i, n);
                i += n - 1;
            }
        }
        ++i;
    }
    out += '"';
}

void write(std::string& out, const Json& value, int indent, int depth)
{
    const auto newLine = [&](int d) {
        if (indent >= 0) {
            out += '\n';
            out.append(std::size_t(indent * d), ' ');
        }
    };
    if (value.isNull()) {
        out += "null";
    } else if (value.isBool()) {
        out += value.toBool() ? "true" : "false";
    } else if (value.isInteger()) {
        out += std::to_string(value.toInteger());
    } else if (value.isNumber()) {
        const double number = value.toNumber();
        if (!std::isfinite(number)) {
            out += "null";
        } else {
            char buffer[40];
            const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
            std::string_view text(buffer, std::size_t(end - buffer));
            out += text;
            if (text.find_first_of(".en") == std::string_view::npos)
                out += ".0";  // stays a floating-point number when read again
        }
    } else if (value.isString()) {
        writeString(out, value.toString());
    } else if (value.isArray()) {
        // Short arrays of plain values read better on one line.
        const auto& items = value.items();
        const bool flat = std::none_of(items.begin(), items.end(), [](const Json& i) { return i.isArray() || i.isObject(); });
        out += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i)
                out += indent >= 0 && flat ? ", " : ",";
            if (!flat)
                newLine(depth + 1);
            write(out, items[i], indent, depth + 1);
        }
        if (!flat && !items.empty())
            newLine(depth);
        out += ']';
    } else {
        const auto& members = value.members();
        out += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i)
                out += ',';
            newLine(depth + 1);
            writeString(out, members[i].first);
            out += indent >= 0 ? ": " : ":";
            write(out, members[i].second, indent, depth + 1);
        }
        if (!members.empty())
            newLine(depth);
        out += '}';
    }
}

} // namespace

std::string Json::dump(int indent) const
{
    std::string out;
    write(out, *this, indent, 0);
    return out;
}

} // namespace echo2ecg::base
