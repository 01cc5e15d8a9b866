// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// Philips Sierra / PhilipsECG XML 1.03, 1.04 and 1.04.01 (root restingecgdata), compressed or not. The limb leads that
// are stored as differences from what I and II predict are put together again; a calibration pulse at the end is cut
// off.
class SierraReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "Philips Sierra XML"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
