// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/ecg_page_view.h"

#include "report/ecg_caption.h"
#include "ui/ecg/elided_label.h"
#include "ui/ecg/message_page.h"
#include "ui/ecg/notes_panel.h"
#include "ui/ecg/page_plot.h"
#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QResizeEvent>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int roomForNotes = 1000, roomForBlockingNotes = 760; // width of the pane from which notes open by themselves

QToolButton* chip(const QString& text, const QString& hover, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(hover);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setCursor(Qt::PointingHandCursor);
    button->setProperty("role", QStringLiteral("chip"));
    return button;
}

} // namespace

struct EcgPageView::Impl
{
    explicit Impl(EcgPageView& view);
    void showPage();
    void showMessage(const QString& title, const QString& sentence, const QString& button, bool primary);
    void showEmpty();
    void placeNotes();
    void markNotesChip();

    EcgPageView& q;
    std::shared_ptr<const ecg::EcgRecord> record;
    std::vector<report::Note> notes;
    std::vector<report::Stated> stated;
    ecg::PageSettings settings;
    std::optional<bool> notesWanted; // by the user; empty: as the room allows

    QWidget* header;
    ElidedLabel* patient;
    ElidedLabel* acquisition;
    QToolButton* threeByFour;
    QToolButton* twelveByOne;
    QToolButton* notesChip;
    QStackedWidget* stack;
    PagePlot* plot;
    MessagePage* message;
    NotesPanel* panel;
};

EcgPageView::Impl::Impl(EcgPageView& view)
    : q(view), header(new QWidget(&view)), patient(new ElidedLabel(header)), acquisition(new ElidedLabel(header)),
      threeByFour(chip(tr("3×4 + II"), tr("Three rows of four leads, and lead II as rhythm strip"), header)),
      twelveByOne(chip(tr("12×1"), tr("Twelve leads below each other"), header)),
      notesChip(chip(tr("Notes"), tr("What was assumed, what the gate found, what the file states"), header)),
      stack(new QStackedWidget(&view)), plot(new PagePlot(stack)), message(new MessagePage(stack)),
      panel(new NotesPanel(&view))
{
    patient->setObjectName(QStringLiteral("ecgPatient"));
    acquisition->setObjectName(QStringLiteral("ecgAcquisition"));
    notesChip->setObjectName(QStringLiteral("ecgNotesChip"));
    threeByFour->setObjectName(QStringLiteral("ecgThreeByFour"));
    twelveByOne->setObjectName(QStringLiteral("ecgTwelveByOne"));
    QFont strong = patient->font();
    strong.setWeight(QFont::DemiBold);
    patient->setFont(strong);
    QFont small = acquisition->font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    acquisition->setFont(small);
    acquisition->setProperty("role", QStringLiteral("muted"));
    notesChip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    notesChip->setIconSize({10, 10});

    auto* formats = new QButtonGroup(&q);
    formats->addButton(threeByFour);
    formats->addButton(twelveByOne);
    threeByFour->setChecked(true);

    auto* lines = new QVBoxLayout;
    lines->setSpacing(2);
    lines->addWidget(patient);
    lines->addWidget(acquisition);
    auto* bar = new QHBoxLayout(header);
    bar->setContentsMargins(12, 6, 8, 6);
    bar->setSpacing(4);
    bar->addLayout(lines, 1);
    bar->addSpacing(8);
    bar->addWidget(threeByFour);
    bar->addWidget(twelveByOne);
    bar->addSpacing(6);
    bar->addWidget(notesChip);

    stack->addWidget(plot);
    stack->addWidget(message);
    auto* body = new QHBoxLayout;
    body->setSpacing(0);
    body->addWidget(stack, 1);
    body->addWidget(panel);
    auto* all = new QVBoxLayout(&q);
    all->setContentsMargins({});
    all->setSpacing(0);
    all->addWidget(header);
    all->addLayout(body, 1);

    connect(threeByFour, &QToolButton::clicked, &q, [this] { q.setFormat(ecg::PageFormat::ThreeByFourPlusRhythm); });
    connect(twelveByOne, &QToolButton::clicked, &q, [this] { q.setFormat(ecg::PageFormat::TwelveByOne); });
    connect(notesChip, &QToolButton::clicked, &q, [this](bool on) {
        notesWanted = on;
        placeNotes();
    });
    connect(message, &MessagePage::pressed, &q, &EcgPageView::openRequested);
    connect(&Theme::instance(), &Theme::changed, &q, [this] { markNotesChip(); });
    const auto key = [this](const QKeySequence& keys, auto act) {
        auto* shortcut = new QShortcut(keys, &q);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, &q, act);
    };
    key(Qt::Key_0, [this] { plot->fit(); });
    key(Qt::Key_Plus, [this] { plot->zoom(1, QRectF(plot->rect()).center()); });
    key(Qt::Key_Minus, [this] { plot->zoom(-1, QRectF(plot->rect()).center()); });
    showEmpty();
}

