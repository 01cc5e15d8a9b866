// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/measured.h"
#include "open_library.h"
#include "session.h"
#include "views.h"

#include <charconv>
#include <cmath>

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path path, out;
    std::string tool = "calliper", quantity = "free", study;
    std::vector<std::string> points;
    int frame = 0;
    double mmPerPixel = 0;
};

const char* wordsFor(echo::RegionKind kind)
{
    switch (kind) {
    case echo::RegionKind::Picture: return "2-D";
    case echo::RegionKind::MMode: return "M-mode";
    case echo::RegionKind::Spectral: return "spectrum";
    case echo::RegionKind::Trace: return "trace";
    case echo::RegionKind::None: break;
    }
    return "none";
}

echo::Point pointOf(const std::string& text)
{
    echo::Point point;
    const char* end = text.data() + text.size();
    const auto x = std::from_chars(text.data(), end, point.x);
    const auto y = x.ec == std::errc() && x.ptr != end && *x.ptr == ',' ? std::from_chars(x.ptr + 1, end, point.y) : x;
    if (x.ec != std::errc() || y.ec != std::errc() || x.ptr == end || y.ptr != end || !std::isfinite(point.x) || !std::isfinite(point.y))
        throw Failure{Usage, base::Error(base::ErrorCode::Malformed, "a point is written x,y, in pixels", {{}, "--points " + text})};
    return point;
}

base::Json view(const echo::Calibration& c)
{
    base::Json json = base::Json::object({{"badge", c.badge()},
                                          {"kind", wordsFor(c.kind)},
                                          {"region", c.region < 0 ? base::Json() : base::Json(c.region + 1)},
                                          {"unit_x", echo::symbol(c.unitX)},
                                          {"unit_y", echo::symbol(c.unitY)},
                                          {"per_pixel_x", c.perPixelX},
                                          {"per_pixel_y", c.perPixelY},
                                          {"baseline_y", orNull(c.baselineY)}});
    if (!c.doubt.empty())
        json.set("doubt", c.doubt);
    return json;
}

void addValues(base::Json& json, const echo::Evaluation& e)
{
    base::Json values = base::Json::array();
    for (const echo::Value& v : e.values)
        values.push(base::Json::object({{"name", v.name}, {"value", v.value}, {"unit", v.unit}}));
    json.set("values", std::move(values));
    json.set("refused", e.refused.empty() ? base::Json() : base::Json(e.refused));
    json.set("calibration", view(e.calibration));
    json.set("warnings", cli::view(e.warnings));
}

std::string text(const echo::Evaluation& e, const std::string& indent)
{
    if (!e.refused.empty())
        return indent + "refused: " + e.refused + "\n";
    std::string out;
    for (const echo::Value& v : e.values)
        out += indent + v.name + ": " + echo::textOf(v) + "\n";
    return out + indent + "[" + e.calibration.badge() + "]\n" + cli::text(e.warnings, indent);
}

int regions(const Session& session, const Arguments& arguments)
{
    const echo::EchoClip clip = echo::readClip(arguments.path);
    const echo::CalibrationMap map(clip.header);
    base::Json list = base::Json::array();
    std::string out;
    for (const echo::RegionScale& r : map.regions()) {
        const auto& declared = clip.header.regions[std::size_t(r.region)];
        base::Json each = view(r.calibration);
        each.set("region", r.region + 1);
        each.set("spatial_format", declared.spatialFormat);
        each.set("data_type", declared.dataType);
        each.set("x0", r.x0).set("y0", r.y0).set("x1", r.x1).set("y1", r.y1);
        each.set("ignored", r.ignored.empty() ? base::Json() : base::Json(r.ignored));
        list.push(std::move(each));
        out += "region " + std::to_string(r.region + 1) + ": x " + number(r.x0) + " to " + number(r.x1) + ", y " + number(r.y0) + " to " + number(r.y1) +
               ": " + (r.ignored.empty() ? r.calibration.badge() : "doesn't calibrate. " + r.ignored) + "\n";
        if (r.calibration.baselineY)
            out += "  zero velocity at y " + number(*r.calibration.baselineY) + "\n";
        if (!r.calibration.doubt.empty())
            out += "  " + r.calibration.doubt + "\n";
    }
    session.print(base::Json::object({{"file", arguments.path.string()}, {"main", view(map.main())}, {"regions", list}}),
                  arguments.path.string() + ": " + map.main().badge() + "\n" + out);
    return Ok;
}

int measure(const Session& session, const Arguments& arguments)
{
    const auto tool = echo::toolNamed(arguments.tool);
    const auto quantity = echo::quantityNamed(arguments.quantity);
    if (!tool)
        throw Failure{Usage, base::Error(base::ErrorCode::Unsupported, "there is no such tool", {{}, "--tool " + arguments.tool})};
    if (!quantity || !echo::fits(*quantity, *tool))
        throw Failure{Usage, base::Error(base::ErrorCode::Unsupported, "this can't be measured with that tool", {{}, "--quantity " + arguments.quantity})};
    const echo::EchoClip clip = echo::readClip(arguments.path);
    if (arguments.frame < 0 || arguments.frame >= std::max(1, clip.frames))
        throw base::ParseError(base::ErrorCode::Missing, "the clip has no such frame; the first is 0",
                               {arguments.path, "frame " + std::to_string(arguments.frame)});
    echo::Measurement m;
    m.tool = *tool;
    m.quantity = *quantity;
    m.frame = arguments.frame;
    for (const std::string& point : arguments.points)
        m.points.push_back(pointOf(point));
    if (m.points.size() < std::size_t(echo::pointsOf(*tool).least))
        throw Failure{Usage, base::Error(base::ErrorCode::Missing, "the tool takes at least " + std::to_string(echo::pointsOf(*tool).least) + " points",
                                         {{}, "--points"})};
    std::optional<echo::ManualCalibration> manual;
    if (arguments.mmPerPixel > 0)
        manual = echo::ManualCalibration{arguments.mmPerPixel};
    const echo::Evaluation e = echo::evaluate(m, echo::CalibrationMap(clip.header, manual));
    base::Json json = base::Json::object({{"file", arguments.path.string()},
                                          {"frame", m.frame},
                                          {"tool", echo::name(m.tool)},
                                          {"quantity", echo::code(m.quantity)}});
    addValues(json, e);
    session.print(std::move(json), arguments.path.string() + ": " + echo::wordsFor(m.tool) + "\n" + text(e, "  "));
    return e.refused.empty() ? Ok : Unsuitable;
}

