// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/research_desk.h"

#include "casework/baselines.h"
#include "casework/bundle_choice.h"
#include "casework/evaluate_library.h"
#include "ui/evaluation/evaluation_window.h"
#include "ui/shell/case_session.h"
#include "ui/training/training_window.h"

#include <QTemporaryDir>

namespace echo2ecg::ui {

namespace {

QString toText(const std::filesystem::path& path)
{
    return QString::fromStdU16String(path.u16string());
}

// As `echo2ecg evaluate --library` does it.
evaluation::Evaluation evaluate(library::Library& library, const inference::DeviceOptions& device, const EvaluationRequest& request, const base::JobContext& job)
{
    casework::LibraryEvaluation plan;
    plan.pairs = request.pairs;
    plan.testShare = request.testShare;
    plan.splitSeed = std::uint64_t(request.seed);
    plan.ablation = request.ablation;
    evaluation::EvaluationOptions& options = plan.options.evaluation;
    options.bootstrap.resamples = request.resamples;
    options.bootstrap.seed = std::uint64_t(request.seed);
    options.bootstrap.threads = options.knn.threads = device.threads;
    options.knn.k = request.k;
    for (const std::filesystem::path& bundle : request.bundles)
        plan.bundles.push_back({bundle, {}, casework::poolingOf(bundle), false, false});
    const QTemporaryDir scratch;
    if (request.untrainedBaseline)
        for (const std::filesystem::path& bundle :
             casework::untrainedBaselines(request.bundles, std::uint64_t(request.seed), std::filesystem::path(scratch.path().toStdU16String()), job))
            plan.bundles.push_back({bundle, {}, {}, true, false});
    return casework::evaluateLibrary(
        library, plan,
        [&](const std::filesystem::path& bundle) {
            inference::EngineOptions engine;
            static_cast<inference::DeviceOptions&>(engine) = device;
            engine.store = &library;
            return inference::loadEngine(bundle, engine, job);
        },
        job);
}

} // namespace

ResearchDesk::ResearchDesk(CaseSession& session, const inference::DeviceOptions& device, QWidget* window) : QObject(window), m_session(session), m_device(device), m_window(window) {}

EvaluationWindow& ResearchDesk::showEvaluation()
{
    if (!m_evaluation)
        m_evaluation = new EvaluationWindow(
            m_session.jobs(),
            [library = &m_session.library(), device = m_device](const EvaluationRequest& request, const base::JobContext& job) { return evaluate(*library, device, request, job); },
            m_window);
    if (const auto& facts = m_session.engine())
        m_evaluation->addBundle(toText(casework::rememberedBundle(m_session.library())), QString::fromStdString(facts->bundleName));
    m_evaluation->show();
    m_evaluation->raise();
    m_evaluation->activateWindow();
    return *m_evaluation;
}

TrainingWindow& ResearchDesk::showTraining()
{
    if (!m_training) {
        m_training = new TrainingWindow(
            m_session.jobs(),
            [device = m_device](const TrainingRequest& request, const base::JobContext& job) {
                switch (request.kind) {
                case TrainingRequest::Kind::EchoEncoder:
                    return casework::trainEchoEncoder(request.echo, device, job);
                case TrainingRequest::Kind::EcgEncoder:
                    return casework::trainEcgEncoder(request.ecg, device, job);
                case TrainingRequest::Kind::Alignment:
                    break;
                }
                return casework::trainAlignment(request.alignment, device, job);
            },
            m_window);
        connect(m_training, &TrainingWindow::bundleChosen, this, [this](const QString& folder) { m_session.loadBundle(std::filesystem::path(folder.toStdU16String())); });
    }
    if (m_session.engine())
        m_training->setStartBundle(toText(casework::rememberedBundle(m_session.library())));
    m_training->show();
    m_training->raise();
    m_training->activateWindow();
    return *m_training;
}

} // namespace echo2ecg::ui
