// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/sheet.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPageLayout>
#include <QPageSize>

#include <cmath>

namespace echo2ecg::report {

namespace {

constexpr int dotsPerInch = 1200;

QString reportFamily()
{
    for (const char* family : {"Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans"})
        if (QFontDatabase::hasFamily(QString::fromLatin1(family)))
            return QString::fromLatin1(family);
    return QFont().family();
}

} // namespace

Sheet::Sheet(QPdfWriter& writer, std::function<void(Sheet&, int)> foot)
    : m_writer(writer), m_foot(std::move(foot)), m_unitsPerMm(dotsPerInch / 25.4)
{
    m_writer.setResolution(dotsPerInch);
    m_writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Landscape, {}, QPageLayout::Millimeter));
}

bool Sheet::begin()
{
    if (!m_painter.begin(&m_writer))
        return false;
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_foot(*this, m_page);
    return true;
}

void Sheet::newPage()
{
    m_writer.newPage();
    m_foot(*this, ++m_page);
}

void Sheet::end()
{
    m_painter.end();
}

QFont Sheet::font(const TextStyle& style) const
{
    static const QString family = reportFamily();
    QFont font(family);
    font.setPixelSize(int(std::lround(style.sizeMm * m_unitsPerMm)));
    font.setWeight(style.weight);
    font.setHintingPreference(QFont::PreferNoHinting);
    // Contextual glyphs (case-sensitive hyphens and brackets) have no Unicode value in the file: a date would lose its
    // hyphens when copied.
    font.setStyleStrategy(QFont::PreferNoShaping);
    return font;
}

double Sheet::textWidth(const QString& words, const TextStyle& style) const
{
    return QFontMetricsF(font(style), &m_writer).horizontalAdvance(words) / m_unitsPerMm;
}

double Sheet::text(double x, double y, const QString& words, const TextStyle& style, double maxWidth,
                   Qt::Alignment alignment)
{
    const QFont f = font(style);
    const QFontMetricsF metrics(f, &m_writer);
    const QString shown = maxWidth > 0 ? metrics.elidedText(words, Qt::ElideRight, maxWidth * m_unitsPerMm) : words;
    const double length = metrics.horizontalAdvance(shown);
    double at = x * m_unitsPerMm;
    if (alignment & Qt::AlignRight)
        at -= length;
    else if (alignment & Qt::AlignHCenter)
        at -= length / 2;
    m_painter.setFont(f);
    m_painter.setPen(style.colour);
    m_painter.drawText(QPointF(at, y * m_unitsPerMm), shown);
    return length / m_unitsPerMm;
}

double Sheet::paragraph(double x, double y, double paragraphWidth, const QString& words, const TextStyle& style,
                        bool draw)
{
    const QFont f = font(style);
    const QRectF box(x * m_unitsPerMm, y * m_unitsPerMm, paragraphWidth * m_unitsPerMm, 1e6);
    const int flags = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;
    const QRectF used = QFontMetricsF(f, &m_writer).boundingRect(box, flags, words);
    if (draw) {
        m_painter.setFont(f);
        m_painter.setPen(style.colour);
        m_painter.drawText(box, flags, words);
    }
    return used.height() / m_unitsPerMm;
}

void Sheet::line(double x1, double y1, double x2, double y2, const QColor& colour, double widthMm)
{
    m_painter.setPen(QPen(colour, widthMm * m_unitsPerMm, Qt::SolidLine, Qt::FlatCap));
    m_painter.drawLine(QPointF(x1, y1) * m_unitsPerMm, QPointF(x2, y2) * m_unitsPerMm);
}

void Sheet::disc(double x, double y, double radius, const QColor& colour, bool filled)
{
    m_painter.setPen(QPen(colour, 0.25 * m_unitsPerMm));
    m_painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
    m_painter.drawEllipse(QPointF(x, y) * m_unitsPerMm, radius * m_unitsPerMm, radius * m_unitsPerMm);
    m_painter.setBrush(Qt::NoBrush);
}

double Sheet::image(double x, double y, double maxWidth, double maxHeight, const QImage& picture)
{
    if (picture.isNull())
        return 0;
    const QSizeF size = QSizeF(picture.size()).scaled(maxWidth, maxHeight, Qt::KeepAspectRatio);
    m_painter.drawImage(QRectF(QPointF(x, y) * m_unitsPerMm, size * m_unitsPerMm), picture);
    return size.width();
}

} // namespace echo2ecg::report
