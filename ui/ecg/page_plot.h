// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"
#include "report/page_painter.h"

#include <qcustomplot.h>

#include <memory>

namespace echo2ecg::ui {

class PaperLayer;
class TraceLayer;

// One ECG page with millimetre axes (y down). A zoom is a whole number of device pixels for five millimetres, the same
// in both directions: lines of the grid stay sharp and evenly spaced, and 1 mV is as high as 0.4 s is long at every
// size.
class PagePlot : public QCustomPlot
{
    Q_OBJECT
public:
    explicit PagePlot(QWidget* parent = nullptr);

    // `record` may be null; it is shared with the view, never changed.
    void setPage(std::shared_ptr<const ecg::EcgRecord> record, const ecg::Page& page);
    const ecg::EcgRecord* record() const { return m_record.get(); }
    // As drawn: in a wide and low view the rows stand closer than laid out, so that the page can be larger.
    const ecg::Page& page() const { return m_page; }

    report::PageScale scale() const;
    int devicePixelsPerFiveMm() const { return m_perFive; }
    double pixelRatio() const { return m_ratio; }
    bool isFitted() const { return m_fitted; }

    void fit();
    // Keeps the point of the page under `anchor` where it is. steps > 0 zooms in.
    void zoom(double steps, const QPointF& anchor);

    QSize minimumSizeHint() const override { return {220, 120}; }
    QSize sizeHint() const override { return {900, 420}; }

signals:
    void viewChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    int fittingZoom(const QSizeF& size) const;
    // Sets both axes from zoom and the top left corner of the view in mm, kept near the page and on whole device
    // pixels.
    void setView(int perFive, QPointF topLeftMm, const QSizeF& size);
    void fitTo(const QSizeF& size);
    void restyle();

    std::shared_ptr<const ecg::EcgRecord> m_record;
    ecg::Page m_laidOut, m_page;
    PaperLayer* m_paper = nullptr; // owned by the plot's layers
    TraceLayer* m_traces = nullptr;
    double m_ratio = 1;
    int m_perFive = 20;
    bool m_fitted = true;
    QPointF m_dragFrom, m_dragTopLeft;
    bool m_dragging = false;
};

} // namespace echo2ecg::ui
