// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace echo2ecg::base {

namespace {

constexpr int maxDepth = 64;

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

} // namespace

Json Json::parse(std::string_view text, const std::string& what)
{
    return Parser(text, what).document();
}

} // namespace echo2ecg::base
