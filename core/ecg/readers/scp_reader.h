// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// SCP-ECG (EN 1064, ISO 11073-91064): rhythm data of section 6, plain or Huffman coded with the default or own tables,
// first and second differences, reference beat subtraction and bimodal compression. Sections 9 to 11 aren't used.
class ScpReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "SCP-ECG"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
