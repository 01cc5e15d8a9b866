// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ecg/measure/measurements.h"

#include <string>

// Measurements as JSON and as text: what the file states first, then ours, marked as such.
namespace echo2ecg::cli {

inline constexpr const char* statedByTheFile = "stated by the file";
inline constexpr const char* automaticUnverified = "automatic, unverified";

base::Json measurementsView(const ecg::EcgRecord& record, const ecg::Measurements& measured);
std::string measurementsText(const ecg::EcgRecord& record, const ecg::Measurements& measured);

} // namespace echo2ecg::cli
