// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// EDF, EDF+ and BDF/BDF+ with at least one signal that is named as a standard lead. Gaps of discontinuous files (EDF+D)
// become invalid samples.
class EdfReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "EDF"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

// "EDF" or "BDF" when the content begins as one, with or without a lead; else empty.
std::string_view edfKind(std::string_view head) noexcept;

} // namespace echo2ecg::ecg
