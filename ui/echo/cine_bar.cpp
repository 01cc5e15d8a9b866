// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_bar.h"

#include "ui/echo/bar_icons.h"
#include "ui/echo/cache_meter.h"
#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

#include <algorithm>

namespace echo2ecg::ui {

namespace {
constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
constexpr int kLeastScrubber = 150;

// One of several, the present one ticked.
template <class Value, class Chosen>
void addChoice(QMenu* menu, const QString& text, Value value, Value present, Chosen chosen)
{
    QAction* action = menu->addAction(text, menu, [chosen, value] { chosen(value); });
    action->setCheckable(true);
    action->setChecked(value == present);
}

} // namespace

QString speedText(double factor)
{
    return QString::number(factor, 'g', 3) + QStringLiteral("×");
}

QString syncText(SyncMode mode)
{
    switch (mode) {
    case SyncMode::Time:
        return CineBar::tr("time");
    case SyncMode::RWave:
        return CineBar::tr("R wave");
    case SyncMode::Cycle:
        return CineBar::tr("cycle");
    default:
        return CineBar::tr("off");
    }
}

QToolButton* CineBar::button(const QString& name, const QString& tip)
{
    auto* made = new QToolButton;
    made->setIconSize({kBarIconSize, kBarIconSize});
    made->setAccessibleName(name);
    made->setToolTip(tip);
    made->setFocusPolicy(Qt::TabFocus);
    layout()->addWidget(made);
    return made;
}

QLabel* CineBar::label(const QString& widest)
{
    auto* made = new QLabel;
    made->setProperty("role", QStringLiteral("muted"));
    made->setFont(Theme::numberFont(made->font()));
    made->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    // Its widest text sets the width, so that the scrubber doesn't twitch with the digits.
    made->setMinimumWidth(QFontMetrics(made->font()).horizontalAdvance(widest) + 4);
    layout()->addWidget(made);
    return made;
}

CineBar::CineBar(QWidget* parent) : QWidget(parent)
{
    auto* across = new QHBoxLayout(this);
    across->setContentsMargins(6, 2, 8, 2);
    across->setSpacing(2);
    m_back = button(tr("Step back"), tr("One frame back (Left)"));
    m_play = button(tr("Play or pause"), tr("Play or pause (Space)"));
    m_forward = button(tr("Step forward"), tr("One frame forward (Right)"));
    // A menu is made anew when it is opened: it shows what holds then.
    const auto withMenu = [this](const QString& name, const QString& tip, const QString& widest, void (CineBar::*fill)(QMenu*)) {
        QToolButton* made = button(name, tip);
        made->setPopupMode(QToolButton::InstantPopup);
        auto* menu = new QMenu(made);
        connect(menu, &QMenu::aboutToShow, this, [this, menu, fill] {
            menu->clear();
            (this->*fill)(menu);
        });
        made->setMenu(menu);
        made->setText(widest);
        made->setMinimumWidth(made->sizeHint().width());
        return made;
    };
    m_speed = withMenu(tr("Speed"), tr("Speed ( [ slower, ] faster )"), speedText(0.25), &CineBar::fillSpeeds);
    m_loop = button(tr("Loop or sweep"), QString());
    m_beats = withMenu(tr("Loop of beats"), tr("Play the whole clip, or only so many beats from the one on display (B)"), tr("1 beat"), &CineBar::fillBeats);
    m_sync = withMenu(tr("Sync"), tr("Move cells together: by time, by R wave, or by normalised cycle (Y)"), tr("sync R wave"), &CineBar::fillSync);
    m_scope = button(tr("All cells or one"), tr("What play, step, speed and loop act on: all cells, or the selected one (A)"));
    m_in = button(tr("In point"), tr("Begin the loop here (I)"));
    m_out = button(tr("Out point"), tr("End the loop here (Shift+I)"));
    m_ed = button(tr("End of diastole"), tr("Go to the end of diastole (D); set it here: Shift+D"));
    m_ed->setText(tr("ED"));
    m_es = button(tr("End of systole"), tr("Go to the end of systole (S); set it here: Shift+S"));
    m_es->setText(tr("ES"));
    m_scrubber = new Scrubber;
    m_scrubber->setMinimumWidth(kLeastScrubber);
    across->addSpacing(4);
    across->addWidget(m_scrubber, 1);
    across->addSpacing(4);
    m_frame = label(QStringLiteral("888 / 888"));
    m_fps = label(tr("%1 of %2 fps").arg(QStringLiteral("888.8"), QStringLiteral("888.8")));
    m_fps->setToolTip(tr("Frames shown in the last second, and the rate that the file asks for at this speed"));
    across->addSpacing(4);
    m_cache = new CacheMeter;
    across->addWidget(m_cache);
    m_more = button(tr("More"), tr("More of the cine bar"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setMenu(new QMenu(m_more));
    connect(m_more->menu(), &QMenu::aboutToShow, this, &CineBar::fillMore);

    m_groups = {{{m_cache}, {}},
                {{m_fps}, {}},
                {{m_in, m_out}, [this](QMenu* menu) { fillPoints(menu); }},
                {{m_scope}, {}}, // always in the menu
                {{m_ed, m_es}, {}},
                {{m_beats}, [this](QMenu* menu) { fillBeats(menu->addMenu(tr("Loop of beats"))); }},
                {{m_sync}, [this](QMenu* menu) { fillSync(menu->addMenu(tr("Sync"))); }},
                {{m_loop}, [this](QMenu* menu) { fillLoop(menu); }},
                {{m_frame}, {}}};

    connect(m_play, &QToolButton::clicked, this, &CineBar::togglePlay);
    connect(m_back, &QToolButton::clicked, this, [this] { emit step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { emit step(1); });
    connect(m_loop, &QToolButton::clicked, this,
            [this] { emit setLoopMode(m_state.mode == LoopMode::Loop ? LoopMode::Sweep : LoopMode::Loop); });
    connect(m_scope, &QToolButton::clicked, this, [this] { emit setScope(!m_state.oneCell); });
    connect(m_in, &QToolButton::clicked, this, &CineBar::setInHere);
    connect(m_out, &QToolButton::clicked, this, &CineBar::setOutHere);
    connect(m_ed, &QToolButton::clicked, this, [this] { emit goToPhase(CinePhase::EndDiastole); });
    connect(m_es, &QToolButton::clicked, this, [this] { emit goToPhase(CinePhase::EndSystole); });
    connect(m_scrubber, &Scrubber::grabbed, this, &CineBar::grabbed);
    connect(m_scrubber, &Scrubber::moved, this, &CineBar::scrub);
    connect(m_scrubber, &Scrubber::released, this, &CineBar::released);
    connect(m_scrubber, &Scrubber::inOutMoved, this, &CineBar::moveInOut);
    connect(&Theme::instance(), &Theme::changed, this, &CineBar::dress);
    // Both words have room.
    m_scope->setText(tr("all cells"));
    m_scope->setMinimumWidth(m_scope->sizeHint().width());
    dress();
    setState({});
}

void CineBar::fillSpeeds(QMenu* menu)
{
    for (double factor : kSpeeds)
        addChoice(menu, speedText(factor), factor, m_state.speed, [this](double f) { emit setSpeed(f); });
}

void CineBar::fillLoop(QMenu* menu)
{
    addChoice(menu, tr("Loop"), LoopMode::Loop, m_state.mode, [this](LoopMode m) { emit setLoopMode(m); });
    addChoice(menu, tr("Sweep back and forth"), LoopMode::Sweep, m_state.mode, [this](LoopMode m) { emit setLoopMode(m); });
}

void CineBar::fillBeats(QMenu* menu)
{
    const auto chosen = [this](int beats) { emit setBeatLoop(beats); };
    addChoice(menu, tr("Whole clip"), 0, m_state.beatLoop, chosen);
    for (int beats : {1, 2, 3}) {
        addChoice(menu, beats == 1 ? tr("1 beat") : tr("%1 beats").arg(beats), beats, m_state.beatLoop, chosen);
        menu->actions().last()->setEnabled(m_state.hasBeats || !m_state.oneCell);
    }
    if (!m_state.hasBeats)
        menu->addAction(tr("No beats known in this clip"))->setEnabled(false);
}

void CineBar::fillSync(QMenu* menu)
{
    const auto chosen = [this](SyncMode mode) { emit setSync(mode); };
    addChoice(menu, tr("Off"), SyncMode::Off, m_state.sync, chosen);
    addChoice(menu, tr("By time"), SyncMode::Time, m_state.sync, chosen);
    addChoice(menu, tr("By R wave: beats begin together"), SyncMode::RWave, m_state.sync, chosen);
    addChoice(menu, tr("By normalised cycle: beats are stretched"), SyncMode::Cycle, m_state.sync, chosen);
    menu->addSeparator();
    QAction* takes = menu->addAction(tr("The selected cell takes part"), menu, [this] { emit setSynced(!m_state.synced); });
    takes->setCheckable(true);
    takes->setChecked(m_state.synced);
    takes->setEnabled(m_state.moves);
    if (!m_state.syncNote.isEmpty())
        menu->addAction(tr("Selected cell: %1").arg(m_state.syncNote))->setEnabled(false);
}

void CineBar::fillPoints(QMenu* menu)
{
    menu->addAction(tr("Begin the loop here"), this, &CineBar::setInHere);
    menu->addAction(tr("End the loop here"), this, &CineBar::setOutHere);
}

void CineBar::fillPhases(QMenu* menu)
{
    const auto add = [&](const QString& text, void (CineBar::*signal)(CinePhase), CinePhase phase) {
        menu->addAction(text, this, [this, signal, phase] { emit(this->*signal)(phase); })->setEnabled(m_state.moves);
    };
    add(tr("Go to the end of diastole"), &CineBar::goToPhase, CinePhase::EndDiastole);
    add(tr("Go to the end of systole"), &CineBar::goToPhase, CinePhase::EndSystole);
    add(tr("Set the end of diastole here"), &CineBar::setPhaseHere, CinePhase::EndDiastole);
    add(tr("Set the end of systole here"), &CineBar::setPhaseHere, CinePhase::EndSystole);
}

void CineBar::fillMore()
{
    QMenu* menu = m_more->menu();
    menu->clear();
    QAction* one = menu->addAction(tr("Act on the selected cell only"), this, [this] { emit setScope(!m_state.oneCell); });
    one->setCheckable(true);
    one->setChecked(m_state.oneCell);
    menu->addSeparator();
    for (const Group& group : m_groups)
        if (group.hidden && group.fill)
            group.fill(menu);
    menu->addAction(tr("Clear in and out points"), this, &CineBar::clearInOut);
    menu->addSeparator();
    fillPhases(menu);
}

void CineBar::dress()
{
    const ThemeColours& c = Theme::instance().colours();
    m_back->setIcon(barIcon(BarGlyph::Back, c));
    m_forward->setIcon(barIcon(BarGlyph::Forward, c));
    m_play->setIcon(barIcon(m_state.playing ? BarGlyph::Pause : BarGlyph::Play, c));
    m_loop->setIcon(barIcon(m_state.mode == LoopMode::Loop ? BarGlyph::Loop : BarGlyph::Sweep, c));
    m_loop->setToolTip(m_state.mode == LoopMode::Loop ? tr("Loop: from the end to the start. Click to sweep back and forth (L)")
                                                      : tr("Sweep: back and forth. Click to loop (L)"));
    m_in->setIcon(barIcon(BarGlyph::InPoint, c));
    m_out->setIcon(barIcon(BarGlyph::OutPoint, c));
    m_more->setIcon(barIcon(BarGlyph::More, c));
}

QSize CineBar::minimumSizeHint() const
{
    return {m_play->sizeHint().width() * 3 + m_speed->minimumWidth() + m_more->sizeHint().width() + kLeastScrubber + 40,
            QWidget::minimumSizeHint().height()};
}

void CineBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

// Hides groups, the least needed first, until the scrubber has room.
void CineBar::fit()
{
    for (Group& group : m_groups)
        for (QWidget* widget : group.widgets)
            widget->setVisible(true);
    int needed = layout()->minimumSize().width();
    for (Group& group : m_groups) {
        group.hidden = needed > width();
        if (!group.hidden)
            continue;
        for (QWidget* widget : group.widgets) {
            needed -= std::max(widget->minimumWidth(), widget->sizeHint().width()) + layout()->spacing();
            widget->setVisible(false);
        }
    }
}

void CineBar::setState(const State& state)
{
    const bool turned = state.playing != m_state.playing || state.mode != m_state.mode;
    m_state = state;
    if (turned)
        dress();
    for (QWidget* widget : {m_play, m_back, m_forward, m_speed, m_loop, m_beats, m_sync, m_scope, m_more})
        widget->setEnabled(state.any);
    for (QWidget* widget : {m_in, m_out})
        widget->setEnabled(state.moves);
    m_ed->setEnabled(!state.marks.edFrames.empty());
    m_es->setEnabled(!state.marks.esFrames.empty());
    m_scrubber->setEnabled(state.moves);
    m_scrubber->setState(state.fraction, state.moves ? state.marks : ScrubberMarks());
    m_speed->setText(speedText(state.speed));
    m_scope->setText(state.oneCell ? tr("one cell") : tr("all cells"));
    m_beats->setText(state.beatLoop == 0 ? tr("clip") : state.beatLoop == 1 ? tr("1 beat") : tr("%1 beats").arg(state.beatLoop));
    m_sync->setText(state.sync == SyncMode::Off ? tr("no sync") : tr("sync %1").arg(syncText(state.sync)));
    m_cache->setUse(state.cache);
    QString frame, fps;
    if (state.moves) {
        frame = QStringLiteral("%1 / %2").arg(std::max(0, state.frame) + 1).arg(state.frames);
        const QString due = QString::number(state.dueFps, 'f', 1);
        fps = state.playing ? tr("%1 of %2 fps").arg(QString::number(state.shownFps, 'f', 1), due)
                            : tr("%1 fps").arg(due);
    } else if (state.any) {
        frame = tr("still");
    }
    m_frame->setText(frame);
    m_fps->setText(fps);
}

} // namespace echo2ecg::ui
