// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/evaluation_report_pdf.h"

#include "base/number_text.h"
#include "evaluation/evaluation_report.h"
#include "report/sheet.h"

#include <QBuffer>
#include <QPainterPath>
#include <QPdfWriter>
#include <QSaveFile>

#include <algorithm>
#include <cmath>

namespace echo2ecg::report {

namespace {

using evaluation::Evaluation;
using evaluation::ProbeResult;

const TextStyle plain{2.7, print::text}, quiet{2.7, print::muted}, small{2.3, print::muted};
constexpr double plotSize = 54, plotRow = plotSize + 20;

QString str(const std::string& s)
{
    return QString::fromStdString(s);
}

QString number(double value, int digits = 3)
{
    return std::isfinite(value) ? str(base::fixedText(value, digits)) : QStringLiteral("–");
}

// Told apart on a screen and, by their dashes, on a black printer.
QPen penOf(std::size_t index, double unitsPerMm)
{
    static const QColor inks[] = {QColor(0x1f, 0x4e, 0x79), QColor(0xb0, 0x4a, 0x0a), QColor(0x2c, 0x6e, 0x49), QColor(0x6a, 0x3d, 0x8a)};
    static const Qt::PenStyle styles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    return QPen(inks[index % 4], 0.4 * unitsPerMm, styles[index % 4], Qt::FlatCap, Qt::RoundJoin);
}

std::vector<QStringList> cellsOf(const std::string& markdown)
{
    std::vector<QStringList> rows;
    for (const auto& row : evaluation::tableCells(markdown)) {
        QStringList cells;
        for (const std::string& cell : row)
            cells << str(cell);
        rows.push_back(std::move(cells));
    }
    return rows;
}

class Writer
{
public:
    explicit Writer(Sheet& sheet) : s(sheet) {}

    void write(const Evaluation& e)
    {
        m_y += 5;
        s.text(Sheet::left, m_y, str(e.title.empty() ? std::string("Evaluation") : e.title), {5.2, print::text, QFont::DemiBold}, Sheet::right - Sheet::left);
        m_y += 3;
        paragraph(facts(e), quiet);
        table(QStringLiteral("Classification"), evaluation::classificationTable(e));
        table(QStringLiteral("Structural heart disease: AUROC by share of the training set (mean ± sd)"), evaluation::fractionTable(e));
        table(QStringLiteral("Retrieval, ECG to echo"), evaluation::retrievalTable(e, true));
        table(QStringLiteral("Retrieval, echo to ECG"), evaluation::retrievalTable(e, false));
        table(QStringLiteral("Ablation, ECG to echo"), evaluation::ablationTable(e));
        for (const evaluation::AblationRow& row : e.ablation)
            paragraph(str(row.name + ": " + row.note), small);
        for (const evaluation::BundleResult& bundle : e.bundles)
            for (const ProbeResult& probe : bundle.probes)
                plots(str((bundle.name.empty() ? bundle.id : bundle.name) + (bundle.untrained ? " (untrained)" : "") + ": " + probe.task), probe);
        table(QStringLiteral("Subgroups"), evaluation::subgroupTable(e));
        if (!e.warnings.empty())
            heading(QStringLiteral("To be kept in mind"), 8);
        for (const base::Warning& warning : e.warnings)
            paragraph(QStringLiteral("· ") + str(warning.sentence), plain);
    }

private:
    static QString facts(const Evaluation& e)
    {
        QString text = QStringLiteral("Data: %1, %2 ECGs, %3 echo studies, %4 patients.").arg(str(e.dataName)).arg(e.ecgs).arg(e.studies).arg(e.patients);
        text += QStringLiteral(" Intervals: %1 %, %2 resamples, seed %3. kNN with k = %4. Retrieval: within %5 σ of the phenotype.")
                    .arg(100 * e.options.bootstrap.level)
                    .arg(e.options.bootstrap.resamples)
                    .arg(e.options.bootstrap.seed)
                    .arg(e.options.knn.k)
                    .arg(e.options.toleranceFactor);
        text += QStringLiteral("\nSHA-256 of the data: ") + str(e.dataHash);
        if (!e.created.empty())
            text += QStringLiteral("\nMade ") + str(e.created) + QStringLiteral(" by ") + str(e.program);
        for (const evaluation::BundleResult& b : e.bundles)
            text += QStringLiteral("\nModel: %1 (%2)%3").arg(str(b.name), str(b.id), (b.simulated ? QStringLiteral(", trained on virtual patients") : QString()) + (b.note.empty() ? QString() : QStringLiteral(", ") + str(b.note)));
        return text;
    }

