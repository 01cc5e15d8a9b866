// SPDX-License-Identifier: GPL-3.0-or-later
#include "views.h"

#include "base/simulated.h"
#include "ecg/simulated.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace echo2ecg::cli {

namespace {

const char* word(ecg::Severity severity)
{
    switch (severity) {
    case ecg::Severity::Note:
        return "note";
    case ecg::Severity::Warn:
        return "warning";
    case ecg::Severity::Block:
        return "block";
    }
    return "";
}

void line(std::string& out, const char* label, const std::string& value)
{
    if (value.empty())
        return;
    out += label;
    out.append(std::max<std::size_t>(1, 16 - std::char_traits<char>::length(label)), ' ');
    out += value + "\n";
}

std::string leadNames(const ecg::EcgRecord& record)
{
    std::string names;
    for (const ecg::Lead lead : ecg::allLeads)
        if (record.has(lead))
            names += (names.empty() ? "" : " ") + std::string(ecg::name(lead));
    return names;
}

base::Json viewMeasurement(const ecg::StatedMeasurement& measurement)
{
    return base::Json::object({{"name", measurement.name},
                               {"value", orNull(measurement.value)},
                               {"unit", measurement.unit},
                               {"text", measurement.text}});
}

base::Json viewRegion(const dicom::UltrasoundRegion& region)
{
    return base::Json::object({{"spatial_format", region.spatialFormat},
                               {"data_type", region.dataType},
                               {"flags", region.flags},
                               {"x0", region.x0},
                               {"y0", region.y0},
                               {"x1", region.x1},
                               {"y1", region.y1},
                               {"units_x", region.unitsX},
                               {"units_y", region.unitsY},
                               {"delta_x", region.deltaX},
                               {"delta_y", region.deltaY},
                               {"reference_x", orNull(region.referenceX)},
                               {"reference_y", orNull(region.referenceY)}});
}

bool isSimulated(const echo::EchoStudy& study)
{
    return std::any_of(study.clips.begin(), study.clips.end(), [](const echo::EchoClip& clip) { return clip.simulated; });
}

} // namespace

std::string mark(bool simulated)
{
    return simulated ? std::string("  ") + base::simulatedWord : std::string();
}

std::string number(double value, int digits)
{
    if (!std::isfinite(value))
        return "–";
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    std::string result = buffer;
    if (result.find('.') != std::string::npos) {
        result.erase(result.find_last_not_of('0') + 1);
        if (result.back() == '.')
            result.pop_back();
    }
    return result;
}

base::Json view(const base::Warnings& warnings)
{
    base::Json list = base::Json::array();
    for (const base::Warning& warning : warnings)
        list.push(
            base::Json::object({{"code", warning.code}, {"message", warning.sentence}, {"where", warning.where}}));
    return list;
}

base::Json view(const std::vector<ecg::Finding>& findings)
{
    base::Json list = base::Json::array();
    for (const ecg::Finding& finding : findings)
        list.push(base::Json::object({{"code", finding.code},
                                      {"message", finding.sentence},
                                      {"severity", word(finding.severity)},
                                      {"lead", finding.lead ? base::Json(ecg::name(*finding.lead)) : base::Json()}}));
    return list;
}

base::Json view(const ecg::EcgRecord& record)
{
    base::Json leads = base::Json::array();
    for (const ecg::Lead lead : ecg::allLeads)
        if (record.has(lead))
            leads.push(ecg::name(lead));
    base::Json companions = base::Json::array();
    for (const auto& file : record.companions)
        companions.push(file.string());
    base::Json measurements = base::Json::array();
    for (const ecg::StatedMeasurement& measurement : record.measurements)
        measurements.push(viewMeasurement(measurement));
    return base::Json::object({{"file", record.file.string()},
                               {"format", record.format},
                               {"leads", leads},
                               {"sampling_rate_hz", record.samplingHz},
                               {"samples", record.samples()},
                               {"duration_s", record.seconds()},
                               {"patient", base::Json::object({{"id", record.patient.id},
                                                               {"name", record.patient.name},
                                                               {"birth_date", record.patient.birthDate},
                                                               {"sex", record.patient.sex},
                                                               {"age_years", orNull(record.patient.ageYears)}})},
                               {"date", record.date},
                               {"time", record.time},
                               {"device", record.device},
                               {"filters", base::Json::object({{"high_pass_hz", orNull(record.filters.highPassHz)},
                                                               {"low_pass_hz", orNull(record.filters.lowPassHz)},
                                                               {"notch_hz", orNull(record.filters.notchHz)}})},
                               {"measurements", measurements},
                               {"statements", record.statements},
                               {"study_uid", record.studyUid},
                               {"companions", companions},
                               {"signal_sha256", record.signalHash()},
                               {"simulated", ecg::isSimulated(record)},
                               {"warnings", view(record.warnings)}});
}

