// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/bundle_import.h"

#include "inference/import_inspection.h"
#include "ui/bundles/bundle_words.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace echo2ecg::ui {

namespace {

constexpr int soonMs = 120;
constexpr std::size_t largestRecipeFile = std::size_t(4) << 20;

std::filesystem::path toPath(const QString& text)
{
    return std::filesystem::path(text.toStdString());
}

int sizeOf(const base::Json& report, const char* part, const char* field)
{
    return int(report.at("architecture").at(part).at(field).toInteger());
}

} // namespace

struct BundleImport::Looked
{
    inference::WeightsInspection found;
    QString failure; // nothing could be looked at
};

BundleImport::BundleImport(JobRunner& jobs, const QString& bundlesFolder, QObject* parent)
    : QObject(parent), m_bundlesFolder(bundlesFolder), m_inspection(jobs), m_loading(jobs), m_import(jobs)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(soonMs);
    connect(&m_soon, &QTimer::timeout, this, &BundleImport::inspect);
    connect(&m_inspection, &OneJob::changed, this, &BundleImport::filesChanged);
    connect(&m_inspection, &OneJob::failed, this, [this](const QString& reason) {
        m_report = {};
        m_problem = reason;
    });
    connect(&m_import, &OneJob::changed, this, &BundleImport::importChanged);
    connect(&m_import, &OneJob::cancelled, this, [this] { m_stage = Stage::Cancelled; });
    connect(&m_import, &OneJob::failed, this, [this](const QString& reason) {
        m_stage = Stage::Failed;
        m_failure = reason;
    });
}

void BundleImport::addFiles(const QStringList& paths)
{
    for (const QString& path : paths)
        if (std::none_of(m_files.begin(), m_files.end(), [&](const WeightsFile& file) { return file.path == path; })) {
            WeightsFile file;
            file.path = path;
            m_files.push_back(file);
        }
    m_soon.start();
    emit filesChanged();
}

void BundleImport::removeFile(const QString& path)
{
    std::erase_if(m_files, [&](const WeightsFile& file) { return file.path == path; });
    m_soon.start();
    emit filesChanged();
}

void BundleImport::setRole(const QString& path, const QString& role)
{
    for (WeightsFile& file : m_files)
        if (file.path == path)
            file.role = role;
    m_soon.start();
}

int BundleImport::refusedCount() const
{
    return int(std::count_if(m_files.begin(), m_files.end(),
                             [](const WeightsFile& file) { return file.state == WeightsFile::State::Refused; }));
}

base::Json BundleImport::recipes() const
{
    return base::Json::object({{"ecg", m_ecg.toJson()}, {"echo", m_echo.toJson()}});
}

void BundleImport::inspect()
{
    m_soon.stop();
    if (m_files.empty()) {
        m_inspection.cancel();
        m_report = {};
        m_problem.clear();
        emit filesChanged();
        return;
    }
    inference::WeightsToImport weights;
    for (const WeightsFile& file : m_files)
        weights.files.push_back({file.role.toStdString(), toPath(file.path)});
    if (m_windowChosen)
        weights.recipes = recipes();
    m_inspection.start(
        tr("Looking at the weights"), JobRunner::Lane::Files,
        [weights](const base::JobContext& job) {
            Looked looked;
            try {
                looked.found = inference::inspectWeights(weights, job);
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) {
                looked.failure = sentence(error.what());
            }
            return looked;
        },
        [this](Looked& looked) { takeInspection(looked); });
}

void BundleImport::takeInspection(Looked& looked)
{
    m_report = looked.found.report;
    m_problem = looked.failure.isEmpty() ? sentence(looked.found.problem) : looked.failure;
    for (WeightsFile& file : m_files) {
        const std::filesystem::path path = toPath(file.path);
        const auto refused = std::find_if(looked.found.refused.begin(), looked.found.refused.end(),
                                          [&](const auto& entry) { return entry.file == path; });
        if (refused != looked.found.refused.end()) {
            file.state = WeightsFile::State::Refused;
            file.reason = sentence(refused->reason);
            file.facts = {};
            continue;
        }
        file.reason.clear();
        if (m_report.isNull())
            continue; // what was known of the file before still is
        for (const base::Json& entry : m_report.at("files").items())
            if (entry.at("file").toString() == path.string()) {
                file.state = WeightsFile::State::Used;
                file.facts = entry;
            }
    }
    followWeights();
}

