// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "echo/crop.h"
#include "echo/preprocess.h"

#include <QImage>
#include <QRectF>
#include <QString>

// What the encoder gets of a clip, as pictures: the values are those that core's preprocess() computes on its way.
namespace echo2ecg::ui {

// Pictures no larger than `previewSide`, one per sampled frame and step.
inline constexpr int previewSide = 480;
struct ClipPreview
{
    QString source;                              // "clip.dcm · 62 frames · 640 × 480"
    std::vector<QImage> decoded, masked, scaled; // masked is empty without a mask
    QImage mask;                                 // white inside; null without one
    QString maskBasis;                           // what it was found from; empty without one
    echo::Crop cropPixels;                       // what is left of a frame
    QRectF crop;                                 // the same as a part of its width and height
    std::vector<QImage> tensor; // every frame of the tensor, padding too; grey = lowest, white = highest
    std::vector<int> frames;    // of the clip, for each sampled one
    int padded = 0;
    float lowest = 0, highest = 0; // of the tensor
    base::Warnings warnings;
    echo::EchoRecipe recipe;
    QString failure;
};
// Reads and decodes: for jobs. `name` stands in `source`. Throws base::Cancelled alone; anything else is told in `failure`.
ClipPreview previewClip(const echo::EchoClip& clip, const QString& name, const echo::EchoRecipe& recipe,
                        const base::JobContext& job);

// "clip.dcm: The file is cut short."
QString previewFailure(const base::Error& error);

} // namespace echo2ecg::ui