    void need(double height)
    {
        if (m_y + height <= Sheet::bottom)
            return;
        s.newPage();
        m_y = Sheet::top;
    }
    void heading(const QString& words, double follows)
    {
        need(follows + 12);
        m_y += 7;
        s.text(Sheet::left, m_y, words, {3.7, print::text, QFont::DemiBold}, Sheet::right - Sheet::left);
        m_y += 1.8;
        s.line(Sheet::left, m_y, Sheet::right, m_y, print::line);
        m_y += 1.2;
    }
    void paragraph(const QString& words, const TextStyle& style)
    {
        const double height = s.paragraph(Sheet::left, m_y, Sheet::right - Sheet::left, words, style, false);
        need(height);
        s.paragraph(Sheet::left, m_y, Sheet::right - Sheet::left, words, style);
        m_y += height + 0.8;
    }

    // Columns as wide as their widest cell; letters shrink, down to a size that can still be read, until all fit.
    void table(const QString& title, const std::string& markdown)
    {
        const std::vector<QStringList> rows = cellsOf(markdown);
        if (rows.size() < 2)
            return;
        constexpr double gap = 3, smallest = 1.7;
        const double space = Sheet::right - Sheet::left;
        TextStyle style = plain;
        std::vector<double> widths(std::size_t(rows.front().size()), 0.0);
        double sum = 0;
        TextStyle head = style;
        head.weight = QFont::DemiBold;
        for (const QStringList& row : rows)
            for (std::size_t c = 0; c < widths.size() && qsizetype(c) < row.size(); ++c)
                widths[c] = std::max(widths[c], s.textWidth(row[qsizetype(c)], &row == &rows.front() ? head : style));
        for (const double w : widths)
            sum += w + gap;
        const double scale = std::max(std::min(1.0, space / sum), smallest / style.sizeMm);
        style.sizeMm *= scale;
        for (double& w : widths)
            w = (w + gap) * scale;
        sum *= scale;
        if (sum > space) // a very long name: it alone is cut
            *std::max_element(widths.begin(), widths.end()) -= sum - space;

        heading(title, 14);
        const double height = style.sizeMm * 1.65;
        const auto draw = [&](const QStringList& row, bool isHead) {
            TextStyle ink = style;
            if (isHead) {
                ink.weight = QFont::DemiBold;
                ink.colour = print::muted;
            }
            m_y += height;
            double x = Sheet::left;
            for (std::size_t c = 0; c < widths.size() && qsizetype(c) < row.size(); ++c) {
                const double width = std::max(1.0, widths[c] - gap * scale);
                const bool isText = c == 0 || (c == 1 && !isNumber(rows[1].value(1)));
                s.text(isText ? x : x + width, m_y, row[qsizetype(c)], ink, width + gap * scale / 2, isText ? Qt::AlignLeft : Qt::AlignRight);
                x += widths[c];
            }
        };
        draw(rows.front(), true);
        for (std::size_t r = 1; r < rows.size(); ++r) {
            if (m_y + height > Sheet::bottom) {
                need(Sheet::bottom);
                draw(rows.front(), true);
            }
            draw(rows[r], false);
        }
        m_y += 1.5;
    }
    static bool isNumber(const QString& cell)
    {
        return !cell.isEmpty() && (cell[0].isDigit() || cell == QStringLiteral("–"));
    }

    void plots(const QString& title, const ProbeResult& probe)
    {
        heading(title, plotRow);
        const double top = m_y + 5;
        const double rocAt = Sheet::left + 12, reliabilityAt = rocAt + plotSize + 24, matrixAt = reliabilityAt + plotSize + 14;
        axes(rocAt, top, QStringLiteral("ROC"), QStringLiteral("1 − specificity"), QStringLiteral("sensitivity"));
        axes(reliabilityAt, top, QStringLiteral("Reliability"), QStringLiteral("predicted probability"), QStringLiteral("observed"));
        double legend = top + 2;
        for (std::size_t c = 0; c < probe.classNames.size(); ++c) {
            s.painter().setBrush(Qt::NoBrush);
            const QPen pen = penOf(c, s.unitsPerMm());
            roc(rocAt, top, probe.curves[c], pen);
            reliability(reliabilityAt, top, probe.reliability[c], pen);
            s.painter().setPen(pen);
            s.painter().drawLine(QPointF(matrixAt, legend) * s.unitsPerMm(), QPointF(matrixAt + 9, legend) * s.unitsPerMm());
            s.text(matrixAt + 11, legend + 0.9,
                   QStringLiteral("%1: n = %2, AUROC %3, ECE %4").arg(str(probe.classNames[c])).arg(probe.measures.classes[c].samples).arg(
                       number(probe.measures.classes[c].auroc), number(probe.reliability[c].expectedError)),
                   plain, Sheet::right - matrixAt - 11);
            legend += 5;
        }
        confusion(matrixAt, legend + 5, probe);
        m_y += plotRow;
    }

