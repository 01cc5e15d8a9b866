// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"
#include "echo/echo_study.h"
#include "ui/echo/cell_tool.h"
#include "ui/echo/cell_view.h"
#include "ui/echo/cine_player.h"
#include "ui/echo/frame_pool.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

namespace echo2ecg::ui {

// What one cell of the grid shows.
struct CineCell
{
    echo::EchoClip clip;
    QString title;                   // "own study", "1 · similarity 0.83" …
    std::optional<float> viewWeight; // of attention pooling
    bool own = false;
    qint64 study = 0, clipId = 0;    // of the library; 0: not from there
    // Where the frames come from; empty: the clip's file. Called on the decode pool, may throw base::Error.
    std::function<std::unique_ptr<FrameProvider>()> openFrames;
};

enum class CinePhase { EndDiastole, EndSystole };
// What play, step, speed, scrub and loops act on. Cells in sync move together with either.
enum class CineScope { AllCells, SelectedCell };

// The echo pane: a grid of cine cells in ONE OpenGL widget (VTK, one renderer per cell), with the cine bar below. Clips
// play at the rate of their header by dropping frames; frames are decoded on a pool, never on the GUI thread. A cell
// that fails shows the reason in place. GUI thread only.
class CineGrid : public QWidget
{
    Q_OBJECT
public:
    explicit CineGrid(QWidget* parent = nullptr);
    ~CineGrid() override;

    // Layout is chosen by count and shape of the pane, up to 3×3, unless setGridLayout() was called. Replaces all
    // cells. Cells beyond the layout aren't shown and not decoded. Keeps playing when it played; a clip (by its file) that was
    // there before keeps its view, speed, loop and place in the sync.
    void setCells(std::vector<CineCell> cells);
    int cellCount() const;
    int shownCells() const; // that the layout has places for: cells 0 … n − 1
    void setGridLayout(int rows, int columns); // 0, 0: chosen by count again
    int selectedCell() const;                  // -1: none
    int maximisedCell() const;                 // -1: none
    void setEmptyText(const QString& what, const QString& how);
    // Why the cell can't be shown; empty when it can.
    QString cellError(int cell) const;

    bool isPlaying() const;
    double speed() const;                // of the selected cell
    int currentFrame(int cell) const;    // on display, -1 when none yet
    double displayedFps(int cell) const; // measured over the last second, 0 when paused
    // Tools and what is drawn over the pictures; neither is owned. Null: no tool.
    void setTool(CellTool* tool);
    void addPainter(CellPainter* painter);
    void removePainter(CellPainter* painter);
    void repaintPictures(); // after something that a painter draws has changed
    CellOnScreen onScreen(int cell) const; // cell −1 when it isn't on the screen
    const CineCell& cell(int cell) const;
    CellView cellView(int cell) const;
    void setCellView(int cell, const CellView& view);
    void showFrame(int cell, int frame); // pauses that cell
    // What the cell shows, at the resolution of its frame, turned, windowed as on the screen; painters included or not. Null before the first frame.
    QImage pictureOf(int cell, bool withOverlays);

    CineScope scope() const;
    LoopMode loopMode() const; // of the selected cell
    int beatLoop() const;      // of the selected cell, in beats; 0: none
    void setInOut(int cell, int in, int out); // frames, both shown; 0, −1: the whole clip
    int inFrame(int cell) const;
    int outFrame(int cell) const;
    SyncMode syncMode() const;
    void setSynced(int cell, bool synced); // takes part; every cell does at first
    bool isSynced(int cell) const;
    bool isInSync(int cell) const; // moves together with another one now
    QString syncNote(int cell) const; // "×0.87", "no beats: not in sync", or empty

    // Found in the background for every cell on display: from the header at once, then from the picture. Set ones stay.
    const echo::Beats& beats(int cell) const;
    void setBeats(int cell, const echo::Beats& beats);
    // One entry per beat; a frame of −1 isn't known. Proposed ones come with the beats; those set here or by a person stay.
    std::vector<echo::CardiacPhase> phases(int cell) const;
    void setPhases(int cell, std::vector<echo::CardiacPhase> phases);

    CacheUse cacheUse() const;
    void setCacheLimit(std::size_t bytes); // of compressed and decoded frames together; 384 MiB at first
    bool magnifier() const;

    bool hasFirstFrames() const;         // every cell of the layout shows something: its frame, or why there is none
    QImage grabGrid();                   // the GL content

public slots:
    void play();
    void pause();
    void togglePlay();
    void step(int frames);        // pauses
    void setScope(CineScope scope);
    void setSpeed(double factor); // 0.1 … 4
    void faster();
    void slower();
    void scrub(double fraction); // 0 … 1 of the selected cell's loop, all cells follow their own fraction
    void toFirstFrame();
    void toLastFrame();
    void selectCell(int cell);
    void toggleMaximised(int cell); // that cell alone, or all again
    void setLoopMode(LoopMode mode);
    void setBeatLoop(int beats); // whole beats from the one on display; 0: no loop of beats
    void setInHere();            // of the selected cell, or of those in the scope: the frame on display
    void setOutHere();
    void clearInOut();
    void setSyncMode(SyncMode mode);
    void goToPhase(CinePhase phase);    // of the selected cell: the next one in time, around the loop; pauses
    void setPhaseHere(CinePhase phase); // moves the one of the beat on display to the frame on display
    void zoomBy(double factor);         // of the selected cell, around its middle
    void turn(int quarters);            // clockwise
    void flip(Qt::Orientation along);
    void invert();
    void resetView();
    void setMagnifier(bool on); // a lens under the pointer
    void swapCells(int one, int other); // they change places

signals:
    void cellSelected(int cell);
    void playingChanged(bool playing);
    void cellsReplaced();
    void frameShown(int cell, int frame); // another one than before is on display
    void viewChanged(int cell);
    void stateChanged(); // scope, loop, sync or speed: what menus show with ticks
    void beatsFound(int cell);
    void phasesMoved(int cell, const std::vector<echo::CardiacPhase>& phases); // by a person
    void menuRequested(int cell, const QPoint& globalPosition); // a right click that moved nothing
    // A clip of the library was dropped on a cell (mime type "application/x-echo2ecg-clip": "STUDY CLIP"); cell −1: beside them.
    void clipDropped(int cell, qint64 study, qint64 clip);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
