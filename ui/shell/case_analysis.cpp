// SPDX-License-Identifier: GPL-3.0-or-later
// The half of the case session that needs a model: bundle, embedding, prediction, retrieval and the report of them.
#include "casework/bundle_choice.h"
#include "ecg/ecg_reader.h"
#include "report/case_report.h"
#include "ui/jobs/job_bar.h"
#include "ui/retrieval/formatting.h"
#include "ui/shell/case_session.h"
#include "ui/shell/cell_choice.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace echo2ecg::ui {

namespace {

constexpr int rankedStudies = 20;
constexpr std::size_t reportPictures = 3;

QString firstOf(const base::Warnings& failures)
{
    const auto& first = failures.front();
    const QString where = QString::fromStdString(first.where);
    return (where.isEmpty() ? QString() : where + QStringLiteral(": ")) + QString::fromStdString(first.sentence);
}

} // namespace

void CaseSession::loadBundle(const std::filesystem::path& bundle)
{
    emit analysing(tr("Loading the model…"));
    m_jobs.start(
        tr("Loading the model"), JobRunner::Lane::Device, this,
        [library = m_library.get(), bundle, device = m_device](const base::JobContext& job) {
            const auto folder = casework::chooseBundle(*library, bundle, job);
            inference::EngineOptions options{device};
            options.store = library;
            auto loaded = std::make_shared<Loaded>();
            loaded->engine = inference::loadEngine(folder, options, job);
            loaded->cases = std::make_unique<casework::CaseEngine>(*library, *loaded->engine);
            casework::rememberBundle(*library, folder);
            return loaded;
        },
        [this](std::shared_ptr<Loaded>& loaded) {
            cancelExplanation();
            m_loaded = loaded;
            m_facts = loaded->cases->facts();
            {
                const std::lock_guard lock(m_engineSlot->mutex);
                m_engineSlot->cases = {loaded, loaded->cases.get()};
            }
            emit engineChanged();
            if (m_ecg)
                analyse();
            else
                embedMissing();
        });
}

void CaseSession::analyse()
{
    if (!m_ecg)
        return;
    if (!m_loaded) {
        emit analysing(tr("Loading the model…"));
        return;
    }
    emit analysing(tr("Encoding the ECG…"));
    runAnalysis(false);
}

void CaseSession::runAnalysis(bool again)
{
    struct Analysis
    {
        casework::Prediction prediction;
        casework::Retrieval retrieval;
    };
    m_jobs.start(
        tr("Predicting"), JobRunner::Lane::Device, this,
        [loaded = m_loaded, ecg = m_ecg](const base::JobContext& job) -> std::variant<Analysis, QString> {
            try {
                Analysis analysis;
                analysis.prediction = loaded->cases->predict(ecg, job);
                analysis.retrieval = loaded->cases->retrieve(ecg, rankedStudies, job);
                return analysis;
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) {
                return QString::fromStdString(error.what());
            }
        },
        [this, ecg = m_ecg, again](std::variant<Analysis, QString>& outcome) {
            if (ecg != m_ecg)
                return;
            if (const auto* failure = std::get_if<QString>(&outcome)) {
                emit analysisFailed(*failure);
                return;
            }
            auto& analysis = std::get<Analysis>(outcome);
            m_prediction = std::move(analysis.prediction);
            m_retrieval = std::move(analysis.retrieval);
            emit predicted(*m_prediction);
            emit retrieved(*m_retrieval, !again);
            if (!again)
                embedMissing();
        });
}

void CaseSession::explain(inference::SaliencyMethod method)
{
    if (!m_record || !m_loaded)
        return emit explainFailed(tr("The model isn't loaded yet."));
    cancelExplanation();
    emit explaining({});
    using Outcome = std::variant<inference::EcgSaliency, QString>;
    m_explanation = m_jobs.start(
        tr("Explaining"), JobRunner::Lane::Aside, this, // the engine shares its device fairly; predictions and imports go on meanwhile
        [loaded = m_loaded, record = *m_record, method](const base::JobContext& job) -> Outcome {
            try {
                return loaded->engine->explain(record, method, job);
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) {
                return QString::fromStdString(error.what());
            }
        },
        [this, ecg = m_ecg, loaded = m_loaded](Outcome& outcome) {
            m_explanation = 0;
            if (ecg != m_ecg || loaded != m_loaded) // of another case or another model
                return;
            if (const auto* failure = std::get_if<QString>(&outcome))
                emit explainFailed(*failure);
            else
                emit explained(std::get<inference::EcgSaliency>(outcome));
        });
}

