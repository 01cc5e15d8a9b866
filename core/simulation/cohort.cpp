// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/cohort.h"

#include "base/folder.h"
#include "base/number_text.h"
#include "base/parallel.h"
#include "base/whole_text.h"

#include <algorithm>
#include <cstdio>
#include <mutex>

namespace echo2ecg::simulation {

namespace {


const char* wordFor(Wall wall)
{
    switch (wall) {
    case Wall::Lateral: return "lateral";
    case Wall::Septal: return "septal";
    case Wall::Inferior: return "inferior";
    case Wall::Anterior: break;
    }
    return "anterior";
}

struct Row
{
    std::vector<std::pair<const char*, std::string>> cells;
    void add(const char* column, std::string value) { cells.emplace_back(column, std::move(value)); }
    void add(const char* column, double value, int decimals) { add(column, base::fixedText(value, decimals)); }
};

void addPhenotypes(Row& row, const VirtualPatient& p)
{
    row.add("lvedv_ml", p.lvedv, 1);
    row.add("lvesv_ml", p.lvesv(), 1);
    row.add("lvsv_ml", p.lvsv(), 1);
    row.add("lvef_percent", p.lvef, 1);
    row.add("shd", p.hasStructuralHeartDisease() ? "1" : "0");
    row.add("lv_mass_g", p.lvMass, 0);
    row.add("la_volume_ml", p.laVolume, 0);
}

Row truthOf(const VirtualPatient& p, const PatientFiles& files)
{
    Row row;
    row.add("patient_id", p.id());
    row.add("study_uid", files.studyUid);
    row.add("split", splitOf(p.seed, p.number));
    row.add("age", p.age, 0);
    row.add("sex", p.isFemale ? "F" : "M");
    row.add("height_cm", p.heightCm, 0);
    row.add("weight_kg", p.weightKg, 0);
    row.add("bsa_m2", p.bsa(), 2);
    row.add("heart_rate", p.heartRate, 0);
    addPhenotypes(row, p);
    row.add("lvidd_cm", p.lvidd(), 2);
    row.add("lvids_cm", p.lvids(), 2);
    row.add("ivsd_cm", p.septum(), 2);
    row.add("lvpwd_cm", p.posteriorWall(), 2);
    row.add("rhythm", name(p.rhythm));
    row.add("conduction", name(p.conduction));
    row.add("disease", name(p.disease));
    row.add("wall", p.disease == Disease::Ischaemic ? wordFor(p.territory) : "");
    row.add("akinesis", p.akinesis, 2);
    row.add("scar", p.scar, 2);
    row.add("aortic_stenosis", name(p.aorticStenosis));
    row.add("aortic_regurgitation", name(p.aorticRegurgitation));
    row.add("mitral_regurgitation", name(p.mitralRegurgitation));
    row.add("aortic_vmax_m_s", p.aorticPeakVelocity, 2);
    row.add("ecg_fault", name(files.fault));
    return row;
}

Row pairOf(const VirtualPatient& p, const PatientFiles& files, const std::filesystem::path& folder)
{
    Row row;
    row.add("patient_id", p.id());
    row.add("split", splitOf(p.seed, p.number));
    row.add("ecg_file", files.ecg.lexically_relative(folder).generic_string());
    if (!files.study.empty())
        row.add("study_folder", files.study.lexically_relative(folder).generic_string());
    row.add("ecg_date", files.ecgDate);
    row.add("study_date", files.studyDate);
    row.add("study_uid", files.studyUid);
    row.add("age", p.age, 0);
    row.add("sex", p.isFemale ? "F" : "M");
    row.add("rhythm", name(p.rhythm));
    row.add("conduction", name(p.conduction));
    addPhenotypes(row, p);
    return row;
}

// None of the values holds a comma or a quote.
void writeTable(const std::filesystem::path& file, const std::vector<Row>& rows)
{
    std::string text;
    for (std::size_t i = 0; i < rows.front().cells.size(); ++i)
        text += (i > 0 ? "," : "") + std::string(rows.front().cells[i].first);
    text += '\n';
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            text += (i > 0 ? "," : "") + row.cells[i].second;
        text += '\n';
    }
    base::writeWholeText(file, text, "The file can't be written.");
}

std::uintmax_t sizeOf(const PatientFiles& files)
{
    std::uintmax_t sum = 0;
    std::error_code ignored;
    const auto add = [&](const std::filesystem::path& file) {
        const std::uintmax_t size = std::filesystem::file_size(file, ignored);
        if (!ignored)
            sum += size;
    };
    add(files.ecg);
    add(files.report);
    for (const std::filesystem::path& clip : files.clips)
        add(clip);
    return sum;
}

} // namespace

const char* splitOf(std::uint64_t seed, int number)
{
    constexpr int block = 5;
    Random random(seed, std::uint64_t((number - 1) / block), "split");
    const char* parts[block] = {"train", "train", "train", "val", "test"};
    for (int i = block - 1; i > 0; --i)
        std::swap(parts[i], parts[random.below(i + 1)]);
    return parts[(number - 1) % block];
}

void writeTruth(const std::filesystem::path& csv, const std::vector<std::pair<VirtualPatient, PatientFiles>>& patients)
{
    std::vector<Row> rows;
    for (const auto& [patient, files] : patients)
        rows.push_back(truthOf(patient, files));
    if (!rows.empty())
        writeTable(csv, rows);
}

void checkPatientCount(int patients)
{
    if (patients < 1 || patients > mostPatients)
        throw base::Error(base::ErrorCode::Unsuitable, "There can be 1 to " + std::to_string(mostPatients) + " virtual patients.");
}

CohortSummary simulateCohort(const CohortPlan& plan, const std::filesystem::path& folder, const base::JobContext& job)
{
    checkPatientCount(plan.patients);
    base::makeFolder(folder);
    if (std::error_code problem; !std::filesystem::is_empty(folder, problem))
        throw base::Error(base::ErrorCode::Unsuitable, "The folder isn't empty; virtual patients are written into a new one.", {folder, {}});

    std::vector<VirtualPatient> patients(static_cast<std::size_t>(plan.patients));
    std::vector<PatientFiles> files(patients.size());
    std::mutex mutex;
    int done = 0;
    job.report({"simulating", 0, plan.patients, "patients"});
    base::inParallel(base::threadsFor(plan.threads), plan.patients, [&](int, int i) {
        job.throwIfCancelled();
        const std::size_t at = std::size_t(i);
        patients[at] = drawPatient(plan.seed, i + 1);
        char name[32];
        std::snprintf(name, sizeof name, "patient%04d", i + 1);
        files[at] = plan.ecgOnly ? writePatientEcg(patients[at], folder / name) : writePatient(patients[at], folder / name, plan.size, job.cancel);
        const std::lock_guard lock(mutex);
        job.report({"simulating", ++done, plan.patients, "patients"});
    });

    CohortSummary summary;
    std::vector<Row> truth, pairs;
    for (std::size_t i = 0; i < patients.size(); ++i) {
        truth.push_back(truthOf(patients[i], files[i]));
        pairs.push_back(pairOf(patients[i], files[i], folder));
        ++summary.patients;
        summary.clips += int(files[i].clips.size());
        summary.bytes += sizeOf(files[i]);
        const std::string split = splitOf(plan.seed, patients[i].number);
        ++(split == "train" ? summary.train : split == "val" ? summary.validation : summary.test);
    }
    writeTable(folder / "patients.csv", truth);
    writeTable(folder / "pairs.csv", pairs);
    return summary;
}

} // namespace echo2ecg::simulation
