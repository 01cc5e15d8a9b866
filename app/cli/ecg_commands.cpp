// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "bundle_recipes.h"
#include "ecg/ecg_reader.h"
#include "ecg/preprocess.h"
#include "ecg_print.h"
#include "explain_command.h"
#include "measure_view.h"
#include "session.h"
#include "views.h"

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path file, out, bundle;
    PrintOptions print;
};

int info(const Session& session, const Arguments& arguments)
{
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    base::Json document = view(record);
    const auto findings = ecg::checkQuality(record, ecg::EcgRecipe{});
    document.set("findings", view(findings));
    document.set("can_be_encoded", !ecg::isBlocked(findings));
    session.print(std::move(document), text(record) + text(findings));
    return Ok;
}

int printPages(const Session& session, const Arguments& arguments)
{
    const report::EcgPrint print = printOf(arguments.print);
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    report::writeEcgPages(record, print, arguments.out);
    const ecg::DisplayFilter shown = ecg::applicable(print.filter, record.samplingHz);
    const std::string scale = number(print.page.mmPerSecond) + " mm/s, " + number(print.page.mmPerMillivolt) + " mm/mV";
    session.print(base::Json::object({{"file", arguments.file.string()},
                                      {"out", arguments.out.string()},
                                      {"layout", arguments.print.layout},
                                      {"mm_per_second", print.page.mmPerSecond},
                                      {"mm_per_millivolt", print.page.mmPerMillivolt},
                                      {"filter", shown.describe()},
                                      {"warnings", view(record.warnings)}}),
                  arguments.out.string() + ": " + arguments.print.layout + ", " + scale + ", " + shown.describe() +
                      "\n" + text(record.warnings));
    return Ok;
}

int measureSignal(const Session& session, const Arguments& arguments)
{
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    const ecg::Measurements measured = ecg::measure(record);
    session.print(measurementsView(record, measured), measurementsText(record, measured));
    return Ok;
}

int exportSignal(const Session& session, const Arguments& arguments)
{
    if (arguments.out.extension() == ".pdf")
        return printPages(session, arguments);
    if (arguments.print.given)
        throw Failure{Usage, base::Error(base::ErrorCode::Unsupported,
                                         "Layout, scale and filters are for a page (.pdf); a signal is written as it was recorded.")};
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    blame(OutputFailed, [&] { ecg::exportEcg(record, arguments.out); });
    session.print(base::Json::object({{"file", arguments.file.string()},
                                      {"out", arguments.out.string()},
                                      {"leads", ecg::leadCount},
                                      {"samples", record.samples()},
                                      {"sampling_rate_hz", record.samplingHz},
                                      {"unit", "mV"},
                                      {"warnings", view(record.warnings)}}),
                  arguments.out.string() + ": 12 × " + std::to_string(record.samples()) + " in mV, " +
                      number(record.samplingHz) + " Hz\n" + text(record.warnings));
    return Ok;
}

int preprocess(const Session& session, const Arguments& arguments)
{
    const inference::BundleRecipes bundle = readRecipes(arguments.bundle);
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    const ecg::PreprocessedEcg result = ecg::preprocess(record, bundle.ecg);
    const auto columns = std::int64_t(bundle.ecg.windowSamples);
    std::vector<std::int64_t> shape{12, columns};
    if (result.windows > 1)
        shape.insert(shape.begin(), result.windows);
    blame(OutputFailed, [&] { base::writeNpy(arguments.out, base::NpyArray::of(shape, result.input)); });
    session.print(base::Json::object({{"file", arguments.file.string()},
                                      {"out", arguments.out.string()},
                                      {"shape", shape},
                                      {"dtype", "float32"},
                                      {"bundle", bundle.id},
                                      {"recipe", base::Json::object({{"hash", bundle.ecg.hash()},
                                                                     {"describe", bundle.ecg.describe()}})},
                                      {"sampling_rate_hz", result.samplingHz},
                                      {"sigma_mv", result.sigma},
                                      {"clip_level_mv", result.clipLevel},
                                      {"clipped_samples", result.clipped},
                                      {"warnings", view(result.warnings)}}),
                  arguments.out.string() + ": " + (result.windows > 1 ? std::to_string(result.windows) + " × " : "") + "12 × " + std::to_string(columns) + ", " + bundle.ecg.describe() + "\n" +
                      text(result.warnings),
                  bundle.trained);
    return Ok;
}

} // namespace

void addEcgCommands(CLI::App& app, Session& session)
{
    CLI::App* ecg = app.add_subcommand("ecg", "Read, export, preprocess and explain a 12-lead ECG");
    ecg->require_subcommand(1);
    const auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help, int (*work)(const Session&, const Arguments&)) {
        CLI::App* command = ecg->add_subcommand(name, help);
        command->add_option("FILE", arguments->file, "ECG file of any known format")->required();
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] { return work(session, *arguments); };
        });
        return command;
    };
    add("info", "Leads, rate, duration, format, what was assumed", info);
    add("measure", "Intervals, axes, voltages: the file's own, then automatic ones", measureSignal);
    CLI::App* exporting = add("export", "The signal in mV as CSV, NumPy, WFDB or DICOM, or printed as PDF", exportSignal);
    exporting
        ->add_option("--out", arguments->out,
                     "X.csv, X.npy (with X.npy.json), X.hea (WFDB, with X.dat), X.dcm (DICOM 12-lead ECG, without "
                     "identity) or X.pdf (a page at true scale)")
        ->required();
    addPrintOptions(*exporting, arguments->print);
    CLI::App* prepare = add("preprocess", "What the encoder gets, with the recipe of a bundle", preprocess);
    prepare->add_option("--bundle", arguments->bundle, "Model bundle")->required();
    prepare->add_option("--out", arguments->out, "X.npy")->required();
    addExplainCommand(*ecg, session);
}

} // namespace echo2ecg::cli
