// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QList>
#include <QObject>

class QMenu;

namespace echo2ecg::ui {

class CineGrid;

// The commands of the echo pane with names, keys and tooltips, joined to one grid: for menus, palette and the list of keys. Play,
// step, speed and layouts are the window's own. The keys are defaults and work while the grid has the focus; objectName() of each is
// stable.
class EchoActions : public QObject
{
    Q_OBJECT
public:
    explicit EchoActions(CineGrid* grid, QObject* parent = nullptr);

    QAction *firstFrame, *lastFrame, *tenForward, *tenBack;
    QAction *oneCell, *sweep;                        // checkable
    QAction *beatLoop, *moreBeats, *inHere, *outHere, *clearInOut;
    QAction *syncOff, *syncTime, *syncRWave, *syncCycle; // checkable, one of them
    QAction *nextSync, *inSync;
    QAction *goToEd, *goToEs, *setEd, *setEs;
    QAction *zoomIn, *zoomOut, *turnRight, *turnLeft, *flipAcross, *flipUpsideDown, *invert, *moreGamma, *lessGamma, *resetView, *magnifier;
    QAction *maximise, *nextCell, *previousCell;
    QList<QAction*> all;

    void fillMenu(QMenu* menu) const;  // under the transport of the window
    void fillCellMenu(QMenu* menu) const; // for a right click on a cell

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QAction* make(const char* name, const QString& text, const QKeySequence& key, const QString& hint);
    void connectAll();
    void show();
    void selectBy(int cells);
    void pressMagnifier();

    CineGrid* m_grid;
    qint64 m_magnifierSince = 0; // ms; how long its key is down
};

} // namespace echo2ecg::ui
