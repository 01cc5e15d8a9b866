// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "exit_codes.h"
#include "inference/engine.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace echo2ecg::cli {

inline constexpr const char* researchUseOnly = "Research use only. Not for diagnosis or treatment.";
inline constexpr const char* untrainedWeights = "untrained weights";

// One run of the command: what was asked for, where results and messages go.
// stdout gets the result alone: one JSON document with --json, text for people otherwise. All else goes to stderr.
class Session
{
public:
    bool json = false;
    bool quiet = false;
    inference::DeviceOptions device;
    std::function<int()> action; // of the command that was named

    // Progress and notes on stderr, Ctrl-C cancels. The same token every time.
    base::JobContext job() const;
    // With the device that was asked for.
    inference::EngineOptions engineOptions(inference::EmbeddingStore* store = nullptr) const;

    // `trained`: of the bundle that made the numbers, when there is one.
    void print(base::Json document, const std::string& text, std::optional<bool> trained = {}) const;
    int fail(const Failure& failure) const;
    void message(const std::string& text) const;
    // Everything noted so far through job().
    const base::Warnings& notes() const { return *m_notes; }

    static void installInterruptHandler();

private:
    std::shared_ptr<base::Warnings> m_notes = std::make_shared<base::Warnings>();
};

void addEcgCommands(CLI::App& app, Session& session);
void addEchoCommands(CLI::App& app, Session& session);
void addMeasureCommands(CLI::App& app, Session& session); // to those of "echo"
void addExportCommands(CLI::App& app, Session& session); // below "echo"
void addEmbedCommand(CLI::App& app, Session& session);
void addBundleCommands(CLI::App& app, Session& session);
void addLibraryCommands(CLI::App& app, Session& session);
void addCaseCommands(CLI::App& app, Session& session);
void addSimulateCommand(CLI::App& app, Session& session);
void addEvaluateCommand(CLI::App& app, Session& session);
void addTrainCommands(CLI::App& app, Session& session);

} // namespace echo2ecg::cli
