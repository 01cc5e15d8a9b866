// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// MFER, ISO 22077-1 (.mwf): definitions of tag, length and value, then frames of samples (sequence, channel, block).
// Resting ECGs (ISO 22077-2): leads by code, III, aVR, aVL and aVF (61 to 64) as stored or calculated; a frame of the
// dominant beat becomes the file's own beat. AHA compression and compressed frames aren't read.
class MferReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "MFER"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
