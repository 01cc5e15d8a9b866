// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/case_report.h"

#include "report/sheets.h"

#include <cmath>

#include <QBuffer>
#include <QDateTime>
#include <QPdfWriter>
#include <QSaveFile>

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
    else if (report.engine && report.engine->simulated)
        sheet.text(x + 4, y, QStringLiteral("Weights trained on simulated patients."),
                   {2.9, print::warning, QFont::DemiBold});
    sheet.text(Sheet::right, y, QStringLiteral("%1 · page %2").arg(made).arg(page), {2.7, print::muted}, 0,
               Qt::AlignRight);
}

// Draws with `draw`, on paper whose foot says what made it.
void write(const CaseReport& report, const std::filesystem::path& pdf, const QString& title,
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
        Sheet sheet(writer, [&](Sheet& s, int page) { drawFoot(s, report, made, page); });
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
    write(report, pdf, QStringLiteral("ECG case report, research use only"), [&](Sheet& sheet) {
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
    write({}, pdf, QStringLiteral("ECG, research use only"), [&](Sheet& sheet) { drawEcgSheets(sheet, record, print); });
}

} // namespace echo2ecg::report
