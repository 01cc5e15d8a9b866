// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/train.h"

#include "base/csv.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "casework/study_clips.h"
#include "ecg/ecg_reader.h"
#include "ecg/preprocess.h"
#include "inference/bundle_recipes.h"
#include "inference/training.h"

#include <limits>
#include <map>
#include <mutex>
#include <set>

namespace echo2ecg::casework {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

training::PairShape shapeOf(const inference::BundleRecipes& start)
{
    const Json& a = start.info.at("architecture");
    return {int(a.at("ecg").at("leads").toInteger()), int(a.at("ecg").at("window_samples").toInteger()), int(a.at("echo").at("embedding").toInteger()),
            int(a.at("alignment").at("max_views").toInteger())};
}

training::EcgSignal signalOf(const fs::path& file, const ecg::EcgRecipe& recipe)
{
    ecg::PreprocessedEcg ecg = ecg::preprocess(ecg::readEcg(file), recipe);
    return {12, ecg.samples, std::move(ecg.processed)};
}

// A study of the table with the phenotypes of its row.
struct LabelledStudy
{
    const training::PairItem* pair = nullptr;
    std::vector<double> targets;
    std::vector<fs::path> clips;
};

std::vector<double> targetsOf(const base::CsvTable& table, std::size_t row, const std::vector<int>& columns)
{
    std::vector<double> values;
    for (const int column : columns)
        values.push_back(table.number(row, column).value_or(std::numeric_limits<double>::quiet_NaN()));
    return values;
}

std::vector<int> columnsOf(const base::CsvTable& table, const std::vector<std::string>& targets)
{
    std::vector<int> columns;
    for (const std::string& target : targets) {
        columns.push_back(table.column({target}));
        if (columns.back() < 0)
            throw base::ParseError(ErrorCode::Missing, "the table has no column \"" + target + "\" to be learned", {table.file(), "header"});
    }
    return columns;
}

// Each study once, those of the test split left out.
std::vector<LabelledStudy> studiesOf(const training::PairSet& set, const base::CsvTable& table, const std::vector<std::string>& targets)
{
    const std::vector<int> columns = columnsOf(table, targets);
    std::vector<LabelledStudy> studies;
    std::map<std::string, std::size_t> seen;
    for (const training::PairItem& item : set.items)
        if (item.split != training::Split::Test && seen.emplace(item.studyId, studies.size()).second)
            studies.push_back({&item, targetsOf(table, item.tableRow, columns), {}});
    return studies;
}

// Prepares the clips of all studies on every core; a study that fails is noted and stays without clips.
void keepClips(std::vector<LabelledStudy>& studies, const fs::path& cache, const echo::EchoRecipe& recipe, int threads, const base::JobContext& job)
{
    std::mutex mutex;
    std::int64_t done = 0;
    base::inParallel(base::threadsFor(threads), int(studies.size()), [&](int, int i) {
        job.throwIfCancelled();
        LabelledStudy& study = studies[std::size_t(i)];
        std::string problem;
        try {
            for (const training::PairItem::ClipSource& source : study.pair->clipSources)
                for (fs::path& file : keptClips(source.file, cache, recipe, job.cancel))
                    study.clips.push_back(std::move(file));
        } catch (const base::Cancelled&) {
            throw;
        } catch (const Error& error) {
            study.clips.clear();
            problem = error.what();
        }
        const std::lock_guard lock(mutex);
        if (!problem.empty())
            job.note({"study-left-out", problem, study.pair->origin});
        job.report({"preparing clips", ++done, std::int64_t(studies.size()), "studies"});
    });
}

std::vector<training::EchoClipItem> clipItems(const std::vector<LabelledStudy>& studies, std::string& sha256, const base::JobContext& job)
{
    std::vector<training::EchoClipItem> items;
    base::Sha256 hash;
    for (const LabelledStudy& study : studies) {
        job.throwIfCancelled();
        for (const fs::path& file : study.clips) {
            hash.add(base::sha256OfFile(file));
            hash.add(study.targets.data(), study.targets.size() * sizeof(double));
            hash.add(training::name(*study.pair->split));
            training::EchoClipItem item;
            item.patient = study.pair->patient;
            item.study = study.pair->studyId;
            item.split = *study.pair->split;
            item.targets = study.targets;
            item.pixels = [file] { return readKeptClip(file); };
            items.push_back(std::move(item));
        }
    }
    sha256 = hash.hex();
    if (items.empty())
        throw Error(ErrorCode::Unsuitable, "no clip is left to train with");
    return items;
}

// ECGs of the training and validation split with what is known of them, read on every core; one that can't be used is noted.
std::vector<training::EcgItem> ecgItems(const training::PairSet& set, const base::CsvTable& table, const std::vector<std::string>& targets, const ecg::EcgRecipe& recipe, int threads,
                                        std::string& sha256, const base::JobContext& job)
{
    const std::vector<int> columns = columnsOf(table, targets);
    std::vector<const training::PairItem*> wanted;
    std::set<std::string> seen;
    for (const training::PairItem& pair : set.items)
        if (pair.split != training::Split::Test && seen.insert(pair.ecgId).second)
            wanted.push_back(&pair);

    std::vector<std::shared_ptr<const training::EcgSignal>> signals(wanted.size());
    std::vector<std::string> problems(wanted.size());
    std::mutex mutex;
    std::int64_t done = 0;
    base::inParallel(base::threadsFor(threads), int(wanted.size()), [&](int, int i) {
        job.throwIfCancelled();
        const std::size_t at = std::size_t(i);
        try {
            signals[at] = std::make_shared<training::EcgSignal>(signalOf(wanted[at]->ecgFile, recipe));
        } catch (const base::Cancelled&) {
            throw;
        } catch (const Error& error) {
            problems[at] = error.what();
        }
        const std::lock_guard lock(mutex);
        job.report({"reading ECGs", ++done, std::int64_t(wanted.size()), "ECGs"});
    });

    std::vector<training::EcgItem> items;
    base::Sha256 hash;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!signals[i]) {
            job.note({"ecg-left-out", problems[i], wanted[i]->origin});
            continue;
        }
        training::EcgItem item;
        item.patient = wanted[i]->patient;
        item.study = wanted[i]->studyId;
        item.split = *wanted[i]->split;
        item.targets = targetsOf(table, wanted[i]->tableRow, columns);
        item.ecg = signals[i];
        hash.add(item.ecg->values.data(), item.ecg->values.size() * sizeof(float));
        hash.add(item.targets.data(), item.targets.size() * sizeof(double));
        hash.add(training::name(item.split));
        items.push_back(std::move(item));
    }
    sha256 = hash.hex();
    if (items.empty())
        throw Error(ErrorCode::Unsuitable, "no ECG is left to train with");
    return items;
}

