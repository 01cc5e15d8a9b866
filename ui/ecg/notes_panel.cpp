// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/notes_panel.h"

#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int panelWidth = 264, markSize = 10;

QLabel* textLabel(const QString& text, const char* role, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
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

NotesPanel::NotesPanel(QWidget* parent) : QFrame(parent), m_content(new QWidget), m_column(new QVBoxLayout(m_content))
{
    setObjectName(QStringLiteral("ecgNotes"));
    setProperty("role", QStringLiteral("panel"));
    setFixedWidth(panelWidth);
    m_column->setContentsMargins(14, 12, 12, 12);
    m_column->setSpacing(8);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_content);
    scroll->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins({});
    all->addWidget(scroll);
    connect(&Theme::instance(), &Theme::changed, this, &NotesPanel::changed);
}

void NotesPanel::changed()
{
    m_stale = true;
    if (isVisible())
        rebuild();
}

void NotesPanel::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    if (m_stale)
        rebuild();
}

void NotesPanel::setContent(const std::vector<report::Note>& notes, const std::vector<report::Stated>& stated)
{
    m_notes = notes;
    m_stated = stated;
    changed();
}

void NotesPanel::addHeading(const QString& text)
{
    auto* heading = new QLabel(text.toUpper(), m_content);
    heading->setProperty("role", QStringLiteral("heading"));
    m_column->addWidget(heading);
}

void NotesPanel::addNote(const report::Note& note)
{
    auto* row = new QHBoxLayout;
    row->setSpacing(9);
    auto* mark = new QLabel(m_content);
    mark->setPixmap(severityMark(note.severity, markSize, devicePixelRatioF()));
    mark->setContentsMargins(0, 3, 0, 0);
    mark->setToolTip(QString::fromLatin1(report::word(note.severity)));
    mark->setAccessibleName(QString::fromLatin1(report::word(note.severity)));
    row->addWidget(mark, 0, Qt::AlignTop);
    QString html = note.sentence.toHtmlEscaped();
    if (!note.lead.isEmpty())
        html = QStringLiteral("<b>%1</b>&nbsp; %2").arg(note.lead.toHtmlEscaped(), html);
    QLabel* words = textLabel(html, note.severity == ecg::Severity::Note ? "muted" : "plain", m_content);
    words->setTextFormat(Qt::RichText);
    row->addWidget(words, 1, Qt::AlignTop);
    m_column->addLayout(row);
}

void NotesPanel::addStated()
{
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    int row = 0;
    for (const report::Stated& s : m_stated) {
        if (s.name.isEmpty() || s.value.size() > 18) {
            const QString line = s.name.isEmpty() ? s.value : s.name + QStringLiteral(": ") + s.value;
            QLabel* words = textLabel(line, s.name.isEmpty() ? "plain" : "muted", m_content);
            words->setTextFormat(Qt::PlainText);
            grid->addWidget(words, row++, 0, 1, 2);
            continue;
        }
        QLabel* name = textLabel(s.name, "muted", m_content);
        name->setTextFormat(Qt::PlainText);
        auto* value = new QLabel(s.value, m_content);
        value->setTextFormat(Qt::PlainText);
        value->setAlignment(Qt::AlignRight | Qt::AlignTop);
        grid->addWidget(name, row, 0, Qt::AlignTop);
        grid->addWidget(value, row++, 1);
    }
    m_column->addLayout(grid);
}

void NotesPanel::rebuild()
{
    m_stale = false;
    auto* scroll = findChild<QScrollArea*>();
    delete m_content;
    m_content = new QWidget;
    m_content->setAutoFillBackground(false);
    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(14, 12, 12, 12);
    m_column->setSpacing(8);

    addHeading(tr("Notes"));
    for (const report::Note& note : m_notes)
        addNote(note);
    if (m_notes.empty())
        m_column->addWidget(textLabel(tr("Nothing was assumed, nothing stands out."), "faint", m_content));
    if (!m_stated.empty()) {
        m_column->addSpacing(10);
        addHeading(tr("Stated by the file"));
        addStated();
    }
    m_column->addStretch(1);
    scroll->setWidget(m_content);
    scroll->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
}

} // namespace echo2ecg::ui
