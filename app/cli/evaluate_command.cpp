// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/baselines.h"
#include "casework/bundle_choice.h"
#include "casework/evaluate_echonext.h"
#include "casework/evaluate_library.h"
#include "evaluation/evaluation_report.h"
#include "evaluation/inputs/precomputed.h"
#include "open_library.h"
#include "report/evaluation_report_pdf.h"
#include "session.h"
#include "views.h"

#include <QDateTime>
#include <QTemporaryDir>

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path library, echonext, out;
    evaluation::PrecomputedFiles files;
    std::vector<std::filesystem::path> bundles;
    std::vector<std::string> ablationBundles; // NAME=DIR
    bool untrainedBaseline = false, ablation = false;
    int resamples = 1000, k = 5;
    std::int64_t seed = 1;
    std::string title;
};

[[noreturn]] void wrongUsage(const std::string& sentence)
{
    throw Failure{Usage, base::Error(base::ErrorCode::Unsupported, sentence)};
}

void checkUsage(const Arguments& a)
{
    const bool stored = !a.files.tokens.empty() || !a.files.aligned.empty();
    const bool hasTables = !a.files.labels.empty() || !a.files.studies.empty();
    const int sources = !a.library.empty() + !a.echonext.empty() + (stored && a.echonext.empty());
    if (sources != 1)
        wrongUsage("evaluate needs one of --library, --embeddings and --echonext");
    if (!a.library.empty() && (hasTables || stored))
        wrongUsage("--labels, --study-embeddings and embeddings don't go with --library: the library has its own");
    if (!a.echonext.empty() && (hasTables || !a.files.pairs.empty() || !a.files.aligned.empty()))
        wrongUsage("--echonext has labels of its own and no echo studies");
    if (!a.echonext.empty() && stored == !a.bundles.empty())
        wrongUsage("--echonext needs either --bundle or --embeddings with rows named by ecg_key");
    if (stored && a.echonext.empty() && !a.bundles.empty())
        wrongUsage("--bundle doesn't go with --embeddings: those are there already");
    if (a.library.empty() && (a.ablation || !a.ablationBundles.empty()))
        wrongUsage("--ablation needs --library: it pools clips anew");
    if (a.untrainedBaseline && stored)
        wrongUsage("--untrained-baseline needs --bundle: it makes random weights in the bundle's architecture");
}

evaluation::CohortOptions optionsOf(const Session& session, const Arguments& a)
{
    evaluation::CohortOptions options;
    options.evaluation.bootstrap.resamples = a.resamples;
    options.evaluation.bootstrap.seed = std::uint64_t(a.seed);
    options.evaluation.bootstrap.threads = session.device.threads;
    options.evaluation.knn.k = a.k;
    options.evaluation.knn.threads = session.device.threads;
    return options;
}

std::string poolingOf(const std::filesystem::path& bundle)
{
    return blame(BundleOrLibrary, [&] { return casework::poolingOf(bundle); });
}

std::vector<std::filesystem::path> untrainedBundles(const Session& session, const Arguments& a, const std::vector<std::filesystem::path>& like,
                                                    const std::filesystem::path& scratch)
{
    return blame(BundleOrLibrary, [&] { return casework::untrainedBaselines(like, std::uint64_t(a.seed), scratch, session.job()); });
}

evaluation::Evaluation fromLibrary(const Session& session, const Arguments& a, std::optional<bool>& trained)
{
    const auto library = openLibrary(a.library);
    casework::LibraryEvaluation plan;
    plan.pairs = a.files.pairs;
    plan.testShare = a.files.testShare;
    plan.splitSeed = std::uint64_t(a.seed);
    plan.ablation = a.ablation;
    plan.options = optionsOf(session, a);
    // A table that can't be used is told before bundles are looked at.
    const evaluation::Cohort cohort = casework::cohortOf(*library, plan, session.job());
    blame(Unsuitable, [&] { evaluation::refuseLeaks(cohort); });

    std::vector<std::filesystem::path> bundles = a.bundles;
    if (bundles.empty())
        bundles.push_back(blame(BundleOrLibrary, [&] { return casework::chooseBundle(*library, {}, session.job()); }));
    for (const std::filesystem::path& bundle : bundles)
        plan.bundles.push_back({bundle, {}, poolingOf(bundle), false, false});
    const QTemporaryDir scratch;
    if (a.untrainedBaseline)
        for (const std::filesystem::path& bundle : untrainedBundles(session, a, bundles, scratch.path().toStdString()))
            plan.bundles.push_back({bundle, {}, {}, true, false});
    for (const std::string& named : a.ablationBundles) {
        const std::size_t sign = named.find('=');
        if (sign == std::string::npos || sign == 0 || sign + 1 == named.size())
            wrongUsage("--ablation-bundle is NAME=DIR, for example mean=bundles/mean");
        const std::filesystem::path folder = named.substr(sign + 1);
        plan.bundles.push_back({folder, named.substr(0, sign), poolingOf(folder), false, true});
    }
    trained = false;
    return casework::evaluateLibrary(
        *library, plan,
        [&](const std::filesystem::path& bundle) {
            auto engine = blame(BundleOrLibrary, [&] { return inference::loadEngine(bundle, session.engineOptions(library.get()), session.job()); });
            trained = *trained || engine->facts().trained;
            return engine;
        },
        session.job());
}

