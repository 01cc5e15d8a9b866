// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/echo_actions.h"

#include "ui/echo/cine_grid.h"

#include <QActionGroup>
#include <QApplication>
#include <QDateTime>
#include <QKeyEvent>
#include <QMenu>

#include <algorithm>

namespace echo2ecg::ui {

namespace {
constexpr qint64 kTapMs = 300; // a key that is down for longer is held
constexpr double kZoomStep = 1.25, kGammaStep = 1.15;
} // namespace

QAction* EchoActions::make(const char* name, const QString& text, const QKeySequence& key, const QString& hint)
{
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String("echo.") + QLatin1String(name));
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut); // other panes have these keys too
    action->setToolTip(hint);
    action->setStatusTip(hint);
    all << action;
    return action;
}

EchoActions::EchoActions(CineGrid* grid, QObject* parent) : QObject(parent), m_grid(grid)
{
    firstFrame = make("firstFrame", tr("&First frame"), {"Home"}, tr("Go to the first frame"));
    lastFrame = make("lastFrame", tr("&Last frame"), {"End"}, tr("Go to the last frame"));
    tenForward = make("tenForward", tr("Ten frames forward"), {"Shift+Right"}, tr("Show the tenth frame after this one"));
    tenBack = make("tenBack", tr("Ten frames back"), {"Shift+Left"}, tr("Show the tenth frame before this one"));
    oneCell = make("oneCell", tr("Act on the &selected cell only"), {"A"}, tr("Play, step, speed and loops act on the selected cell, or on all"));
    sweep = make("sweep", tr("S&weep back and forth"), {"L"}, tr("Play back and forth instead of starting over"));
    beatLoop = make("beatLoop", tr("Loop one &beat"), {"B"}, tr("Play only the beat on display, or the whole clip"));
    moreBeats = make("moreBeats", tr("Loop one beat more"), {"Shift+B"}, tr("Add a beat to the loop; after three, the whole clip"));
    inHere = make("inHere", tr("&In point here"), {"I"}, tr("Begin the loop at the frame on display"));
    outHere = make("outHere", tr("&Out point here"), {"Shift+I"}, tr("End the loop at the frame on display"));
    clearInOut = make("clearInOut", tr("&Clear in and out points"), {"X"}, tr("Play the whole clip again"));
    syncOff = make("syncOff", tr("No sync"), {}, tr("Every cell has its own time"));
    syncTime = make("syncTime", tr("Sync by time"), {}, tr("Cells begin together; a shorter one waits on its last frame"));
    syncRWave = make("syncRWave", tr("Sync by R wave"), {}, tr("Every beat begins together"));
    syncCycle = make("syncCycle", tr("Sync by normalised cycle"), {}, tr("Beats are stretched to the same length; the factor is shown"));
    nextSync = make("nextSync", tr("Ne&xt kind of sync"), {"Y"}, tr("Off, by time, by R wave, by cycle"));
    inSync = make("inSync", tr("Selected cell takes part in the sync"), {"Shift+Y"}, tr("Takes the cell into the sync, or out of it"));
    goToEd = make("goToEd", tr("Go to end of &diastole"), {"D"}, tr("The next end of diastole of the selected cell"));
    goToEs = make("goToEs", tr("Go to end of s&ystole"), {"S"}, tr("The next end of systole of the selected cell"));
    setEd = make("setEd", tr("Set end of diastole here"), {"Shift+D"}, tr("Moves the end of diastole of this beat to the frame on display"));
    setEs = make("setEs", tr("Set end of systole here"), {"Shift+S"}, tr("Moves the end of systole of this beat to the frame on display"));
    zoomIn = make("zoomIn", tr("&Zoom in"), {"+"}, tr("Enlarge the picture of the selected cell"));
    zoomOut = make("zoomOut", tr("Zoom out"), {"-"}, tr("Show more of the picture of the selected cell"));
    turnRight = make("turnRight", tr("Turn &right"), {"T"}, tr("A quarter turn clockwise"));
    turnLeft = make("turnLeft", tr("Turn left"), {"Shift+T"}, tr("A quarter turn counter-clockwise"));
    flipAcross = make("flipAcross", tr("&Mirror left and right"), {"H"}, tr("Flip the picture from left to right"));
    flipUpsideDown = make("flipUpsideDown", tr("Mirror &up and down"), {"V"}, tr("Flip the picture upside down"));
    invert = make("invert", tr("&Negative"), {"N"}, tr("Invert the colours"));
    moreGamma = make("moreGamma", tr("Brighter middle tones"), {"G"}, tr("More gamma"));
    lessGamma = make("lessGamma", tr("Darker middle tones"), {"Shift+G"}, tr("Less gamma"));
    resetView = make("resetView", tr("R&eset the picture"), {"0"}, tr("No zoom, no turns, the colours of the file"));
    magnifier = make("magnifier", tr("Ma&gnifier"), {"Z"}, tr("A lens under the pointer: while the key is held, or until it is pressed again"));
    maximise = make("maximise", tr("Selected cell alone"), {"F"}, tr("Give the selected cell the whole pane, and back"));
    nextCell = make("nextCell", tr("Next cell"), {"Ctrl+Right"}, tr("Select the next cell"));
    previousCell = make("previousCell", tr("Previous cell"), {"Ctrl+Left"}, tr("Select the cell before"));
    for (QAction* action : {oneCell, sweep, syncOff, syncTime, syncRWave, syncCycle, inSync, magnifier})
        action->setCheckable(true);
    auto* kinds = new QActionGroup(this);
    for (QAction* action : {syncOff, syncTime, syncRWave, syncCycle})
        kinds->addAction(action);
    magnifier->setAutoRepeat(false);
    grid->addActions(all);
    connectAll();
    connect(grid, &CineGrid::stateChanged, this, &EchoActions::show);
    connect(grid, &CineGrid::cellSelected, this, &EchoActions::show);
    connect(grid, &CineGrid::cellsReplaced, this, &EchoActions::show);
    show();
}

