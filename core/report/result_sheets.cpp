// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/ecg_caption.h"
#include "report/sheets.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::report {

namespace {

const TextStyle plain{3.0, print::text};
const TextStyle quiet{3.0, print::muted};
const TextStyle columnHead{2.6, print::muted, QFont::DemiBold};
constexpr double rowHeight = 5.2;

QString str(const std::string& s)
{
    return QString::fromStdString(s).simplified();
}

// Writes downwards and turns the page when a block doesn't fit.
class Flow
{
public:
    explicit Flow(Sheet& sheet) : s(sheet) {}

    void need(double height)
    {
        if (y + height > Sheet::bottom)
            turn();
    }
    void turn()
    {
        s.newPage();
        y = Sheet::top;
    }
    void heading(const QString& words, double follows = 12)
    {
        need(follows + 10);
        y += y > Sheet::top + 5 ? 8.5 : 4.2;
        s.text(Sheet::left, y, words, {3.9, print::text, QFont::DemiBold});
        y += 2.2;
        s.line(Sheet::left, y, Sheet::right, y, print::line);
        y += 1.4;
    }
    void paragraph(const QString& words, const TextStyle& style, double x = Sheet::left, double width = 0)
    {
        const double w = width > 0 ? width : Sheet::right - x;
        const double h = s.paragraph(x, y, w, words, style, false);
        need(h);
        s.paragraph(x, y, w, words, style);
        y += h + 1;
    }
    void fact(const QString& name, const QString& value)
    {
        if (value.isEmpty())
            return;
        const double x = Sheet::left + 42;
        const double h = s.paragraph(x, y, Sheet::right - x, value, plain, false);
        need(h + 1);
        s.paragraph(Sheet::left, y, 40, name, quiet);
        s.paragraph(x, y, Sheet::right - x, value, plain);
        y += h + 0.8;
    }

    Sheet& s;
    double y = Sheet::top;
};

struct Column
{
    QString head;
    double x; // left end, or right end of a number
    double width;
    bool isNumber = false;
};

void tableHead(Flow& f, const std::vector<Column>& columns)
{
    f.y += 3.4;
    for (const Column& c : columns)
        f.s.text(c.x, f.y, c.head, columnHead, c.width, c.isNumber ? Qt::AlignRight : Qt::AlignLeft);
    f.y += 1.6;
}

void tableRow(Flow& f, const std::vector<Column>& columns, const QStringList& cells)
{
    if (f.y + rowHeight > Sheet::bottom) {
        f.turn();
        tableHead(f, columns);
    }
    f.y += rowHeight - 1.4;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& c = columns[i];
        f.s.text(c.x, f.y, cells[qsizetype(i)], c.isNumber ? plain : quiet, c.width,
                 c.isNumber ? Qt::AlignRight : Qt::AlignLeft);
    }
    f.y += 1.4;
}

QString className(const CaseReport& report, int index)
{
    if (index < 0 || index > 2)
        return QStringLiteral("—");
    const auto c = static_cast<retrieval::LvefClass>(index);
    if (report.engine && std::size_t(index) < report.engine->lvefClassNames.size())
        return QStringLiteral("%1  %2").arg(QString::fromLatin1(retrieval::letter(c)),
                                            str(report.engine->lvefClassNames[std::size_t(index)]));
    return QStringLiteral("%1  %2").arg(QString::fromLatin1(retrieval::letter(c)),
                                        QString::fromLatin1(retrieval::word(c)));
}

QString fixed(double value, int digits)
{
    return std::isfinite(value) ? QString::number(value, 'f', digits) : QStringLiteral("—");
}

// "3 of 5 reduced · 2 of 5 preserved"
QString votes(const std::vector<double>& probabilities, const std::vector<QString>& names, std::size_t voters)
{
    QStringList parts;
    for (std::size_t i = 0; i < probabilities.size() && i < names.size(); ++i)
        if (const long n = std::lround(probabilities[i] * double(voters)); n > 0)
            parts << QStringLiteral("%1 of %2 %3").arg(n).arg(voters).arg(names[i]);
    return parts.join(QStringLiteral(" · "));
}

void drawVoteDots(Flow& f, double x, const std::vector<casework::Neighbour>& neighbours)
{
    for (const casework::Neighbour& n : neighbours) {
        const bool known = n.classIndex >= 0 && n.classIndex <= 2;
        f.s.disc(x, f.y - 2.0, 2.3, print::text, false);
        f.s.text(x, f.y - 0.95,
                 known ? QString::fromLatin1(retrieval::letter(static_cast<retrieval::LvefClass>(n.classIndex)))
                       : QStringLiteral("?"),
                 {2.9, print::text, QFont::DemiBold}, 0, Qt::AlignHCenter);
        x += 6;
    }
}

