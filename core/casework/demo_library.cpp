// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/demo_library.h"

#include "base/folder.h"
#include "casework/demo_supply.h"
#include "casework/import.h"
#include "simulation/cohort.h"

#include <QLockFile>

#include <algorithm>
#include <cmath>

namespace echo2ecg::casework {

namespace fs = std::filesystem;
using library::Id;
using simulation::VirtualPatient;

namespace {

const char* const seedKey = "demo/seed";         // of the patients in here; empty: none
const char* const completeKey = "demo/complete"; // so many of them have been in
constexpr std::size_t batch = 8;

// In the scratch folder of a library, gone when the filling ends. A crash leaves it to the next one.
class Scratch
{
public:
    explicit Scratch(fs::path folder) : m_folder(std::move(folder))
    {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
        base::makeFolder(m_folder);
    }
    ~Scratch()
    {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    const fs::path& folder() const { return m_folder; }

private:
    fs::path m_folder;
};

// How well a patient shows in one picture what the program does: a weak, large ventricle with an ECG that tells. Smaller is better.
double distanceFromTelling(const VirtualPatient& p)
{
    double far = std::abs(p.lvef - 27);
    if (p.conduction != simulation::Conduction::Lbbb)
        far += 5;
    if (p.rhythm != simulation::Rhythm::Sinus)
        far += 15;
    if (p.disease != simulation::Disease::Dilated && p.disease != simulation::Disease::Ischaemic)
        far += 8;
    return far;
}

VirtualPatient tellingOf(const std::vector<VirtualPatient>& patients)
{
    std::vector<std::pair<double, int>> order;
    for (std::size_t i = 0; i < patients.size(); ++i)
        order.emplace_back(distanceFromTelling(patients[i]), int(i));
    std::sort(order.begin(), order.end());
    // One whose electrodes are where they belong, and whose ECG the quality gate has nothing to say about.
    for (const auto& [far, i] : order) {
        const simulation::SimulatedEcg made = simulation::simulateEcg(simulation::ecgCausesOf(patients[std::size_t(i)]));
        const auto findings = ecg::checkQuality(made.record, ecg::EcgRecipe{});
        const auto isDoubt = [](const ecg::Finding& f) { return f.severity != ecg::Severity::Note; };
        if (made.fault == simulation::LeadFault::None && std::none_of(findings.begin(), findings.end(), isDoubt))
            return patients[std::size_t(i)];
    }
    return patients[std::size_t(order.front().second)];
}

class Filler
{
public:
    Filler(library::Library& library, const DemoPlan& plan, const DemoHooks& hooks, const base::JobContext& job)
        : m_library(library), m_plan(plan), m_hooks(hooks), m_job(job)
    {
        m_quiet.onNote = job.onNote; // a batch is short and goes in whole, whatever is pressed meanwhile
        m_watched = job;
        m_watched.onProgress = {}; // one bar for the whole
        m_watched.onNote = [this](const base::Warning& w) {
            m_summary.failures.push_back(w);
            m_job.note(w);
        };
    }

    DemoSummary run()
    {
        std::vector<VirtualPatient> all;
        for (int number = 1; number <= m_plan.patients; ++number)
            all.push_back(simulation::drawPatient(m_plan.seed, number));
        m_telling = tellingOf(all);
        // Of those that had been in, a person may have removed some.
        const int before = std::atoi(m_library.setting(completeKey, "0").c_str());
        std::vector<VirtualPatient> missing;
        for (const VirtualPatient& p : all)
            if (p.number > before && !ecgOf(p, true))
                missing.push_back(p);
        m_summary.patients = int(all.size() - missing.size());
        m_job.report(progress());
        tell(0);
        std::stable_partition(missing.begin(), missing.end(), [this](const VirtualPatient& p) { return p.number == m_telling.number; });
        add(std::move(missing));
        m_library.setSetting(completeKey, std::to_string(std::max(before, m_plan.patients)));
        if (const auto engine = currentEngine()) {
            m_summary.failures.clear(); // what failed is tried once more
            const CaseEngine::Outcome rest = engine->embedMissing(m_watched);
            m_summary.ecgs += rest.ecgs;
            m_summary.studies += rest.studies;
        }
        m_summary.telling = ecgOf(m_telling, false).value_or(0);
        m_job.report(progress());
        return std::move(m_summary);
    }

private:
    base::Progress progress() const { return {"Virtual patients", m_summary.patients, m_plan.patients, {}}; }

    std::shared_ptr<CaseEngine> currentEngine() const { return m_hooks.engine ? m_hooks.engine() : nullptr; }

    // The patient's ECG beside its study; `whole`: what is true of it, which is imported last, is there too.
    std::optional<Id> ecgOf(const VirtualPatient& p, bool whole) const
    {
        const auto study = m_library.findStudyByUid(simulation::studyUidOf(p));
        if (!study || (whole && !m_library.statedPhenotypes(*study).structuralHeartDisease))
            return std::nullopt;
        for (const library::EcgRow& row : m_library.ecgs(m_library.study(*study).patient))
            if (row.linkedStudy == study)
                return row.id;
        return std::nullopt;
    }

