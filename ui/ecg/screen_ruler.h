// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QScreen;

namespace echo2ecg::ui {

// How many logical pixels of a screen are a millimetre: what a person measured with a ruler, remembered for each
// screen, else what the screen says of itself (often wrong: where it matters the ruler is asked for).
struct ScreenScale
{
    double pixelsPerMm = 96 / 25.4;
    bool calibrated = false;
};
ScreenScale scaleOf(const QScreen* screen);
void remember(const QScreen* screen, double pixelsPerMm);

// In place of a dialog: a bar that a person drags until it is as long as it says, with a ruler held to the screen.
class RulerPanel : public QFrame
{
    Q_OBJECT
public:
    explicit RulerPanel(QWidget* parent = nullptr);
    // Begins with what is known of the screen that the panel is on.
    void begin();
    double pixelsPerMm() const { return m_pixelsPerMm; }

signals:
    void finished(bool saved);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    QSize sizeHint() const override { return {560, 128}; }

private:
    QRectF bar() const;
    void setLength(double pixels);
    int lengthMm() const; // what the bar stands for
    double m_pixelsPerMm = 96 / 25.4;
    QLabel* m_words;
};

} // namespace echo2ecg::ui
