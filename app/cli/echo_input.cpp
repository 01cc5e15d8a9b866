// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo_input.h"

#include "casework/scan_pipeline.h"

namespace echo2ecg::cli {

casework::Scan readEchoInput(const std::filesystem::path& path, const base::JobContext& job)
{
    const bool isFolder = std::filesystem::is_directory(path);
    if (isFolder || casework::looksLikeZip(path) || casework::isMediaDirectory(path)) {
        casework::Scan scan = casework::scan({path}, job);
        if (scan.studies.empty() && scan.reports.empty())
            throw base::ParseError(base::ErrorCode::NotRecognised,
                                   isFolder ? "no echo image could be read in this folder" : "no echo image could be read from it", {path, {}});
        return scan;
    }
    casework::Scan scan;
    if (dicom::looksLikeDicom(path) && dicom::summarise(path).kind == dicom::Kind::StructuredReport)
        scan.reports.emplace_back(path, echo::readEchoReport(path));
    else
        scan.studies = echo::groupIntoStudies({echo::readClip(path)});
    return scan;
}

} // namespace echo2ecg::cli
