// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// Files of the Contec ECG90A: a header of 43 bytes (case number, moment, name, sex, age, weight), rows of eight 16-bit
// numbers for II, III and V1 to V6, a row of zeros and a few zeros more. Layout after N. Rigacci, "Contec ECG90A
// Electrocardiograph: ECG File Format". Rate and step aren't in the file; those of the device are assumed and said.
class ContecReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "Contec"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
