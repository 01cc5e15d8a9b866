// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/embedding.h"

#include "base/sha256.h"

#include <array>
#include <utility>

namespace echo2ecg::inference {

namespace {

constexpr std::array<std::pair<Space, const char*>, 5> spaceNames{{
    {Space::EcgToken, "ecg-token"},
    {Space::EcgAligned, "ecg-aligned"},
    {Space::Clip, "clip"},
    {Space::StudyToken, "study-token"},
    {Space::StudyAligned, "study-aligned"},
}};

} // namespace

const char* name(Space space) noexcept
{
    for (const auto& [value, text] : spaceNames)
        if (value == space)
            return text;
    return "";
}

std::optional<Space> spaceFromName(const std::string& text)
{
    for (const auto& [value, known] : spaceNames)
        if (text == known)
            return value;
    return std::nullopt;
}

std::string studyInputHash(const std::vector<std::string>& clipSha256s)
{
    base::Sha256 hash;
    for (const std::string& clip : clipSha256s)
        hash.add(clip).add("\n");
    return hash.hex();
}

} // namespace echo2ecg::inference