void CaseSession::cancelExplanation()
{
    if (m_explanation)
        m_jobs.cancel(std::exchange(m_explanation, 0));
}

// The panel beside the ECG shows what the job bar shows, where the person looks.
void CaseSession::followExplanation()
{
    if (!m_explanation)
        return;
    for (const JobInfo& job : m_jobs.jobs())
        if (job.id == m_explanation) {
            if (job.state == JobState::Running || job.state == JobState::Waiting)
                return emit explaining(progressText(job));
            break;
        }
    m_explanation = 0;
    emit explainFailed({});
}

void CaseSession::clipsSwitched()
{
    m_weightsChange = true;
    embedMissing();
}

void CaseSession::embedMissing()
{
    if (!m_loaded || m_demo) // what fills a demo library embeds it too
        return;
    m_jobs.start(
        tr("Embedding"), JobRunner::Lane::Device, this,
        [loaded = m_loaded](const base::JobContext& job) { return loaded->cases->embedMissing(job); },
        [this](casework::CaseEngine::Outcome& outcome) {
            if (!outcome.failures.empty() && std::exchange(m_tellFailures, false))
                say(tr("%1 couldn't be embedded. %2").arg(counted(qsizetype(outcome.failures.size()), "item", "items"), firstOf(outcome.failures)), NoticeBar::Tone::Warning);
            if (outcome.studies > 0 || m_weightsChange) {
                reloadWeights();
                emit studiesEmbedded();
            }
            if (!m_ecg)
                return;
            if (outcome.ecgs + outcome.studies > 0 || (m_retrieval && m_retrieval->studies.empty()))
                runAnalysis(true);
        });
}

void CaseSession::exportEcg(const std::filesystem::path& file, const report::EcgPrint& print)
{
    if (!m_record)
        return say(tr("There is nothing to export: open an ECG first"), NoticeBar::Tone::Warning);
    m_jobs.start(
        tr("Exporting the ECG"), JobRunner::Lane::Files, this,
        [record = *m_record, file, print](const base::JobContext&) {
            if (file.extension() == ".pdf")
                report::writeEcgPages(record, print, file);
            else
                ecg::exportEcg(record, file);
        },
        [this, file] { say(tr("The ECG is in %1").arg(QString::fromStdString(file.string()))); });
}

void CaseSession::writeReport(const std::filesystem::path& pdf, const report::EcgPrint& print)
{
    if (!m_record) {
        say(tr("There is no case to report: open an ECG first"), NoticeBar::Tone::Warning);
        return;
    }
    report::CaseReport known{*m_record, m_prediction, m_retrieval, m_facts, {}, print};
    m_jobs.start(
        tr("Writing the report"), JobRunner::Lane::Files, this,
        [library = m_library.get(), known = std::move(known), pdf, bundle = bundleId()](const base::JobContext&) {
            report::CaseReport report = known;
            if (report.retrieval)
                for (std::size_t i = 0; i < std::min(reportPictures, report.retrieval->studies.size()); ++i) {
                    const auto& study = report.retrieval->studies[i];
                    const auto cells = chooseCells(*library, study.study, bundle, 1);
                    if (cells.empty())
                        continue;
                    echo::ClipFrames frames(cells.front().clip, std::size_t(16) << 20);
                    const std::string caption = std::to_string(study.rank) + " · " + similarity(study.similarity).toStdString();
                    report.pictures.emplace_back(caption, echo::thumbnail(frames, 480, 360));
                }
            report::writeCaseReport(report, pdf);
        },
        [this, pdf] { say(tr("The case report is in %1").arg(QString::fromStdString(pdf.string()))); });
}

} // namespace echo2ecg::ui
