// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// Every reader of foreign bytes, ready to be given any bytes. Used by the fuzzers and by the test that replays what
// they found.
namespace echo2ecg::fuzz {

using Bytes = std::span<const std::uint8_t>;

struct Target
{
    const char* name;
    // Reads the bytes as a file of this kind and asks for all that it holds. True when it was read, false when it was
    // refused with a base::Error. Any other exception gets out: it is a finding, as is a std::logic_error from here
    // where what was read contradicts itself.
    bool (*read)(Bytes);
};

std::span<const Target> targets();
const Target* targetNamed(std::string_view name); // null when there is none

} // namespace echo2ecg::fuzz
