// SPDX-License-Identifier: GPL-3.0-or-later
#include "sees_command.h"

#include "base/folder.h"
#include "bundle_recipes.h"
#include "echo/crop.h"
#include "echo/preprocess.h"
#include "echo/view_choice.h"
#include "echo_input.h"
#include "views.h"

#ifdef E2E_WITH_CLIP_EXPORT
#include "ui/echo/model_view/clip_preview.h"

#include <QPainter>
#endif

#include <algorithm>

namespace echo2ecg::cli {

namespace {

// What preprocessing made of one clip, without its tensor.
struct Seen
{
    std::vector<int> frames;
    int padded = 0;
    echo::Crop crop;
    std::string maskBasis, failure;
    base::Warnings warnings;
    base::Json pictures = base::Json::array();
};

std::string twoDigits(std::size_t number)
{
    return (number < 10 ? "0" : "") + std::to_string(number);
}

#ifdef E2E_WITH_CLIP_EXPORT
// All frames of the tensor, eight in a line.
QImage contactSheet(const std::vector<QImage>& frames)
{
    constexpr int perLine = 8;
    const QSize size = frames.front().size();
    const int lines = (int(frames.size()) + perLine - 1) / perLine;
    QImage sheet(size.width() * std::min(perLine, int(frames.size())), size.height() * lines, QImage::Format_RGB888);
    sheet.fill(Qt::black);
    QPainter painter(&sheet);
    for (int i = 0; i < int(frames.size()); ++i)
        painter.drawImage((i % perLine) * size.width(), (i / perLine) * size.height(), frames[std::size_t(i)]);
    return sheet;
}

void writePictures(const std::filesystem::path& out, const std::string& stem, const ui::ClipPreview& preview, base::Json& list)
{
    const auto write = [&](const char* what, QImage picture) {
        if (picture.isNull())
            return;
        const std::filesystem::path file = out / (stem + "-" + what + ".png");
        picture.setText(QStringLiteral("Description"), QString::fromUtf8(researchUseOnly));
        if (!picture.save(QString::fromStdU16String(file.u16string()), "PNG"))
            throw Failure{OutputFailed, base::Error(base::ErrorCode::Io, "the picture can't be written", {file, {}})};
        list.push(file.string());
    };
    write("frame", preview.decoded.front());
    write("mask", preview.mask);
    if (!preview.masked.empty())
        write("masked", preview.masked.front());
    write("crop", preview.scaled.front());
    write("tensor", contactSheet(preview.tensor));
}

Seen seen(const echo::EchoClip& clip, const echo::EchoRecipe& recipe, const std::filesystem::path& out, const std::string& stem, const base::JobContext& job)
{
    Seen result;
    const ui::ClipPreview preview = ui::previewClip(clip, {}, recipe, job);
    result.failure = preview.failure.toStdString();
    if (!result.failure.empty())
        return result;
    result.frames = preview.frames;
    result.padded = preview.padded;
    result.maskBasis = preview.maskBasis.toStdString();
    result.warnings = preview.warnings;
    result.crop = preview.cropPixels;
    if (!out.empty())
        writePictures(out, stem, preview, result.pictures);
    return result;
}
#else
Seen seen(const echo::EchoClip& clip, const echo::EchoRecipe& recipe, const std::filesystem::path&, const std::string&, const base::JobContext& job)
{
    Seen result;
    try {
        const echo::PreprocessedClip made = echo::preprocess(clip, recipe, job.cancel);
        result.frames = made.frames;
        result.padded = made.padded;
        result.maskBasis = made.maskBasis ? echo::name(*made.maskBasis) : "";
        result.warnings = made.warnings;
        result.crop = echo::shownPart(clip.header.rows, clip.header.columns, recipe.zoom);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const base::Error& error) {
        result.failure = error.sentence();
    }
    return result;
}
#endif

std::string listOf(const std::vector<int>& frames)
{
    std::string words;
    for (int frame : frames)
        words += (words.empty() ? "" : " ") + std::to_string(frame);
    return words;
}

} // namespace

int sees(const Session& session, const std::filesystem::path& path, const std::filesystem::path& bundle,
         const std::filesystem::path& out)
{
    const base::JobContext job = session.job();
    const inference::BundleRecipes recipes = readRecipes(bundle);
    const echo::EchoRecipe& recipe = recipes.echo;
    const casework::Scan scan = readEchoInput(path, job);
    if (scan.studies.empty())
        throw base::ParseError(base::ErrorCode::NotRecognised, "no echo image could be read from it", {path, {}});
    if (!out.empty())
        blame(OutputFailed, [&] { base::makeFolder(out); });
    base::Json list = base::Json::array();
    std::string lines = recipe.describe() + "\n";
    std::size_t number = 0;
    bool isWhole = true;
    for (const echo::EchoStudy& study : scan.studies) {
        const auto choices = echo::chooseViews(study, recipe, echo::Look::Everywhere, job.cancel);
        const std::string summary = echo::summaryOf(choices, recipe);
        lines += summary + "\n";
        base::Json clips = base::Json::array();
        for (std::size_t i = 0; i < choices.size(); ++i) {
            job.throwIfCancelled();
            const echo::EchoClip& clip = study.clips[i];
            const echo::ViewChoice& choice = choices[i];
            base::Json each = base::Json::object({{"file", scan.nameOf(clip.file).string()},
                                                  {"content", echo::name(choice.content.content)},
                                                  {"content_from", echo::name(choice.content.basis)},
                                                  {"used", choice.isUsed},
                                                  {"left_out", choice.reason.empty() ? base::Json() : base::Json(choice.reason)}});
            lines += twoDigits(++number) + "  " + clip.file.filename().string() + ": " + echo::name(choice.content.content) + " (" +
                     echo::name(choice.content.basis) + "), " + (choice.isUsed ? "used" : "left out: " + choice.reason) + "\n";
            if (choice.canBeUsed) {
                const Seen made = seen(clip, recipe, out, "clip-" + twoDigits(number), job);
                isWhole = isWhole && made.failure.empty();
                each.set("failure", made.failure.empty() ? base::Json() : base::Json(made.failure));
                each.set("frames", made.frames);
                each.set("padded", made.padded);
                each.set("mask_from", made.maskBasis.empty() ? base::Json() : base::Json(made.maskBasis));
                each.set("crop", base::Json::object({{"x", made.crop.x}, {"y", made.crop.y}, {"width", made.crop.width}, {"height", made.crop.height}}));
                each.set("pictures", made.pictures);
                each.set("warnings", view(made.warnings));
                if (!made.failure.empty())
                    lines += "    can't be prepared: " + made.failure + "\n";
                else
                    lines += "    frames " + listOf(made.frames) + (made.padded > 0 ? ", " + std::to_string(made.padded) + " appended" : "") +
                             (made.maskBasis.empty() ? "; no mask" : "; mask: " + made.maskBasis) + "; crop " + std::to_string(made.crop.width) + " × " +
                             std::to_string(made.crop.height) + " at " + std::to_string(made.crop.x) + ", " + std::to_string(made.crop.y) + "\n" +
                             text(made.warnings);
            }
            clips.push(std::move(each));
        }
        list.push(base::Json::object({{"summary", summary}, {"clips", clips}}));
    }
    session.print(base::Json::object({{"path", path.string()},
                                      {"bundle", recipes.id},
                                      {"recipe", base::Json::object({{"hash", recipe.hash()}, {"describe", recipe.describe()}})},
                                      {"studies", list}}),
                  lines, recipes.trained);
    return isWhole ? Ok : PartlyDone;
}

} // namespace echo2ecg::cli
