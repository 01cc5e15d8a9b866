// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/case_actions.h"

#include "ui/ecg/page_options.h"
#include "ui/shell/echo_desk.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QPoint>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("CaseActions", text);
}

} // namespace

CaseActions::CaseActions(QMainWindow* window)
{
    const auto make = [&](const char* text, const QList<QKeySequence>& keys, const char* hint) {
        auto* action = new QAction(tr(text), window);
        action->setShortcuts(keys);
        action->setShortcutContext(Qt::WindowShortcut);
        action->setStatusTip(tr(hint));
        action->setToolTip(tr(hint));
        window->addAction(action);
        all << action;
        return action;
    };
    openFiles = make("&Open files…", {QKeySequence::Open}, "Import and open ECGs and echo clips");
    openFolder = make("Open &folder…", {QKeySequence("Ctrl+Shift+O")}, "Import everything in a folder: it is scanned by content");
    openDemo = make("Open the &demo library", {}, "Virtual patients to try the program on: 200 of them are simulated the first time");
    loadBundle = make("Load model &bundle…", {QKeySequence("Ctrl+B")}, "Choose the folder of a model bundle");
    importWeights = make("Import &weights…", {QKeySequence("Ctrl+Shift+B")}, "Make a model bundle of PyTorch checkpoints or safetensors");
    writeReport = make("Save case &report…", {QKeySequence::Save}, "Write the open case as PDF");
    exportEcg = make("E&xport the ECG…", {QKeySequence("Ctrl+Shift+S")}, "Write the open ECG as DICOM, WFDB, CSV or NumPy array, or print it as PDF");
    screenshot = make("Save &picture of the window…", {}, "Write the window as PNG");
    quit = make("&Quit", {QKeySequence::Quit}, "Close the workstation");

    undo = make("&Undo", {QKeySequence::Undo}, "Take the last measurement or import back");
    analyse = make("&Retrieve again", {QKeySequence("R")}, "Predict and search again for the open ECG");
    search = make("&Search the library", {QKeySequence::Find}, "Put the cursor into the search field");
    focusEcg = make("Go to the &ECG", {QKeySequence("E")}, "Select the ECG pane");
    focusEcho = make("Go to the ech&o clips", {QKeySequence("O")}, "Select the echo pane");

    playPause = make("&Play or pause", {QKeySequence(Qt::Key_Space)}, "Play or pause all clips");
    stepForward = make("Step &forward", {QKeySequence(Qt::Key_Right)}, "Show the next frame");
    stepBack = make("Step &back", {QKeySequence(Qt::Key_Left)}, "Show the frame before");
    faster = make("F&aster", {QKeySequence("]")}, "Play faster");
    slower = make("&Slower", {QKeySequence("[")}, "Play slower");
    const QPoint layouts[] = {{1, 1}, {2, 1}, {3, 1}, {2, 2}, {1, 2}, {3, 2}, {1, 3}, {2, 3}, {3, 3}};
    int number = 0, layoutNumber = 0;
    for (const QPoint& layout : layouts) {
        ++number;
        auto* action = make("", {QKeySequence(Qt::Key_0 + number)}, "Change the layout of the echo pane");
        action->setText(tr("Echo layout %1 × %2").arg(layout.y()).arg(layout.x()));
        action->setData(layout);
        gridLayouts << action;
    }

    for (const ecg::PageFormat format : ecg::allPageFormats) {
        auto* action = make("", {QKeySequence(QStringLiteral("Ctrl+%1").arg(++layoutNumber))}, "");
        action->setText(tr("ECG layout %1").arg(nameOf(format)));
        action->setToolTip(hintOf(format));
        action->setStatusTip(hintOf(format));
        action->setData(int(format));
        ecgLayouts << action;
    }
    medianBeat = make("Median &beat", {QKeySequence("Ctrl+M")}, "Show the median beat and the borders of its waves, and back");
    callipers = make("&Callipers", {QKeySequence("M")}, "Measure time, amplitude and rate on the ECG");
    tangent = make("&QT by tangent", {QKeySequence("Shift+M")}, "Measure QT: click on the last limb of a T wave");
    overlay = make("&Overlay another ECG…", {QKeySequence("Ctrl+Shift+E")}, "Draw a second ECG over the open one");
    measurements = make("M&easurements", {QKeySequence("Ctrl+Shift+M")}, "Rate, intervals, axes and voltages beside the page");
    notes = make("&Notes", {QKeySequence("Ctrl+Shift+N")}, "What was assumed, what the gate found, what the file states");
    model = make("What the &model sees", {QKeySequence("Ctrl+E")}, "Every step to the encoder's input, and what moved the embedding");
    trueSize = make("&True millimetres", {QKeySequence("Ctrl+T")}, "Show the ECG at its size on paper");
    calibrateScreen = make("Cali&brate the screen…", {}, "Measure the screen with a ruler, once");
    evaluate = make("&Evaluate models…", {QKeySequence("Ctrl+Alt+E")}, "Classification, calibration and retrieval of models on the library's patients, with intervals and baselines");
    train = make("&Train a model…", {QKeySequence("Ctrl+Alt+T")}, "Train the alignment or the echo encoder on pairs, with live curves");
    darkTheme = make("&Dark", {QKeySequence("Ctrl+D")}, "Dark theme, for a reading room");
    lightTheme = make("&Light", {QKeySequence("Ctrl+L")}, "Light theme");
    panel = make("&Full screen for the selected pane", {QKeySequence("F11")}, "Give the selected pane the whole screen, and back");
    resetDocks = make("&Put the panes back", {}, "Restore the default places of all panes");
    const auto exclusive = [&](std::initializer_list<QAction*> actions) {
        auto* group = new QActionGroup(window);
        for (QAction* action : actions) {
            action->setCheckable(true);
            group->addAction(action);
        }
    };
    exclusive({darkTheme, lightTheme});

    palette = make("&Command palette", {QKeySequence("Ctrl+K")}, "Find any command by its name");
    allCommands = make("&All commands and keys", {QKeySequence("?")}, "Show every command with its key");
    editKeys = make("Change &keys…", {QKeySequence("Ctrl+Alt+K")}, "Give any command another key");
    about = make("A&bout", {}, "Version, licence and intended use");
}