void drawPrediction(Flow& f, const CaseReport& report)
{
    f.heading(QStringLiteral("LVEF class by the nearest ECGs"), 30);
    if (!report.prediction) {
        f.paragraph(QStringLiteral("No prediction was made."), quiet);
        return;
    }
    const casework::Prediction& p = *report.prediction;
    if (!p.lvefClass) {
        f.paragraph(p.whyNot.empty() ? QStringLiteral("No class could be voted for.") : str(p.whyNot), plain);
    } else {
        f.y += 6;
        const double end =
            f.s.text(Sheet::left, f.y, className(report, *p.lvefClass), {5.6, print::text, QFont::DemiBold});
        drawVoteDots(f, Sheet::left + end + 10, p.lvefNeighbours);
        if (report.engine && !report.engine->trained)
            f.s.text(Sheet::right, f.y, QStringLiteral("untrained weights"), {3.4, print::error, QFont::DemiBold}, 0,
                     Qt::AlignRight);
        f.y += 2;
        f.paragraph(votes(p.lvefProbabilities,
                          {QStringLiteral("reduced"), QStringLiteral("mildly reduced"), QStringLiteral("preserved")},
                          p.lvefNeighbours.size()) +
                        QStringLiteral(" · out of %1 labelled ECGs of other patients").arg(p.candidates),
                    quiet);
    }
    if (p.structuralHeartDisease) {
        const QString vote =
            votes(p.shdProbabilities, {QStringLiteral("without"), QStringLiteral("with")}, p.shdNeighbours.size());
        f.paragraph(QStringLiteral("Structural heart disease: %1%2")
                        .arg(*p.structuralHeartDisease ? QStringLiteral("yes") : QStringLiteral("no"),
                             vote.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(vote)),
                    plain);
    }
    if (p.lvefNeighbours.empty())
        return;
    const std::vector<Column> columns{{QStringLiteral("#"), 19, 6, true},
                                      {QStringLiteral("Neighbour"), 24, 110},
                                      {QStringLiteral("Class"), 140, 60},
                                      {QStringLiteral("LVEF"), 222, 20, true},
                                      {QStringLiteral("Distance"), 250, 24, true}};
    tableHead(f, columns);
    int rank = 0;
    for (const casework::Neighbour& n : p.lvefNeighbours)
        tableRow(f, columns,
                 {QString::number(++rank), str(n.label), className(report, n.classIndex),
                  n.lvef ? fixed(*n.lvef, 0) + QStringLiteral(" %") : QStringLiteral("—"), fixed(n.distance, 3)});
}

// "table labels.csv (EDV, ESV) · derived from EDV and ESV (SV, EF)"
QString sources(const retrieval::Phenotypes& p)
{
    const std::pair<const char*, const std::optional<retrieval::SourcedValue>*> values[] = {
        {"EDV", &p.lvedv}, {"ESV", &p.lvesv}, {"SV", &p.lvsv}, {"EF", &p.lvef}};
    std::vector<std::pair<QString, QStringList>> bySource;
    for (const auto& [name, value] : values) {
        if (!*value)
            continue;
        const QString source = (*value)->source.empty() ? QStringLiteral("source unknown") : str((*value)->source);
        auto known = std::ranges::find(bySource, source, &std::pair<QString, QStringList>::first);
        if (known == bySource.end())
            known = bySource.insert(known, {source, {}});
        known->second << QString::fromLatin1(name);
    }
    QStringList parts;
    for (const auto& [source, names] : bySource)
        parts << QStringLiteral("%1 (%2)").arg(source, names.join(QStringLiteral(", ")));
    return parts.join(QStringLiteral(" · "));
}

void drawRanking(Flow& f, const CaseReport& report)
{
    f.heading(QStringLiteral("Most similar echo studies"), 24);
    if (!report.retrieval || report.retrieval->studies.empty()) {
        f.paragraph(report.retrieval && !report.retrieval->whyNot.empty()
                        ? str(report.retrieval->whyNot)
                        : QStringLiteral("No studies were retrieved."),
                    quiet);
        return;
    }
    const casework::Retrieval& r = *report.retrieval;
    const std::vector<Column> columns{{QStringLiteral("#"), 19, 6, true},
                                      {QStringLiteral("Study"), 24, 62},
                                      {QStringLiteral("Similarity"), 104, 18, true},
                                      {QStringLiteral("LVEDV"), 123, 18, true},
                                      {QStringLiteral("LVESV"), 142, 18, true},
                                      {QStringLiteral("LVSV"), 161, 18, true},
                                      {QStringLiteral("LVEF"), 178, 16, true},
                                      {QStringLiteral("Source of the values"), 185, 97}};
    tableHead(f, columns);
    const auto cell = [](const std::optional<retrieval::SourcedValue>& v, const char* unit) {
        return v ? fixed(v->value, 0) + QString::fromUtf8(unit) : QStringLiteral("—");
    };
    for (const casework::RankedStudy& s : r.studies)
        tableRow(f, columns,
                 {QString::number(s.rank), str(s.label), fixed(s.similarity, 2), cell(s.phenotypes.lvedv, " mL"),
                  cell(s.phenotypes.lvesv, " mL"), cell(s.phenotypes.lvsv, " mL"), cell(s.phenotypes.lvef, " %"),
                  sources(s.phenotypes)});
    f.y += 0.6;
    QString sentence = QStringLiteral("Cosine similarity among %1 studies of other patients.").arg(r.candidates);
    if (r.ownSimilarity)
        sentence += QStringLiteral(" This patient's own study, not ranked: %1.").arg(fixed(*r.ownSimilarity, 2));
    f.paragraph(sentence, quiet);
}