base::Json view(const echo::EchoClip& clip)
{
    base::Json regions = base::Json::array();
    for (const dicom::UltrasoundRegion& region : clip.header.regions)
        regions.push(viewRegion(region));
    const bool cine = clip.kind == echo::ClipKind::Cine;
    return base::Json::object({{"file", clip.file.string()},
                               {"kind", echo::name(clip.kind)},
                               {"frames", clip.frames},
                               {"declared_frames", clip.header.declaredFrames},
                               {"rows", clip.header.rows},
                               {"columns", clip.header.columns},
                               {"frame_times_ms", cine ? base::Json(clip.timing.startMs) : base::Json::array()},
                               {"duration_ms", cine ? base::Json(clip.timing.durationMs) : base::Json()},
                               {"frames_per_second", cine ? base::Json(clip.timing.meanFps()) : base::Json()},
                               {"timing_source", cine ? base::Json(echo::name(clip.timing.source)) : base::Json()},
                               {"heart_rate", orNull(clip.header.heartRate)},
                               {"photometric", clip.header.photometric},
                               {"transfer_syntax", clip.header.transferSyntaxUid},
                               {"transfer_syntax_name", clip.header.transferSyntaxName},
                               {"pixel_aspect", clip.header.pixelAspect},
                               {"regions", regions},
                               {"sop_instance_uid", clip.identity.instanceUid},
                               {"series_number", clip.identity.seriesNumber},
                               {"instance_number", clip.identity.instanceNumber},
                               {"series_description", clip.identity.seriesDescription},
                               {"simulated", clip.simulated},
                               {"warnings", view(clip.warnings)}});
}

base::Json view(const echo::EchoStudy& study)
{
    base::Json clips = base::Json::array();
    for (const echo::EchoClip& clip : study.clips)
        clips.push(view(clip));
    return base::Json::object({{"study_uid", study.studyUid},
                               {"patient", base::Json::object({{"id", study.patientId},
                                                               {"name", study.patientName},
                                                               {"birth_date", study.birthDate},
                                                               {"sex", study.sex}})},
                               {"date", study.date},
                               {"time", study.time},
                               {"description", study.description},
                               {"manufacturer", study.manufacturer},
                               {"cines", study.cineCount()},
                               {"stills", study.clips.size() - study.cineCount()},
                               {"simulated", isSimulated(study)},
                               {"clips", clips}});
}

base::Json view(const echo::EchoReport& report)
{
    base::Json values = base::Json::array();
    for (const echo::ReportedValue& value : report.values)
        values.push(base::Json::object({{"what", value.what},
                                        {"value", value.value},
                                        {"unit", value.unit},
                                        {"method", value.method},
                                        {"mode", value.mode},
                                        {"view", value.view},
                                        {"phase", value.phase},
                                        {"selection", value.selection},
                                        {"counts", report.best(value.what) == &value}}));
    return base::Json::object({{"template", report.templateId},
                               {"patient_id", report.identity.patientId},
                               {"study_uid", report.identity.studyUid},
                               {"values", values},
                               {"warnings", view(report.warnings)}});
}

// Which of several values of one quantity counts has a mark.
std::string text(const echo::EchoReport& report)
{
    std::size_t width = 0;
    for (const echo::ReportedValue& value : report.values)
        width = std::max(width, value.what.size());
    std::string out = report.templateId.empty() ? "" : "  TID " + report.templateId + "\n";
    for (const echo::ReportedValue& value : report.values) {
        std::string qualifiers;
        for (const std::string& part : {value.method, value.mode, value.view, value.phase, value.selection})
            if (!part.empty())
                qualifiers += (qualifiers.empty() ? "" : ", ") + part;
        out += std::string(report.best(value.what) == &value ? "  * " : "    ") + value.what + std::string(width - value.what.size() + 2, ' ') +
               number(value.value, 1) + (value.unit.empty() ? "" : " " + value.unit) + (qualifiers.empty() ? "" : "  " + qualifiers) + "\n";
    }
    return out + text(report.warnings);
}

