// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/ecg/page_content.h"
#include "ui/ecg/page_tool.h"

#include <qcustomplot.h>

#include <QTimer>

namespace echo2ecg::ui {

class PaperLayer;
class TraceLayer;

// One ECG page with millimetre axes (y down). A zoom is a whole number of device pixels for five millimetres, the same
// in both directions: lines of the grid stay sharp and evenly spaced, and 1 mV is as high as 0.4 s is long at every
// size. At true size a millimetre of the page is one of the screen, and five may be a broken number of pixels.
class PagePlot : public QCustomPlot
{
    Q_OBJECT
public:
    explicit PagePlot(QWidget* parent = nullptr);

    // Fits the page, unless its size is that of the page shown before: then the view stays where it is.
    void setContent(PageContent content);
    const PageContent& content() const { return m_content; }
    const ecg::EcgRecord* record() const { return m_content.record.get(); }
    // Not owned; asked in this order.
    void setTools(std::vector<PageTool*> tools);
    // As drawn: in a wide and low view the rows stand closer than laid out, so that the page can be larger.
    const ecg::Page& page() const { return m_page; }

    report::PageScale scale() const;
    EcgPaperColours colours() const;
    double devicePixelsPerFiveMm() const { return m_perFive; }
    double pixelRatio() const { return m_ratio; }
    bool isFitted() const { return m_fitted; }
    // While the page is moved or zoomed traces are drawn a pixel thin, so that every frame is in time; whole again at rest.
    bool isMoving() const { return m_settle.isActive(); }
    bool isTrueSize() const { return m_trueSize; }

    void fit();
    // Screen pixels (logical) per millimetre, from the calibration of the screen; the middle of the view stays.
    void setTrueSize(double pixelsPerMm);
    // Keeps the point of the page under `anchor` where it is. steps > 0 zooms in.
    void zoom(double steps, const QPointF& anchor);

    void paintTools(QPainter& painter);

    QSize minimumSizeHint() const override { return {220, 120}; }
    QSize sizeHint() const override { return {900, 420}; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int fittingZoom(const QSizeF& size) const;
    // Sets both axes from zoom and the top left corner of the view in mm, kept near the page and on whole device
    // pixels.
    void setView(double perFive, QPointF topLeftMm, const QSizeF& size);
    void showCursor(const QPointF& at);
    void fitTo(const QSizeF& size);
    void restyle();

    PageContent m_content;
    ecg::Page m_page;
    std::vector<PageTool*> m_tools;
    PageTool* m_holding = nullptr; // the tool that has the mouse
    PaperLayer* m_paper = nullptr; // owned by the plot's layers
    TraceLayer* m_traces = nullptr;
    double m_ratio = 1;
    double m_perFive = 20;
    bool m_fitted = true, m_trueSize = false;
    QPointF m_dragFrom, m_dragTopLeft;
    bool m_dragging = false;
    QTimer m_settle;
    bool m_resized = false; // and not drawn since
};

} // namespace echo2ecg::ui