void EchoActions::connectAll()
{
    CineGrid* g = m_grid;
    const auto on = [this](QAction* action, auto run) { connect(action, &QAction::triggered, this, run); };
    on(firstFrame, [g] { g->toFirstFrame(); });
    on(lastFrame, [g] { g->toLastFrame(); });
    on(tenForward, [g] { g->step(10); });
    on(tenBack, [g] { g->step(-10); });
    on(oneCell, [g](bool one) { g->setScope(one ? CineScope::SelectedCell : CineScope::AllCells); });
    on(sweep, [g](bool sweeps) { g->setLoopMode(sweeps ? LoopMode::Sweep : LoopMode::Loop); });
    on(beatLoop, [g] { g->setBeatLoop(g->beatLoop() == 0 ? 1 : 0); });
    on(moreBeats, [g] { g->setBeatLoop((g->beatLoop() + 1) % 4); });
    on(inHere, [g] { g->setInHere(); });
    on(outHere, [g] { g->setOutHere(); });
    on(clearInOut, [g] { g->clearInOut(); });
    on(syncOff, [g] { g->setSyncMode(SyncMode::Off); });
    on(syncTime, [g] { g->setSyncMode(SyncMode::Time); });
    on(syncRWave, [g] { g->setSyncMode(SyncMode::RWave); });
    on(syncCycle, [g] { g->setSyncMode(SyncMode::Cycle); });
    on(nextSync, [g] { g->setSyncMode(SyncMode((int(g->syncMode()) + 1) % 4)); });
    on(inSync, [g](bool takes) { g->setSynced(g->selectedCell(), takes); });
    on(goToEd, [g] { g->goToPhase(CinePhase::EndDiastole); });
    on(goToEs, [g] { g->goToPhase(CinePhase::EndSystole); });
    on(setEd, [g] { g->setPhaseHere(CinePhase::EndDiastole); });
    on(setEs, [g] { g->setPhaseHere(CinePhase::EndSystole); });
    on(zoomIn, [g] { g->zoomBy(kZoomStep); });
    on(zoomOut, [g] { g->zoomBy(1 / kZoomStep); });
    on(turnRight, [g] { g->turn(1); });
    on(turnLeft, [g] { g->turn(-1); });
    on(flipAcross, [g] { g->flip(Qt::Horizontal); });
    on(flipUpsideDown, [g] { g->flip(Qt::Vertical); });
    on(invert, [g] { g->invert(); });
    const auto gamma = [g](double factor) {
        CellView view = g->cellView(g->selectedCell());
        view.gamma *= factor;
        g->setCellView(g->selectedCell(), view);
    };
    on(moreGamma, [gamma] { gamma(kGammaStep); });
    on(lessGamma, [gamma] { gamma(1 / kGammaStep); });
    on(resetView, [g] { g->resetView(); });
    on(magnifier, [this] { pressMagnifier(); });
    on(maximise, [g] { g->toggleMaximised(g->selectedCell()); });
    on(nextCell, [this] { selectBy(1); });
    on(previousCell, [this] { selectBy(-1); });
}

