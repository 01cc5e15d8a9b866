// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/measured.h"

#include "echo/adult_echo_report.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::casework {

const MeasuredStudy::Clip* MeasuredStudy::clipOf(const echo::Measurement& measurement) const
{
    const auto found = std::find(hashes.begin(), hashes.end(), measurement.clipHash);
    return found == hashes.end() ? nullptr : &clips[std::size_t(found - hashes.begin())];
}

echo::Evaluation MeasuredStudy::evaluate(const echo::Measurement& measurement) const
{
    if (const Clip* clip = clipOf(measurement))
        return echo::evaluate(measurement, clip->calibration);
    echo::Evaluation none;
    none.refused = "The clip that this was measured on can't be read.";
    return none;
}

echo::VentricleResult MeasuredStudy::ventricle() const
{
    std::vector<echo::Measurement> readable;
    for (const echo::Measurement& m : measurements)
        if (clipOf(m))
            readable.push_back(m);
    return echo::ventricle(readable, [this](const echo::Measurement& m) { return clipOf(m)->calibration; });
}

std::optional<echo::ManualCalibration> calibrationFromNote(const base::Json& note)
{
    if (!note.isObject())
        return std::nullopt;
    const double mm = note.value("mm_per_pixel", 0.0);
    if (!std::isfinite(mm) || mm <= 0)
        return std::nullopt;
    return echo::ManualCalibration{mm};
}

base::Json calibrationNote(const std::optional<echo::ManualCalibration>& calibration)
{
    return calibration ? base::Json::object({{"mm_per_pixel", calibration->mmPerPixel}}) : base::Json();
}

MeasuredStudy measuredStudy(const library::Library& library, library::Id study)
{
    MeasuredStudy result;
    result.measurements = library.measurements(study);
    for (const library::ClipRow& row : library.clips(study)) {
        if (std::none_of(result.measurements.begin(), result.measurements.end(), [&](const auto& m) { return m.clipHash == row.sha256; }))
            continue;
        try {
            MeasuredStudy::Clip clip{row.id, echo::readClip(row.file), {}};
            clip.calibration = echo::CalibrationMap(clip.clip.header, calibrationFromNote(library.clipNote(row.id, "calibration")));
            result.clips.push_back(std::move(clip));
            result.hashes.push_back(row.sha256);
        } catch (const base::ParseError&) {
            // Damaged since it was imported: `library verify` lists it, and evaluate() says so.
        }
    }
    return result;
}

retrieval::Phenotypes phenotypesOf(const echo::VentricleResult& result)
{
    retrieval::Phenotypes p;
    const std::string source = "measured here, " + result.volumeMethod;
    const auto sourced = [&](const std::optional<double>& value) -> std::optional<retrieval::SourcedValue> {
        return value ? std::optional(retrieval::SourcedValue{*value, source}) : std::nullopt;
    };
    p.lvedv = sourced(result.edvMl);
    p.lvesv = sourced(result.esvMl);
    p.lvsv = sourced(result.svMl);
    p.lvef = sourced(result.efPercent);
    return p;
}

void writeMeasurementReport(const std::filesystem::path& file, const library::Library& library, library::Id study)
{
    const MeasuredStudy measured = measuredStudy(library, study);
    if (measured.measurements.empty())
        throw base::Error(base::ErrorCode::Missing, "nothing was measured in this study", {file, {}});
    std::vector<echo::MeasuredClip> clips;
    for (std::size_t i = 0; i < measured.clips.size(); ++i) {
        echo::MeasuredClip clip{&measured.clips[i].clip, {}, measured.clips[i].calibration};
        for (const echo::Measurement& m : measured.measurements)
            if (m.clipHash == measured.hashes[i])
                clip.measurements.push_back(m);
        clips.push_back(std::move(clip));
    }
    dicom::writeReport(file, echo::asReport(library.loadStudy(study), clips, measured.ventricle()));
}

echo::VentricleResult applyMeasurements(library::Library& library, library::Id study)
{
    const echo::VentricleResult result = measuredStudy(library, study).ventricle();
    library.setMeasuredPhenotypes(study, phenotypesOf(result));
    return result;
}

} // namespace echo2ecg::casework
