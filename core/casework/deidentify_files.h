// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/deidentify.h"

namespace echo2ecg::casework {

// One file of a study on its way out, after a person has looked at it.
struct ReviewedFile
{
    std::filesystem::path file;
    std::vector<dicom::PixelBox> keep; // of an image; see dicom::DeidentifyPlan
};

struct DeidentifyRequest
{
    std::vector<ReviewedFile> files;
    std::string patientId;
    int shiftDays = 0;
    std::filesystem::path folder; // made where it isn't there
    bool media = false;           // a DICOMDIR and its folders instead of plain files
};

struct Deidentified
{
    std::vector<std::filesystem::path> written; // plain files, or the DICOMDIR
    int files = 0;
    base::Warnings failures; // one for each file that couldn't be written, with its place in the list ("file 3"); never its name
};

// Writes all files with one plan, so that the study stays together: clip_0001.dcm, still_0001.dcm, ecg_0001.dcm in `folder`. A file that fails is left out
// and noted. Throws base::Error: Unsuitable for the ID, Io when the folder can't be written or holds such a name already; base::Cancelled. What was written
// before is then removed.
Deidentified deidentifyFiles(const DeidentifyRequest& request, const base::JobContext& job = {});

// A shift of dates that nobody can guess: 30 days to 10 years back.
int randomShiftDays();

} // namespace echo2ecg::casework