void BundleImport::followWeights()
{
    if (m_report.isNull())
        return;
    if (!m_windowChosen)
        m_ecg.windowSamples = sizeOf(m_report, "ecg", "window_samples");
    if (!m_echoLoaded) {
        m_echo.frames = sizeOf(m_report, "echo", "frames");
        m_echo.size = sizeOf(m_report, "echo", "size");
        if (!m_viewsChosen)
            m_echo.maxViews = sizeOf(m_report, "alignment", "max_views");
    }
    emit recipesChanged();
}

bool BundleImport::isComplete() const
{
    return !m_report.isNull() && m_report.at("complete").toBool();
}

void BundleImport::setEcgRecipe(const ecg::EcgRecipe& recipe)
{
    if (recipe.windowSamples != m_ecg.windowSamples) {
        m_windowChosen = true;
        m_soon.start(); // the table of time positions follows the window
    }
    m_ecg = recipe;
    m_recipeMessage.clear();
    emit recipesChanged();
}

void BundleImport::setEchoRecipe(const echo::EchoRecipe& recipe)
{
    m_viewsChosen = m_viewsChosen || recipe.maxViews != m_echo.maxViews;
    m_echo = recipe;
    m_recipeMessage.clear();
    emit recipesChanged();
}

void BundleImport::resetRecipes()
{
    m_ecg = {};
    m_echo = {};
    m_windowChosen = m_viewsChosen = m_echoLoaded = m_recipeFailed = false;
    m_recipeMessage = tr("Both recipes are the reference's again.");
    followWeights();
    emit recipesChanged();
    m_soon.start();
}

void BundleImport::loadRecipes(const QString& file)
{
    struct Loaded
    {
        ecg::EcgRecipe ecg;
        echo::EchoRecipe echo;
        QString failure;
    };
    m_loading.start(
        tr("Reading the recipes"), JobRunner::Lane::Files,
        [path = toPath(file)](const base::JobContext&) {
            Loaded loaded;
            try {
                std::ifstream in(path, std::ios::binary);
                std::string text(largestRecipeFile, '\0');
                in.read(text.data(), std::streamsize(text.size()));
                text.resize(std::size_t(in.gcount()));
                if (text.empty() || !in.eof())
                    throw base::Error(base::ErrorCode::Io, "it can't be read, or is far too large for recipes");
                const base::Json json = base::Json::parse(text);
                const base::Json& recipes = json.contains("recipes") ? json.at("recipes") : json;
                loaded.ecg = ecg::EcgRecipe::fromJson(recipes.at("ecg"));
                loaded.echo = echo::EchoRecipe::fromJson(recipes.at("echo"));
            } catch (const base::Error& error) {
                loaded.failure = sentence(error.sentence());
            }
            return loaded;
        },
        [this, name = QFileInfo(file).fileName()](Loaded& loaded) {
            m_recipeFailed = !loaded.failure.isEmpty();
            if (m_recipeFailed) {
                m_recipeMessage = tr("%1 isn't taken: %2 The recipes are as before.").arg(name, loaded.failure);
            } else {
                m_ecg = loaded.ecg;
                m_echo = loaded.echo;
                m_windowChosen = m_viewsChosen = m_echoLoaded = true;
                m_recipeMessage = tr("Both recipes are those of %1.").arg(name);
                m_soon.start();
            }
            emit recipesChanged();
        });
}

