// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_reader.h"

namespace echo2ecg::ecg {

// A table with one column per lead: a header row that names at least two leads, or a description beside it
// (readers/array_description.h). Rate and unit come from the description, from our own comment line, from a time column
// and from units in the header; where they are stated nowhere the table is refused.
class CsvReader final : public EcgReader
{
public:
    std::string_view formatName() const override { return "CSV"; }
    bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept override;
    EcgRecord read(const std::filesystem::path& file) const override;
};

} // namespace echo2ecg::ecg
