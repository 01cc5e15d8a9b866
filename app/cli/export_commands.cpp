// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves the program: films and pictures of a clip, de-identified files.
#include "casework/deidentify_files.h"
#include "echo/echo_study.h"
#include "session.h"
#include "views.h"
#if E2E_WITH_CLIP_EXPORT
#include "ui/export/clip_export.h"
#endif

#include <algorithm>
#include <charconv>

namespace echo2ecg::cli {

namespace {

struct DeidentifyArguments
{
    std::filesystem::path path, out;
    std::string patientId;
    std::vector<std::string> keep;
    std::optional<int> shiftDays;
    bool wholePicture = false, media = false, review = false, reviewed = false;
};

dicom::PixelBox parseBox(const std::string& text)
{
    int numbers[4];
    const char *at = text.data(), *end = text.data() + text.size();
    for (int i = 0; i < 4; ++i) {
        const auto [after, problem] = std::from_chars(at, end, numbers[i]);
        if (problem != std::errc() || (i < 3 ? after == end || *after != ',' : after != end))
            throw Failure{Usage, base::Error(base::ErrorCode::Malformed, "a box to keep is x0,y0,x1,y1 in pixels, not \"" + text + "\"")};
        at = after + (i < 3);
    }
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::vector<std::filesystem::path> filesOf(const std::filesystem::path& path, std::vector<std::pair<std::filesystem::path, std::string>>& skipped)
{
    std::vector<std::filesystem::path> files;
    const auto look = [&](const std::filesystem::path& file) {
        try {
            const dicom::Summary summary = dicom::summarise(file);
            if (summary.kind == dicom::Kind::StructuredReport || summary.kind == dicom::Kind::MediaDirectory)
                skipped.emplace_back(file, summary.classNameForPeople + " isn't de-identified");
            else
                files.push_back(file);
        } catch (const base::ParseError& problem) {
            skipped.emplace_back(file, problem.sentence());
        }
    };
    if (!std::filesystem::is_directory(path)) {
        look(path);
    } else {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path, std::filesystem::directory_options::skip_permission_denied))
            if (entry.is_regular_file())
                look(entry.path());
        std::sort(files.begin(), files.end());
    }
    return files;
}

base::Json view(const std::vector<dicom::PixelBox>& boxes)
{
    base::Json list = base::Json::array();
    for (const dicom::PixelBox& box : boxes)
        list.push(base::Json(base::Json::Array{box.x0, box.y0, box.x1, box.y1}));
    return list;
}

std::string text(const std::vector<dicom::PixelBox>& boxes)
{
    std::string out;
    for (const dicom::PixelBox& box : boxes)
        out += (out.empty() ? "" : "; ") + std::to_string(box.x0) + "," + std::to_string(box.y0) + " to " + std::to_string(box.x1) + "," + std::to_string(box.y1);
    return out.empty() ? "nothing" : out;
}

int deidentify(const Session& session, const DeidentifyArguments& arguments)
{
    if (arguments.review == arguments.reviewed)
        throw Failure{Usage, base::Error(base::ErrorCode::Missing, "look first: --review prints what would be done and writes nothing; after that, --reviewed writes")};
    if (arguments.reviewed && arguments.out.empty())
        throw Failure{Usage, base::Error(base::ErrorCode::Missing, "--reviewed needs --out")};
    if (arguments.wholePicture && !arguments.keep.empty())
        throw Failure{Usage, base::Error(base::ErrorCode::Inconsistent, "either --keep or --whole-picture")};
    std::vector<dicom::PixelBox> boxes;
    for (const std::string& box : arguments.keep)
        boxes.push_back(parseBox(box));
    std::vector<std::pair<std::filesystem::path, std::string>> skipped;
    const std::vector<std::filesystem::path> files = filesOf(arguments.path, skipped);

    casework::DeidentifyRequest request;
    request.patientId = arguments.patientId;
    request.shiftDays = arguments.shiftDays.value_or(casework::randomShiftDays());
    request.folder = arguments.out;
    request.media = arguments.media;
    dicom::DeidentifyPlan plan;
    plan.patientId = request.patientId;
    plan.shiftDays = request.shiftDays;
    base::Json list = base::Json::array(), failed = base::Json::array();
    std::string lines;
    const auto leaveOut = [&](const std::filesystem::path& file, const std::string& reason) {
        failed.push(base::Json::object({{"file", file.string()}, {"reason", reason}}));
        lines += "left out: " + file.string() + ": " + reason + "\n";
    };
    for (const auto& [file, reason] : skipped)
        leaveOut(file, reason);
    for (const std::filesystem::path& file : files) {
        session.job().throwIfCancelled();
        try {
            plan.keep = boxes;
            if (const dicom::Kind kind = dicom::summarise(file).kind; kind != dicom::Kind::EcgWaveform && boxes.empty()) {
                const auto image = dicom::ImageFile::open(file);
                plan.keep = arguments.wholePicture ? dicom::wholePicture(image->header()) : dicom::regionBoxes(image->header());
            }
            const dicom::DeidentifyPreview preview = dicom::previewDeidentified(file, plan);
            if (preview.hasPixels && plan.keep.empty()) {
                leaveOut(file, "no ultrasound region says what may be kept: give --keep or, when nothing burned in names anybody, --whole-picture");
                continue;
            }
            request.files.push_back({file, plan.keep});
            base::Json changes = base::Json::array();
            lines += file.string() + (preview.hasPixels ? ": keeps " + text(plan.keep) : ": no pixels") + ", written as " + preview.transferSyntaxName + "\n";
            for (const auto& change : preview.changes) {
                changes.push(base::Json::object({{"tag", change.tag}, {"name", change.name}, {"action", change.action}}));
                lines += "  " + change.tag + " " + change.name + ": " + change.action + "\n";
            }
            for (const base::Warning& warning : preview.warnings)
                lines += "  note: " + warning.sentence + "\n";
            list.push(base::Json::object({{"file", file.string()},
                                          {"keep", view(plan.keep)},
                                          {"reencoded", preview.pixelsWillBeReencoded},
                                          {"transfer_syntax", preview.transferSyntaxName},
                                          {"changes", changes},
                                          {"warnings", cli::view(preview.warnings)}}));
        } catch (const base::ParseError& problem) {
            leaveOut(file, problem.sentence());
        }
    }
    if (request.files.empty())
        throw base::ParseError(base::ErrorCode::NotRecognised, failed.size() ? "nothing here can be de-identified: " + failed.items()[0].at("reason").toString() : "there is no file",
                               {arguments.path, {}});
    base::Json document = base::Json::object({{"path", arguments.path.string()}, {"files", list}, {"left_out", failed}});
    int exit = failed.size() > 0 ? PartlyDone : Ok;
    if (arguments.review) {
        session.print(document, lines + "nothing is written\n");
        return exit;
    }
    const casework::Deidentified done = blame(OutputFailed, [&] { return casework::deidentifyFiles(request, session.job()); });
    base::Json written = base::Json::array();
    std::string out;
    for (const std::filesystem::path& file : done.written) {
        written.push(file.string());
        out += file.string() + "\n";
    }
    for (const base::Warning& failure : done.failures)
        out += failure.where + ": " + failure.sentence + "\n";
    document.set("written", written);
    document.set("failures", cli::view(done.failures));
    document.set("shift_days", request.shiftDays);
    session.print(document, out + std::to_string(done.files) + " files, dates moved by " + std::to_string(request.shiftDays) + " days\n");
    return done.failures.empty() ? exit : done.files > 0 ? PartlyDone : OutputFailed;
}

#if E2E_WITH_CLIP_EXPORT
struct ExportArguments
{
    std::filesystem::path path, out;
    int frame = 0, from = 0, to = -1;
    double speed = 1;
};

int exportOne(const Session& session, const ExportArguments& arguments)
{
    ui::ClipExport request;
    const auto format = ui::exportFormatOf(arguments.out);
    if (!format)
        throw Failure{Usage, base::Error(base::ErrorCode::Unsupported, "--out ends with .png, .mp4 or .gif")};
    request.clip = echo::readClip(arguments.path);
    request.out = arguments.out;
    request.format = *format;
    request.first = *format == ui::ExportFormat::Png ? arguments.frame : arguments.from;
    request.last = arguments.to;
    request.speed = arguments.speed;
    ui::ExportedClip done;
    try {
        done = ui::exportClip(request, session.job());
    } catch (const base::ParseError&) {
        throw;
    } catch (const base::Error& problem) {
        if (problem.code() == base::ErrorCode::Io)
            throw Failure{OutputFailed, problem};
        throw;
    }
    session.print(base::Json::object({{"file", arguments.path.string()},
                                      {"out", arguments.out.string()},
                                      {"frames", done.frames},
                                      {"rows", done.rows},
                                      {"columns", done.columns},
                                      {"seconds", done.seconds},
                                      {"codec", done.codec},
                                      {"warnings", cli::view(request.clip.warnings)}}),
                  arguments.out.string() + ": " + std::to_string(done.frames) + (done.frames == 1 ? " frame, " : " frames, ") + std::to_string(done.columns) + " × " +
                      std::to_string(done.rows) + (done.codec.empty() ? "" : ", " + done.codec) + "\n");
    return Ok;
}
#endif

} // namespace