void complete(training::RegressionTraining& training, const inference::DeviceOptions& device)
{
    if (training.targets.empty())
        training.targets = usualTargets;
    training.allowCuda = device.allowCuda;
    training.threads = device.threads;
}

} // namespace

Json trainAlignment(const AlignmentRun& run, const inference::DeviceOptions& device, const base::JobContext& job)
{
    const inference::BundleRecipes start = inference::readRecipes(run.bundle);
    training::PairSet set = training::choosePairs(training::readPairTable(run.data.table, run.data.embeddings), run.data.pairs);

    std::unique_ptr<inference::Engine> loaded;
    const auto engine = [&]() -> inference::Engine& {
        if (!loaded) {
            inference::EngineOptions options;
            static_cast<inference::DeviceOptions&>(options) = device;
            options.decodeThreads = base::threadsFor(device.threads);
            loaded = inference::loadEngine(run.bundle, options, job);
        }
        return *loaded;
    };
    training::PairReaders readers;
    readers.ecg = [&](const fs::path& file) { return signalOf(file, start.ecg); };
    readers.study = [&](const fs::path& folder) {
        return embeddedClips(folder, run.kept.empty() ? run.out / "embeddings" : run.kept, start.id, start.echo.hash(), engine, job);
    };
    training::readPairData(set, readers, shapeOf(start), job);
    loaded.reset(); // the training needs the memory

    training::AlignmentTraining training = run.training;
    training.allowCuda = device.allowCuda;
    training.threads = device.threads;
    return inference::trainAlignment(run.bundle, set, training, run.out, run.resume, job);
}

Json trainEchoEncoder(const EchoRun& run, const inference::DeviceOptions& device, const base::JobContext& job)
{
    const inference::BundleRecipes start = inference::readRecipes(run.bundle);
    training::EchoTraining training = run.training;
    complete(training, device);
    training.mean = start.echo.mean;
    training.std = start.echo.std;

    const training::PairSet set = training::choosePairs(training::readPairTable(run.data.table), run.data.pairs);
    std::vector<LabelledStudy> studies = studiesOf(set, base::CsvTable::read(run.data.table), training.targets);
    keepClips(studies, run.out / "clips", start.echo, device.threads, job);
    std::string sha256;
    const std::vector<training::EchoClipItem> clips = clipItems(studies, sha256, job);
    return inference::trainEchoEncoder(run.bundle, clips, sha256, training, run.out, run.resume, job);
}

Json trainEcgEncoder(const EcgRun& run, const inference::DeviceOptions& device, const base::JobContext& job)
{
    const inference::BundleRecipes start = inference::readRecipes(run.bundle);
    training::EcgTraining training = run.training;
    complete(training, device);
    const training::PairSet set = training::choosePairs(training::readPairTable(run.data.table, {}, training::TableOf::Ecgs), run.data.pairs);
    std::string sha256;
    const std::vector<training::EcgItem> ecgs = ecgItems(set, base::CsvTable::read(run.data.table), training.targets, start.ecg, device.threads, sha256, job);
    return inference::trainEcgEncoder(run.bundle, ecgs, sha256, training, run.out, run.resume, job);
}

} // namespace echo2ecg::casework
