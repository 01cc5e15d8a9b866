// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <qcustomplot.h>

namespace echo2ecg::ui {

// A plot of results in the window's theme: what is under the pointer says its value, the context menu saves it as PNG or PDF. On paper it is dark ink on white
// whatever the theme. GUI thread only.
class PlotView : public QCustomPlot
{
    Q_OBJECT
public:
    explicit PlotView(const QString& objectName, QWidget* parent = nullptr);

    // By the ending: .pdf, else a PNG of three times the pixels. False when it can't be written.
    bool save(const QString& file);
    // What the pointer says there; empty where nothing is.
    virtual QString valueAt(const QPointF& pixel) const = 0;

    // Instead of the content; empty: the content.
    void setEmpty(const QString& words);
    bool isEmpty() const { return !m_empty.isEmpty(); }

protected:
    // Draws everything anew in these colours; axes are styled before. Ends without a replot.
    virtual void draw(const ThemeColours& colours) = 0;
    void redraw();

    void contextMenuEvent(QContextMenuEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

    // Ink of the n-th series; classes of the LVEF have their own everywhere.
    static QColor inkOf(const ThemeColours& colours, const QString& name, int index);
    // The point of the graph nearest to the pixel, within a finger's width; −1: none.
    int nearestPoint(const QCPGraph* graph, const QPointF& pixel) const;
    QFont smallFont() const;

private:
    void restyle(const ThemeColours& colours);
    QString m_empty;
};

// "0.83", an em-wide dash for what isn't defined.
QString plotNumber(double value, int digits = 3);

} // namespace echo2ecg::ui
