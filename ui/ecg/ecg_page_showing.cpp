// SPDX-License-Identifier: GPL-3.0-or-later
// What the ECG pane shows: page, overlay, measurements, messages, and the panel beside it.
#include "ecg/simulated.h"
#include "ui/ecg/ecg_page_view_impl.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {

constexpr int roomForNotes = 1000, roomForBlockingNotes = 760; // width of the pane from which notes open by themselves

} // namespace

std::optional<report::PageTrace> EcgPageView::Impl::overlayTrace() const
{
    if (!overlayWork->record())
        return std::nullopt;
    const auto& ours = work->measurements();
    const auto& theirs = overlayWork->measurements();
    if (showsBeat()) {
        if (!overlayWork->beat())
            return std::nullopt;
        return report::PageTrace{overlayWork->beat(), double(theirs->beatRPeak) / overlayWork->beat()->samplingHz -
                                                          double(ours->beatRPeak) / work->beat()->samplingHz};
    }
    double shift = 0;
    if (ours && theirs && !ours->rPeaks.empty() && !theirs->rPeaks.empty()) {
        // The first beat of the page on the first of the other recording at or after the same time.
        const auto firstFrom = [&](const ecg::Measurements& m, double rate) {
            const auto at = std::ranges::lower_bound(m.rPeaks, std::size_t(options.recording.startSeconds * rate));
            return double(at == m.rPeaks.end() ? m.rPeaks.back() : *at) / rate;
        };
        shift = firstFrom(*theirs, overlayWork->record()->samplingHz) - firstFrom(*ours, work->record()->samplingHz);
    }
    return report::PageTrace{overlayWork->shown(), shift};
}

void EcgPageView::Impl::showPage()
{
    const ecg::EcgRecord& record = *work->record();
    const bool beat = showsBeat();
    const bool overlaid = overlayWork->record() && ecg::isSimulated(*overlayWork->record());
    simulated->setVisible(ecg::isSimulated(record) || overlaid);
    patient->setFullText(report::patientLine(record));
    acquisition->setFullText(report::acquisitionLine(record));

    // A page that became longer must not leave the beginning out of reach.
    double& start = options.recording.startSeconds;
    start = std::clamp(start, 0.0, std::max(0.0, record.seconds() - ecg::pageSeconds(options.recording)));

    PageContent content;
    content.paper = options.paper;
    content.record = beat ? work->beat() : work->shown();
    content.page = beat ? ecg::layOutBeat(options.beat, content.record->seconds())
                        : ecg::layOutPage(options.recording, record.seconds());
    content.overlay = overlayTrace();
    if (!beat) {
        content.saliency = saliency;
        content.saliencyStrength = strength;
    }
    content.foot = report::footLine(content.page, beat ? ecg::DisplayFilter{} : work->shownFilter());
    if (beat)
        content.foot.prepend(tr("median beat · "));
    if (content.overlay && !overlayLabel.isEmpty())
        content.foot.prepend(tr("over it: %1 · ").arg(overlayLabel));
    borders.setEnabled(beat);
    peaks.setEnabled(!beat && side->isVisibleTo(&q) && side->currentWidget() == measurePanel);
    plot->setContent(std::move(content));
    if (beat)
        time->hide();
    else
        time->setTimes(record.seconds(), options.recording.startSeconds, ecg::pageSeconds(options.recording));
    header->show();
    stack->setCurrentWidget(plot);
    placeSide();
}

void EcgPageView::Impl::measured()
{
    const auto& m = work->measurements();
    found = m->borders;
    borders.setBorders(m->borders);
    peaks.setMeasurements(m);
    bar->setBeatAvailable(bool(work->beat()), QString::fromStdString(m->whyNot));
    fillMeasurements();
    showPage();
}

void EcgPageView::Impl::moveBorders(const ecg::WaveBorders& moved)
{
    const auto& m = work->measurements();
    if (!m || !work->beat())
        return;
    m->borders = moved;
    m->borderMoved = moved != found;
    ecg::remeasure(*m, work->record()->samplingHz);
    borders.setBorders(moved);
    fillMeasurements();
    plot->replot(QCustomPlot::rpQueuedReplot);
}

