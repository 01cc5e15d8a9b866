// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/ecg_page_view_impl.h"
#include "ui/ecg/saliency_overlay.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QResizeEvent>
#include <QShortcut>
#include <QVBoxLayout>
#include <QWindow>

#include <utility>

namespace echo2ecg::ui {

EcgPageView::Impl::Impl(EcgPageView& view)
    : q(view), work(new PageWork(&view)), overlayWork(new PageWork(&view)), header(new QWidget(&view)),
      simulated(new SimulatedBadge(header)), patient(new ElidedLabel(header)), acquisition(new ElidedLabel(header)), bar(new PageBar(header)),
      notesChip(makeChip(tr("Notes"), tr("What was assumed, what the gate found, what the file states"), header)),
      measureChip(makeChip(tr("Measurements"), tr("Rate, intervals, axes and voltages: the file's and ours"), header)),
      modelChip(makeChip(tr("Model"), tr("What the model sees of this ECG, and what moved its embedding"), header)),
      stack(new QStackedWidget(&view)), plot(new PagePlot(stack)), message(new MessagePage(stack)),
      ruler(new RulerPanel(&view)), time(new TimeBar(&view)), side(new QStackedWidget(&view)),
      notesPanel(new NotesPanel(side)), measurePanel(new MeasurementPanel(side)), modelPanel(new ModelPanel(side))
{
    buildHeader();
    stack->addWidget(plot);
    stack->addWidget(message);
    side->addWidget(notesPanel);
    side->addWidget(measurePanel);
    side->addWidget(modelPanel);
    modelPanel->setFixedWidth(modelPanel->sizeHint().width());
    ruler->hide();
    time->hide();

    auto* middle = new QVBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(stack, 1);
    middle->addWidget(time);
    middle->addWidget(ruler);
    auto* body = new QHBoxLayout;
    body->setSpacing(0);
    body->addLayout(middle, 1);
    body->addWidget(side);
    auto* all = new QVBoxLayout(&q);
    all->setContentsMargins({});
    all->setSpacing(0);
    all->addWidget(header);
    all->addLayout(body, 1);

    plot->setTools({&borders, &callipers, &peaks});
    callipers.onPutAway = [this] { useCallipers(CalliperTool::Mode::Off); };
    callipers.setQrsOnset([this](double seconds) { return qrsOnsetNear(seconds); });
    borders.onMoved = [this](const ecg::WaveBorders& moved) { moveBorders(moved); };
    connectBar();
    connectKeys();
    showEmpty();
}

void EcgPageView::Impl::buildHeader()
{
    patient->setObjectName(QStringLiteral("ecgPatient"));
    acquisition->setObjectName(QStringLiteral("ecgAcquisition"));
    notesChip->setObjectName(QStringLiteral("ecgNotesChip"));
    measureChip->setObjectName(QStringLiteral("ecgMeasurementsChip"));
    modelChip->setObjectName(QStringLiteral("ecgModelChip"));
    QFont strong = patient->font();
    strong.setWeight(QFont::DemiBold);
    patient->setFont(strong);
    QFont small = acquisition->font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    acquisition->setFont(small);
    acquisition->setProperty("role", QStringLiteral("muted"));
    notesChip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    notesChip->setIconSize({10, 10});

    auto* first = new QHBoxLayout;
    first->setSpacing(4);
    first->addWidget(simulated);
    first->addSpacing(2);
    first->addWidget(patient, 1);
    first->addWidget(notesChip);
    first->addWidget(measureChip);
    first->addWidget(modelChip);
    auto* second = new QHBoxLayout;
    second->setSpacing(8);
    second->addWidget(acquisition, 1);
    second->addWidget(bar);
    auto* rows = new QVBoxLayout(header);
    rows->setContentsMargins(12, 4, 8, 4);
    rows->setSpacing(0);
    rows->addLayout(first);
    rows->addLayout(second);
}

void EcgPageView::Impl::connectBar()
{
    connect(bar, &PageBar::optionsChosen, &q, [this](PageOptions wanted) {
        wanted.recording.startSeconds = options.recording.startSeconds; // chips don't scroll
        choose(wanted);
    });
    connect(bar, &PageBar::callipersChosen, &q, [this](CalliperTool::Mode mode) { useCallipers(mode); });
    connect(bar, &PageBar::callipersCleared, &q, [this] {
        callipers.clear();
        plot->replot(QCustomPlot::rpQueuedReplot);
    });
    connect(bar, &PageBar::overlayRequested, &q, &EcgPageView::overlayRequested);
    connect(bar, &PageBar::overlayRemoved, &q, [this] { q.setOverlay(std::nullopt); });
    connect(bar, &PageBar::fitRequested, &q, &EcgPageView::fit);
    connect(bar, &PageBar::trueSizeRequested, &q, &EcgPageView::showTrueSize);
    connect(bar, &PageBar::calibrationRequested, &q, &EcgPageView::calibrate);
    connect(ruler, &RulerPanel::finished, &q, [this](bool saved) {
        ruler->hide();
        if (saved)
            plot->setTrueSize(scaleOf(q.screen()).pixelsPerMm);
        plot->setFocus();
    });
    connect(notesChip, &QToolButton::clicked, &q, [this] { q.showSide(Side::Notes); });
    connect(measureChip, &QToolButton::clicked, &q, [this] { q.showSide(Side::Measurements); });
    connect(modelChip, &QToolButton::clicked, &q, [this] { q.showSide(Side::Model); });
    connect(modelPanel, &ModelPanel::explainRequested, &q, &EcgPageView::explainRequested);
    connect(modelPanel, &ModelPanel::cancelRequested, &q, &EcgPageView::explainCancelled);
    connect(measurePanel, &MeasurementPanel::beatRequested, &q, &EcgPageView::toggleMedianBeat);
    connect(measurePanel, &MeasurementPanel::resetRequested, &q, [this] { moveBorders(found); });
    connect(message, &MessagePage::pressed, &q, &EcgPageView::openRequested);
    connect(message, &MessagePage::otherPressed, &q, &EcgPageView::demoRequested);
    connect(&Theme::instance(), &Theme::changed, &q, [this] { markNotesChip(); });
    connect(work, &PageWork::shownChanged, &q, [this] {
        if (work->record())
            showPage();
    });
    connect(work, &PageWork::measured, &q, [this] { measured(); });
    connect(overlayWork, &PageWork::shownChanged, &q, [this] {
        if (work->record())
            showPage();
    });
    connect(overlayWork, &PageWork::measured, &q, [this] {
        if (work->record())
            showPage();
    });
    connect(time, &TimeBar::moved, &q, [this](double from) {
        options.recording.startSeconds = from;
        if (work->record())
            showPage();
    });
}

void EcgPageView::Impl::connectKeys()
{
    const auto key = [this](const QKeySequence& keys, auto act) {
        auto* shortcut = new QShortcut(keys, &q);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, &q, act);
    };
    key(Qt::Key_0, [this] { plot->fit(); });
    key(Qt::Key_Plus, [this] { plot->zoom(1, QRectF(plot->rect()).center()); });
    key(Qt::Key_Minus, [this] { plot->zoom(-1, QRectF(plot->rect()).center()); });
    key(Qt::Key_T, [this] { q.showTrueSize(); });
    key(Qt::Key_PageDown, [this] { time->turn(1); });
    key(Qt::Key_PageUp, [this] { time->turn(-1); });
    key(Qt::SHIFT | Qt::Key_PageDown, [this] { time->turn(0.1); });
    key(Qt::SHIFT | Qt::Key_PageUp, [this] { time->turn(-0.1); });
    key(Qt::Key_Home, [this] { time->toStart(); });
    key(Qt::Key_End, [this] { time->toEnd(); });
}

