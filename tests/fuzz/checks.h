// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "fuzz/readers.h"

#include <stdexcept>
#include <string_view>

namespace echo2ecg::fuzz {

inline std::string_view asText(Bytes bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void require(bool holds, const char* what)
{
    if (!holds)
        throw std::logic_error(what);
}

// False when it was refused with an error of ours.
template <class Work> bool refusedOrDone(Work work)
{
    try {
        work();
        return true;
    } catch (const base::Error& error) {
        require(!error.sentence().empty(), "an error says nothing");
        return false;
    }
}

} // namespace echo2ecg::fuzz
