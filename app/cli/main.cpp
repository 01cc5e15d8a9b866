// SPDX-License-Identifier: GPL-3.0-or-later
// The `echo2ecg` command: what the window can do on one case, on a thousand.
#include "session.h"

#include <QGuiApplication>

#include <algorithm>
#include <iostream>
#include <string_view>

using namespace echo2ecg;

namespace {

constexpr const char* version = ECHO2ECG_VERSION;

constexpr const char* footer =
    R"(Results go to stdout, messages and progress to stderr; --json gives one JSON document on stdout.
Exit codes: 0 done; 1 wrong usage; 2 an input can't be read; 3 readable, but the model can't take it;
4 bundle or library missing, damaged or refused; 5 partly done (some inputs failed); 6 the result can't be written;
130 cancelled.
Research use only. Not for diagnosis or treatment.)";

int usage(const CLI::App& app, const CLI::ParseError& error, const cli::Session& session)
{
    // Help and version are results; everything else is a message.
    const int exit = app.exit(error, std::cout, std::cerr) == 0 ? cli::Ok : cli::Usage;
    if (exit != cli::Ok && session.json)
        session.fail({cli::Usage, base::Error(base::ErrorCode::Unsupported, error.what())});
    return exit;
}

// What is painted needs fonts, and so a GUI application, on no screen. Nothing else waits for that.
std::unique_ptr<QCoreApplication> makeApplication(int& argc, char** argv)
{
    const auto paints = [](const char* argument) {
        return std::string_view(argument).ends_with(".pdf") || std::string_view(argument) == "evaluate";
    };
    if (std::none_of(argv + 1, argv + argc, paints))
        return std::make_unique<QCoreApplication>(argc, argv);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    return std::make_unique<QGuiApplication>(argc, argv);
}

int run(const cli::Session& session)
{
    try {
        return session.action();
    } catch (const cli::Failure& failure) {
        return session.fail(failure);
    } catch (const base::Error& error) {
        return session.fail({cli::exitCodeOf(error), error});
    } catch (const std::bad_alloc&) {
        return session.fail({cli::OutputFailed, base::Error(base::ErrorCode::Device, "memory ran out")});
    } catch (const std::exception& error) {
        return session.fail({cli::OutputFailed, base::Error(base::ErrorCode::Internal, error.what())});
    }
}

} // namespace

int main(int argc, char** argv)
{
    cli::Session::installInterruptHandler();
    cli::Session session;

    CLI::App app{std::string("Echo2ECG: 12-lead ECG, echo cine and retrieval. Research use only.")};
    app.name("echo2ecg");
    app.set_version_flag("--version",
                         std::string("echo2ecg ") + version + "\nResearch use only. Not for diagnosis or treatment.");
    app.fallthrough();
    app.require_subcommand(1);
    app.footer(footer);
    app.add_flag("--json", session.json, "One JSON document on stdout");
    app.add_flag("--quiet", session.quiet, "No progress on stderr");
    app.add_option("--threads", session.device.threads, "Threads of the CPU that compute; 0: the real cores")
        ->check(CLI::Range(0, 1024));
    app.add_flag_callback(
        "--cpu", [&] { session.device.allowCuda = false; }, "Compute on the CPU even where a GPU is");
    app.add_flag(
        "--half", session.device.reducedPrecision,
        "Encoders in half precision where the device is faster with it and the bundle's golden embeddings keep "
        "their direction (cosine 0.9995); such embeddings never mix with others");
    cli::addEcgCommands(app, session);
    cli::addEchoCommands(app, session);
    cli::addMeasureCommands(app, session);
    cli::addExportCommands(app, session);
    cli::addEmbedCommand(app, session);
    cli::addBundleCommands(app, session);
    cli::addLibraryCommands(app, session);
    cli::addCaseCommands(app, session);
    cli::addSimulateCommand(app, session);
    cli::addEvaluateCommand(app, session);
    addTrainCommands(app, session);

    // Also a command line that doesn't parse answers in the language it was asked in.
    session.json =
        std::any_of(argv + 1, argv + argc, [](const char* argument) { return std::string_view(argument) == "--json"; });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage(app, error, session);
    }
    const auto application = makeApplication(argc, argv);
    return run(session);
}
