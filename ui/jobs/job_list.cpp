// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_list.h"

#include "ui/jobs/job_bar.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScreen>
#include <QToolButton>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

QString stateText(const JobInfo& job)
{
    switch (job.state) {
    case JobState::Running:
        return progressText(job);
    case JobState::Waiting:
        return JobList::tr("waiting");
    case JobState::Failed:
        return job.error;
    case JobState::Done:
    case JobState::Cancelled:
        break;
    }
    return {};
}

QLabel* label(const QString& text, const char* role)
{
    auto* made = new QLabel(text);
    made->setProperty("role", QString::fromLatin1(role));
    made->setTextFormat(Qt::PlainText);
    return made;
}

} // namespace

JobList::JobList(JobRunner& runner, QWidget* parent) : QFrame(parent, Qt::Popup), m_runner(runner)
{
    setProperty("role", QStringLiteral("raised"));
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(14, 10, 10, 10);
    m_layout->setSpacing(8);
    connect(&runner, &JobRunner::changed, this, [this] {
        if (isVisible())
            refresh();
    });
}

void JobList::openAbove(const QPoint& bottomRight)
{
    m_bottomRight = bottomRight;
    refresh();
    show();
    refresh();
}

void JobList::refresh()
{
    const std::vector<JobInfo> jobs = m_runner.jobs();
    std::vector<std::pair<int, JobState>> now;
    for (const JobInfo& job : jobs)
        now.emplace_back(job.id, job.state);
    if (now != m_shown || m_rows.empty()) {
        m_shown = now;
        rebuild(jobs);
    } else {
        for (const JobInfo& job : jobs)
            m_rows[job.id].state->setText(stateText(job));
    }
    adjustSize();
    QPoint corner = m_bottomRight - QPoint(width(), height());
    if (const QScreen* where = screen())
        corner = {std::max(where->availableGeometry().left(), corner.x()),
                  std::max(where->availableGeometry().top(), corner.y())};
    move(corner);
}

void JobList::rebuild(const std::vector<JobInfo>& jobs)
{
    while (QLayoutItem* item = m_layout->takeAt(0)) {
        // A row may be rebuilt by a click on its own button.
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    m_rows.clear();
    m_layout->addWidget(label(tr("JOBS"), "heading"));
    if (jobs.empty()) {
        QLabel* empty = label(tr("Nothing is running."), "muted");
        m_layout->addWidget(empty);
        m_rows[0] = {empty, empty};
        return;
    }
    for (const JobInfo& job : jobs)
        m_layout->addWidget(makeRow(job));
}

QWidget* JobList::makeRow(const JobInfo& job)
{
    auto* row = new QWidget;
    auto* across = new QHBoxLayout(row);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(4);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(1);
    QLabel* title = label(job.title, "");
    QLabel* state = label(stateText(job), job.state == JobState::Failed ? "error" : "muted");
    state->setWordWrap(true);
    state->setMinimumWidth(fontMetrics().averageCharWidth() * 46);
    texts->addWidget(title);
    texts->addWidget(state);
    if (!job.notes.empty())
        texts->addWidget(label(tr("%n note(s)", nullptr, int(job.notes.size())), "faint"));
    across->addLayout(texts, 1);
    const auto add = [&](const QString& text, auto action) {
        auto* button = new QToolButton;
        button->setText(text);
        connect(button, &QToolButton::clicked, this, action);
        across->addWidget(button, 0, Qt::AlignTop);
    };
    const int id = job.id;
    if (job.state == JobState::Failed) {
        add(tr("Retry"), [this, id] { m_runner.retry(id); });
        add(tr("Dismiss"), [this, id] { m_runner.dismiss(id); });
    } else {
        add(tr("Cancel"), [this, id] { m_runner.cancel(id); });
    }
    m_rows[id] = {row, state};
    return row;
}

} // namespace echo2ecg::ui
