// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <functional>
#include <string>

namespace echo2ecg::test {

// With what error the work ends, and what it says; Internal when it doesn't.
inline base::ErrorCode codeOf(const std::function<void()>& work, std::string* sentence = nullptr)
{
    try {
        work();
    } catch (const base::Error& error) {
        if (sentence)
            *sentence = error.what();
        return error.code();
    }
    return base::ErrorCode::Internal;
}

} // namespace echo2ecg::test
