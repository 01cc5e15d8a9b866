// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "beats_command.h"
#include "bundle_recipes.h"
#include "echo/preprocess.h"
#include "echo_input.h"
#include "sees_command.h"
#include "session.h"
#include "views.h"

#include <QImage>
#include <QString>

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path path, out, bundle;
    int frame = 0;
};

int info(const Session& session, const Arguments& arguments)
{
    casework::Scan scan = readEchoInput(arguments.path, session.job());
    base::Json skipped = base::Json::array(), unreadable = base::Json::array();
    std::string lines;
    for (const casework::ScannedFile& file : scan.files) {
        const bool failed = file.kind == casework::FileKind::Unreadable;
        if (!failed && (file.kind == casework::FileKind::EchoImage || file.kind == casework::FileKind::Report))
            continue;
        const std::string reason = file.kind == casework::FileKind::Ecg ? "an ECG" : file.reason;
        (failed ? unreadable : skipped).push(base::Json::object({{"file", file.file.string()}, {"reason", reason}}));
        if (failed)
            lines += "unreadable: " + file.file.string() + ": " + reason + "\n";
    }
    if (skipped.size() > 0)
        lines += std::to_string(skipped.size()) + " other files\n";
    base::Json studies = base::Json::array(), reports = base::Json::array();
    std::string out;
    for (echo::EchoStudy& study : scan.studies) {
        for (echo::EchoClip& clip : study.clips)
            clip.file = scan.nameOf(clip.file); // nothing is read from here on
        studies.push(view(study));
        out += text(study);
    }
    for (const auto& [file, report] : scan.reports) {
        base::Json each = view(report);
        each.set("file", file.string());
        reports.push(std::move(each));
        out += file.filename().string() + "  structured report, " + std::to_string(report.values.size()) +
               (report.values.size() == 1 ? " value" : " values; * counts where there are several") + "\n" + text(report);
    }
    session.print(base::Json::object({{"path", arguments.path.string()},
                                      {"studies", studies},
                                      {"reports", reports},
                                      {"unreadable", unreadable},
                                      {"skipped", skipped}}),
                  out + lines);
    return unreadable.size() > 0 ? PartlyDone : Ok;
}

int frame(const Session& session, const Arguments& arguments)
{
    const echo::EchoClip clip = echo::readClip(arguments.path);
    echo::ClipFrames frames(clip);
    if (arguments.frame < 0 || arguments.frame >= frames.count())
        throw base::ParseError(base::ErrorCode::Missing,
                               "there is no frame " + std::to_string(arguments.frame) + "; the first is 0, the last " +
                                   std::to_string(frames.count() - 1),
                               {arguments.path, "frame " + std::to_string(arguments.frame)});
    const auto picture = frames.frame(arguments.frame);
    QImage image(picture->pixels.data(), picture->columns, picture->rows, picture->columns * 3, QImage::Format_RGB888);
    image.setText(QStringLiteral("Description"), QString::fromUtf8(researchUseOnly));
    if (!image.save(QString::fromStdU16String(arguments.out.u16string()), "PNG"))
        throw Failure{OutputFailed,
                      base::Error(base::ErrorCode::Io, "the picture can't be written", {arguments.out, {}})};
    session.print(base::Json::object({{"file", arguments.path.string()},
                                      {"out", arguments.out.string()},
                                      {"frame", arguments.frame},
                                      {"frames", frames.count()},
                                      {"rows", picture->rows},
                                      {"columns", picture->columns},
                                      {"colour", frames.colourDecision()},
                                      {"warnings", view(clip.warnings)}}),
                  arguments.out.string() + ": frame " + std::to_string(arguments.frame) + " of " +
                      std::to_string(frames.count()) + ", " + std::to_string(picture->rows) + " × " +
                      std::to_string(picture->columns) + ", " + frames.colourDecision() + "\n" + text(clip.warnings));
    return Ok;
}

int beatsOf(const Session& session, const Arguments& arguments)
{
    return beats(session, arguments.path);
}

int seesOf(const Session& session, const Arguments& arguments)
{
    return sees(session, arguments.path, arguments.bundle, arguments.out);
}

int preprocess(const Session& session, const Arguments& arguments)
{
    const inference::BundleRecipes bundle = readRecipes(arguments.bundle);
    const echo::EchoClip clip = echo::readClip(arguments.path);
    const echo::PreprocessedClip result = echo::preprocess(clip, bundle.echo, session.job().cancel);
    const std::vector<std::int64_t> shape{3, bundle.echo.frames, bundle.echo.size, bundle.echo.size};
    blame(OutputFailed, [&] { base::writeNpy(arguments.out, base::NpyArray::of(shape, result.input)); });
    std::string extents;
    for (const std::int64_t extent : shape)
        extents += (extents.empty() ? "" : " × ") + std::to_string(extent);
    base::Warnings warnings = clip.warnings;
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    session.print(
        base::Json::object(
            {{"file", arguments.path.string()},
             {"out", arguments.out.string()},
             {"shape", shape},
             {"dtype", "float32"},
             {"bundle", bundle.id},
             {"recipe", base::Json::object({{"hash", bundle.echo.hash()}, {"describe", bundle.echo.describe()}})},
             {"sampled_frames", result.frames},
             {"padded_frames", result.padded},
             {"warnings", view(warnings)}}),
        arguments.out.string() + ": " + extents + ", " + std::to_string(result.frames.size()) + " frames taken, " +
            std::to_string(result.padded) + " appended, " + bundle.echo.describe() + "\n" + text(warnings),
        bundle.trained);
    return Ok;
}

} // namespace

void addEchoCommands(CLI::App& app, Session& session)
{
    CLI::App* echo = app.add_subcommand("echo", "Read, draw and preprocess echo clips");
    echo->require_subcommand(1);
    const auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help, const char* what,
                         int (*work)(const Session&, const Arguments&)) {
        CLI::App* command = echo->add_subcommand(name, help);
        command->add_option(what, arguments->path, "DICOM ultrasound or video file; for info and sees also a folder, a ZIP archive or a DICOMDIR, for info a structured report")->required();
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] { return work(session, *arguments); };
        });
        return command;
    };
    add("info", "Studies and clips: frames, size, timing, photometric, regions; values of structured reports", "PATH", info);
    CLI::App* draw = add("frame", "One frame, RGB as displayed", "FILE", frame);
    draw->add_option("--frame", arguments->frame, "Which one; the first is 0")->required();
    draw->add_option("--out", arguments->out, "X.png")->required();
    add("beats", "R waves with their source, heart rate, proposed ED and ES frames", "FILE", beatsOf);
    CLI::App* see = add("sees", "What the model sees: clips used and left out with the reason, frames, mask, crop", "PATH", seesOf);
    see->add_option("--bundle", arguments->bundle, "Model bundle")->required();
#ifdef E2E_WITH_CLIP_EXPORT
    see->add_option("--out", arguments->out, "Folder for pictures (PNG) of the steps");
#endif
    CLI::App* prepare = add("preprocess", "What the encoder gets, with the recipe of a bundle", "FILE", preprocess);
    prepare->add_option("--bundle", arguments->bundle, "Model bundle")->required();
    prepare->add_option("--out", arguments->out, "X.npy")->required();
}

} // namespace echo2ecg::cli