void EcgPageView::Impl::showPage()
{
    patient->setFullText(report::patientLine(*record));
    acquisition->setFullText(report::acquisitionLine(*record, settings));
    plot->setPage(record, ecg::layOutPage(settings, record->seconds()));
    header->show();
    stack->setCurrentWidget(plot);
    placeNotes();
}

void EcgPageView::Impl::showMessage(const QString& title, const QString& sentence, const QString& button, bool primary)
{
    record.reset();
    notes.clear();
    stated.clear();
    plot->setPage(nullptr, {});
    message->set(title, sentence, button, primary);
    header->hide();
    stack->setCurrentWidget(message);
    panel->hide();
}

void EcgPageView::Impl::showEmpty()
{
    showMessage(tr("No ECG yet"),
                tr("A twelve-lead ECG belongs here. Drop a file anywhere in the window, or open one: DICOM waveform, "
                   "XML of GE, Philips or HL7, SCP-ECG, WFDB, EDF and more."),
                tr("Open ECG…"), true);
}

void EcgPageView::Impl::placeNotes()
{
    if (!record)
        return;
    const bool blocked = !notes.empty() && notes.front().severity == ecg::Severity::Block;
    const bool anything = !notes.empty() || !stated.empty();
    const bool room = q.width() >= (blocked ? roomForBlockingNotes : roomForNotes);
    const bool open = notesWanted.value_or(anything && room);
    panel->setVisible(open);
    notesChip->setChecked(open);
}

void EcgPageView::Impl::markNotesChip()
{
    notesChip->setText(notes.empty() ? tr("Notes") : tr(" Notes %1").arg(notes.size()));
    notesChip->setIcon(notes.empty() ? QIcon()
                                     : QIcon(severityMark(notes.front().severity, 10, notesChip->devicePixelRatioF())));
}

EcgPageView::EcgPageView(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(*this)) {}

EcgPageView::~EcgPageView() = default;

void EcgPageView::setRecord(std::optional<ecg::EcgRecord> record, std::vector<ecg::Finding> findings)
{
    if (!record) {
        m_impl->showEmpty();
        return;
    }
    m_impl->record = std::make_shared<const ecg::EcgRecord>(std::move(*record));
    m_impl->notes = report::notes(*m_impl->record, findings);
    m_impl->stated = report::statedByFile(*m_impl->record);
    m_impl->panel->setContent(m_impl->notes, m_impl->stated);
    m_impl->markNotesChip();
    m_impl->showPage();
}

const ecg::EcgRecord* EcgPageView::record() const
{
    return m_impl->record.get();
}

void EcgPageView::setFormat(ecg::PageFormat format)
{
    m_impl->settings.format = format;
    (format == ecg::PageFormat::TwelveByOne ? m_impl->twelveByOne : m_impl->threeByFour)->setChecked(true);
    if (m_impl->record)
        m_impl->showPage();
}

ecg::PageFormat EcgPageView::format() const
{
    return m_impl->settings.format;
}

void EcgPageView::setError(const QString& sentence)
{
    m_impl->showMessage(tr("This ECG can't be shown"), sentence, tr("Open another ECG…"), false);
}

void EcgPageView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_impl->placeNotes();
}

} // namespace echo2ecg::ui