void EcgPageView::Impl::fillMeasurements()
{
    if (work->record())
        measurePanel->setContent(ecg::statedByFile(*work->record()), work->measurements());
}

std::optional<double> EcgPageView::Impl::qrsOnsetNear(double seconds) const
{
    const auto& m = work->measurements();
    if (!m || !m->borders.qrsOnset || !m->beat)
        return std::nullopt;
    const double rate = m->beat->samplingHz;
    if (showsBeat())
        return m->borders.qrsOnset;
    // The last beat before the T wave.
    const auto after = std::ranges::upper_bound(m->rPeaks, std::size_t(std::max(0.0, seconds * rate)));
    if (after == m->rPeaks.begin())
        return std::nullopt;
    return (double(*std::prev(after)) - double(m->beatRPeak)) / rate + *m->borders.qrsOnset;
}

void EcgPageView::Impl::showMessage(const QString& title, const QString& sentence, const QString& button, bool primary)
{
    work->setRecord(nullptr, options.filter);
    overlayWork->setRecord(nullptr, options.filter);
    overlayLabel.clear();
    saliency.reset();
    strength.reset();
    modelPanel->setCase(nullptr, recipe, bundleLabel);
    bar->setOverlay({});
    callipers.clear();
    notes.clear();
    stated.clear();
    borders.setEnabled(false);
    peaks.setMeasurements(nullptr);
    plot->setContent({});
    message->set(title, sentence, button, primary);
    message->setOther({});
    isEmpty = false;
    header->hide();
    ruler->hide();
    time->hide();
    stack->setCurrentWidget(message);
    side->hide();
}

void EcgPageView::Impl::showEmpty()
{
    if (demoOffered) {
        showMessage(tr("Welcome"),
                    tr("Look around among virtual patients, who are simulated on this computer: nobody of them is a person. Or import ECGs and echo studies of your own; "
                       "files and folders can be dropped anywhere in the window."),
                    tr("Import your own…"), false);
        message->setOther(tr("Try it on virtual patients"));
    } else {
        showMessage(tr("No ECG yet"),
                    tr("A twelve-lead ECG belongs here. Drop a file anywhere in the window, or open one: DICOM waveform, "
                       "XML of GE, Philips or HL7, SCP-ECG, WFDB, EDF and more."),
                    tr("Open ECG…"), true);
    }
    isEmpty = true;
}

QWidget* EcgPageView::Impl::panelOf(Side which) const
{
    switch (which) {
    case Side::None:
        return nullptr;
    case Side::Notes:
        return notesPanel;
    case Side::Measurements:
        return measurePanel;
    case Side::Model:
        return modelPanel;
    }
    return nullptr;
}

void EcgPageView::Impl::showModelCase()
{
    const bool tinted = saliency != nullptr;
    saliency.reset();
    strength.reset();
    modelPanel->setCase(work->record(), recipe, bundleLabel);
    if (tinted && work->record())
        showPage();
}

void EcgPageView::Impl::placeSide()
{
    if (!work->record())
        return;
    const bool blocked = !notes.empty() && notes.front().severity == ecg::Severity::Block;
    const bool anything = !notes.empty() || !stated.empty();
    const bool room = q.width() >= (blocked ? roomForBlockingNotes : roomForNotes);
    const Side open = sideWanted.value_or(anything && room ? Side::Notes : Side::None);
    side->setVisible(open != Side::None);
    if (QWidget* panel = panelOf(open))
        side->setCurrentWidget(panel);
    // A stack is as wide as its widest page, the panels aren't.
    side->setFixedWidth(side->currentWidget()->minimumWidth());
    notesChip->setChecked(open == Side::Notes);
    measureChip->setChecked(open == Side::Measurements);
    modelChip->setChecked(open == Side::Model);
}

void EcgPageView::Impl::markNotesChip()
{
    notesChip->setText(notes.empty() ? tr("Notes") : tr(" Notes %1").arg(notes.size()));
    notesChip->setIcon(notes.empty() ? QIcon()
                                     : QIcon(severityMark(notes.front().severity, 10, notesChip->devicePixelRatioF())));
}

} // namespace echo2ecg::ui
