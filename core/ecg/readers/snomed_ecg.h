// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace echo2ecg::ecg {

// Words for the SNOMED CT codes that public ECG collections use in "#Dx:" lines; empty for others.
std::string_view snomedEcgTerm(std::string_view code) noexcept;

} // namespace echo2ecg::ecg