void addExportCommands(CLI::App& app, Session& session)
{
    CLI::App* echo = app.get_subcommand("echo");
    const auto arguments = std::make_shared<DeidentifyArguments>();
    CLI::App* command = echo->add_subcommand("deidentify", "Write clips, stills and ECGs without identity (PS3.15 basic profile)");
    command->add_option("PATH", arguments->path, "DICOM file, or the folder of one study")->required();
    command->add_option("--out", arguments->out, "Folder for the new files");
    command->add_option("--patient-id", arguments->patientId, "New ID and name of the patient")->required();
    command->add_option("--keep", arguments->keep, "x0,y0,x1,y1: pixels that stay, in every image; the rest is black. Without it: the ultrasound regions of each image");
    command->add_flag("--whole-picture", arguments->wholePicture, "All pixels stay: you have looked, nothing burned in names anybody");
    command->add_option("--shift-days", arguments->shiftDays, "Dates move by this; 0 leaves none. Without it: drawn at random")->check(CLI::Range(-36500, 36500));
    command->add_flag("--media", arguments->media, "With a DICOMDIR");
    command->add_flag("--review", arguments->review, "Print what would be done, write nothing");
    command->add_flag("--reviewed", arguments->reviewed, "You have looked at the review and at the pictures: write");
    command->callback([&session, arguments] { session.action = [&session, arguments] { return deidentify(session, *arguments); }; });
#if E2E_WITH_CLIP_EXPORT
    const auto film = std::make_shared<ExportArguments>();
    CLI::App* save = echo->add_subcommand("export", "A clip as MP4 or GIF, a frame as PNG");
    save->add_option("FILE", film->path, "The clip")->required();
    save->add_option("--out", film->out, "X.png, X.mp4 or X.gif")->required();
    save->add_option("--frame", film->frame, "Which one for a PNG; the first is 0")->check(CLI::NonNegativeNumber);
    save->add_option("--from", film->from, "First frame of a film")->check(CLI::NonNegativeNumber);
    save->add_option("--to", film->to, "Last frame of a film")->check(CLI::NonNegativeNumber);
    save->add_option("--speed", film->speed, "1: as recorded")->check(CLI::Range(0.05, 20.0));
    save->callback([&session, film] { session.action = [&session, film] { return exportOne(session, *film); }; });
#endif
}

} // namespace echo2ecg::cli
