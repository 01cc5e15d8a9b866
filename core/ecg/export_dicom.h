// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/write_ecg.h"
#include "ecg/ecg_record.h"

namespace echo2ecg::ecg {

// Writes a DICOM ECG object (dicom/write_ecg.h) that reads back to the same millivolts where a lead's samples are
// multiples of one step, else rounded to 1/32000 of the lead's largest value. Invalid samples become padding, absent
// leads are left out. Sex and an age below 90 are written, name, number and birth date aren't. Throws base::Error.
dicom::EcgObjectOut dicomObjectOf(const EcgRecord& record); // what is written; has no identity yet
void exportDicom(const EcgRecord& record, const std::filesystem::path& out);

// Decimal text of a step and its unit with which `values` come back as they are, or the best that there is.
struct DicomStep
{
    std::string text, units; // "2.5", "uV"
    double value = 0;        // of `text`
    bool exact = false;
};
DicomStep dicomStepFor(const std::vector<float>& values);

} // namespace echo2ecg::ecg
