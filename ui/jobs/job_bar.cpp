// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_bar.h"

#include "ui/jobs/job_list.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kQuietSeconds = 0.3; // shorter work is not worth a flicker
constexpr double kLineHeight = 2.0;
} // namespace

QString durationText(double seconds)
{
    const auto whole = qint64(std::ceil(std::max(0.0, seconds)));
    const QString tail = QStringLiteral(":%1").arg(whole % 60, 2, 10, QLatin1Char('0'));
    if (whole < 3600)
        return QString::number(whole / 60) + tail;
    return QStringLiteral("%1:%2").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QLatin1Char('0')) + tail;
}

QString progressText(const JobInfo& job)
{
    const base::Progress& p = job.progress;
    QString text = p.step.empty() ? job.title : QString::fromStdString(p.step);
    const QString unit = p.unit.empty() ? QString() : QLatin1Char(' ') + QString::fromStdString(p.unit);
    if (p.total > 0)
        text += QStringLiteral(" %1 of %2").arg(std::min(p.done, p.total)).arg(p.total) + unit;
    else if (p.done > 0)
        text += QStringLiteral(" %1").arg(p.done) + unit;
    if (job.secondsLeft >= 0)
        text += QStringLiteral(" · %1 left").arg(durationText(job.secondsLeft));
    return text;
}

struct JobBar::Impl
{
    JobRunner& runner;
    JobBar* q;
    QLabel* text;
    QToolButton* cancel;
    QToolButton* list;
    JobList* popup;
    int runningId = 0;
    double fraction = -1; // < 0: no line

    Impl(JobRunner& jobRunner, JobBar* owner) : runner(jobRunner), q(owner)
    {
        auto* across = new QHBoxLayout(q);
        across->setContentsMargins(6, 0, 0, 3);
        across->setSpacing(4);
        text = new QLabel;
        text->setTextFormat(Qt::PlainText);
        text->setProperty("role", QStringLiteral("muted"));
        text->setFont(Theme::numberFont(text->font()));
        cancel = new QToolButton;
        cancel->setText(JobBar::tr("Cancel"));
        cancel->setToolTip(JobBar::tr("Stops this job after its current step"));
        list = new QToolButton;
        across->addWidget(text, 1);
        across->addWidget(cancel);
        across->addWidget(list);
        // Hidden things keep their place: the status bar doesn't jump when a job starts.
        for (QWidget* widget : {static_cast<QWidget*>(cancel), static_cast<QWidget*>(list)}) {
            QSizePolicy policy = widget->sizePolicy();
            policy.setRetainSizeWhenHidden(true);
            widget->setSizePolicy(policy);
        }
        popup = new JobList(runner, q);
        QObject::connect(cancel, &QToolButton::clicked, q, [this] { runner.cancel(runningId); });
        QObject::connect(list, &QToolButton::clicked, q, &JobBar::showList);
        QObject::connect(&runner, &JobRunner::changed, q, [this] { refresh(); });
        refresh();
    }

    void refresh()
    {
        const std::vector<JobInfo> jobs = runner.jobs();
        const auto count = [&](JobState state) {
            return int(std::count_if(jobs.begin(), jobs.end(), [state](const JobInfo& j) { return j.state == state; }));
        };
        // Of two lanes, the job that began first is the one a person waits for.
        const JobInfo* shown = nullptr;
        for (const JobInfo& job : jobs)
            if (job.state == JobState::Running && job.secondsRunning >= kQuietSeconds &&
                (!shown || job.secondsRunning > shown->secondsRunning))
                shown = &job;
        const int failed = count(JobState::Failed),
                  others = count(JobState::Running) + count(JobState::Waiting) - (shown ? 1 : 0);
        runningId = shown ? shown->id : 0;
        fraction =
            shown && shown->progress.total > 0 ? double(shown->progress.done) / double(shown->progress.total) : -1;
        text->setText(shown ? progressText(*shown) : QString());
        text->setToolTip(shown ? shown->title : QString());
        cancel->setVisible(shown);
        QStringList words;
        if (others > 0 && shown)
            words << JobBar::tr("%1 more").arg(others);
        if (failed > 0)
            words << JobBar::tr("%1 failed").arg(failed);
        list->setText(words.isEmpty() ? JobBar::tr("Jobs") : words.join(QStringLiteral(" · ")));
        list->setToolTip(JobBar::tr("All jobs, with Cancel and Retry"));
        list->setVisible(shown || failed > 0);
        if (popup->isHidden() || q->isHidden())
            q->setAccessibleDescription(text->text());
        q->update();
    }
};

JobBar::JobBar(JobRunner& runner, QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(runner, this))
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

JobBar::~JobBar() = default;

QSize JobBar::sizeHint() const
{
    return {fontMetrics().averageCharWidth() * 64, QWidget::sizeHint().height()};
}

void JobBar::showList()
{
    m_impl->popup->openAbove(mapToGlobal(QPoint(width(), -4)));
}

void JobBar::paintEvent(QPaintEvent*)
{
    if (m_impl->fraction < 0)
        return;
    QPainter painter(this);
    const ThemeColours& colours = Theme::instance().colours();
    const QRectF line(6, height() - kLineHeight, m_impl->text->width(), kLineHeight);
    painter.fillRect(line, colours.line);
    painter.fillRect(QRectF(line.topLeft(), QSizeF(line.width() * std::clamp(m_impl->fraction, 0.0, 1.0), kLineHeight)),
                     colours.accent);
}

} // namespace echo2ecg::ui
