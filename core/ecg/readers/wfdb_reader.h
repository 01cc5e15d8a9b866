// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// PhysioNet WFDB: a .hea header with its signal files beside it, among them MATLAB v4 files as the PhysioNet challenges
// use them. A signal file is read through the header of the same name.
class WfdbReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "WFDB"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
