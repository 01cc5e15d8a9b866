// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include "base/error.h"

#include <climits>
#include <cmath>

namespace echo2ecg::base {

namespace {

[[noreturn]] void wrongType(const char* expected)
{
    throw ParseError(ErrorCode::Malformed, std::string("JSON: expected ") + expected);
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

} // namespace echo2ecg::base
