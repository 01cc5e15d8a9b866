// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/preview_work.h"

#include "ecg/ecg_reader.h"
#include "ui/bundles/bundle_words.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RecipePreview", text);
}

QString failureOf(const base::Error& error)
{
    const QString file = QString::fromStdString(error.place().file.filename().string());
    const QString text = sentence(error.sentence());
    return file.isEmpty() ? text : file + QStringLiteral(": ") + text;
}

QImage small(const base::RgbImage& picture)
{
    const QImage whole(picture.pixels.data(), picture.columns, picture.rows, picture.columns * 3,
                       QImage::Format_RGB888);
    if (picture.columns <= previewSide && picture.rows <= previewSide)
        return whole.copy();
    return whole.scaled(previewSide, previewSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

// The planes of the tensor as red, green and blue, stretched from its lowest to its highest value.
std::vector<QImage> tensorPictures(const echo::PreprocessedClip& clip, const echo::EchoRecipe& recipe, float lowest,
                                   float highest)
{
    const std::size_t side = std::size_t(recipe.size), area = side * side, frames = std::size_t(recipe.frames);
    const float scale = highest > lowest ? 255.0f / (highest - lowest) : 0.0f;
    std::vector<QImage> pictures;
    for (std::size_t f = 0; f < frames; ++f) {
        QImage picture(recipe.size, recipe.size, QImage::Format_RGB888);
        for (std::size_t y = 0; y < side; ++y) {
            uchar* line = picture.scanLine(int(y));
            for (std::size_t x = 0; x < side; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    line[3 * x + c] =
                        uchar((clip.input[(c * frames + f) * area + y * side + x] - lowest) * scale + 0.5f);
        }
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

} // namespace

EcgPreview previewEcg(const PreviewSource& source, const ecg::EcgRecipe& recipe, const base::JobContext& job)
{
    EcgPreview preview;
    preview.recipe = recipe;
    try {
        job.throwIfCancelled();
        preview.record = source.ecgFile.isEmpty()
                             ? source.record
                             : std::make_shared<const ecg::EcgRecord>(ecg::readEcg(source.ecgFile.toStdString()));
        preview.source =
            QStringLiteral("%1 · %2 Hz · %3 s")
                .arg(source.ecgFile.isEmpty() ? tr("ECG of the open case") : QFileInfo(source.ecgFile).fileName())
                .arg(preview.record->samplingHz)
                .arg(preview.record->seconds(), 0, 'f', 1);
        preview.steps = ecg::preprocessSteps(*preview.record, recipe);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        preview.failure = failureOf(error);
    }
    return preview;
}

ClipPreview previewClip(const PreviewSource& source, const echo::EchoRecipe& recipe, const base::JobContext& job)
{
    ClipPreview preview;
    preview.recipe = recipe;
    try {
        job.throwIfCancelled();
        const echo::EchoClip clip =
            source.clipFile.isEmpty() ? *source.clip : echo::readClip(source.clipFile.toStdString());
        preview.source =
            QStringLiteral("%1 · %2 frames · %3 × %4")
                .arg(source.clipFile.isEmpty() ? tr("Clip of the open case") : QFileInfo(source.clipFile).fileName())
                .arg(clip.frames)
                .arg(clip.header.columns)
                .arg(clip.header.rows);
        echo::ClipFrames frames(clip, 1);
        const auto done =
            echo::preprocess(frames, recipe, job.cancel, [&](echo::ClipStep step, int, const base::RgbImage& picture) {
                auto& list = step == echo::ClipStep::Decoded  ? preview.decoded
                             : step == echo::ClipStep::Masked ? preview.masked
                                                              : preview.scaled;
                list.push_back(small(picture));
            });
        preview.frames = done.frames;
        preview.padded = done.padded;
        preview.warnings = done.warnings;
        const auto [low, high] = std::minmax_element(done.input.begin(), done.input.end());
        preview.lowest = *low;
        preview.highest = *high;
        preview.tensor = tensorPictures(done, recipe, *low, *high);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        preview.failure = failureOf(error);
    }
    return preview;
}

} // namespace echo2ecg::ui
