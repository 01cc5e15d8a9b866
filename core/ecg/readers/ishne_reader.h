// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// ISHNE Holter standard output format 1.0. Leads by their code; resolution in nanovolts.
class IshneReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "ISHNE"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
