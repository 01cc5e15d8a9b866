// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "ecg/quality_gate.h"
#include "inference/saliency.h"
#include "ui/ecg/ecg_step_rows.h"

#include <QFrame>
#include <QThreadPool>

#include <optional>

class QComboBox;
class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace echo2ecg::ui {

class EcgStepsView;
class SaliencySection;

// What the model sees of an ECG: the rate and the window it is given, every step from the recording to there, what
// is to be doubted about it, and what moved the embedding. Prepares the steps itself, off the GUI thread, when it is
// looked at; what is still under way for a former case is cancelled and dropped. Whoever holds it does the explaining
// and tells it. GUI thread only. Give it 320 to 420 pixels of width.
class ModelPanel : public QFrame
{
    Q_OBJECT
public:
    explicit ModelPanel(QWidget* parent = nullptr);
    ~ModelPanel() override;

    // Without a record or a recipe (of the bundle in use) the panel says what is needed. bundleLabel: whose recipe it
    // is. Forgets the saliency and any progress.
    void setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<ecg::EcgRecipe> recipe,
                 const QString& bundleLabel);
    void setLead(ecg::Lead lead);
    ecg::Lead lead() const { return m_lead; }

    // Of another signal or recipe than is shown it is refused and false is given. Ends what setExplaining() said.
    bool setSaliency(std::optional<inference::EcgSaliency> saliency);
    // progress: "gradients 12 of 24 · 0:02 left"; may be empty.
    void setExplaining(bool explaining, const QString& progress = {});
    // Why there is no explanation; a sentence. Ends what setExplaining() said.
    void setExplainFailure(const QString& sentence);

    bool isPreparing() const { return m_preparing; }
    // What is listed under the facts, for tests: severity and sentence.
    const std::vector<ecg::Finding>& notes() const { return m_notes; }

    QSize sizeHint() const override { return {360, 640}; }

signals:
    void explainRequested(inference::SaliencyMethod method);
    void cancelRequested();
    void leadChanged(ecg::Lead lead);
    void prepared(); // the steps are there, or why there are none

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Outcome
    {
        std::shared_ptr<const ecg::EcgSteps> steps;
        QString failure;
        std::string signalHash;
    };
    QWidget* buildHeader();
    void prepare();
    void finish(int ticket, const Outcome& outcome);
    void showState();
    void showFacts();
    void showNotes();
    void collectNotes(const QString& failure);

    ShownSteps m_shown;
    bool m_hasRecipe = false;
    QString m_bundleLabel, m_recipeHash;
    std::string m_signalHash; // of the record, when it was first asked for
    ecg::Lead m_lead = ecg::Lead::II;
    std::vector<ecg::Finding> m_notes;
    bool m_stale = false, m_preparing = false;
    int m_ticket = 0;
    base::CancelToken m_cancel;
    QThreadPool m_pool;

    QComboBox* m_leads;
    QWidget* m_emptyPage;
    QLabel *m_empty, *m_window, *m_bundle, *m_recipe;
    QWidget *m_content, *m_noteList;
    QVBoxLayout* m_noteColumn;
    SaliencySection* m_explaining;
    EcgStepsView* m_steps;
    QScrollArea* m_scroll;
};

} // namespace echo2ecg::ui
