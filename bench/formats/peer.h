// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <filesystem>
#include <string>

namespace echo2ecg::bench {

// What another program makes of a file, in a process of its own: one that falls over takes nothing with it.
struct PeerReading
{
    std::string problem; // empty when it was read
    double milliseconds = 0;
    ecg::EcgRecord record; // leads by name, millivolts; lengths as they come
};

bool hasPeer();
PeerReading readWithPeer(const std::filesystem::path& file);

} // namespace echo2ecg::bench
