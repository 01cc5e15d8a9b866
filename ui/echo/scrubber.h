// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace echo2ecg::ui {

// What the scrubber shows beside the handle, in frames of the clip.
struct ScrubberMarks
{
    int frames = 0;
    int in = 0, out = -1;
    std::vector<int> rWaves, edFrames, esFrames;
    QString rSource;             // where the R waves come from, for a person
    bool phasesProposed = true;  // from the picture, not by a person
    bool phasesByMotion = false; // proposed without an R wave: they may be another chamber's, and are drawn fainter
    bool operator==(const ScrubberMarks&) const = default;
};

// A thin line with a handle; a click anywhere goes there. A mark per frame while these are far enough apart, R waves above the
// line, ends of diastole and systole below it, and the in and out points, which can be dragged.
class Scrubber : public QWidget
{
    Q_OBJECT
public:
    explicit Scrubber(QWidget* parent = nullptr);
    void setState(double fraction, const ScrubberMarks& marks);
    QSize sizeHint() const override;
    double xOf(int frame) const;

signals:
    void grabbed();
    void moved(double fraction);
    void released();
    void inOutMoved(int in, int out);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    enum class Grab { None, Handle, In, Out };
    void follow(double x);
    int frameAt(double x) const;
    int lastOut() const { return m_marks.out < 0 ? m_marks.frames - 1 : m_marks.out; }
    bool hasInOut() const { return m_marks.in > 0 || lastOut() < m_marks.frames - 1; }
    Grab grabAt(const QPointF& at) const;
    QString tipAt(double x) const;

    double m_fraction = 0;
    ScrubberMarks m_marks;
    Grab m_grab = Grab::None;
};

} // namespace echo2ecg::ui
