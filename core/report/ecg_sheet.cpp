// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/ecg_caption.h"
#include "report/page_arrangement.h"
#include "report/page_painter.h"
#include "report/sheets.h"

#include <cmath>

namespace echo2ecg::report {

namespace {

constexpr double gridTop = 24, gridBottom = 198; // mm on the sheet

void drawGrid(Sheet& sheet, double left, double right)
{
    for (const bool bold : {false, true}) {
        const QColor& colour = bold ? print::gridBold : print::gridFine;
        const double width = bold ? 0.14 : 0.09;
        const auto wanted = [bold](int mm) { return (mm % 5 == 0) == bold; };
        for (int mm = 0; left + mm <= right + 1e-6; ++mm)
            if (wanted(mm))
                sheet.line(left + mm, gridTop, left + mm, gridBottom, colour, width);
        for (int mm = 0; gridTop + mm <= gridBottom + 1e-6; ++mm)
            if (wanted(mm))
                sheet.line(left, gridTop + mm, right, gridTop + mm, colour, width);
    }
}

void drawPage(Sheet& sheet, const ecg::EcgRecord& shown, const ecg::Page& page, const ecg::DisplayFilter& filter)
{
    const double wide = 5 * std::ceil(page.width / 5);
    const double left = (Sheet::width - wide) / 2, right = left + wide;
    sheet.text(left, 15, patientLine(shown), {4.0, print::text, QFont::DemiBold}, wide);
    sheet.text(left, 20.5, acquisitionLine(shown), {3.0, print::muted}, wide);
    drawGrid(sheet, left, right);

    PageScale scale;
    scale.unitsPerMm = sheet.unitsPerMm();
    scale.origin = QPointF(left, gridTop + std::max(0.0, (gridBottom - gridTop - page.height) / 2)) * scale.unitsPerMm;
    PageInk ink;
    ink.trace = ink.text = print::text;
    ink.paper = print::paper;
    ink.traceWidth = 0.24 * scale.unitsPerMm;
    ink.columnWidth = 0.03 * scale.unitsPerMm;
    ink.haloWidth = 0.7 * scale.unitsPerMm;
    ink.labelFont = sheet.font({3.0, print::text, QFont::DemiBold});
    QPainter& p = sheet.painter();
    p.save();
    const double k = scale.unitsPerMm;
    p.setClipRect(QRectF(left * k, gridTop * k, wide * k, (gridBottom - gridTop) * k));
    paintMarks(p, page, scale, ink);
    paintTraces(p, shown, page, scale, ink, QRectF(0, 0, Sheet::width * k, Sheet::height * k));
    paintLabels(p, shown, page, scale, ink, footLine(page, filter));
    p.restore();
}

} // namespace

void drawEcgSheets(Sheet& sheet, const ecg::EcgRecord& record, const EcgPrint& print)
{
    const ecg::EcgRecord shown = print.filter.any() ? ecg::filtered(record, print.filter) : record;
    const ecg::DisplayFilter applied = ecg::applicable(print.filter, record.samplingHz);
    ecg::PageSettings settings = print.page;
    const double length = ecg::pageSeconds(settings);
    if (print.wholeRecording)
        settings.startSeconds = 0;
    bool first = true;
    for (;;) {
        constexpr double height = gridBottom - gridTop;
        const ecg::Page page = closer(ecg::layOutPage(settings, record.seconds()), height);
        for (const ecg::Page& part : onPaper(arranged(page, shown, height), height)) {
            if (!first)
                sheet.newPage();
            first = false;
            drawPage(sheet, shown, part, applied);
        }
        settings.startSeconds += length;
        if (!print.wholeRecording || settings.startSeconds > record.seconds() - 0.05)
            break;
    }
}

} // namespace echo2ecg::report
