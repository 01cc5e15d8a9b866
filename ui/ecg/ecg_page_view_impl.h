// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/ecg_caption.h"
#include "ui/ecg/beat_marks.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/ecg/elided_label.h"
#include "ui/ecg/measurement_panel.h"
#include "ui/ecg/message_page.h"
#include "ui/ecg/model_panel.h"
#include "ui/ecg/notes_panel.h"
#include "ui/ecg/page_bar.h"
#include "ui/ecg/page_plot.h"
#include "ui/ecg/page_work.h"
#include "ui/ecg/screen_ruler.h"
#include "ui/ecg/time_bar.h"
#include "ui/theme/simulated_badge.h"

#include <QStackedWidget>
#include <QToolButton>

// Inside of the ECG pane: ecg_page_view.cpp builds and connects it, ecg_page_showing.cpp decides what it shows.
namespace echo2ecg::ui {

struct EcgPageView::Impl
{
    explicit Impl(EcgPageView& view);
    void buildHeader();
    void connectBar();
    void connectKeys();
    void showPage();
    void showMessage(const QString& title, const QString& sentence, const QString& button, bool primary);
    void showEmpty();
    void choose(const PageOptions& wanted);
    void useCallipers(CalliperTool::Mode mode);
    void measured();
    void moveBorders(const ecg::WaveBorders& borders);
    void placeSide();
    void fillMeasurements();
    void showModelCase(); // and forget the saliency of the case before
    QWidget* panelOf(Side which) const;
    void markNotesChip();
    std::optional<report::PageTrace> overlayTrace() const;
    std::optional<double> qrsOnsetNear(double seconds) const;
    bool showsBeat() const { return options.source == PageSource::MedianBeat && work->beat(); }

    EcgPageView& q;
    PageOptions options;
    std::vector<report::Note> notes;
    std::vector<report::Stated> stated;
    std::optional<Side> sideWanted; // by the user; empty: as the room allows
    ecg::WaveBorders found;         // before a person moved them
    QString overlayLabel;
    std::optional<ecg::EcgRecipe> recipe; // of the bundle in use
    QString bundleLabel;
    bool demoOffered = false, isEmpty = false; // isEmpty: the page invites to open an ECG
    std::shared_ptr<const inference::EcgSaliency> saliency;
    std::shared_ptr<const std::vector<float>> strength;

    PageWork *work, *overlayWork;
    CalliperTool callipers;
    BorderHandles borders;
    PeakMarks peaks;

    QWidget* header;
    SimulatedBadge* simulated;
    ElidedLabel* patient;
    ElidedLabel* acquisition;
    PageBar* bar;
    QToolButton *notesChip, *measureChip, *modelChip;
    QStackedWidget* stack;
    PagePlot* plot;
    MessagePage* message;
    RulerPanel* ruler;
    TimeBar* time;
    QStackedWidget* side;
    NotesPanel* notesPanel;
    MeasurementPanel* measurePanel;
    ModelPanel* modelPanel;
};

} // namespace echo2ecg::ui
