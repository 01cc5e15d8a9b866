// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace echo2ecg::ui {

// A thin line with a handle; a click anywhere goes there. Shows a mark per frame while these are far enough apart.
class Scrubber : public QWidget
{
    Q_OBJECT
public:
    explicit Scrubber(QWidget* parent = nullptr);
    void setState(double fraction, int frames);
    QSize sizeHint() const override;

signals:
    void grabbed();
    void moved(double fraction);
    void released();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void follow(double x);
    double m_fraction = 0;
    int m_frames = 0;
    bool m_grabbed = false;
};

// The cine bar: play, step, speed, scrubber, frame counter, shown and true frame rate of the selected cell.
class CineBar : public QWidget
{
    Q_OBJECT
public:
    struct State
    {
        bool any = false;   // cells
        bool moves = false; // the selected cell is a clip
        bool playing = false;
        double speed = 1;
        int frame = -1, frames = 0;
        double fraction = 0;
        double shownFps = 0, headerFps = 0;
    };
    explicit CineBar(QWidget* parent = nullptr);
    void setState(const State& state);

signals:
    void togglePlay();
    void step(int frames);
    void setSpeed(double factor);
    void grabbed();
    void scrub(double fraction);
    void released();

private:
    void dress();
    State m_state;
    QToolButton *m_play, *m_back, *m_forward, *m_speed;
    Scrubber* m_scrubber;
    QLabel *m_frame, *m_fps;
};

// "1×", "0.5×"
QString speedText(double factor);

} // namespace echo2ecg::ui
