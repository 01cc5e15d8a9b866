// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "ecg/preprocess_steps.h"
#include "echo/preprocess.h"

#include <QImage>
#include <QString>

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

// Pictures no larger than `previewSide`, one per sampled frame and step.
inline constexpr int previewSide = 480;
struct ClipPreview
{
    QString source;                              // "clip.dcm · 62 frames · 640 × 480"
    std::vector<QImage> decoded, masked, scaled; // masked is empty without a mask
    std::vector<QImage> tensor; // every frame of the tensor, padding too; grey = lowest, white = highest
    std::vector<int> frames;    // of the clip, for each sampled one
    int padded = 0;
    float lowest = 0, highest = 0; // of the tensor
    base::Warnings warnings;
    echo::EchoRecipe recipe;
    QString failure;
};
ClipPreview previewClip(const PreviewSource& source, const echo::EchoRecipe& recipe, const base::JobContext& job);

} // namespace echo2ecg::ui
