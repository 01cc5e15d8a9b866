// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// Files of Healforce recorders (Prince 180D), which look like SCP-ECG and aren't: places count from 0, numbers of
// section 1 are big-endian, checksums are of another kind, the interval of section 6 is a rate in hertz, and the leads
// are interleaved in ten bits with marks of beats, four samples in three words. Layout after K. Bao's description of
// such files; that the three channels are I, II and III isn't stated and is concluded from II = I + III, which must
// hold.
class HealforceReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "Healforce"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
