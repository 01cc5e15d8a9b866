// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace echo2ecg::dicom {

// A random UUID as an integer under 2.25 (PS3.5 B.2), which tells nothing about the machine.
std::string newUid();
// The same for the same words: an integer under 2.25 made of their SHA-256, for objects that are made again byte by byte.
std::string uidOf(std::string_view words);

// Of this program, in the file meta information.
inline constexpr const char* implementationUid = "2.25.281632055425843268451603798712974002824";
inline constexpr const char* implementationName = "ECHO2ECG";

} // namespace echo2ecg::dicom
