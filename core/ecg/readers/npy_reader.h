// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// A NumPy array with a description beside it (readers/array_description.h); without one it isn't an ECG.
class NpyReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "NumPy array"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
