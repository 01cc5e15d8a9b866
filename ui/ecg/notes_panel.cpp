// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/notes_panel.h"

#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int notesWidth = 264, markSize = 10;

QLabel* textLabel(const QString& text, const char* role)
{
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setProperty("role", QString::fromLatin1(role));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    // Long words (file names, UIDs) must not widen the panel.
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    return label;
}

} // namespace

QPixmap severityMark(ecg::Severity severity, int size, double ratio)
{
    const ThemeColours& c = Theme::instance().colours();
    QPixmap mark((QSizeF(size, size) * ratio).toSize());
    mark.setDevicePixelRatio(ratio);
    mark.fill(Qt::transparent);
    QPainter p(&mark);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    const double s = size;
    switch (severity) {
    case ecg::Severity::Block:
        p.setBrush(c.error);
        p.drawRoundedRect(QRectF(s * 0.1, s * 0.1, s * 0.8, s * 0.8), 1.5, 1.5);
        break;
    case ecg::Severity::Warn: {
        p.setBrush(c.warning);
        const QPointF triangle[] = {{s * 0.5, s * 0.08}, {s * 0.98, s * 0.92}, {s * 0.02, s * 0.92}};
        p.drawPolygon(triangle, 3);
        break;
    }
    case ecg::Severity::Note:
        p.setBrush(c.textFaint);
        p.drawEllipse(QPointF(s / 2, s / 2), s * 0.24, s * 0.24);
        break;
    }
    return mark;
}

NotesPanel::NotesPanel(QWidget* parent) : SidePanel(QStringLiteral("ecgNotes"), notesWidth, parent) {}

void NotesPanel::setContent(const std::vector<report::Note>& notes, const std::vector<report::Stated>& stated)
{
    m_notes = notes;
    m_stated = stated;
    changed();
}

void NotesPanel::addNote(QVBoxLayout& column, const report::Note& note)
{
    auto* row = new QHBoxLayout;
    row->setSpacing(9);
    auto* mark = new QLabel;
    mark->setPixmap(severityMark(note.severity, markSize, devicePixelRatioF()));
    mark->setContentsMargins(0, 3, 0, 0);
    mark->setToolTip(QString::fromLatin1(report::word(note.severity)));
    mark->setAccessibleName(QString::fromLatin1(report::word(note.severity)));
    row->addWidget(mark, 0, Qt::AlignTop);
    QString html = note.sentence.toHtmlEscaped();
    if (!note.lead.isEmpty())
        html = QStringLiteral("<b>%1</b>&nbsp; %2").arg(note.lead.toHtmlEscaped(), html);
    QLabel* words = textLabel(html, note.severity == ecg::Severity::Note ? "muted" : "plain");
    words->setTextFormat(Qt::RichText);
    row->addWidget(words, 1, Qt::AlignTop);
    column.addLayout(row);
}

void NotesPanel::addStated(QVBoxLayout& column)
{
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    int row = 0;
    for (const report::Stated& s : m_stated) {
        if (s.name.isEmpty() || s.value.size() > 18) {
            const QString line = s.name.isEmpty() ? s.value : s.name + QStringLiteral(": ") + s.value;
            QLabel* words = textLabel(line, s.name.isEmpty() ? "plain" : "muted");
            words->setTextFormat(Qt::PlainText);
            grid->addWidget(words, row++, 0, 1, 2);
            continue;
        }
        QLabel* name = textLabel(s.name, "muted");
        name->setTextFormat(Qt::PlainText);
        auto* value = new QLabel(s.value);
        value->setTextFormat(Qt::PlainText);
        value->setAlignment(Qt::AlignRight | Qt::AlignTop);
        grid->addWidget(name, row, 0, Qt::AlignTop);
        grid->addWidget(value, row++, 1);
    }
    column.addLayout(grid);
}

void NotesPanel::build(QVBoxLayout& column)
{
    addHeading(column, tr("Notes"));
    for (const report::Note& note : m_notes)
        addNote(column, note);
    if (m_notes.empty())
        column.addWidget(textLabel(tr("Nothing was assumed, nothing stands out."), "faint"));
    if (!m_stated.empty()) {
        column.addSpacing(10);
        addHeading(column, tr("Stated by the file"));
        addStated(column);
    }
}

} // namespace echo2ecg::ui