int measurements(const Session& session, const Arguments& arguments)
{
    const auto library = openLibrary(arguments.path);
    std::optional<library::Id> id = library->findStudyByUid(arguments.study);
    if (library::Id number = 0; !id && std::from_chars(arguments.study.data(), arguments.study.data() + arguments.study.size(), number).ptr ==
                                           arguments.study.data() + arguments.study.size())
        id = number;
    if (!id)
        throw base::Error(base::ErrorCode::Missing, "the library has no such study", {arguments.path, arguments.study});
    const library::StudyRow row = library->study(*id);
    const casework::MeasuredStudy study = casework::measuredStudy(*library, *id);
    if (!arguments.out.empty())
        blame(OutputFailed, [&] { casework::writeMeasurementCsv(arguments.out, study, row.uid); });
    base::Json list = base::Json::array();
    std::string out;
    for (const echo::Measurement& m : study.measurements) {
        const echo::Evaluation e = study.evaluate(m);
        base::Json json = m.toJson();
        json.set("id", m.id);
        addValues(json, e);
        list.push(std::move(json));
        out += std::to_string(m.id) + ": " + (m.quantity == echo::Quantity::Free ? echo::wordsFor(m.tool) : echo::wordsFor(m.quantity)) +
               (m.label.empty() ? "" : " (" + m.label + ")") + ", frame " + std::to_string(m.frame) + "\n" + text(e, "  ");
    }
    const echo::VentricleResult lv = study.ventricle();
    const auto line = [&](const char* name, const std::optional<double>& value, const char* unit, const std::string& method) {
        if (value)
            out += std::string(name) + ": " + echo::textOf(echo::Value{name, *value, unit}) + ", " + method + "\n";
    };
    line("EDV", lv.edvMl, "mL", lv.volumeMethod);
    line("ESV", lv.esvMl, "mL", lv.volumeMethod);
    line("SV", lv.svMl, "mL", lv.volumeMethod);
    line("EF", lv.efPercent, "%", lv.volumeMethod);
    line("LV mass", lv.massG, "g", lv.massMethod);
    if (study.measurements.empty())
        out = "nothing is measured\n";
    session.print(base::Json::object({{"study_uid", row.uid},
                                      {"measurements", list},
                                      {"ventricle", base::Json::object({{"edv_ml", orNull(lv.edvMl)},
                                                                        {"esv_ml", orNull(lv.esvMl)},
                                                                        {"sv_ml", orNull(lv.svMl)},
                                                                        {"ef_percent", orNull(lv.efPercent)},
                                                                        {"volume_method", lv.volumeMethod},
                                                                        {"mass_g", orNull(lv.massG)},
                                                                        {"mass_method", lv.massMethod},
                                                                        {"warnings", cli::view(lv.warnings)}})}}),
                  out + cli::text(lv.warnings));
    return Ok;
}

} // namespace

void addMeasureCommands(CLI::App& app, Session& session)
{
    CLI::App* echo = app.get_subcommand("echo");
    const auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help, int (*work)(const Session&, const Arguments&)) {
        CLI::App* command = echo->add_subcommand(name, help);
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] { return work(session, *arguments); };
        });
        return command;
    };
    CLI::App* list = add("regions", "Ultrasound regions with their units and scale", regions);
    list->add_option("FILE", arguments->path, "DICOM ultrasound file")->required();

    std::string tools, quantities;
    for (const echo::Tool tool : echo::allTools())
        tools += (tools.empty() ? "" : ", ") + std::string(echo::name(tool));
    for (const echo::Quantity quantity : echo::allQuantities())
        quantities += (quantities.empty() ? "" : ", ") + std::string(echo::code(quantity));
    CLI::App* one = add("measure", "What a tool gives between points on a frame, in the region's own units", measure);
    one->add_option("FILE", arguments->path, "DICOM ultrasound file")->required();
    one->add_option("--tool", arguments->tool, tools);
    one->add_option("--points", arguments->points, "x,y x,y …; in pixels, 0,0 is the outer corner of the first")->required();
    one->add_option("--frame", arguments->frame, "Which one; the first is 0");
    one->add_option("--quantity", arguments->quantity, quantities);
    one->add_option("--manual-mm-per-pixel", arguments->mmPerPixel, "Scale set by hand, downwards, in place of the header's")
        ->check(CLI::PositiveNumber);

    CLI::App* all = add("measurements", "What was measured on a study of a library", measurements);
    all->add_option("LIBRARY", arguments->path, "Folder of the library")->required();
    all->add_option("STUDY", arguments->study, "Its Study Instance UID, or its number in the library")->required();
    all->add_option("--out", arguments->out, "X.csv, one row per value");
}

} // namespace echo2ecg::cli