QString BundleImport::recipeProblem() const
{
    if (m_report.isNull())
        return {};
    const auto differs = [](const QString& what, int recipe, int weights) {
        return tr("%1: %2 in the recipe, %3 in the weights. Change the recipe, or reset it to the reference's.")
            .arg(what)
            .arg(recipe)
            .arg(weights);
    };
    if (const int n = sizeOf(m_report, "ecg", "window_samples"); n != m_ecg.windowSamples && !m_soon.isActive())
        return differs(tr("Samples of the ECG window"), m_ecg.windowSamples, n);
    if (const int n = sizeOf(m_report, "echo", "frames"); n != m_echo.frames)
        return differs(tr("Frames of a clip"), m_echo.frames, n);
    if (const int n = sizeOf(m_report, "echo", "size"); n != m_echo.size)
        return differs(tr("Pixels of a frame's side"), m_echo.size, n);
    if (const int n = sizeOf(m_report, "alignment", "max_views"); m_echo.maxViews > n)
        return differs(tr("Views of a study"), m_echo.maxViews, n);
    return {};
}

QString BundleImport::suggestedFolder() const
{
    static const QRegularExpression others(QStringLiteral("[^a-z0-9]+"));
    QString slug = name.toLower().replace(others, QStringLiteral("-"));
    while (slug.startsWith(QLatin1Char('-')))
        slug.remove(0, 1);
    while (slug.endsWith(QLatin1Char('-')))
        slug.chop(1);
    return QDir(m_bundlesFolder).filePath(slug.isEmpty() ? QStringLiteral("imported") : slug);
}

QString BundleImport::whyNotImport() const
{
    if (m_files.empty())
        return tr("Add the files of weights first (step 1).");
    if (m_inspection.isRunning() || m_soon.isActive())
        return tr("The files are still being looked at.");
    if (!m_problem.isEmpty() && m_report.isNull())
        return m_problem;
    if (std::any_of(m_files.begin(), m_files.end(),
                    [](const WeightsFile& file) { return file.state == WeightsFile::State::NotLookedAt; }))
        return tr("Some files weren't looked at: press Look again (step 1).");
    if (!isComplete())
        return tr("Something that the model needs is in none of the files (step 1).");
    if (const QString problem = recipeProblem(); !problem.isEmpty())
        return problem;
    if (name.trimmed().isEmpty())
        return tr("Give the bundle a name.");
    if (licence.trimmed().isEmpty())
        return tr("Fill in the licence of the weights.");
    if (folder.trimmed().isEmpty())
        return tr("Choose a folder for the bundle.");
    return {};
}

void BundleImport::startImport()
{
    if (!whyNotImport().isEmpty() || m_import.isRunning())
        return;
    inference::WeightsToImport weights;
    for (const WeightsFile& file : m_files)
        if (file.state == WeightsFile::State::Used)
            weights.files.push_back({file.role.toStdString(), toPath(file.path)});
    weights.recipes = recipes();
    weights.name = name.trimmed().toStdString();
    weights.licence = licence.trimmed().toStdString();
    weights.trained = trained;
    m_stage = Stage::Importing;
    m_failure.clear();
    m_verification = {};
    struct Made
    {
        base::Json report, verification;
    };
    m_import.start(
        tr("Importing the weights"), JobRunner::Lane::Device,
        [weights, to = toPath(folder.trimmed())](const base::JobContext& job) {
            Made made;
            made.report = inference::importBundle(weights, to, job);
            if (!made.report.at("complete").toBool()) // a file changed since it was looked at
                throw base::Error(base::ErrorCode::Missing,
                                  "The files changed meanwhile: something that the model needs is missing.");
            job.report({"checking the golden tensors", 0, 0, {}});
            made.verification = inference::verifyBundle(to, {}, job);
            return made;
        },
        [this](Made& made) {
            m_verification = made.verification;
            m_bundleId = QString::fromStdString(made.report.at("bundle").toString());
            m_stage = Stage::Imported;
        });
}

void BundleImport::startOver()
{
    m_files.clear();
    m_stage = Stage::Collecting;
    m_verification = {};
    name.clear();
    licence.clear();
    folder.clear();
    trained = true;
    resetRecipes();
    m_recipeMessage.clear();
    inspect();
    emit importChanged();
}

} // namespace echo2ecg::ui
