// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace echo2ecg::cli {

namespace {

bool errorsGoToATerminal()
{
#if defined(_WIN32)
    return _isatty(_fileno(stderr)) != 0;
#else
    return isatty(STDERR_FILENO) != 0;
#endif
}

const base::CancelToken& interruptToken()
{
    static const base::CancelToken token;
    return token;
}

std::atomic<bool> interrupted{false};

extern "C" void onInterrupt(int)
{
    // The second time the person means it.
    if (interrupted.exchange(true))
        std::_Exit(Interrupted);
    interruptToken().cancel();
}

std::string lineOf(const base::Warning& warning)
{
    std::string line = warning.sentence;
    if (!warning.where.empty())
        line = warning.where + ": " + line;
    return line;
}

} // namespace

ExitCode exitCodeOf(const base::Error& error) noexcept
{
    switch (error.code()) {
    case base::ErrorCode::Unsuitable:
        return Unsuitable;
    case base::ErrorCode::Mismatch:
    case base::ErrorCode::Device:
        return BundleOrLibrary;
    case base::ErrorCode::Cancelled:
        return Interrupted;
    case base::ErrorCode::Internal:
        return OutputFailed;
    default:
        return Unreadable;
    }
}

void Session::installInterruptHandler()
{
    interruptToken(); // made before the first signal can come
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
}

inference::EngineOptions Session::engineOptions(inference::EmbeddingStore* store) const
{
    inference::EngineOptions options;
    static_cast<inference::DeviceOptions&>(options) = device;
    options.store = store;
    return options;
}

base::JobContext Session::job() const
{
    base::JobContext context;
    context.cancel = interruptToken();
    const bool silent = quiet;
    const bool terminal = errorsGoToATerminal();
    const auto lastStep = std::make_shared<std::string>();
    context.onProgress = [=](const base::Progress& progress) {
        if (silent)
            return;
        std::string line = progress.step;
        if (progress.total > 0)
            line += " " + std::to_string(progress.done) + "/" + std::to_string(progress.total) + " " + progress.unit;
        // A log file gets one line per step, a terminal one line that moves.
        if (terminal)
            std::cerr << "\r\033[K" << line << (progress.total > 0 && progress.done >= progress.total ? "\n" : "")
                      << std::flush;
        else if (*lastStep != progress.step)
            std::cerr << line << '\n';
        *lastStep = progress.step;
    };
    const auto notes = m_notes;
    context.onNote = [=](const base::Warning& warning) {
        notes->push_back(warning);
        std::cerr << (terminal ? "\r\033[K" : "") << "note: " << lineOf(warning) << '\n';
    };
    return context;
}

void Session::message(const std::string& text) const
{
    if (!quiet)
        std::cerr << text << '\n';
}

void Session::print(base::Json document, const std::string& text, std::optional<bool> trained) const
{
    const bool untrained = trained && !*trained;
    if (json) {
        document.set("research_use_only", researchUseOnly);
        if (trained)
            document.set("weights", untrained ? untrainedWeights : "trained");
        std::cout << document.dump(2) << std::endl;
        return;
    }
    std::cout << text;
    if (!text.empty() && text.back() != '\n')
        std::cout << '\n';
    if (untrained)
        std::cout << "Made with " << untrainedWeights << ": the numbers mean nothing about a patient.\n";
    std::cout << researchUseOnly << std::endl;
}

int Session::fail(const Failure& failure) const
{
    const base::Error& error = failure.error;
    if (failure.exit == Interrupted) {
        std::cerr << "cancelled\n";
    } else {
        std::cerr << "echo2ecg: " << error.what() << '\n';
    }
    if (json)
        std::cout << base::Json::object({{"error", base::Json::object({{"code", base::name(error.code())},
                                                                       {"message", error.sentence()},
                                                                       {"file", error.place().file.string()},
                                                                       {"where", error.place().where},
                                                                       {"exit_code", int(failure.exit)}})},
                                         {"research_use_only", researchUseOnly}})
                         .dump(2)
                  << std::endl;
    return failure.exit;
}

} // namespace echo2ecg::cli
