// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/case_report.h"

#include "base/simulated.h"
#include "ecg/simulated.h"
#include "report/sheets.h"

#include <algorithm>
#include <cmath>

#include <QBuffer>
#include <QDateTime>
#include <QPdfWriter>
#include <QSaveFile>
#include <QStringList>

namespace echo2ecg::report {

namespace {

void drawFoot(Sheet& sheet, const CaseReport& report, const QString& made, int page)
{
    const double y = 204.5;
    double x = Sheet::left;
    x += sheet.text(x, y, QStringLiteral("Research use only. Not for diagnostic procedures."),
                    {2.9, print::text, QFont::DemiBold});
    if (report.engine && !report.engine->trained)
        sheet.text(x + 4, y,
                   QStringLiteral("Made with untrained weights: no number here says anything about a patient."),
                   {2.9, print::error, QFont::DemiBold});
    sheet.text(Sheet::right, y, QStringLiteral("%1 · page %2").arg(made).arg(page), {2.7, print::muted}, 0,
               Qt::AlignRight);
}

// What of a report is simulated, in words; empty: nothing.
QStringList simulatedIn(const CaseReport& report, const ecg::EcgRecord& record)
{
    QStringList words;
    if (ecg::isSimulated(record))
        words << QString::fromLatin1(base::virtualPatientSentence);
    else if ((report.prediction && std::ranges::any_of(report.prediction->lvefNeighbours, &casework::Neighbour::simulated)) ||
             (report.retrieval && std::ranges::any_of(report.retrieval->studies, &casework::RankedStudy::simulated)))
        words << QStringLiteral("Virtual patients are among the neighbours.");
    if (report.engine && report.engine->trained && report.engine->simulated)
        words << QString::fromLatin1(base::simulatedModelSentence);
    return words;
}

// In the margin above everything else of a page.
void drawSimulatedMark(Sheet& sheet, const QStringList& words)
{
    if (words.isEmpty())
        return;
    const QString mark = QString::fromLatin1(base::simulatedWord);
    const TextStyle style{3.6, print::paper, QFont::Bold};
    constexpr double top = 5.2, height = 5.4, room = 2;
    const double wide = sheet.textWidth(mark, style) + 2 * room, k = sheet.unitsPerMm();
    sheet.painter().fillRect(QRectF(Sheet::left * k, top * k, wide * k, height * k), print::warning);
    sheet.text(Sheet::left + room, top + 4.0, mark, style);
    sheet.text(Sheet::left + wide + 2.5, top + 4.0, words.join(QLatin1Char(' ')), {3.1, print::warning, QFont::DemiBold}, Sheet::right - Sheet::left - wide - 2.5);
}

// Draws with `draw`, on paper whose foot says what made it.
void write(const CaseReport& report, const ecg::EcgRecord& record, const std::filesystem::path& pdf, const QString& title,
           const std::function<void(Sheet&)>& draw)
{
    const QString program = QStringLiteral("Echo2ECG Workstation " E2E_VERSION);
    const QString made =
        program + QStringLiteral(" · ") + QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH:mm"));

    // Made in memory and put in place at once: a full disk leaves no half report behind.
    QBuffer bytes;
    bytes.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&bytes);
        writer.setTitle(title);
        writer.setCreator(program);
        const QStringList simulated = simulatedIn(report, record);
        Sheet sheet(writer, [&](Sheet& s, int page) {
            drawSimulatedMark(s, simulated);
            drawFoot(s, report, made, page);
        });
        if (!sheet.begin())
            throw base::Error(base::ErrorCode::Io, "the report can't be painted", {pdf, {}});
        draw(sheet);
        sheet.end();
    }
    QSaveFile file(QString::fromStdString(pdf.string()));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes.data()) != bytes.size() || !file.commit())
        throw base::Error(base::ErrorCode::Io, "the report can't be written: " + file.errorString().toStdString(),
                          {pdf, {}});
}

} // namespace

void writeCaseReport(const CaseReport& report, const std::filesystem::path& pdf)
{
    write(report, report.record, pdf, QStringLiteral("ECG case report, research use only"), [&](Sheet& sheet) {
        drawEcgSheets(sheet, report.record, report.print);
        drawResultSheets(sheet, report);
    });
}

void writeEcgPages(const ecg::EcgRecord& record, const EcgPrint& print, const std::filesystem::path& pdf)
{
    const double pages = record.seconds() / ecg::pageSeconds(print.page);
    if (print.wholeRecording && pages > double(mostEcgPages))
        throw base::Error(base::ErrorCode::LimitExceeded,
                          "The whole recording would take " + std::to_string(std::size_t(std::ceil(pages))) +
                              " pages; " + std::to_string(mostEcgPages) + " are the most. Print parts of it.",
                          {record.file, {}});
    if (!print.wholeRecording && print.page.startSeconds > 0 && print.page.startSeconds >= record.seconds())
        throw base::Error(base::ErrorCode::Unsuitable, "The page would begin behind the end of the recording.",
                          {record.file, {}});
    write({}, record, pdf, QStringLiteral("ECG, research use only"), [&](Sheet& sheet) { drawEcgSheets(sheet, record, print); });
}

} // namespace echo2ecg::report
