// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/deidentify.h"
#include "dicom/object.h"
#include "dicom/out_set.h"

namespace echo2ecg::dicom {

// The header of one object after the profile: everything before the pixels. What the table of the standard doesn't name is kept only when the data
// dictionary knows it and its type can't hold free text, a person or an address; kept text that repeats the patient's name, ID or institution goes too.
struct CleanHeader
{
    OutSet main;
    std::string classUid, instanceUid; // instanceUid: the new one
    std::vector<DeidentifyPreview::Change> changes;
    base::Warnings warnings;
};
// Throws base::ParseError; LimitExceeded for values that no header has. `plan.uids` grows.
CleanHeader cleanHeader(Object& object, DeidentifyPlan& plan);

// "20041130" moved by days; "" when it is no date. Old and foreign ways of writing are understood.
std::string shiftedDate(std::string_view date, int days);

} // namespace echo2ecg::dicom
