// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace echo2ecg::dicom {

// What the Basic Application Level Confidentiality Profile asks for one attribute (PS3.15 2024b, Table E.1-1, column "Basic Prof.").
// Codes joined by a slash depend on whether the attribute is of type 3, 2 or 1 in the object at hand.
enum class ProfileAction {
    Remove,                 // X
    Empty,                  // Z
    Dummy,                  // D
    NewUid,                 // U
    EmptyOrDummy,           // Z/D
    RemoveOrEmpty,          // X/Z
    RemoveOrDummy,          // X/D
    RemoveEmptyOrDummy,     // X/Z/D
    RemoveEmptyOrCleanUids, // X/Z/U*: a sequence of references
};

// Empty for attributes that the profile leaves alone. Knows the repeating groups of curves and overlays.
std::optional<ProfileAction> profileAction(std::uint32_t tag);

} // namespace echo2ecg::dicom