base::Json view(const inference::EngineFacts& facts)
{
    return base::Json::object({{"id", facts.bundleId},
                               {"name", facts.bundleName},
                               {"version", facts.bundleVersion},
                               {"licence", facts.licence},
                               {"trained", facts.trained},
                               {"simulated", facts.simulated},
                               {"ecg_recipe", facts.ecgRecipeHash},
                               {"echo_recipe", facts.echoRecipeHash},
                               {"device", facts.device}});
}

void addPhenotypes(base::Json& object, const retrieval::Phenotypes& phenotypes)
{
    const auto add = [&](const char* key, const std::optional<retrieval::SourcedValue>& value) {
        object.set(key, value ? base::Json(value->value) : base::Json());
        if (value)
            object.set(std::string(key) + "_source", value->source);
    };
    add("lvedv_ml", phenotypes.lvedv);
    add("lvesv_ml", phenotypes.lvesv);
    add("lvsv_ml", phenotypes.lvsv);
    add("lvef_percent", phenotypes.lvef);
}

std::string text(const base::Warnings& warnings, const std::string& indent)
{
    std::string out;
    for (const base::Warning& warning : warnings)
        out += indent + "! " + warning.sentence + (warning.where.empty() ? "" : " (" + warning.where + ")") + "\n";
    return out;
}

std::string text(const std::vector<ecg::Finding>& findings, const std::string& indent)
{
    std::string out;
    for (const ecg::Finding& finding : findings)
        out += indent + word(finding.severity) + ": " + finding.sentence +
               (finding.lead ? " (lead " + std::string(ecg::name(*finding.lead)) + ")" : "") + "\n";
    return out;
}

std::string text(const ecg::EcgRecord& record)
{
    std::string out;
    line(out, "File", record.file.string());
    line(out, "Format", record.format);
    if (ecg::isSimulated(record))
        line(out, base::simulatedWord, base::virtualPatientSentence);
    line(out, "Patient",
         record.patient.id + (record.patient.sex.empty() ? "" : ", " + record.patient.sex) +
             (record.patient.ageYears ? ", " + std::to_string(*record.patient.ageYears) + " years" : ""));
    line(out, "Recorded", record.date + (record.time.empty() ? "" : " " + record.time));
    line(out, "Device", record.device);
    line(out, "Leads", std::to_string(record.presentLeads()) + ": " + leadNames(record));
    line(out, "Signal",
         number(record.samplingHz) + " Hz, " + std::to_string(record.samples()) + " samples, " +
             number(record.seconds(), 2) + " s");
    const auto hertz = [](const char* label, const std::optional<double>& value) {
        return value ? std::string(label) + number(*value) + " Hz " : std::string();
    };
    line(out, "Filters",
         hertz("high pass ", record.filters.highPassHz) + hertz("low pass ", record.filters.lowPassHz) +
             hertz("notch ", record.filters.notchHz));
    for (const ecg::StatedMeasurement& measurement : record.measurements)
        line(out, "States",
             measurement.name + " " +
                 (measurement.value ? number(*measurement.value) + " " + measurement.unit : measurement.text));
    for (const std::string& statement : record.statements)
        line(out, "States", statement);
    return out + text(record.warnings);
}

std::string text(const echo::EchoStudy& study)
{
    std::string out = "Study" + (study.date.empty() ? "" : " of " + study.date) +
                      (study.patientId.empty() ? "" : ", patient " + study.patientId) +
                      (study.manufacturer.empty() ? "" : ", " + study.manufacturer) + ": " +
                      std::to_string(study.cineCount()) + " clips, " +
                      std::to_string(study.clips.size() - study.cineCount()) + " stills\n";
    if (isSimulated(study))
        out += std::string("  ") + base::simulatedWord + "  " + base::virtualPatientSentence + "\n";
    for (const echo::EchoClip& clip : study.clips) {
        out += "  " + clip.file.filename().string() + "  " + echo::name(clip.kind) + "  " +
               std::to_string(clip.header.rows) + " × " + std::to_string(clip.header.columns);
        if (clip.kind == echo::ClipKind::Cine)
            out += "  " + std::to_string(clip.frames) + " frames, " + number(clip.timing.meanFps(), 1) + "/s (" +
                   echo::name(clip.timing.source) + ")";
        out +=
            "  " + clip.header.photometric + ", " + clip.header.transferSyntaxName + "\n" + text(clip.warnings, "    ");
    }
    return out;
}

std::string text(const inference::EngineFacts& facts)
{
    return "Bundle          " + facts.bundleName + " (" + facts.bundleId + ") on " + facts.device + "\n" +
           (facts.simulated ? std::string(base::simulatedWord) + "       " + base::simulatedModelSentence + "\n" : std::string());
}

} // namespace echo2ecg::cli
