// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// HL7 annotated ECG (root AnnotatedECG, 2003 and later). The rhythm series is read; a derived beat only when there is
// no rhythm. Leads that were recorded one after the other are placed at their stated times.
class AecgReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "HL7 aECG"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
