// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QList>

class QMainWindow;

namespace echo2ecg::ui {

class EchoDesk;

// Every action of the window with its name, key and menu, in one place: menus, palette and keys are built from it.
struct CaseActions
{
    explicit CaseActions(QMainWindow* window);

    QAction *openFiles, *openFolder, *openDemo, *loadBundle, *importWeights, *writeReport, *exportEcg, *screenshot, *quit;
    QAction *undo, *analyse, *search, *focusEcg, *focusEcho;
    QAction *playPause, *stepForward, *stepBack, *faster, *slower;
    QAction *callipers, *tangent, *medianBeat, *measurements, *notes, *model, *overlay, *trueSize, *calibrateScreen;
    QAction *evaluate, *train;
    QAction *darkTheme, *lightTheme, *panel, *resetDocks;
    QAction *palette, *allCommands, *editKeys, *about;
    QList<QAction*> gridLayouts;  // data(): QPoint(columns, rows)
    QList<QAction*> ecgLayouts;   // data(): int of ecg::PageFormat
    QList<QAction*> all;

    void fillMenus(QMainWindow* window, const QList<QAction*>& dockToggles, const EchoDesk& echo) const;
};

} // namespace echo2ecg::ui
