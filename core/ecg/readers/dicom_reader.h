// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// DICOM 12-lead, General and Ambulatory ECG waveform objects (PS3.3 A.34). Of several multiplex groups the rhythm is
// read, never the median beat unless there is nothing else.
class DicomEcgReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "DICOM ECG"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
