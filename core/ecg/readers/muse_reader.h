// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// GE MUSE resting ECG (root RestingECG). The Rhythm waveform is read; the median beat only when there is no rhythm.
// MUSE stores I, II and V1 to V6; the other limb leads are calculated. The DTD it names is never fetched.
class MuseReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "GE MUSE XML"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