void EchoActions::show()
{
    oneCell->setChecked(m_grid->scope() == CineScope::SelectedCell);
    sweep->setChecked(m_grid->loopMode() == LoopMode::Sweep);
    QAction* kinds[] = {syncOff, syncTime, syncRWave, syncCycle};
    kinds[int(m_grid->syncMode())]->setChecked(true);
    inSync->setChecked(m_grid->isSynced(m_grid->selectedCell()));
    magnifier->setChecked(m_grid->magnifier());
}

void EchoActions::selectBy(int cells)
{
    const int count = m_grid->shownCells();
    if (count > 0)
        m_grid->selectCell(((m_grid->selectedCell() + cells) % count + count) % count);
}

// Tapped, it stays until the next tap; held, it goes with the key.
void EchoActions::pressMagnifier()
{
    const bool on = !m_grid->magnifier();
    m_grid->setMagnifier(on);
    if (on) {
        m_magnifierSince = QDateTime::currentMSecsSinceEpoch();
        qApp->installEventFilter(this);
    } else {
        qApp->removeEventFilter(this);
    }
}

bool EchoActions::eventFilter(QObject*, QEvent* event)
{
    if (event->type() == QEvent::KeyRelease && !static_cast<QKeyEvent*>(event)->isAutoRepeat()) {
        const QKeySequence key = magnifier->shortcut();
        if (!key.isEmpty() && key[0].key() == static_cast<QKeyEvent*>(event)->key()) {
            qApp->removeEventFilter(this);
            if (QDateTime::currentMSecsSinceEpoch() - m_magnifierSince > kTapMs)
                m_grid->setMagnifier(false);
        }
    }
    return false;
}

void EchoActions::fillMenu(QMenu* menu) const
{
    menu->addActions({firstFrame, lastFrame, tenForward, tenBack});
    menu->addSeparator();
    menu->addActions({oneCell, sweep, beatLoop, moreBeats, inHere, outHere, clearInOut});
    menu->addSeparator();
    menu->addActions({goToEd, goToEs, setEd, setEs});
    QMenu* sync = menu->addMenu(tr("S&ync"));
    sync->addActions({syncOff, syncTime, syncRWave, syncCycle});
    sync->addSeparator();
    sync->addActions({nextSync, inSync});
    QMenu* picture = menu->addMenu(tr("&Picture"));
    picture->addActions({zoomIn, zoomOut, turnRight, turnLeft, flipAcross, flipUpsideDown});
    picture->addSeparator();
    picture->addActions({invert, moreGamma, lessGamma, magnifier});
    picture->addSeparator();
    picture->addAction(resetView);
    menu->addSeparator();
    menu->addActions({maximise, nextCell, previousCell});
}

void EchoActions::fillCellMenu(QMenu* menu) const
{
    menu->addActions({maximise, resetView});
    menu->addSeparator();
    menu->addActions({turnRight, flipAcross, flipUpsideDown, invert});
    menu->addSeparator();
    menu->addActions({inHere, outHere, clearInOut, beatLoop});
    menu->addSeparator();
    menu->addActions({setEd, setEs, inSync});
}

} // namespace echo2ecg::ui