void EcgPageView::Impl::choose(const PageOptions& wanted)
{
    if (wanted == options)
        return;
    const bool otherFilter = wanted.filter != options.filter;
    if (wanted.source != options.source)
        callipers.turnPage(); // each has a time of its own
    options = wanted;
    if (otherFilter) {
        work->setFilter(options.filter);
        overlayWork->setFilter(options.filter);
    }
    bar->setOptions(options);
    if (work->record())
        showPage();
}

void EcgPageView::Impl::useCallipers(CalliperTool::Mode mode)
{
    callipers.setMode(mode);
    bar->setCallipers(mode);
    if (mode != CalliperTool::Mode::Off)
        plot->setFocus();
    plot->replot(QCustomPlot::rpQueuedReplot);
}

EcgPageView::EcgPageView(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(*this)) {}

EcgPageView::~EcgPageView() = default;

void EcgPageView::setRecord(std::optional<ecg::EcgRecord> record, std::vector<ecg::Finding> findings)
{
    if (!record) {
        m_impl->showEmpty();
        return;
    }
    auto shared = std::make_shared<const ecg::EcgRecord>(std::move(*record));
    m_impl->notes = report::notes(*shared, findings);
    m_impl->stated = report::statedByFile(*shared);
    m_impl->notesPanel->setContent(m_impl->notes, m_impl->stated);
    m_impl->markNotesChip();
    m_impl->options.recording.startSeconds = 0;
    m_impl->options.source = PageSource::Recording;
    m_impl->callipers.clear();
    m_impl->bar->setOptions(m_impl->options);
    m_impl->bar->setBeatAvailable(false, tr("Being measured…"));
    m_impl->peaks.setMeasurements(nullptr);
    setOverlay(std::nullopt);
    m_impl->work->setRecord(std::move(shared), m_impl->options.filter);
    m_impl->showModelCase();
    m_impl->fillMeasurements();
}

const ecg::EcgRecord* EcgPageView::record() const
{
    return m_impl->work->record().get();
}