void CaseActions::fillMenus(QMainWindow* window, const QList<QAction*>& dockToggles, const EchoDesk& echo) const
{
    QMenuBar* bar = window->menuBar();
    QMenu* file = bar->addMenu(tr("&File"));
    file->addActions({openFiles, openFolder, openDemo});
    file->addSeparator();
    file->addActions({loadBundle, importWeights});
    file->addSeparator();
    file->addActions({writeReport, exportEcg, echo.exportClip, echo.exportPicture, echo.deidentify, screenshot});
    file->addSeparator();
    file->addAction(quit);

    QMenu* cases = bar->addMenu(tr("&Case"));
    cases->addActions({undo, analyse});
    cases->addSeparator();
    cases->addActions({search, focusEcg, focusEcho});

    QMenu* ecgMenu = bar->addMenu(tr("&ECG"));
    ecgMenu->addActions(ecgLayouts);
    ecgMenu->addSeparator();
    ecgMenu->addActions({medianBeat, overlay, callipers, tangent});
    ecgMenu->addSeparator();
    ecgMenu->addActions({notes, measurements, model});
    ecgMenu->addSeparator();
    ecgMenu->addActions({trueSize, calibrateScreen});

    QMenu* cine = bar->addMenu(tr("C&ine"));
    cine->addActions({playPause, stepForward, stepBack, faster, slower});
    cine->addSeparator();
    echo.fillCineMenu(cine);
    QMenu* layouts = cine->addMenu(tr("&Layout"));
    layouts->addActions(gridLayouts);

    echo.fillMeasureMenu(bar->addMenu(tr("&Measure")));

    bar->addMenu(tr("&Tools"))->addActions({evaluate, train});

    QMenu* view = bar->addMenu(tr("&View"));
    view->addActions({darkTheme, lightTheme});
    view->addSeparator();
    view->addActions(dockToggles);
    view->addAction(resetDocks);
    view->addSeparator();
    view->addAction(panel);

    QMenu* help = bar->addMenu(tr("&Help"));
    help->addActions({palette, allCommands, editKeys});
    help->addSeparator();
    help->addAction(about);
}

} // namespace echo2ecg::ui
