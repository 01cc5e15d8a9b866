// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/bundle_choice.h"
#include "casework/case_engine.h"
#include "casework/demo_library.h"
#include "casework/import.h"
#include "inference/bundles.h"
#include "open_library.h"
#include "session.h"
#include "simulation/patient.h"
#include "views.h"

namespace echo2ecg::cli {

std::unique_ptr<library::Library> openLibrary(const std::filesystem::path& folder)
{
    return blame(BundleOrLibrary, [&] { return library::Library::open(folder); });
}

namespace {

struct Arguments
{
    std::filesystem::path folder, bundle;
    std::vector<std::filesystem::path> paths;
    casework::DemoPlan demo;
};

base::Json view(const casework::ScannedFile& file)
{
    return base::Json::object({{"file", file.file.string()}, {"reason", file.reason}});
}

int create(const Session& session, const Arguments& arguments)
{
    blame(BundleOrLibrary, [&] {
        if (!arguments.bundle.empty())
            inference::bundleInfo(arguments.bundle); // refused before anything is made
        library::Library::create(arguments.folder);
        if (!arguments.bundle.empty())
            casework::rememberBundle(*library::Library::open(arguments.folder), arguments.bundle);
    });
    session.print(base::Json::object({{"library", arguments.folder.string()}, {"created", true}}),
                  "An empty library is in " + arguments.folder.string());
    return Ok;
}

// With a bundle, everything that has no embedding yet is embedded; a failure of one is noted.
base::Json embedAll(const Session& session, library::Library& library, const std::filesystem::path& bundle,
                    std::string& text, bool& failed, std::optional<bool>& trained)
{
    const base::JobContext job = session.job();
    const auto engine =
        blame(BundleOrLibrary, [&] { return inference::loadEngine(bundle, session.engineOptions(&library), job); });
    trained = engine->facts().trained;
    casework::rememberBundle(library, bundle);
    casework::CaseEngine cases(library, *engine);
    const auto outcome = cases.embedMissing(job);
    failed = !outcome.failures.empty();
    text = "Embedded        " + std::to_string(outcome.ecgs) + " ECGs, " + std::to_string(outcome.studies) +
           " studies (" + std::to_string(outcome.clips) + " clips)\n" + cli::text(outcome.failures);
    return base::Json::object({{"bundle", cli::view(engine->facts())},
                               {"ecgs", outcome.ecgs},
                               {"studies", outcome.studies},
                               {"clips", outcome.clips},
                               {"failures", cli::view(outcome.failures)}});
}

int import(const Session& session, const Arguments& arguments)
{
    const auto library = openLibrary(arguments.folder);
    const casework::ImportSummary summary =
        blame(BundleOrLibrary, [&] { return casework::import(*library, arguments.paths, session.job()); });
    base::Json skipped = base::Json::array();
    for (const auto& file : summary.skipped)
        skipped.push(view(file));
    base::Json unreadable = base::Json::array();
    std::string lines;
    for (const auto& file : summary.unreadable) {
        unreadable.push(view(file));
        lines += "  unreadable: " + file.file.string() + ": " + file.reason + "\n";
    }
    base::Json document = base::Json::object({{"library", arguments.folder.string()},
                                              {"ecgs", summary.ecgs},
                                              {"studies", summary.studies},
                                              {"new_ecgs", summary.newEcgs},
                                              {"new_studies", summary.newStudies},
                                              {"summary", summary.sentence},
                                              {"unreadable", unreadable},
                                              {"skipped", skipped},
                                              {"warnings", cli::view(summary.warnings)}});
    std::optional<bool> trained;
    bool failed = false;
    std::string embedded;
    if (!arguments.bundle.empty())
        document.set("embedded", embedAll(session, *library, arguments.bundle, embedded, failed, trained));
    session.print(std::move(document), summary.sentence + "\n" + lines + cli::text(summary.warnings) + embedded,
                  trained);
    if (summary.ecgs.empty() && summary.studies.empty() && !summary.unreadable.empty())
        return Unreadable;
    return summary.unreadable.empty() && !failed ? Ok : PartlyDone;
}

int demo(const Session& session, const Arguments& arguments)
{
    if (!library::Library::isLibrary(arguments.folder))
        library::Library::create(arguments.folder);
    const auto library = openLibrary(arguments.folder);
    const base::JobContext job = session.job();
    const std::filesystem::path bundle = casework::chooseBundle(*library, arguments.bundle, job);
    const auto engine = inference::loadEngine(bundle, session.engineOptions(library.get()), job);
    casework::rememberBundle(*library, bundle);
    const auto cases = std::make_shared<casework::CaseEngine>(*library, *engine);
    casework::DemoPlan plan = arguments.demo;
    plan.threads = session.device.threads;
    const casework::DemoSummary made = casework::fillDemoLibrary(*library, plan, {[cases] { return cases; }, {}}, job);
    session.print(base::Json::object({{"library", arguments.folder.string()},
                                      {"simulated", true},
                                      {"seed", std::int64_t(plan.seed)},
                                      {"patients", made.patients},
                                      {"added", made.added},
                                      {"bundle", cli::view(engine->facts())},
                                      {"ecgs_embedded", made.ecgs},
                                      {"studies_embedded", made.studies},
                                      {"telling_ecg", made.telling},
                                      {"failures", cli::view(made.failures)}}),
                  "Library         " + arguments.folder.string() + ": " + std::to_string(made.patients) + " virtual patients, " + std::to_string(made.added) +
                      " of them new\n" + "Embedded        " + std::to_string(made.ecgs) + " ECGs, " + std::to_string(made.studies) + " studies\n" +
                      cli::text(engine->facts()) + "Open first      ECG " + std::to_string(made.telling) + "\nNobody of them is a person.\n",
                  engine->facts().trained);
    return Ok;
}

int list(const Session& session, const Arguments& arguments)
{
    const auto library = openLibrary(arguments.folder);
    base::Json patients = base::Json::array();
    std::string out;
    for (const library::PatientRow& patient : library->patients()) {
        base::Json ecgs = base::Json::array();
        base::Json studies = base::Json::array();
        out += "Patient " + (patient.externalId.empty() ? std::string("without id") : patient.externalId) + "\n";
        for (const library::EcgRow& ecg : library->ecgs(patient.id)) {
            ecgs.push(base::Json::object({{"id", ecg.id},
                                          {"date", ecg.date},
                                          {"time", ecg.time},
                                          {"format", ecg.format},
                                          {"file", ecg.fileName},
                                          {"sampling_rate_hz", ecg.samplingHz},
                                          {"duration_s", ecg.seconds},
                                          {"leads", ecg.leads},
                                          {"linked_study", orNull(ecg.linkedStudy)},
                                          {"linked_days", orNull(ecg.linkedDays)},
                                          {"simulated", ecg.simulated}}));
            out += "  ECG " + std::to_string(ecg.id) + "  " + ecg.date + "  " + ecg.format + "  " + ecg.fileName +
                   (ecg.linkedStudy ? "  with study " + std::to_string(*ecg.linkedStudy) : "") + mark(ecg.simulated) + "\n";
        }
        for (const library::StudyRow& study : library->studies(patient.id)) {
            base::Json row = base::Json::object({{"id", study.id},
                                                 {"study_uid", study.uid},
                                                 {"date", study.date},
                                                 {"time", study.time},
                                                 {"description", study.description},
                                                 {"manufacturer", study.manufacturer},
                                                 {"cines", study.cines},
                                                 {"stills", study.stills},
                                                 {"simulated", study.simulated}});
            addPhenotypes(row, library->phenotypes(study.id));
            studies.push(row);
            out += "  Study " + std::to_string(study.id) + "  " + study.date + "  " + std::to_string(study.cines) +
                   " clips, " + std::to_string(study.stills) + " stills  " + study.manufacturer + mark(study.simulated) + "\n";
        }
        patients.push(base::Json::object({{"id", patient.id},
                                          {"external_id", patient.externalId},
                                          {"sex", patient.sex},
                                          {"birth_date", patient.birthDate},
                                          {"ecgs", ecgs},
                                          {"studies", studies}}));
    }
    base::Json quarantine = base::Json::array();
    for (const library::QuarantineRow& row : library->quarantine()) {
        quarantine.push(base::Json::object({{"file", row.file}, {"reason", row.reason}, {"when", row.when}}));
        out += "Not imported: " + row.file + ": " + row.reason + "\n";
    }
    if (patients.size() == 0)
        out += "The library is empty: echo2ecg library import " + arguments.folder.string() + " PATH…\n";
    session.print(base::Json::object(
                      {{"library", arguments.folder.string()}, {"patients", patients}, {"quarantine", quarantine}}),
                  out);
    return Ok;
}

int verify(const Session& session, const Arguments& arguments)
{
    const auto library = openLibrary(arguments.folder);
    const std::vector<std::string> problems = blame(BundleOrLibrary, [&] { return library->verify(session.job()); });
    std::string out = problems.empty() ? "No problems found.\n" : "";
    for (const std::string& problem : problems)
        out += problem + "\n";
    session.print(
        base::Json::object({{"library", arguments.folder.string()}, {"ok", problems.empty()}, {"problems", problems}}),
        out);
    return problems.empty() ? Ok : BundleOrLibrary;
}

} // namespace

void addLibraryCommands(CLI::App& app, Session& session)
{
    CLI::App* library = app.add_subcommand("library", "Case libraries");
    library->require_subcommand(1);
    const auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help, int (*work)(const Session&, const Arguments&)) {
        CLI::App* command = library->add_subcommand(name, help);
        command->add_option("DIR", arguments->folder, "Folder of the library")->required();
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] {
                return blame(BundleOrLibrary, [&] { return work(session, *arguments); });
            };
        });
        return command;
    };
    add("create", "Make an empty library", create)
        ->add_option("--bundle", arguments->bundle, "Bundle that predict and retrieve use");
    CLI::App* importing = add("import", "Add files, folders and phenotype tables (CSV)", import);
    importing->add_option("PATH", arguments->paths, "ECG files, clip files, folders, tables")->required();
    importing->add_option("--bundle", arguments->bundle, "Embed what is new with this bundle and remember it");
    CLI::App* trying = add("demo", "Fill a new or empty library with virtual patients, or go on with one", demo);
    trying->add_option("--patients", arguments->demo.patients, "How many (default 200)")->check(CLI::Range(1, simulation::mostPatients));
    trying->add_option("--bundle", arguments->bundle, "Embed with this bundle and remember it, instead of the demo bundle");
    add("list", "Patients, ECGs, studies, and what couldn't be imported", list);
    add("verify", "Check the database, every file and every embedding", verify);
}

} // namespace echo2ecg::cli
