// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cine_grid.h"
#include "ui/echo/scrubber.h"

#include <QWidget>

#include <functional>

class QLabel;
class QMenu;
class QToolButton;

namespace echo2ecg::ui {

class CacheMeter;

// The cine bar: transport, loop, beats, sync, phases, scrubber, frame counter, shown and due frame rate of the selected cell, memory.
// What doesn't fit goes into the menu at its end.
class CineBar : public QWidget
{
    Q_OBJECT
public:
    struct State
    {
        bool any = false;   // cells
        bool moves = false; // the selected cell is a clip
        bool playing = false, oneCell = false;
        double speed = 1;
        LoopMode mode = LoopMode::Loop;
        int beatLoop = 0;
        bool hasBeats = false;
        SyncMode sync = SyncMode::Off;
        bool synced = true;
        QString syncNote;
        int frame = -1, frames = 0;
        double fraction = 0;
        double shownFps = 0, dueFps = 0;
        ScrubberMarks marks;
        CacheUse cache;
    };
    explicit CineBar(QWidget* parent = nullptr);
    void setState(const State& state);
    QSize minimumSizeHint() const override;

signals:
    void togglePlay();
    void step(int frames);
    void setSpeed(double factor);
    void setLoopMode(LoopMode mode);
    void setBeatLoop(int beats);
    void setSync(SyncMode mode);
    void setSynced(bool synced);
    void setScope(bool oneCell);
    void goToPhase(CinePhase phase);
    void setPhaseHere(CinePhase phase);
    void setInHere();
    void setOutHere();
    void clearInOut();
    void moveInOut(int in, int out);
    void grabbed();
    void scrub(double fraction);
    void released();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    // What is shown or hidden together, and what stands for it in the menu when it is hidden.
    struct Group
    {
        QList<QWidget*> widgets;
        std::function<void(QMenu*)> fill;
        bool hidden = false;
    };
    QToolButton* button(const QString& name, const QString& tip);
    QLabel* label(const QString& widest);
    void fillSpeeds(QMenu* menu);
    void fillLoop(QMenu* menu);
    void fillBeats(QMenu* menu);
    void fillSync(QMenu* menu);
    void fillPoints(QMenu* menu);
    void fillPhases(QMenu* menu);
    void fillMore();
    void fit();
    void dress();

    State m_state;
    QToolButton *m_play, *m_back, *m_forward, *m_speed, *m_scope, *m_loop, *m_beats, *m_sync, *m_in, *m_out, *m_ed, *m_es, *m_more;
    Scrubber* m_scrubber;
    QLabel *m_frame, *m_fps;
    CacheMeter* m_cache;
    QList<Group> m_groups; // the first one is hidden first
};

// "1×", "0.5×"
QString speedText(double factor);
// "off", "time", "R wave", "cycle"
QString syncText(SyncMode mode);

} // namespace echo2ecg::ui
