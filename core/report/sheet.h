// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QString>

#include <functional>

namespace echo2ecg::report {

// Inks of a printed report: black, two greys, warning and error, hairline, and the grid of ECG paper.
namespace print {
inline const QColor text(0x14, 0x15, 0x18), muted(0x55, 0x5a, 0x61), faint(0x8a, 0x90, 0x97), line(0xc9, 0xcd, 0xd1);
inline const QColor warning(0x85, 0x58, 0x00), error(0xb0, 0x2a, 0x1f), paper(0xff, 0xff, 0xff);
inline const QColor gridFine(0xf8, 0xdf, 0xdc), gridBold(0xec, 0xb6, 0xb1);
} // namespace print

struct TextStyle
{
    double sizeMm = 3.1; // height of the em
    QColor colour = print::text;
    QFont::Weight weight = QFont::Normal;
};

// A pile of A4 landscape pages addressed in millimetres, origin top left. Every page gets its running foot.
class Sheet
{
public:
    static constexpr double width = 297, height = 210, left = 15, right = 282, top = 14, bottom = 199;

    // `foot` is drawn on every page before anything else.
    Sheet(QPdfWriter& writer, std::function<void(Sheet&, int page)> foot);
    // False when the device can't be painted on.
    bool begin();
    void newPage();
    void end();

    QPainter& painter() { return m_painter; }
    double unitsPerMm() const { return m_unitsPerMm; }
    QFont font(const TextStyle& style) const;

    // `y` is the baseline. Returns the width drawn; what is longer than maxWidth ends in an ellipsis.
    double text(double x, double y, const QString& words, const TextStyle& style = {}, double maxWidth = 0,
                Qt::Alignment alignment = Qt::AlignLeft);
    // Wrapped words below `y` (top); returns their height. `draw` false only measures.
    double paragraph(double x, double y, double paragraphWidth, const QString& words, const TextStyle& style = {},
                     bool draw = true);
    double textWidth(const QString& words, const TextStyle& style) const;
    void line(double x1, double y1, double x2, double y2, const QColor& colour, double widthMm = 0.15);
    void disc(double x, double y, double radius, const QColor& colour, bool filled);
    // Fits the picture into the box with its aspect; returns its width.
    double image(double x, double y, double maxWidth, double maxHeight, const QImage& picture);

private:
    QPdfWriter& m_writer;
    QPainter m_painter;
    std::function<void(Sheet&, int)> m_foot;
    double m_unitsPerMm = 1;
    int m_page = 1;
};

} // namespace echo2ecg::report
