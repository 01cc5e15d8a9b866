// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <c10/util/Exception.h>

#include <new>

namespace echo2ecg::nn {

// Runs `work`; what LibTorch throws is thrown in the words of this program, memory that ran out as base::Error(Device).
template <class Work> auto inOurWords(Work&& work)
{
    using base::Error;
    using base::ErrorCode;
    try {
        return work();
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        if (text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos)
            throw Error(ErrorCode::Device, "the device has not enough memory for this");
        if (text.find("CUDA") != std::string::npos)
            throw Error(ErrorCode::Device, "the GPU failed: " + text.substr(0, text.find('\n')));
        throw Error(ErrorCode::Internal, "a network failed: " + text.substr(0, text.find('\n')));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::Device, "there is not enough memory for this");
    }
}

} // namespace echo2ecg::nn
