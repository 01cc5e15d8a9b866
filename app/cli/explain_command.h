// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

namespace echo2ecg::cli {

class Session;

// `echo2ecg ecg explain`.
void addExplainCommand(CLI::App& ecg, Session& session);

} // namespace echo2ecg::cli
