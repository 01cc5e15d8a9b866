// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <cstdint>
#include <optional>

namespace echo2ecg::ecg {

// What a bare array or table doesn't say itself, from a JSON file beside it: "x.npy.json" or "x.json" for "x.npy".
//   {"rate_hz": 500, "units": "uV", "leads": ["I", "II", …], "layout": "leads_by_samples", "record": 0}
// Instead of "units", "units_per_mv": 1000. "layout" is needed where the shape leaves it open, "record" where the array
// holds several recordings.
struct ArrayDescription
{
    std::filesystem::path file;
    double samplingHz = 0;
    double millivoltsPerUnit = 1;
    std::vector<std::string> leads;
    std::optional<bool> leadsFirst;
    std::optional<std::uint64_t> record;
    Patient patient;
    std::string date, time;
};

// The description beside `file`, when there is one that states "rate_hz". Never throws.
std::filesystem::path descriptionBeside(const std::filesystem::path& file) noexcept;
// Throws base::ParseError that names the key.
ArrayDescription readArrayDescription(const std::filesystem::path& file);

// What to write beside an array, in one sentence.
std::string whatADescriptionNeeds(const std::filesystem::path& array);

} // namespace echo2ecg::ecg
