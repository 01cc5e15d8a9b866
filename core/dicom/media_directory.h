// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "dicom/dicom_file.h"

#include <vector>

namespace echo2ecg::dicom {

// The files that a DICOMDIR refers to, in its order, as paths beside it. References that lead out of the folder of the DICOMDIR are refused with a
// warning; names are found whatever their case; files that aren't there are `missing`.
struct MediaDirectory
{
    std::vector<std::filesystem::path> files, missing;
    base::Warnings warnings;
};
MediaDirectory readMediaDirectory(const std::filesystem::path& dicomdir); // throws base::ParseError

// Copies the files into `folder` with names the media profile allows and writes a DICOMDIR (general purpose profile) over them. Files that can't be part
// of it (no SOP class) are warnings. Throws base::Error(Io), base::Cancelled; an unfinished folder holds no DICOMDIR.
base::Warnings writeMedia(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files, const base::JobContext& job = {});

} // namespace echo2ecg::dicom
