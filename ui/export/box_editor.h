// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/deidentify.h"

#include <QImage>
#include <QWidget>

namespace echo2ecg::ui {

// A picture with the boxes of it that are kept; the rest is dimmed, or black as it will be written. Boxes are drawn with the mouse on free ground, moved
// inside, resized at edges and corners; the chosen one goes with Delete and moves with the arrow keys. Pixels of the picture throughout. GUI thread only.
class BoxEditor : public QWidget
{
    Q_OBJECT
public:
    explicit BoxEditor(QWidget* parent = nullptr);

    void setPicture(const QImage& picture, double pixelAspect = 1); // null: nothing
    void setWords(const QString& words);                            // where there is no picture
    void setBoxes(const std::vector<dicom::PixelBox>& boxes);
    const std::vector<dicom::PixelBox>& boxes() const { return m_boxes; }
    void setMasked(bool masked); // black instead of dimmed
    int chosen() const { return m_chosen; }
    void removeChosen();
    void addBox(); // a new one in the middle, to be moved
    QRectF boxOnScreen(int index) const;
    QSize sizeHint() const override { return {640, 480}; }

signals:
    void boxesChanged();
    void chosenChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Grip
    {
        int box = -1;
        bool left = false, top = false, right = false, bottom = false; // none: the whole box
    };
    QRectF area() const;                    // of the picture, in the widget
    QPointF toPicture(const QPointF& at) const;
    Grip gripAt(const QPointF& at) const;
    void showCursor(const Grip& grip);
    void choose(int index);
    void change(int index, dicom::PixelBox box);

    QImage m_picture;
    QString m_words;
    double m_aspect = 1;
    std::vector<dicom::PixelBox> m_boxes;
    int m_chosen = -1;
    bool m_masked = false;
    Grip m_grip;
    QPointF m_pressedAt;
    dicom::PixelBox m_before;
};

} // namespace echo2ecg::ui
