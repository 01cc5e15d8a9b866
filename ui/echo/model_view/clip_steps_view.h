// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/model_view/clip_preview.h"

#include <QWidget>

namespace echo2ecg::ui {

// One sampled frame of a clip through all steps of the echo recipe, and below it all frames of the tensor; a click or
// the arrow keys choose the frame. Paints only. GUI thread only.
class ClipStepsView : public QWidget
{
    Q_OBJECT
public:
    explicit ClipStepsView(QWidget* parent = nullptr);
    void setPreview(std::shared_ptr<const ClipPreview> preview);
    void select(int slot);
    int selected() const { return m_slot; }

    // What stands under each picture: "Decoded: frame 5 of the clip".
    QStringList captions() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {300, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Panel
    {
        QString title, caption;
        const QImage* picture;
        bool showsCrop = false;
    };
    std::vector<Panel> panels() const;
    int panelsPerLine() const;
    double panelWidth() const;
    int lineHeight(int line) const; // of the pictures alone
    int textHeight() const;
    int lineTop(int line) const;
    int stripTop() const;
    QRectF frameRect(int slot) const;

    std::shared_ptr<const ClipPreview> m_preview;
    int m_slot = 0;
};

} // namespace echo2ecg::ui
