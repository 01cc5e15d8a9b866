// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_bar.h"

#include "report/ecg_caption.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

namespace echo2ecg::ui {

namespace {

const QString opens = QStringLiteral(" ▾");

QToolButton* menuChip(const QString& hover, QWidget* parent)
{
    QToolButton* chip = makeChip({}, hover, parent);
    chip->setPopupMode(QToolButton::InstantPopup);
    chip->setMenu(new QMenu(chip));
    chip->menu()->setToolTipsVisible(true);
    return chip;
}

// A menu that is made anew each time it opens, so that its marks are always true.
template <class Fill> void refill(QToolButton* chip, Fill fill)
{
    QObject::connect(chip->menu(), &QMenu::aboutToShow, chip, [menu = chip->menu(), fill] {
        menu->clear();
        fill();
    });
}

QAction* addChoice(QMenu* menu, const QString& text, bool chosen, const QString& hover = {})
{
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    action->setChecked(chosen);
    action->setToolTip(hover);
    return action;
}

} // namespace

QToolButton* makeChip(const QString& text, const QString& hover, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(hover);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setCursor(Qt::PointingHandCursor);
    button->setFocusPolicy(Qt::TabFocus);
    button->setProperty("role", QStringLiteral("chip"));
    return button;
}

PageBar::PageBar(QWidget* parent)
    : QWidget(parent), m_layout(menuChip(tr("Layout of the page"), this)), m_speed(menuChip(tr("Paper speed"), this)),
      m_gain(menuChip(tr("Gain"), this)),
      m_filter(menuChip(tr("Filter for the eyes, zero phase; the model always gets the signal as recorded"), this)),
      m_beat(makeChip(tr("Median beat"), tr("The median of the dominant beats, with the borders of its waves"), this)),
      m_callipers(menuChip(tr("Measure on the page"), this)),
      m_overlay(makeChip(tr("Overlay"), tr("Draw another ECG over this one"), this))
{
    m_layout->setObjectName(QStringLiteral("ecgLayout"));
    m_speed->setObjectName(QStringLiteral("ecgSpeed"));
    m_gain->setObjectName(QStringLiteral("ecgGain"));
    m_filter->setObjectName(QStringLiteral("ecgFilter"));
    m_beat->setObjectName(QStringLiteral("ecgMedianBeat"));
    m_callipers->setObjectName(QStringLiteral("ecgCallipers"));
    m_overlay->setObjectName(QStringLiteral("ecgOverlay"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins({});
    row->setSpacing(2);
    for (QToolButton* chip : {m_layout, m_speed, m_gain, m_filter, m_beat, m_callipers, m_overlay})
        row->addWidget(chip);

    fillLayoutMenu();
    fillScaleMenus();
    fillFilterMenu();
    fillCalliperMenu();
    connect(m_beat, &QToolButton::clicked, this, [this](bool on) {
        ask([on](PageOptions& o) { o.source = on ? PageSource::MedianBeat : PageSource::Recording; });
    });
    connect(m_overlay, &QToolButton::clicked, this, [this](bool on) {
        m_overlay->setChecked(!on); // until an overlay is there
        on ? emit overlayRequested() : emit overlayRemoved();
    });
    setOptions({});
    setCallipers(CalliperTool::Mode::Off);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

template <class Change> void PageBar::ask(Change change)
{
    PageOptions wanted = m_options;
    change(wanted);
    emit optionsChosen(wanted);
}

void PageBar::addLeads(QMenu* menu, ecg::Lead ecg::PageSettings::*lead)
{
    for (const ecg::Lead each : ecg::allLeads)
        connect(addChoice(menu, QString::fromUtf8(ecg::name(each)), m_options.page().*lead == each),
                &QAction::triggered, this, [this, lead, each] { ask([&](PageOptions& o) { o.page().*lead = each; }); });
}

void PageBar::fillLayoutMenu()
{
    refill(m_layout, [this] {
        QMenu* menu = m_layout->menu();
        const bool beat = m_options.source == PageSource::MedianBeat;
        const ecg::PageSettings& page = m_options.page();
        for (const ecg::PageFormat format : ecg::allPageFormats) {
            if (beat && !suitsABeat(format))
                continue;
            connect(addChoice(menu, nameOf(format), page.format == format, hintOf(format)), &QAction::triggered, this,
                    [this, format] { ask([&](PageOptions& o) { o.page().format = format; }); });
        }
        menu->addSeparator();
        if (page.format == ecg::PageFormat::SingleLead)
            addLeads(menu->addMenu(tr("Lead")), &ecg::PageSettings::singleLead);
        if (page.format == ecg::PageFormat::ThreeByFourPlusRhythm ||
            page.format == ecg::PageFormat::ThreeByFourPlusThree)
            addLeads(menu->addMenu(tr("Rhythm lead")), &ecg::PageSettings::rhythmLead);
        connect(addChoice(menu, tr("Cabrera order"), page.cabrera, tr("Limb leads as aVL, I, −aVR, II, aVF, III")),
                &QAction::triggered, this, [this](bool on) { ask([&](PageOptions& o) { o.page().cabrera = on; }); });
        if (!beat)
            connect(addChoice(menu, tr("Columns at the same time"), !page.sequential,
                              tr("Each column begins at the same moment, instead of where the last one ended")),
                    &QAction::triggered, this,
                    [this](bool on) { ask([&](PageOptions& o) { o.page().sequential = !on; }); });
        menu->addSeparator();
        QMenu* papers = menu->addMenu(tr("Paper"));
        for (int i = 0; i <= int(EcgPaper::Monochrome); ++i)
            connect(addChoice(papers, nameOf(EcgPaper(i)), m_options.paper == EcgPaper(i)), &QAction::triggered, this,
                    [this, i] { ask([&](PageOptions& o) { o.paper = EcgPaper(i); }); });
        menu->addSeparator();
        connect(menu->addAction(tr("Fit the page (0)")), &QAction::triggered, this, &PageBar::fitRequested);
        connect(menu->addAction(tr("True millimetres (T)")), &QAction::triggered, this, &PageBar::trueSizeRequested);
        connect(menu->addAction(tr("Calibrate the screen with a ruler…")), &QAction::triggered, this,
                &PageBar::calibrationRequested);
    });
}

void PageBar::fillScaleMenus()
{
    refill(m_speed, [this] {
        for (const double speed : ecg::pageSpeeds)
            connect(addChoice(m_speed->menu(), tr("%1 mm/s").arg(report::number(speed)),
                              m_options.page().mmPerSecond == speed),
                    &QAction::triggered, this,
                    [this, speed] { ask([&](PageOptions& o) { o.page().mmPerSecond = speed; }); });
    });
    refill(m_gain, [this] {
        for (const double gain : ecg::pageGains)
            connect(addChoice(m_gain->menu(), tr("%1 mm/mV").arg(report::number(gain)),
                              m_options.page().mmPerMillivolt == gain),
                    &QAction::triggered, this,
                    [this, gain] { ask([&](PageOptions& o) { o.page().mmPerMillivolt = gain; }); });
    });
}

void PageBar::fillFilterMenu()
{
    refill(m_filter, [this] {
        QMenu* menu = m_filter->menu();
        const ecg::DisplayFilter& now = m_options.filter;
        for (const NamedFilter& each : offeredFilters()) {
            const bool chosen = each.filter.highPassHz == now.highPassHz && each.filter.lowPassHz == now.lowPassHz;
            connect(addChoice(menu, QCoreApplication::translate("PageOptions", each.name), chosen), &QAction::triggered,
                    this, [this, filter = each.filter] {
                        ask([&](PageOptions& o) {
                            o.filter.highPassHz = filter.highPassHz;
                            o.filter.lowPassHz = filter.lowPassHz;
                        });
                    });
        }
        menu->addSeparator();
        for (const double hz : {50.0, 60.0})
            connect(addChoice(menu, tr("Notch %1 Hz").arg(hz), now.notchHz == hz), &QAction::triggered, this,
                    [this, hz](bool on) {
                        ask([&](PageOptions& o) { o.filter.notchHz = on ? std::optional(hz) : std::nullopt; });
                    });
    });
}

void PageBar::fillCalliperMenu()
{
    refill(m_callipers, [this] {
        QMenu* menu = m_callipers->menu();
        const auto add = [&](const QString& text, CalliperTool::Mode mode, const QString& hover) {
            connect(addChoice(menu, text, m_mode == mode, hover), &QAction::triggered, this,
                    [this, mode](bool on) { emit callipersChosen(on ? mode : CalliperTool::Mode::Off); });
        };
        add(tr("Time, amplitude and rate (M)"), CalliperTool::Mode::Calliper,
            tr("Drag from point to point; P marches through, arrows nudge, Tab changes the end, Delete removes"));
        add(tr("QT by tangent (Shift+M)"), CalliperTool::Mode::Tangent, tr("Click on the last limb of a T wave"));
        menu->addSeparator();
        connect(menu->addAction(tr("Remove all")), &QAction::triggered, this, &PageBar::callipersCleared);
    });
}

void PageBar::setOptions(const PageOptions& options)
{
    m_options = options;
    const ecg::PageSettings& page = options.page();
    QString layout = nameOf(page.format);
    if (page.format == ecg::PageFormat::SingleLead)
        layout += QStringLiteral(": ") + QString::fromUtf8(ecg::name(page.singleLead));
    m_layout->setText(layout + opens);
    m_speed->setText(tr("%1 mm/s").arg(report::number(page.mmPerSecond)) + opens);
    m_gain->setText(tr("%1 mm/mV").arg(report::number(page.mmPerMillivolt)) + opens);
    QStringList filter;
    if (options.filter.highPassHz && options.filter.lowPassHz)
        filter << tr("%1–%2 Hz")
                      .arg(report::number(*options.filter.highPassHz), report::number(*options.filter.lowPassHz));
    if (options.filter.notchHz)
        filter << tr("notch %1").arg(report::number(*options.filter.notchHz));
    m_filter->setText((filter.isEmpty() ? tr("No filter") : filter.join(QStringLiteral(", "))) + opens);
    m_filter->setChecked(!filter.isEmpty()); // what is hidden from the eyes should stand out
    m_beat->setChecked(options.source == PageSource::MedianBeat);
}

void PageBar::setCallipers(CalliperTool::Mode mode)
{
    m_mode = mode;
    m_callipers->setChecked(mode != CalliperTool::Mode::Off);
    m_callipers->setText((mode == CalliperTool::Mode::Tangent ? tr("QT tangent") : tr("Callipers")) + opens);
}

void PageBar::setBeatAvailable(bool available, const QString& whyNot)
{
    m_beat->setEnabled(available);
    m_beat->setToolTip(available ? tr("The median of the dominant beats, with the borders of its waves") : whyNot);
}

void PageBar::setOverlay(const QString& label)
{
    m_overlay->setChecked(!label.isEmpty());
    m_overlay->setToolTip(label.isEmpty() ? tr("Draw another ECG over this one")
                                          : tr("Over it: %1. Click to take it away.").arg(label));
}

} // namespace echo2ecg::ui