    void add(std::vector<VirtualPatient> missing)
    {
        if (missing.empty())
            return;
        const Scratch scratch(m_library.folder() / "unfinished-demo");
        simulation::ClipSize size;
        size.columns = m_plan.columns;
        size.rows = m_plan.columns * 3 / 4;
        size.frames = m_plan.frames;
        DemoSupply supply(std::move(missing), scratch.folder(), size, m_plan.threads, m_job.cancel);
        std::vector<Id> ecgs, studies; // that wait for an engine
        bool first = true;
        for (;;) {
            const std::vector<MadePatient> made = supply.take(first ? 1 : batch); // the first is looked at soon
            if (made.empty())
                break;
            first = false;
            import(supply, made, scratch.folder() / "virtual-patients.csv", ecgs, studies);
            m_summary.patients += int(made.size());
            m_summary.added += int(made.size());
            m_job.report(progress());
            tell(0);
            embed(ecgs, studies);
        }
    }

    void import(const DemoSupply& supply, const std::vector<MadePatient>& made, const fs::path& table, std::vector<Id>& ecgs, std::vector<Id>& studies)
    {
        std::vector<fs::path> paths;
        for (const auto& [patient, files] : made)
            paths.push_back(supply.folderOf(patient));
        simulation::writeTruth(table, made);
        paths.push_back(table);
        const ImportSummary summary = casework::import(m_library, paths, m_quiet);
        for (const ScannedFile& file : summary.unreadable)
            throw base::Error(base::ErrorCode::Malformed, "A virtual patient can't be read back: " + file.reason, {file.file.filename(), {}});
        ecgs.insert(ecgs.end(), summary.ecgs.begin(), summary.ecgs.end());
        studies.insert(studies.end(), summary.studies.begin(), summary.studies.end());
        std::error_code ignored;
        for (const fs::path& path : paths)
            fs::remove_all(path, ignored);
    }

    void embed(std::vector<Id>& ecgs, std::vector<Id>& studies)
    {
        const auto engine = currentEngine();
        if (!engine)
            return;
        const auto each = [&](std::vector<Id>& ids, const auto& one, int& count) {
            for (const Id id : std::exchange(ids, {})) {
                m_job.throwIfCancelled();
                try {
                    one(id);
                    ++count;
                } catch (const base::Cancelled&) {
                    throw;
                } catch (const base::Error&) {
                    // The last round tries again and says so.
                }
            }
        };
        const int before = m_summary.studies;
        each(ecgs, [&](Id id) { engine->embedEcg(id, m_watched); }, m_summary.ecgs);
        if (engine->facts().canRetrieve)
            each(studies, [&](Id id) { engine->embedStudy(id, m_watched); }, m_summary.studies);
        tell(m_summary.studies - before);
    }

    void tell(int embedded) const
    {
        if (m_hooks.onPatients && m_summary.patients > 0)
            m_hooks.onPatients({m_summary.patients, embedded, ecgOf(m_telling, false).value_or(0)});
    }

    library::Library& m_library;
    const DemoPlan m_plan;
    const DemoHooks& m_hooks;
    const base::JobContext& m_job;
    base::JobContext m_quiet, m_watched;
    VirtualPatient m_telling;
    DemoSummary m_summary;
};

} // namespace

bool isDemoLibrary(const library::Library& library)
{
    return !library.setting(seedKey).empty();
}

bool canBeDemoLibrary(const library::Library& library)
{
    return isDemoLibrary(library) || (library.patients().empty() && library.quarantine().empty());
}

DemoSummary fillDemoLibrary(library::Library& library, const DemoPlan& plan, const DemoHooks& hooks, const base::JobContext& job)
{
    simulation::checkPatientCount(plan.patients);
    QLockFile lock(QString::fromStdU16String((library.folder() / "demo.lock").u16string()));
    lock.setStaleLockTime(0); // as long as its process lives
    if (!lock.tryLock(100))
        throw base::Error(base::ErrorCode::Unsuitable, "Another program is filling this demo library at the moment.", {library.folder(), {}});
    if (!canBeDemoLibrary(library))
        throw base::Error(base::ErrorCode::Unsuitable, "This library holds cases of its own; virtual patients go into a new or empty one.", {library.folder(), {}});
    const std::string seed = std::to_string(plan.seed);
    if (isDemoLibrary(library) && library.setting(seedKey) != seed)
        throw base::Error(base::ErrorCode::Mismatch, "This demo library holds virtual patients of another seed.", {library.folder(), {}});
    library.setSetting(seedKey, seed);
    return Filler(library, plan, hooks, job).run();
}

} // namespace echo2ecg::casework
