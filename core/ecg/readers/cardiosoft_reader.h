// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// GE CardioSoft / CASE resting ECG (root CardiologyXML). The ten-second StripData is read wherever it is nested; the
// median beat only when there is no strip. No external entity is ever resolved; a document that declares entities is
// refused.
class CardioSoftReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "GE CardioSoft XML"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
