// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"
#include "ecg/quality_gate.h"
#include "inference/saliency.h"
#include "ecg/recipe.h"
#include "ui/ecg/page_options.h"

#include <QWidget>

#include <memory>
#include <optional>

namespace echo2ecg::ui {

// The ECG pane: paper with the leads, chips for layout, speed, gain, filter, median beat, callipers and overlay above it,
// patient and acquisition line, and beside it one of: notes (every assumption and gate finding), measurements, what the
// model sees.
// Paper keeps its proportions at every zoom: 1 mV is as high as 0.4 s is long. Drawn by QCustomPlot. GUI thread only;
// filters and measurements run on a pool.
class EcgPageView : public QWidget
{
    Q_OBJECT
public:
    enum class Side { None, Notes, Measurements, Model };

    explicit EcgPageView(QWidget* parent = nullptr);
    ~EcgPageView() override;

    void setRecord(std::optional<ecg::EcgRecord> record, std::vector<ecg::Finding> findings = {});
    const ecg::EcgRecord* record() const;
    // A second ECG over the page: its R peaks laid on those of the first; empty takes it away.
    void setOverlay(std::optional<ecg::EcgRecord> record, const QString& label = {});
    // An import or reading error instead of a page, with the reason and what to do.
    void setError(const QString& sentence);
    // While there is nothing else to see: a choice between virtual patients and one's own files.
    void offerDemo(bool offered);

    // What the model in use gets of the ECG, for the panel "What the model sees"; without a bundle it says what is needed.
    void setRecipe(std::optional<ecg::EcgRecipe> recipe, const QString& bundleLabel);
    // What moved the embedding, drawn behind the traces; of another ECG or recipe it is ignored.
    void setSaliency(inference::EcgSaliency saliency);
    void setExplaining(const QString& progress);
    void setExplainFailure(const QString& sentence); // empty: it was cancelled

    const PageOptions& options() const;
    void setOptions(const PageOptions& options);
    // Of the recording; leaves the median beat.
    void setFormat(ecg::PageFormat format);
    ecg::PageFormat format() const;
    // The measurements, once they are there (null before), with borders as a person moved them.
    std::shared_ptr<const ecg::Measurements> measurements() const;
    // Filters and measurements of what is shown are done.
    bool isSettled() const;

public slots:
    void toggleCallipers();
    void toggleTangent();
    void toggleMedianBeat();
    void fit();
    void showTrueSize(); // asks for the ruler first where the screen was never calibrated
    void calibrate();
    void showSide(echo2ecg::ui::EcgPageView::Side side); // the same again closes it

signals:
    void openRequested(); // from the empty state
    void demoRequested(); // from there too, where it is offered
    void overlayRequested();
    void explainRequested(inference::SaliencyMethod method);
    void explainCancelled();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void followScreen();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
