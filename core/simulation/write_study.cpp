// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/write_study.h"

#include "base/folder.h"
#include "dicom/new_uid.h"
#include "dicom/structured_report.h"
#include "dicom/write_clip.h"
#include "ecg/export_dicom.h"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace echo2ecg::simulation {

namespace {

using dicom::Code;
using dicom::ContentItem;
using dicom::codedItem;
using dicom::contentItem;

constexpr const char* manufacturer = "Echo2ECG Workstation (SIMULATED)";
constexpr const char* comments = "SIMULATED: virtual patient, not a person. Research use only.";

std::string uidFor(const VirtualPatient& p, const std::string& what)
{
    return dicom::uidOf("echo2ecg virtual patient " + std::to_string(p.seed) + "/" + std::to_string(p.number) + "/" + what);
}

std::string dateOf(int day) // from the first of January 2020
{
    const std::chrono::year_month_day d{std::chrono::sys_days(std::chrono::year(2020) / 1 / 1) + std::chrono::days(day)};
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(d.year()), unsigned(d.month()), unsigned(d.day()));
    return text;
}

dicom::Identity identityOf(const VirtualPatient& p, const std::string& studyDate)
{
    dicom::Identity who;
    who.patientId = p.id();
    who.patientName = p.dicomName();
    who.sex = p.isFemale ? "F" : "M";
    char age[16];
    std::snprintf(age, sizeof age, "%03dY", int(p.age));
    who.age = age;
    who.studyUid = studyUidOf(p);
    who.studyDate = studyDate;
    who.studyTime = "10:00:00";
    who.studyDescription = "SIMULATED echocardiogram";
    who.manufacturer = manufacturer;
    who.model = "Virtual patients";
    return who;
}

ContentItem number(Code name, double value, Code unit, bool isBiplane = false)
{
    ContentItem made = contentItem("CONTAINS", "NUM", std::move(name));
    made.number = value;
    made.unit = std::move(unit);
    if (isBiplane)
        made.children.push_back(codedItem("HAS CONCEPT MOD", {"370129005", "SCT", "Measurement Method"}, {"125207", "DCM", "Method of Disks, Biplane"}));
    return made;
}

// TID 5200: one section of the left ventricle with one group of measurements in 2-D.
dicom::StructuredReport reportOf(const VirtualPatient& p, const dicom::Identity& who)
{
    const auto rounded = [](double value, double digits) { return std::round(value * digits) / digits; };
    const auto ln = [](const char* code, const char* meaning) { return Code{code, "LN", meaning}; };
    const Code ml{"mL", "UCUM", "mL"}, percent{"%", "UCUM", "percent"}, cm{"cm", "UCUM", "cm"}, g{"g", "UCUM", "g"};
    ContentItem group = contentItem("CONTAINS", "CONTAINER", {"125007", "DCM", "Measurement Group"});
    group.children.push_back(codedItem("HAS CONCEPT MOD", {"G-0373", "SRT", "Image Mode"}, {"G-03A2", "SRT", "2D mode"}));
    group.children.push_back(number(ln("18026-5", "Left Ventricular End Diastolic Volume"), rounded(p.lvedv, 10), ml, true));
    group.children.push_back(number(ln("18148-7", "Left Ventricular End Systolic Volume"), rounded(p.lvesv(), 10), ml, true));
    group.children.push_back(number({"90096001", "SCT", "Stroke Volume"}, rounded(p.lvsv(), 10), ml, true));
    group.children.push_back(number(ln("18043-0", "Left Ventricular Ejection Fraction"), rounded(p.lvef, 10), percent, true));
    group.children.push_back(number(ln("29436-3", "Left Ventricle Internal End Diastolic Dimension"), rounded(p.lvidd(), 100), cm));
    group.children.push_back(number(ln("29438-9", "Left Ventricle Internal Systolic Dimension"), rounded(p.lvids(), 100), cm));
    group.children.push_back(number(ln("18154-5", "Interventricular Septum Diastolic Thickness"), rounded(p.septum(), 100), cm));
    group.children.push_back(number(ln("18152-9", "Left Ventricle Posterior Wall Diastolic Thickness"), rounded(p.posteriorWall(), 100), cm));
    group.children.push_back(number(ln("18087-7", "Left Ventricle Mass"), rounded(p.lvMass, 1), g));
    ContentItem findings = contentItem("CONTAINS", "CONTAINER", {"121070", "DCM", "Findings"});
    findings.children.push_back(codedItem("HAS CONCEPT MOD", {"363698007", "SCT", "Finding Site"}, {"87878005", "SCT", "Left ventricle"}));
    findings.children.push_back(std::move(group));
    ContentItem note = contentItem("CONTAINS", "TEXT", {"121106", "DCM", "Comment"});
    note.text = comments;
    dicom::StructuredReport report;
    report.identity = who;
    report.templateId = "5200";
    report.complete = true;
    report.root = contentItem("", "CONTAINER", {"125200", "DCM", "Adult Echocardiography Procedure Report"});
    report.root.children.push_back(codedItem("HAS CONCEPT MOD", {"121049", "DCM", "Language of Content Item and Descendants"}, {"en", "RFC5646", "English"}));
    report.root.children.push_back(std::move(note));
    report.root.children.push_back(std::move(findings));
    return report;
}

