// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session.h"

#include <filesystem>

namespace echo2ecg::cli {

// `echo beats FILE`: R waves with their source, heart rate, proposed ED and ES frames.
int beats(const Session& session, const std::filesystem::path& file);

} // namespace echo2ecg::cli
