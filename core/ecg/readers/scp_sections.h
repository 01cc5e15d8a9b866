// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/byte_view.h"

#include <array>

namespace echo2ecg::ecg {

// The sections of an SCP-ECG file (EN 1064), found through section 0. Checks the CRCs, which become warnings; a section
// that isn't all there is given as far as it is, with a warning "truncated".
class ScpSections
{
public:
    ScpSections(const ByteView& bytes, base::Warnings& warnings);

    // The content behind the 16-byte header, or nothing when the section is absent or empty.
    std::optional<ByteView> section(std::size_t id) const;

private:
    std::array<std::optional<ByteView>, 12> m_sections;
};

// Section 1: who, when, with what. Section 7: global measurements. Section 8: statements.
void readScpHeader(const ByteView& section, EcgRecord& record);
void readScpMeasurements(const ByteView& section, EcgRecord& record);
void readScpStatements(const ByteView& section, EcgRecord& record);
// Section 7: where the waves are in the reference beat. Section 10: values of single leads ("R amplitude, V1"). Section 11:
// universal statement codes and text.
WaveBorders readScpBorders(const ByteView& section);
void readScpLeadMeasurements(const ByteView& section, EcgRecord& record);
void readScpCodedStatements(const ByteView& section, EcgRecord& record);

} // namespace echo2ecg::ecg
