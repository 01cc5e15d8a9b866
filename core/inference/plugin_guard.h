// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/plugin.h"

#include <exception>
#include <new>

// Exceptions as values, on the plug-in's side.
namespace echo2ecg::inference::plugin {

inline Outcome failure(base::ErrorCode code, std::string sentence)
{
    Outcome outcome;
    outcome.failed = true;
    outcome.code = int(code);
    outcome.sentence = std::move(sentence);
    return outcome;
}

template <class F> Outcome guarded(F&& work) noexcept
{
    try {
        work();
        return {};
    } catch (const base::Error& error) {
        Outcome outcome = failure(error.code(), error.sentence());
        outcome.parse = dynamic_cast<const base::ParseError*>(&error) != nullptr;
        outcome.file = error.place().file;
        outcome.where = error.place().where;
        return outcome;
    } catch (const std::bad_alloc&) {
        return failure(base::ErrorCode::Device, "memory ran out");
    } catch (const std::exception& error) {
        // LibTorch's texts carry a backtrace after the first line.
        const std::string text = error.what();
        return failure(base::ErrorCode::Internal, text.substr(0, text.find('\n')));
    } catch (...) {
        return failure(base::ErrorCode::Internal, "the networks failed for an unknown reason");
    }
}

} // namespace echo2ecg::inference::plugin