void drawPictures(Flow& f, const CaseReport& report)
{
    if (report.pictures.empty())
        return;
    constexpr double boxWidth = 50, boxHeight = 34, step = 54.25;
    f.heading(QStringLiteral("Pictures of the most similar studies"), boxHeight + 6);
    double x = Sheet::left;
    bool open = false;
    for (const auto& [caption, picture] : report.pictures) {
        if (picture.isEmpty())
            continue;
        if (x + boxWidth > Sheet::right + 0.5) {
            x = Sheet::left;
            f.y += boxHeight + 7;
            f.need(boxHeight + 7);
        }
        const QImage image(picture.pixels.data(), picture.columns, picture.rows, picture.columns * 3,
                           QImage::Format_RGB888);
        f.s.image(x, f.y + 1, boxWidth, boxHeight, image);
        f.s.text(x, f.y + boxHeight + 4.6, str(caption), {2.7, print::muted}, boxWidth);
        x += step;
        open = true;
    }
    if (open)
        f.y += boxHeight + 7;
}

void drawNotes(Flow& f, const CaseReport& report)
{
    const std::vector<Note> list =
        notes(report.record, report.prediction ? report.prediction->findings : std::vector<ecg::Finding>{});
    f.heading(QStringLiteral("What to know before trusting this"));
    if (list.empty())
        f.paragraph(QStringLiteral("Nothing was assumed while reading, and the quality gate found nothing."), quiet);
    for (const Note& n : list) {
        const QColor& colour = n.severity == ecg::Severity::Block  ? print::error
                               : n.severity == ecg::Severity::Warn ? print::warning
                                                                   : print::muted;
        const double x = Sheet::left + 42;
        const QString words = n.lead.isEmpty() ? n.sentence : n.lead + QStringLiteral(": ") + n.sentence;
        const double h = f.s.paragraph(x, f.y, Sheet::right - x, words, plain, false);
        f.need(h);
        f.s.paragraph(Sheet::left, f.y, 40, QString::fromLatin1(word(n.severity)), {3.0, colour, QFont::DemiBold});
        f.s.paragraph(x, f.y, Sheet::right - x, words, plain);
        f.y += h + 0.8;
    }
    QStringList measured;
    for (const Stated& s : statedByFile(report.record))
        measured << (s.name.isEmpty() ? s.value : s.name + QStringLiteral(" ") + s.value);
    f.fact(QStringLiteral("stated by the file"), measured.join(QStringLiteral(" · ")));
}

void drawProvenance(Flow& f, const CaseReport& report)
{
    f.heading(QStringLiteral("Provenance"));
    const ecg::EcgRecord& r = report.record;
    f.fact(QStringLiteral("ECG file"), QString::fromStdString(r.file.filename().string()));
    f.fact(QStringLiteral("Format, device"), str(r.format + (r.device.empty() ? "" : ", " + r.device)));
    f.fact(QStringLiteral("Signal SHA-256"), QString::fromStdString(r.signalHash()));
    if (!report.engine) {
        f.fact(QStringLiteral("Model"), QStringLiteral("no model was used"));
        return;
    }
    const inference::EngineFacts& e = *report.engine;
    f.fact(QStringLiteral("Bundle"),
           QStringLiteral("%1, version %2 (%3)").arg(str(e.bundleName), str(e.bundleVersion), str(e.bundleId)));
    f.fact(QStringLiteral("Weights"), !e.trained    ? QStringLiteral("untrained weights: results carry no meaning")
                                      : e.simulated ? QStringLiteral("trained on simulated patients")
                                                    : QStringLiteral("trained"));
    f.fact(QStringLiteral("Licence"), str(e.licence));
    f.fact(QStringLiteral("Device"), str(e.device));
    f.fact(QStringLiteral("ECG recipe"), str(e.ecgRecipe.describe()));
    f.fact(QStringLiteral("Echo recipe"), str(e.echoRecipe.describe()));
    f.fact(QStringLiteral("Program"), QStringLiteral("Echo2ECG Workstation " E2E_VERSION));
}

} // namespace

void drawResultSheets(Sheet& sheet, const CaseReport& report)
{
    Flow flow(sheet);
    flow.turn();
    sheet.text(Sheet::left, flow.y, patientLine(report.record), {3.2, print::muted}, Sheet::right - Sheet::left);
    flow.y += 4;
    drawPrediction(flow, report);
    drawRanking(flow, report);
    drawPictures(flow, report);
    drawNotes(flow, report);
    drawProvenance(flow, report);
}

} // namespace echo2ecg::report
