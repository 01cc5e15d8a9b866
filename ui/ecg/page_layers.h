// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"
#include "report/page_painter.h"

#include <qcustomplot.h>

// What the plot is made of: paper below, page above. Both ask the plot where a millimetre is.
namespace echo2ecg::ui {

class PagePlot;

// Millimetre paper over the whole view. Five millimetres are a whole number of device pixels (see PagePlot), so the
// grid is drawn once for a zoom and only shifted while the page is moved. Fine lines fade where they would be closer
// than four device pixels.
class PaperLayer : public QCPLayerable
{
    Q_OBJECT
public:
    explicit PaperLayer(PagePlot& plot);
    void forget() { m_cache = {}; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override;

private:
    QPixmap render(const QSize& devicePixels, int perFive, double ratio) const;
    PagePlot& m_page;
    QPixmap m_cache;
    int m_cachedPerFive = 0;
};

// Traces, calibration pulses, lead names.
class TraceLayer : public QCPLayerable
{
    Q_OBJECT
public:
    explicit TraceLayer(PagePlot& plot);

protected:
    QRect clipRect() const override;
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override;

private:
    PagePlot& m_page;
};

} // namespace echo2ecg::ui
