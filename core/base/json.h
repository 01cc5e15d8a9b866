// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace echo2ecg::base {

// A JSON value (RFC 8259), small enough to live where only the standard library is allowed (core/nn).
// Objects keep the order in which members were added, so that the same value always serialises to the same bytes.
// Reading is bounded: depth 64, no duplicate keys, valid UTF-8 escapes; anything else throws ParseError with line and column.
// Not thread-safe for writing; const access is.
class Json
{
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() noexcept : m_value(nullptr) {}
    Json(std::nullptr_t) noexcept : m_value(nullptr) {}
    Json(bool value) noexcept : m_value(value) {}
    Json(int value) noexcept : m_value(std::int64_t(value)) {}
    Json(unsigned value) noexcept : m_value(std::int64_t(value)) {}
    Json(long value) noexcept : m_value(std::int64_t(value)) {}
    Json(long long value) noexcept : m_value(std::int64_t(value)) {}
    Json(unsigned long value) noexcept : m_value(std::int64_t(value)) {}
    Json(unsigned long long value) noexcept : m_value(std::int64_t(value)) {}
    Json(double value) noexcept : m_value(value) {}
    Json(const char* value) : m_value(std::string(value)) {}
    Json(std::string value) : m_value(std::move(value)) {}
    Json(std::string_view value) : m_value(std::string(value)) {}
    Json(Array value) : m_value(std::move(value)) {}
    template <class T>
    Json(const std::vector<T>& values) : m_value(Array(values.begin(), values.end()))
    {
    }

    static Json array() { return Json(Array{}); }
    static Json object() { return fromObject({}); }
    static Json object(std::initializer_list<Member> members) { return fromObject(Object(members)); }
    // The caller vouches that no key appears twice.
    static Json object(Object members) { return fromObject(std::move(members)); }

    // Throws ParseError. `what` names the text in messages, for example the file name.
    static Json parse(std::string_view text, const std::string& what = {});

    bool isNull() const noexcept { return std::holds_alternative<std::nullptr_t>(m_value); }
    bool isBool() const noexcept { return std::holds_alternative<bool>(m_value); }
    bool isInteger() const noexcept { return std::holds_alternative<std::int64_t>(m_value); }
    bool isNumber() const noexcept { return isInteger() || std::holds_alternative<double>(m_value); }
    bool isString() const noexcept { return std::holds_alternative<std::string>(m_value); }
    bool isArray() const noexcept { return std::holds_alternative<Array>(m_value); }
    bool isObject() const noexcept { return std::holds_alternative<Object>(m_value); }

    // Typed access; a wrong type throws ParseError that says what was expected.
    bool toBool() const;
    std::int64_t toInteger() const;
    double toNumber() const;
    const std::string& toString() const;
    const Array& items() const;
    const Object& members() const;

    // Objects. find() gives null when absent; at() throws ParseError naming the key.
    const Json* find(std::string_view key) const noexcept;
    const Json& at(std::string_view key) const;
    bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
    // Value of `key`, or the fallback when it is absent or null.
    bool value(std::string_view key, bool fallback) const;
    std::int64_t value(std::string_view key, std::int64_t fallback) const;
    int value(std::string_view key, int fallback) const;
    double value(std::string_view key, double fallback) const;
    std::string value(std::string_view key, const std::string& fallback) const;
    std::string value(std::string_view key, const char* fallback) const { return value(key, std::string(fallback)); }
    // Adds or replaces; makes an object of a null value.
    Json& set(std::string key, Json value);
    // Appends; makes an array of a null value.
    Json& push(Json value);
    std::size_t size() const noexcept;

    // Compact with indent < 0. Numbers round-trip; NaN and infinity become null. Always valid UTF-8.
    std::string dump(int indent = -1) const;

    bool operator==(const Json&) const = default;

private:
    static Json fromObject(Object members);
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> m_value;
};

} // namespace echo2ecg::base
