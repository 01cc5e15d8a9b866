// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>
#include <set>

namespace echo2ecg::base {

namespace {

constexpr int maxDepth = 64;

[[noreturn]] void wrongType(const char* expected)
{
    throw ParseError(ErrorCode::Malformed, std::string("JSON: expected ") + expected);
}

class Parser
{
public:
    Parser(std::string_view text, const std::string& what) : m_text(text), m_what(what) {}

    Json document()
    {
        if (m_text.substr(0, 3) == "\xEF\xBB\xBF")
            m_at = 3;
        Json value = parseValue(0);
        skipSpace();
        if (m_at != m_text.size())
            fail("text after the end of the document");
        return value;
    }

private:
    [[noreturn]] void fail(const std::string& sentence) const
    {
        std::size_t line = 1, column = 1;
        for (std::size_t i = 0; i < std::min(m_at, m_text.size()); ++i) {
            ++column;
            if (m_text[i] == '\n') {
                ++line;
                column = 1;
            }
        }
        const auto code = m_at >= m_text.size() ? ErrorCode::Truncated : ErrorCode::Malformed;
        throw ParseError(code, "JSON: " + sentence,
                         Place{m_what, "line " + std::to_string(line) + ", column " + std::to_string(column)});
    }

    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    void skipSpace()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t' || m_text[m_at] == '\n' || m_text[m_at] == '\r'))
            ++m_at;
    }

    void expectWord(std::string_view word)
    {
        if (m_text.substr(m_at, word.size()) != word)
            fail("unknown word");
        m_at += word.size();
    }

    Json parseValue(int depth)
    {
        if (depth > maxDepth)
            fail("nested too deeply");
        skipSpace();
        if (m_at >= m_text.size())
            fail("the document ends early");
        switch (m_text[m_at]) {
        case '{': return parseObject(depth);
        case '[': return parseArray(depth);
        case '"': return Json(parseString());
        case 't': expectWord("true"); return Json(true);
        case 'f': expectWord("false"); return Json(false);
        case 'n': expectWord("null"); return Json();
        default: return parseNumber();
        }
    }

    Json parseObject(int depth)
    {
        ++m_at;
        Json::Object members;
        std::set<std::string> keys;
        skipSpace();
        if (peek() == '}') {
            ++m_at;
            return Json::object();
        }
        for (;;) {
            skipSpace();
            if (peek() != '"')
                fail("expected a member name");
            std::string key = parseString();
            if (!keys.insert(key).second)
                fail("the member \"" + key.substr(0, 80) + "\" appears twice");
            skipSpace();
            if (peek() != ':')
                fail("expected ':'");
            ++m_at;
            members.emplace_back(std::move(key), parseValue(depth + 1));
            skipSpace();
            if (peek() == ',') {
                ++m_at;
                continue;
            }
            if (peek() != '}')
                fail("expected ',' or '}'");
            ++m_at;
            break;
        }
        return Json::object(std::move(members));
    }

    Json parseArray(int depth)
    {
        ++m_at;
        Json::Array items;
        skipSpace();
        if (peek() == ']') {
            ++m_at;
            return Json(std::move(items));
        }
        for (;;) {
            items.push_back(parseValue(depth + 1));
            skipSpace();
            if (peek() == ',') {
                ++m_at;
                continue;
            }
            if (peek() != ']')
                fail("expected ',' or ']'");
            ++m_at;
            return Json(std::move(items));
        }
    }

    unsigned parseHex4()
    {
        if (m_at + 4 > m_text.size())
            fail("the document ends early");
        unsigned value = 0;
        const auto [end, error] = std::from_chars(m_text.data() + m_at, m_text.data() + m_at + 4, value, 16);
        if (error != std::errc() || end != m_text.data() + m_at + 4)
            fail("bad \\u escape");
        m_at += 4;
        return value;
    }

    static void appendUtf8(std::string& out, unsigned code)
    {
        if (code < 0x80) {
            out += char(code);
        } else if (code < 0x800) {
            out += char(0xC0 | code >> 6);
            out += char(0x80 | (code & 63));
        } else if (code < 0x10000) {
            out += char(0xE0 | code >> 12);
            out += char(0x80 | (code >> 6 & 63));
            out += char(0x80 | (code & 63));
        } else {
            out += char(0xF0 | code >> 18);
            out += char(0x80 | (code >> 12 & 63));
            out += char(0x80 | (code >> 6 & 63));
            out += char(0x80 | (code & 63));
        }
    }

    std::string parseString()
    {
        ++m_at;
        std::string out;
        for (;;) {
            if (m_at >= m_text.size())
                fail("the document ends inside a string");
            const char c = m_text[m_at++];
            if (c == '"')
                return out;
            if (static_cast<unsigned char>(c) < 0x20)
                fail("control character in a string");
            if (c != '\\') {
                out += c;
                continue;
            }
            const char e = peek();
            ++m_at;
            switch (e) {
            case '"': case '\\': case '/': out += e; break;
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case 'u': {
                unsigned code = parseHex4();
                if (code >= 0xDC00 && code < 0xE000)
                    fail("lone surrogate");
                if (code >= 0xD800 && code < 0xDC00) {
                    if (m_text.substr(m_at, 2) != "\\u")
                        fail("lone surrogate");
                    m_at += 2;
                    const unsigned low = parseHex4();
                    if (low < 0xDC00 || low >= 0xE000)
                        fail("lone surrogate");
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                }
                appendUtf8(out, code);
                break;
            }
            default: fail("unknown escape");
            }
        }
    }

