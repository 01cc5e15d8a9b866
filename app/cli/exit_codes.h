// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <utility>

// What the shell is told. Documented in docs/command-line.md and in --help.
namespace echo2ecg::cli {

enum ExitCode {
    Ok = 0,
    Usage = 1,
    Unreadable = 2,      // an input file can't be read
    Unsuitable = 3,      // readable, but the model can't take it
    BundleOrLibrary = 4, // missing, damaged, of another version, or refused
    PartlyDone = 5,      // some inputs failed, the rest is done
    OutputFailed = 6,    // the result can't be written, or the program itself failed
    Interrupted = 130
};

// An error with the exit code that its circumstances give it.
struct Failure
{
    ExitCode exit;
    base::Error error;
};

// By the error alone: what an input file's reader throws.
ExitCode exitCodeOf(const base::Error& error) noexcept;

// Runs `work`; an error in it ends with this exit code, whatever the error is. Cancelling stays cancelling.
template <class F> auto blame(ExitCode exit, F&& work)
{
    try {
        return std::forward<F>(work)();
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        throw Failure{exit, error};
    }
}

} // namespace echo2ecg::cli
