// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/preview_work.h"

#include "ecg/ecg_reader.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RecipePreview", text);
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
        preview.failure = previewFailure(error);
    }
    return preview;
}

ClipPreview previewClip(const PreviewSource& source, const echo::EchoRecipe& recipe, const base::JobContext& job)
{
    if (source.clipFile.isEmpty())
        return previewClip(*source.clip, tr("Clip of the open case"), recipe, job);
    try {
        job.throwIfCancelled();
        return previewClip(echo::readClip(source.clipFile.toStdString()), QFileInfo(source.clipFile).fileName(), recipe, job);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        ClipPreview preview;
        preview.recipe = recipe;
        preview.failure = previewFailure(error);
        return preview;
    }
}

} // namespace echo2ecg::ui