evaluation::Evaluation fromEchoNext(const Session& session, const Arguments& a, std::optional<bool>& trained)
{
    const evaluation::EchoNext data = evaluation::EchoNext::open(a.echonext);
    const evaluation::Cohort cohort = casework::cohortOf(data, std::filesystem::absolute(a.echonext).lexically_normal());
    blame(Unsuitable, [&] { evaluation::refuseLeaks(cohort); });
    std::vector<evaluation::ModelVectors> models;
    if (!a.files.tokens.empty()) {
        evaluation::ModelVectors stored;
        stored.id = stored.name = a.files.tokens.filename().string();
        stored.tokens = evaluation::readEmbeddings(a.files.tokens);
        if (stored.tokens.ids.empty())
            throw base::ParseError(base::ErrorCode::Unsuitable, "the rows have no names; ecg_key is needed, as in an .npz with \"ids\" or a .safetensors by name",
                                   {a.files.tokens, {}});
        models.push_back(std::move(stored));
    }
    const QTemporaryDir scratch;
    std::vector<std::filesystem::path> bundles = a.bundles;
    if (a.untrainedBaseline)
        for (const std::filesystem::path& bundle : untrainedBundles(session, a, a.bundles, scratch.path().toStdString()))
            bundles.push_back(bundle);
    for (const std::filesystem::path& bundle : bundles) {
        const auto engine = blame(BundleOrLibrary, [&] { return inference::loadEngine(bundle, session.engineOptions(), session.job()); });
        trained = trained.value_or(false) || engine->facts().trained;
        models.push_back(casework::modelVectors(data, *engine, session.job()));
    }
    return evaluation::evaluateCohort(cohort, models, {}, optionsOf(session, a), session.job());
}

evaluation::Evaluation fromFiles(const Session& session, const Arguments& a)
{
    evaluation::PrecomputedFiles files = a.files;
    files.seed = std::uint64_t(a.seed);
    const evaluation::Precomputed stored = evaluation::readPrecomputed(files);
    blame(Unsuitable, [&] { evaluation::refuseLeaks(stored.cohort); });
    return evaluation::evaluateCohort(stored.cohort, {stored.vectors}, {}, optionsOf(session, a), session.job());
}

int evaluate(const Session& session, const Arguments& a)
{
    checkUsage(a);
    std::optional<bool> trained;
    evaluation::Evaluation result = !a.library.empty() ? fromLibrary(session, a, trained) : !a.echonext.empty() ? fromEchoNext(session, a, trained) : fromFiles(session, a);
    result.title = a.title.empty() ? "Evaluation of " + result.dataName : a.title;
    result.created = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
    result.program = std::string("echo2ecg ") + ECHO2ECG_VERSION;

    base::Json document = evaluation::toJson(result);
    std::string text = evaluation::toMarkdown(result);
    if (!a.out.empty()) {
        blame(OutputFailed, [&] {
            evaluation::writeEvaluation(a.out, result);
            report::writeEvaluationReport(result, a.out / "report.pdf");
        });
        base::Json files = base::Json::array();
        for (const char* name : {"evaluation.json", "evaluation.csv", "evaluation.md", "report.pdf"})
            files.push((a.out / name).string());
        document.set("files", std::move(files));
        text += "\nWritten         " + a.out.string() + ": evaluation.json, evaluation.csv, evaluation.md, report.pdf\n";
    }
    session.print(std::move(document), text, trained);
    return Ok;
}

} // namespace

void addEvaluateCommand(CLI::App& app, Session& session)
{
    CLI::App* command = app.add_subcommand("evaluate", "Classification and retrieval as the paper measures them, with intervals, baselines and the ablation");
    const auto a = std::make_shared<Arguments>();
    command->add_option("--library", a->library, "Library whose ECGs and studies are evaluated; what it lacks is embedded first");
    command->add_option("--bundle", a->bundles, "Model bundle; several stand side by side on the same data. Without it the one that the library remembers")->take_all();
    command->add_option("--pairs", a->files.pairs, "CSV of ECG, study and split, as `simulate` writes it");
    command->add_option("--embeddings", a->files.tokens, "Un-aligned ECG embeddings: .npy, .npz, .safetensors");
    command->add_option("--aligned-embeddings", a->files.aligned, "Aligned ECG embeddings, for retrieval");
    command->add_option("--study-embeddings", a->files.studies, "Aligned embeddings of echo studies, for retrieval; with --pairs");
    command->add_option("--labels", a->files.labels, "CSV of ECGs: id, patient, split, sex, age, rhythm, lvef, shd …");
    command->add_option("--echonext", a->echonext, "Folder of EchoNext as published; with --bundle or --embeddings");
    command->add_flag("--untrained-baseline", a->untrainedBaseline, "Random weights in the bundle's architecture beside it");
    command->add_flag("--ablation", a->ablation, "Single view, mean of aligned views and the bundle's own pooling side by side");
    command->add_option("--ablation-bundle", a->ablationBundles, "NAME=DIR: a bundle trained with another pooling, as a line of the ablation")->take_all();
    command->add_option("--k", a->k, "Nearest neighbours (default 5)")->check(CLI::Range(1, 1000));
    command->add_option("--bootstrap", a->resamples, "Resamples for intervals (default 1000); 0: none")->check(CLI::Range(0, 1000000));
    command->add_option("--seed", a->seed, "Of resamples, fractions, drawn splits and random weights (default 1)")->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 53));
    command->add_option("--test-share", a->files.testShare, "Share of the patients that are tested where no table has splits (default 0.3)")->check(CLI::Range(0.01, 0.99));
    command->add_option("--title", a->title, "Of the report");
    command->add_option("--out", a->out, "Folder for evaluation.json, .csv, .md and report.pdf");
    command->callback([&session, a] { session.action = [&session, a] { return evaluate(session, *a); }; });
}

} // namespace echo2ecg::cli
