// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

// Errors and warnings of the whole house. Bad input throws an Error that names the file and the place; a bug asserts.
// No text made here may hold patient data: names and birth dates never become part of a message.
namespace echo2ecg::base {

enum class ErrorCode {
    Io,             // the file can't be opened, read or written
    NotRecognised,  // the content is of no known format
    Malformed,      // the content breaks its own format
    Truncated,      // the content ends early
    Unsupported,    // valid, but not handled
    LimitExceeded,  // a declared size is beyond what is reasonable or allowed
    Inconsistent,   // two parts of the input contradict each other
    Mismatch,       // weights, recipe, golden tensors or versions don't fit together
    Missing,        // something needed isn't there
    Unsuitable,     // readable, but can't be encoded (too few leads, too short, a still, ...)
    Device,         // GPU or memory failure
    Cancelled,
    Internal
};

// Stable identifier for logs and JSON, e.g. "truncated".
const char* name(ErrorCode code) noexcept;

// Where it happened: the file and, inside it, a tag, line, offset, frame or tensor in words. Both may be empty.
struct Place
{
    std::filesystem::path file;
    std::string where;
};

class Error : public std::runtime_error
{
public:
    Error(ErrorCode code, std::string sentence, Place place = {});

    ErrorCode code() const noexcept { return m_code; }
    // One sentence for a person, without the place.
    const std::string& sentence() const noexcept { return m_sentence; }
    const Place& place() const noexcept { return m_place; }
    // Same error, told of the file by a caller who knows it.
    Error at(const std::filesystem::path& file) const;

private:
    ErrorCode m_code;
    std::string m_sentence;
    Place m_place;
};

// Input that can't be read. what() is "FILE: sentence (where)".
class ParseError : public Error
{
public:
    using Error::Error;
};

// The user cancelled; never shown as a failure.
class Cancelled : public Error
{
public:
    Cancelled() : Error(ErrorCode::Cancelled, "cancelled") {}
};

// Something that was assumed or repaired while reading, in words a person can judge.
struct Warning
{
    std::string code;      // stable, kebab-case, e.g. "frame-time-missing"
    std::string sentence;  // for a person
    std::string where;     // tag, lead, frame …; may be empty

    bool operator==(const Warning&) const = default;
};

using Warnings = std::vector<Warning>;

} // namespace echo2ecg::base
