// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace echo2ecg::ecg {

// The twelve standard leads in standard order, which is also the order of every 12-row array in this program.
enum class Lead { I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6 };

constexpr std::size_t leadCount = 12;
constexpr std::array<Lead, leadCount> allLeads{Lead::I,  Lead::II, Lead::III, Lead::aVR, Lead::aVL, Lead::aVF,
                                               Lead::V1, Lead::V2, Lead::V3,  Lead::V4,  Lead::V5,  Lead::V6};

constexpr std::size_t index(Lead lead) noexcept { return static_cast<std::size_t>(lead); }

// "I" … "aVR" … "V6".
std::string_view name(Lead lead) noexcept;

// Reads a lead name in any case with the usual decorations: "Lead aVR (Einthoven)", "AVR", "avr", "MLII" is not II.
// Also MDC and SCP-ECG codes when the scheme is known: leadFromCode("5.6.3-9-1", "SCPECG") is I.
std::optional<Lead> leadFromName(std::string_view text);
std::optional<Lead> leadFromCode(std::string_view code, std::string_view scheme);

} // namespace echo2ecg::ecg
