// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"

namespace echo2ecg::base {

namespace {

std::string compose(const std::string& sentence, const Place& place)
{
    std::string text;
    if (!place.file.empty())
        text = place.file.string() + ": ";
    text += sentence;
    if (!place.where.empty())
        text += " (" + place.where + ")";
    return text;
}

} // namespace

const char* name(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::Io: return "io";
    case ErrorCode::NotRecognised: return "not-recognised";
    case ErrorCode::Malformed: return "malformed";
    case ErrorCode::Truncated: return "truncated";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::LimitExceeded: return "limit-exceeded";
    case ErrorCode::Inconsistent: return "inconsistent";
    case ErrorCode::Mismatch: return "mismatch";
    case ErrorCode::Missing: return "missing";
    case ErrorCode::Unsuitable: return "unsuitable";
    case ErrorCode::Device: return "device";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

Error::Error(ErrorCode code, std::string sentence, Place place)
    : std::runtime_error(compose(sentence, place)), m_code(code), m_sentence(std::move(sentence)),
      m_place(std::move(place))
{
}

Error Error::at(const std::filesystem::path& file) const
{
    return Error(m_code, m_sentence, Place{file, m_place.where});
}

} // namespace echo2ecg::base