    QPointF at(double x, double y, double u, double v) const
    {
        return QPointF(x + u * plotSize, y + (1 - v) * plotSize) * s.unitsPerMm();
    }
    void axes(double x, double y, const QString& title, const QString& across, const QString& up)
    {
        s.text(x, y - 1.5, title, {2.7, print::text, QFont::DemiBold});
        for (int i = 0; i <= 4; ++i) {
            const double u = i / 4.0;
            s.line(x + u * plotSize, y, x + u * plotSize, y + plotSize, print::line, 0.1);
            s.line(x, y + u * plotSize, x + plotSize, y + u * plotSize, print::line, 0.1);
            s.text(x + u * plotSize, y + plotSize + 3.4, number(u, 2), small, 0, Qt::AlignHCenter);
            s.text(x - 1.2, y + (1 - u) * plotSize + 0.8, number(u, 2), small, 0, Qt::AlignRight);
        }
        s.line(x, y + plotSize, x + plotSize, y, print::faint, 0.15);
        s.text(x + plotSize / 2, y + plotSize + 7, across, small, 0, Qt::AlignHCenter);
        s.text(x + plotSize, y - 1.5, up + QStringLiteral(" ↑"), small, 0, Qt::AlignRight);
    }
    void roc(double x, double y, const std::vector<evaluation::CurvePoint>& curve, const QPen& pen)
    {
        if (curve.empty() || curve.back().truePositives == 0 || curve.back().falsePositives == 0)
            return;
        QPolygonF line;
        for (const evaluation::CurvePoint& p : curve)
            line << at(x, y, double(p.falsePositives) / double(curve.back().falsePositives), double(p.truePositives) / double(curve.back().truePositives));
        s.painter().setPen(pen);
        s.painter().drawPolyline(line);
    }
    void reliability(double x, double y, const evaluation::Reliability& reliability, const QPen& pen)
    {
        QPolygonF line;
        for (const evaluation::ReliabilityBin& bin : reliability.bins)
            if (bin.count > 0)
                line << at(x, y, bin.meanProbability, bin.observedFraction);
        s.painter().setPen(pen);
        s.painter().drawPolyline(line);
        for (const QPointF& point : line)
            s.disc(point.x() / s.unitsPerMm(), point.y() / s.unitsPerMm(), 0.6, pen.color(), true);
    }
    void confusion(double x, double y, const ProbeResult& probe)
    {
        s.text(x, y, QStringLiteral("Confusion: rows are the truth, columns what was predicted"), {2.7, print::text, QFont::DemiBold}, Sheet::right - x);
        const double column = std::min(24.0, (Sheet::right - x - 30) / double(probe.classNames.size()));
        y += 5;
        for (std::size_t c = 0; c < probe.classNames.size(); ++c)
            s.text(x + 30 + column * double(c + 1), y, str(probe.classNames[c]), small, column - 2, Qt::AlignRight);
        for (std::size_t r = 0; r < probe.classNames.size(); ++r) {
            y += 5;
            s.text(x, y, str(probe.classNames[r]), quiet, 30);
            for (std::size_t c = 0; c < probe.measures.confusion[r].size(); ++c)
                s.text(x + 30 + column * double(c + 1), y, QString::number(probe.measures.confusion[r][c]), plain, 0, Qt::AlignRight);
        }
    }

    Sheet& s;
    double m_y = Sheet::top;
};

void drawFoot(Sheet& sheet, const Evaluation& e, int page)
{
    const double y = 204.5;
    const TextStyle bold{2.9, print::text, QFont::DemiBold};
    double x = Sheet::left + sheet.text(Sheet::left, y, QStringLiteral("Research use only. Not for diagnostic procedures."), bold) + 4;
    if (e.simulated)
        x += sheet.text(x, y, QStringLiteral("Virtual patients, nobody's heart."), {2.9, print::warning, QFont::DemiBold}) + 4;
    const bool nothingTrained = !e.bundles.empty() && std::all_of(e.bundles.begin(), e.bundles.end(), [](const auto& b) { return b.untrained; });
    if (nothingTrained)
        sheet.text(x, y, QStringLiteral("Made with untrained weights."), {2.9, print::error, QFont::DemiBold});
    sheet.text(Sheet::right, y, QStringLiteral("page %1").arg(page), {2.7, print::muted}, 0, Qt::AlignRight);
}

} // namespace

void writeEvaluationReport(const Evaluation& e, const std::filesystem::path& pdf)
{
    // Made in memory and put in place at once: a full disk leaves no half report behind.
    QBuffer bytes;
    bytes.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&bytes);
        writer.setTitle(str(e.title.empty() ? std::string("Evaluation") : e.title) + QStringLiteral(", research use only"));
        writer.setCreator(QStringLiteral("Echo2ECG Workstation " E2E_VERSION));
        Sheet sheet(writer, [&](Sheet& s, int page) { drawFoot(s, e, page); });
        if (!sheet.begin())
            throw base::Error(base::ErrorCode::Io, "the report can't be painted", {pdf, {}});
        Writer(sheet).write(e);
        sheet.end();
    }
    QSaveFile file(QString::fromStdString(pdf.string()));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes.data()) != bytes.size() || !file.commit())
        throw base::Error(base::ErrorCode::Io, "the report can't be written: " + file.errorString().toStdString(), {pdf, {}});
}

} // namespace echo2ecg::report
