// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/model_view/clip_preview.h"

#include "ui/theme/sentence.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QImage fitted(const QImage& whole)
{
    if (whole.width() <= previewSide && whole.height() <= previewSide)
        return whole.copy();
    return whole.scaled(previewSide, previewSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

QImage small(const base::RgbImage& picture)
{
    return fitted({picture.pixels.data(), picture.columns, picture.rows, picture.columns * 3, QImage::Format_RGB888});
}

QImage maskPicture(const std::vector<std::uint8_t>& mask, int rows, int columns)
{
    QImage picture(columns, rows, QImage::Format_Grayscale8);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
            picture.scanLine(y)[x] = mask[std::size_t(y) * std::size_t(columns) + std::size_t(x)] ? 255 : 0;
    return fitted(picture);
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

QString previewFailure(const base::Error& error)
{
    const QString file = QString::fromStdString(error.place().file.filename().string());
    const QString text = sentence(error.sentence());
    return file.isEmpty() ? text : file + QStringLiteral(": ") + text;
}

ClipPreview previewClip(const echo::EchoClip& clip, const QString& name, const echo::EchoRecipe& recipe,
                        const base::JobContext& job)
{
    ClipPreview preview;
    preview.recipe = recipe;
    try {
        job.throwIfCancelled();
        preview.source = QStringLiteral("%1 · %2 frames · %3 × %4")
                             .arg(name)
                             .arg(clip.frames)
                             .arg(clip.header.columns)
                             .arg(clip.header.rows);
        echo::ClipFrames frames(clip, 1);
        int rows = 0, columns = 0;
        const auto done =
            echo::preprocess(frames, recipe, job.cancel, [&](echo::ClipStep step, int, const base::RgbImage& picture) {
                if (step == echo::ClipStep::Decoded) {
                    rows = picture.rows;
                    columns = picture.columns;
                }
                auto& list = step == echo::ClipStep::Decoded  ? preview.decoded
                             : step == echo::ClipStep::Masked ? preview.masked
                                                              : preview.scaled;
                list.push_back(small(picture));
            });
        preview.frames = done.frames;
        preview.padded = done.padded;
        preview.warnings = done.warnings;
        if (!done.mask.empty())
            preview.mask = maskPicture(done.mask, rows, columns);
        if (done.maskBasis)
            preview.maskBasis = QString::fromLatin1(echo::name(*done.maskBasis));
        const echo::Crop crop = preview.cropPixels = echo::shownPart(rows, columns, recipe.zoom);
        preview.crop = {double(crop.x) / columns, double(crop.y) / rows, double(crop.width) / columns,
                        double(crop.height) / rows};
        const auto [low, high] = std::minmax_element(done.input.begin(), done.input.end());
        preview.lowest = *low;
        preview.highest = *high;
        preview.tensor = tensorPictures(done, recipe, *low, *high);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        preview.failure = previewFailure(error);
    } catch (const std::bad_alloc&) {
        preview.failure = QStringLiteral("There is not enough memory to prepare this clip.");
    } catch (const std::exception&) { // a foreign library's own words may hold anything
        preview.failure = QStringLiteral("An unexpected failure.");
    }
    return preview;
}

} // namespace echo2ecg::ui
