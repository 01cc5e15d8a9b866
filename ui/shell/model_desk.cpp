// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/model_desk.h"

#include "ui/echo/model_view/echo_model_panel.h"
#include "ui/shell/case_session.h"
#include "ui/shell/study_notes.h"

#include <QEvent>

#include <utility>
#include <variant>

namespace echo2ecg::ui {

ModelDesk::ModelDesk(CaseSession& session, StudyNotes& notes, CineGrid* grid, QObject* parent)
    : QObject(parent), m_session(session), m_notes(notes), m_grid(grid), m_panel(new EchoModelPanel)
{
    m_panel->installEventFilter(this);
    connect(grid, &CineGrid::cellsReplaced, this, &ModelDesk::follow);
    connect(grid, &CineGrid::cellSelected, this, &ModelDesk::follow);
    connect(&session, &CaseSession::engineChanged, this, &ModelDesk::readLater);
    connect(&session, &CaseSession::studiesEmbedded, this, &ModelDesk::readLater);
    connect(m_panel, &EchoModelPanel::clipChosen, this, &ModelDesk::show);
    connect(m_panel, &EchoModelPanel::useChanged, this, [this](qint64 clip, std::optional<bool> use) { m_notes.setClipUse(m_study, clip, use); });
    connect(&notes, &StudyNotes::clipUseKept, this, [this](qint64 study) {
        if (study == m_study)
            readLater();
        m_session.clipsSwitched();
    });
}

ModelDesk::~ModelDesk()
{
    if (m_panel && !m_panel->parent())
        delete m_panel; // never put into a window
}

EchoModelPanel* ModelDesk::panel()
{
    return m_panel;
}

bool ModelDesk::isIdle() const
{
    return !(m_panel && m_panel->isPreparing()); // its jobs are the session's
}

bool ModelDesk::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_panel && event->type() == QEvent::Show && m_stale)
        read();
    return QObject::eventFilter(watched, event);
}

void ModelDesk::follow()
{
    if (!m_panel)
        return;
    int cell = m_grid->selectedCell();
    if (cell < 0 && m_grid->shownCells() > 0)
        cell = 0;
    const qint64 study = cell < 0 ? 0 : m_grid->cell(cell).study;
    if (std::exchange(m_study, study) != study)
        readLater();
    if (cell >= 0 && study && m_grid->selectedCell() >= 0)
        m_panel->choose(m_grid->cell(cell).clipId);
}

void ModelDesk::readLater()
{
    m_stale = true;
    if (m_panel && m_panel->isVisible())
        read();
}

void ModelDesk::read()
{
    m_stale = false;
    ++m_ticket;
    if (const int former = std::exchange(m_job, 0))
        m_session.jobs().cancel(former);
    const auto facts = m_session.engine();
    if (!m_study || !facts) {
        m_panel->setStudy({}, std::nullopt, {});
        return;
    }
    using Views = std::variant<std::vector<casework::ModelView>, QString>;
    m_job = m_session.jobs().start(
        tr("Looking at the clips of the study"), JobRunner::Lane::Aside, this,
        [library = &m_session.library(), study = m_study, facts = *facts](const base::JobContext& job) -> Views {
            try {
                return casework::modelViews(*library, study, facts, job);
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) { // taken out of the library meanwhile
                return QString::fromStdString(error.sentence());
            }
        },
        [this, ticket = m_ticket, study = m_study, recipe = facts->echoRecipe, name = QString::fromStdString(facts->bundleName)](Views& views) {
            if (ticket != m_ticket || !m_panel)
                return;
            m_job = 0;
            if (auto* found = std::get_if<std::vector<casework::ModelView>>(&views)) {
                m_panel->setStudy(std::move(*found), recipe, name);
                const int cell = m_grid->selectedCell();
                if (cell >= 0 && m_grid->cell(cell).study == study)
                    m_panel->choose(m_grid->cell(cell).clipId);
            } else {
                m_panel->setStudy({}, std::nullopt, {});
            }
        });
}

// The clip that a person chose in the panel, in its cell when it has one.
void ModelDesk::show(qint64 clip)
{
    for (int cell = 0; cell < m_grid->shownCells(); ++cell)
        if (m_grid->cell(cell).clipId == clip) {
            if (cell != m_grid->selectedCell())
                m_grid->selectCell(cell);
            return;
        }
    if (m_study)
        m_session.openStudy(m_study, clip);
}

} // namespace echo2ecg::ui
