// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/deidentify_files.h"

#include "base/folder.h"
#include "dicom/media_directory.h"

#include <cstdio>
#include <random>
#include <utility>

namespace echo2ecg::casework {

namespace {

namespace fs = std::filesystem;

// Takes what was written away again unless all went well.
class Written
{
public:
    ~Written()
    {
        std::error_code ignored;
        for (const fs::path& file : files)
            fs::remove(file, ignored);
        if (!folder.empty())
            fs::remove_all(folder, ignored);
    }
    std::vector<fs::path> files;
    fs::path folder; // of files in between
};

const char* prefixOf(dicom::Kind kind)
{
    return kind == dicom::Kind::EcgWaveform ? "ecg" : kind == dicom::Kind::UltrasoundClip ? "clip" : kind == dicom::Kind::UltrasoundStill ? "still" : "image";
}

} // namespace

int randomShiftDays()
{
    std::random_device random;
    return -std::uniform_int_distribution<int>(30, 3650)(random);
}

Deidentified deidentifyFiles(const DeidentifyRequest& request, const base::JobContext& job)
{
    Deidentified outcome;
    Written written;
    const fs::path folder = request.folder;
    base::makeFolder(folder);
    fs::path target = folder;
    if (request.media) {
        if (fs::exists(folder / "DICOMDIR"))
            throw base::Error(base::ErrorCode::Io, "The folder holds a DICOMDIR already.", {folder, {}});
        target = written.folder = folder / ".unfinished";
        base::makeFolder(target);
    }
    dicom::DeidentifyPlan plan;
    plan.patientId = request.patientId;
    plan.shiftDays = request.shiftDays;
    std::map<std::string, int> numbers;
    for (std::size_t i = 0; i < request.files.size(); ++i) {
        job.throwIfCancelled();
        job.report({"de-identifying", std::int64_t(i), std::int64_t(request.files.size()), "files"});
        const std::string which = "file " + std::to_string(i + 1);
        try {
            plan.keep = request.files[i].keep;
            const char* prefix = prefixOf(dicom::summarise(request.files[i].file).kind);
            char name[32];
            std::snprintf(name, sizeof name, "%s_%04d.dcm", prefix, ++numbers[prefix]);
            if (fs::exists(target / name))
                throw base::Error(base::ErrorCode::Io, "The folder holds a file of this name already.", {target / name, {}});
            base::JobContext inner;
            inner.cancel = job.cancel;
            dicom::writeDeidentified(request.files[i].file, target / name, plan, inner);
            written.files.push_back(target / name);
        } catch (const base::ParseError& problem) {
            outcome.failures.push_back({"not-written", problem.sentence(), which});
            job.note(outcome.failures.back());
        } catch (const base::Error& problem) {
            if (problem.code() != base::ErrorCode::Missing)
                throw;
            outcome.failures.push_back({"not-written", problem.sentence(), which});
            job.note(outcome.failures.back());
        }
    }
    outcome.files = int(written.files.size());
    if (request.media && outcome.files > 0) {
        for (const base::Warning& warning : dicom::writeMedia(folder, written.files, job))
            job.note(warning);
        outcome.written = {folder / "DICOMDIR"};
    } else if (!request.media) {
        outcome.written = std::exchange(written.files, {});
    }
    return outcome;
}

} // namespace echo2ecg::casework