void writeShot(const VirtualPatient& p, View view, Shot shot, int place, const ClipSize& size, dicom::Identity who, const std::filesystem::path& file,
               const base::CancelToken& cancel)
{
    VirtualClip clip(p, view, shot, size);
    who.seriesUid = uidFor(p, "echo/series");
    who.instanceUid = uidFor(p, "echo/" + std::to_string(place));
    who.seriesNumber = 1;
    who.instanceNumber = place;
    who.seriesDescription = "SIMULATED";
    dicom::ClipOut out;
    out.identity = who;
    out.rows = clip.layout().rows;
    out.columns = clip.layout().columns;
    out.frames = clip.frames();
    out.frameTimeMs = clip.frameTimeMs();
    out.heartRate = clip.heartRate();
    if (clip.frames() > 1)
        out.rWaveTimesMs = clip.rWaveMs();
    out.regions = clip.regions();
    out.comments = comments;
    out.contentDate = who.studyDate;
    char time[32];
    std::snprintf(time, sizeof time, "10:%02d:00", place % 60);
    out.contentTime = time;
    out.quality = 72;
    dicom::writeClip(file, out, [&](int i) {
        cancel.throwIfCancelled();
        return clip.frame(i);
    });
}

} // namespace

std::string studyUidOf(const VirtualPatient& patient)
{
    return uidFor(patient, "echo");
}

std::vector<std::pair<View, Shot>> shotsOf(const VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "study");
    const bool hasColour = random.chance(0.6), hasAxisColour = random.chance(0.25), isMMode = random.chance(0.35);
    std::vector<std::pair<View, Shot>> shots{{View::Plax, Shot::Cine}};
    shots.push_back({View::Plax, isMMode ? Shot::MMode : Shot::Still});
    shots.push_back({View::Psax, Shot::Cine});
    shots.push_back({View::A4c, Shot::Cine});
    if (hasColour || p.mitralRegurgitation >= Grade::Moderate)
        shots.push_back({View::A4c, Shot::Colour});
    shots.push_back({View::A2c, Shot::Cine});
    shots.push_back({View::A3c, Shot::Cine});
    if (hasAxisColour || p.aorticStenosis >= Grade::Moderate)
        shots.push_back({View::A3c, Shot::Colour});
    shots.push_back({View::A3c, Shot::Spectrum});
    return shots;
}

PatientFiles writePatientEcg(const VirtualPatient& p, const std::filesystem::path& folder)
{
    base::makeFolder(folder);
    Random random(p.seed, std::uint64_t(p.number), "dates");
    const int day = int(random.below(1400)) + 7;
    PatientFiles files;
    files.studyDate = dateOf(day);
    files.ecgDate = dateOf(day - random.below(7));
    files.studyUid = studyUidOf(p);

    char name[32];
    std::snprintf(name, sizeof name, "ecg%04d.dcm", p.number);
    files.ecg = folder / name;
    const SimulatedEcg made = simulateEcg(ecgCausesOf(p));
    files.fault = made.fault;
    dicom::EcgObjectOut ecg = ecg::dicomObjectOf(made.record);
    ecg.patientName = p.dicomName();
    ecg.patientId = p.id();
    ecg.sex = p.isFemale ? "F" : "M";
    ecg.ageYears = int(p.age);
    ecg.date = files.ecgDate;
    ecg.time = "09:00:00";
    ecg.manufacturer = manufacturer;
    ecg.device = "Virtual patients";
    ecg.seriesDescription = "SIMULATED 12-lead ECG";
    ecg.comments = comments;
    ecg.studyUid = uidFor(p, "ecg");
    ecg.seriesUid = uidFor(p, "ecg/series");
    ecg.instanceUid = uidFor(p, "ecg/1");
    dicom::writeEcgObject(ecg, files.ecg);
    return files;
}

PatientFiles writePatient(const VirtualPatient& p, const std::filesystem::path& folder, const ClipSize& size, const base::CancelToken& cancel)
{
    PatientFiles files = writePatientEcg(p, folder);
    files.study = folder / "echo";
    base::makeFolder(files.study);
    const dicom::Identity who = identityOf(p, files.studyDate);
    char name[32];
    int place = 0;
    for (const auto& [view, shot] : shotsOf(p)) {
        cancel.throwIfCancelled();
        ++place;
        std::snprintf(name, sizeof name, "%02d.dcm", place);
        files.clips.push_back(files.study / name);
        writeShot(p, view, shot, place, size, who, files.clips.back(), cancel);
    }
    files.report = files.study / "report.dcm";
    dicom::writeReport(files.report, reportOf(p, who),
                       {uidFor(p, "report/series"), uidFor(p, "report/1"), files.studyDate, "11:00:00", "SIMULATED measurements, research use only"});
    return files;
}

} // namespace echo2ecg::simulation