    Json parseNumber()
    {
        const std::size_t start = m_at;
        const auto digits = [&] {
            const std::size_t from = m_at;
            while (peek() >= '0' && peek() <= '9')
                ++m_at;
            if (m_at == from)
                fail("expected a value");
            return m_at - from;
        };
        if (peek() == '-')
            ++m_at;
        const bool leadingZero = peek() == '0';
        if (digits() > 1 && leadingZero)
            fail("a number starts with 0");
        bool integer = true;
        if (peek() == '.') {
            integer = false;
            ++m_at;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            integer = false;
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            digits();
        }
        const char* first = m_text.data() + start;
        const char* last = m_text.data() + m_at;
        if (integer) {
            std::int64_t value = 0;
            if (const auto [end, error] = std::from_chars(first, last, value); error == std::errc() && end == last)
                return Json(static_cast<long long>(value));
        }
        double value = 0;
        if (const auto [end, error] = std::from_chars(first, last, value); error != std::errc() || end != last)
            fail("number out of range");
        return Json(value);
    }

    std::string_view m_text;
    const std::string& m_what;
    std::size_t m_at = 0;
};

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

// Adds the key to the message of a value of the wrong type, so that a person finds it.
template <class Get>
auto valueOf(const Json* found, std::string_view key, Get get)
{
    try {
        return get(*found);
    } catch (const ParseError& error) {
        throw ParseError(error.code(), error.sentence(), Place{{}, std::string(key)});
    }
}

} // namespace

Json Json::fromObject(Object members)
{
    Json json;
    json.m_value = std::move(members);
    return json;
}

Json Json::parse(std::string_view text, const std::string& what)
{
    return Parser(text, what).document();
}

bool Json::toBool() const
{
    if (!isBool())
        wrongType("true or false");
    return std::get<bool>(m_value);
}

std::int64_t Json::toInteger() const
{
    if (isInteger())
        return std::get<std::int64_t>(m_value);
    if (const auto* number = std::get_if<double>(&m_value); number && *number == std::floor(*number) && std::abs(*number) < 9e15)
        return std::int64_t(*number);
    wrongType("an integer");
}

double Json::toNumber() const
{
    if (isInteger())
        return double(std::get<std::int64_t>(m_value));
    if (const auto* number = std::get_if<double>(&m_value))
        return *number;
    wrongType("a number");
}

const std::string& Json::toString() const
{
    if (!isString())
        wrongType("text");
    return std::get<std::string>(m_value);
}

const Json::Array& Json::items() const
{
    if (!isArray())
        wrongType("an array");
    return std::get<Array>(m_value);
}

const Json::Object& Json::members() const
{
    if (!isObject())
        wrongType("an object");
    return std::get<Object>(m_value);
}

const Json* Json::find(std::string_view key) const noexcept
{
    if (const auto* object = std::get_if<Object>(&m_value))
        for (const auto& [name, value] : *object)
            if (name == key)
                return &value;
    return nullptr;
}

const Json& Json::at(std::string_view key) const
{
    if (!isObject())
        wrongType("an object");
    if (const Json* found = find(key))
        return *found;
    throw ParseError(ErrorCode::Missing, "JSON: a member is missing", Place{{}, std::string(key)});
}

bool Json::value(std::string_view key, bool fallback) const
{
    const Json* found = find(key);
    return found && !found->isNull() ? valueOf(found, key, [](const Json& j) { return j.toBool(); }) : fallback;
}

std::int64_t Json::value(std::string_view key, std::int64_t fallback) const
{
    const Json* found = find(key);
    return found && !found->isNull() ? valueOf(found, key, [](const Json& j) { return j.toInteger(); }) : fallback;
}

int Json::value(std::string_view key, int fallback) const
{
    const std::int64_t wide = value(key, std::int64_t(fallback));
    if (wide < INT_MIN || wide > INT_MAX)
        throw ParseError(ErrorCode::LimitExceeded, "JSON: number out of range", Place{{}, std::string(key)});
    return int(wide);
}

double Json::value(std::string_view key, double fallback) const
{
    const Json* found = find(key);
    return found && !found->isNull() ? valueOf(found, key, [](const Json& j) { return j.toNumber(); }) : fallback;
}

std::string Json::value(std::string_view key, const std::string& fallback) const
{
    const Json* found = find(key);
    return found && !found->isNull() ? valueOf(found, key, [](const Json& j) { return j.toString(); }) : fallback;
}

Json& Json::set(std::string key, Json value)
{
    if (isNull())
        m_value = Object{};
    auto* object = std::get_if<Object>(&m_value);
    if (!object)
        wrongType("an object");
    // Linear: objects here are small, and order is part of the contract. Parsed text has been checked for duplicates already.
    for (auto& [name, old] : *object)
        if (name == key) {
            old = std::move(value);
            return *this;
        }
    object->emplace_back(std::move(key), std::move(value));
    return *this;
}

Json& Json::push(Json value)
{
    if (isNull())
        m_value = Array{};
    auto* array = std::get_if<Array>(&m_value);
    if (!array)
        wrongType("an array");
    array->push_back(std::move(value));
    return *this;
}

std::size_t Json::size() const noexcept
{
    if (const auto* array = std::get_if<Array>(&m_value))
        return array->size();
    if (const auto* object = std::get_if<Object>(&m_value))
        return object->size();
    return 0;
}

std::string Json::dump(int indent) const
{
    std::string out;
    write(out, *this, indent, 0);
    return out;
}

} // namespace echo2ecg::base