void EcgPageView::setOverlay(std::optional<ecg::EcgRecord> record, const QString& label)
{
    if (!this->record())
        record.reset(); // nothing to lay it over
    if (!record && !m_impl->overlayWork->record())
        return;
    m_impl->overlayLabel = record ? label : QString();
    m_impl->bar->setOverlay(record && label.isEmpty() ? tr("another ECG") : m_impl->overlayLabel);
    m_impl->overlayWork->setRecord(record ? std::make_shared<const ecg::EcgRecord>(std::move(*record)) : nullptr,
                                   m_impl->options.filter);
}

void EcgPageView::setRecipe(std::optional<ecg::EcgRecipe> recipe, const QString& bundleLabel)
{
    m_impl->recipe = std::move(recipe);
    m_impl->bundleLabel = bundleLabel;
    m_impl->showModelCase();
}

void EcgPageView::setSaliency(inference::EcgSaliency saliency)
{
    if (!record() || !m_impl->modelPanel->setSaliency(saliency))
        return;
    m_impl->strength = std::make_shared<const std::vector<float>>(saliencyStrength(saliency));
    m_impl->saliency = std::make_shared<const inference::EcgSaliency>(std::move(saliency));
    m_impl->showPage();
}

void EcgPageView::setExplaining(const QString& progress)
{
    m_impl->modelPanel->setExplaining(true, progress);
}

void EcgPageView::setExplainFailure(const QString& sentence)
{
    if (sentence.isEmpty()) {
        m_impl->modelPanel->setExplaining(false);
        return;
    }
    m_impl->modelPanel->setExplainFailure(sentence);
    m_impl->saliency.reset();
    m_impl->strength.reset();
    if (record())
        m_impl->showPage();
}

const PageOptions& EcgPageView::options() const
{
    return m_impl->options;
}

void EcgPageView::setOptions(const PageOptions& options)
{
    m_impl->choose(options);
}

void EcgPageView::setFormat(ecg::PageFormat format)
{
    PageOptions wanted = m_impl->options;
    wanted.source = PageSource::Recording;
    wanted.recording.format = format;
    m_impl->choose(wanted);
}

ecg::PageFormat EcgPageView::format() const
{
    return m_impl->options.recording.format;
}

std::shared_ptr<const ecg::Measurements> EcgPageView::measurements() const
{
    return m_impl->work->measurements();
}

bool EcgPageView::isSettled() const
{
    return m_impl->work->isIdle() && m_impl->overlayWork->isIdle();
}

void EcgPageView::toggleCallipers()
{
    const bool on = m_impl->callipers.mode() != CalliperTool::Mode::Calliper;
    m_impl->useCallipers(on ? CalliperTool::Mode::Calliper : CalliperTool::Mode::Off);
}

void EcgPageView::toggleTangent()
{
    const bool on = m_impl->callipers.mode() != CalliperTool::Mode::Tangent;
    m_impl->useCallipers(on ? CalliperTool::Mode::Tangent : CalliperTool::Mode::Off);
}

void EcgPageView::toggleMedianBeat()
{
    PageOptions wanted = m_impl->options;
    wanted.source = wanted.source == PageSource::Recording ? PageSource::MedianBeat : PageSource::Recording;
    if (wanted.source == PageSource::Recording || m_impl->work->beat())
        m_impl->choose(wanted);
}

void EcgPageView::fit()
{
    m_impl->plot->fit();
}

void EcgPageView::showTrueSize()
{
    const ScreenScale scale = scaleOf(screen());
    if (!scale.calibrated)
        return calibrate();
    m_impl->plot->setTrueSize(scale.pixelsPerMm);
}

void EcgPageView::calibrate()
{
    if (!record())
        return;
    m_impl->ruler->show();
    m_impl->ruler->begin();
    m_impl->ruler->setFocus();
}

void EcgPageView::showSide(Side side)
{
    const bool again = m_impl->side->isVisibleTo(this) && m_impl->side->currentWidget() == m_impl->panelOf(side);
    m_impl->sideWanted = again ? Side::None : side;
    m_impl->placeSide();
    if (record())
        m_impl->showPage();
}

void EcgPageView::setError(const QString& sentence)
{
    m_impl->showMessage(tr("This ECG can't be shown"), sentence, tr("Open another ECG…"), false);
}

void EcgPageView::offerDemo(bool offered)
{
    if (std::exchange(m_impl->demoOffered, offered) != offered && !record() && m_impl->isEmpty)
        m_impl->showEmpty();
}

void EcgPageView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    // Moved to another screen: a millimetre is another number of pixels there.
    if (QWindow* handle = window()->windowHandle())
        connect(handle, &QWindow::screenChanged, this, &EcgPageView::followScreen, Qt::UniqueConnection);
}

void EcgPageView::followScreen()
{
    if (!m_impl->plot->isTrueSize())
        return;
    if (const ScreenScale scale = scaleOf(screen()); scale.calibrated)
        m_impl->plot->setTrueSize(scale.pixelsPerMm);
    else
        m_impl->plot->fit();
}

void EcgPageView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_impl->placeSide();
}

} // namespace echo2ecg::ui
