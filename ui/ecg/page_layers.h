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
// grid is drawn once for a zoom and only shifted while the page is moved; at true size they may not be, and it is drawn
// anew. Fine lines fade where they would be closer than four device pixels.
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
    // `origin` is where 0 mm lies, in device pixels.
    QPixmap render(const QSize& devicePixels, double perFive, const QPointF& origin, double ratio) const;
    PagePlot& m_page;
    QPixmap m_cache;
    double m_cachedPerFive = 0;
    QPointF m_cachedOrigin;
};

// Traces, calibration pulses, lead names, and what the tools draw above them.
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
