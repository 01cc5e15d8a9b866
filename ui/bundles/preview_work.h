// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/preprocess_steps.h"
#include "ui/echo/model_view/clip_preview.h"

#include <memory>
#include <optional>

// What the previews of the recipes show, made in jobs: the values are those that core's preprocess() computes on its
// way. These functions throw base::Cancelled alone; anything else is told in `failure`.
namespace echo2ecg::ui {

// Where a preview's input comes from: what is open in the case, or a file that the person chose.
struct PreviewSource
{
    std::shared_ptr<const ecg::EcgRecord> record; // of the case
    std::optional<echo::EchoClip> clip;           // of the case
    QString ecgFile, clipFile;                    // win over the case when given

    bool hasEcg() const { return record || !ecgFile.isEmpty(); }
    bool hasClip() const { return clip || !clipFile.isEmpty(); }
};

struct EcgPreview
{
    QString source; // "ecg.hea · 500 Hz · 10.0 s"
    std::shared_ptr<const ecg::EcgRecord> record;
    ecg::EcgSteps steps;
    ecg::EcgRecipe recipe; // that made them
    QString failure;
};
EcgPreview previewEcg(const PreviewSource& source, const ecg::EcgRecipe& recipe, const base::JobContext& job);
ClipPreview previewClip(const PreviewSource& source, const echo::EchoRecipe& recipe, const base::JobContext& job);

} // namespace echo2ecg::ui
