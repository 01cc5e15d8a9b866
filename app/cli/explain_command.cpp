// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain_command.h"

#include "base/npy.h"
#include "base/number_text.h"
#include "ecg/ecg_reader.h"
#include "inference/engine.h"
#include "session.h"
#include "views.h"

#include <algorithm>
#include <fstream>
#include <numeric>

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path file, bundle, out;
    std::string method = "ig";
};

void writeCsv(const std::filesystem::path& out, const inference::EcgSaliency& saliency)
{
    std::string lines = std::string("# Echo2ECG Workstation, research use only; ") + name(saliency.method) + "; " +
                        number(saliency.columnsPerSecond) + " per second; bundle " + saliency.bundleId + "\ntime_s";
    for (const ecg::Lead lead : ecg::allLeads)
        lines += "," + std::string(ecg::name(lead));
    lines += '\n';
    for (int i = 0; i < saliency.columns; ++i) {
        base::appendShortest(lines, saliency.startSeconds + i / saliency.columnsPerSecond);
        for (const ecg::Lead lead : ecg::allLeads) {
            lines += ',';
            base::appendShortest(lines, saliency.value(lead, i));
        }
        lines += '\n';
    }
    std::ofstream stream(out, std::ios::binary | std::ios::trunc);
    stream << lines;
    if (!stream.flush())
        throw base::Error(base::ErrorCode::Io, "The file can't be written.", {out, {}});
}

void write(const std::filesystem::path& out, const inference::EcgSaliency& saliency)
{
    if (out.extension() == ".csv")
        writeCsv(out, saliency);
    else
        base::writeNpy(out, base::NpyArray::of({std::int64_t(ecg::leadCount), saliency.columns}, saliency.values));
}

base::Json leadsOf(const inference::EcgSaliency& saliency)
{
    base::Json leads = base::Json::array();
    for (const ecg::Lead lead : ecg::allLeads) {
        const auto first = saliency.values.begin() + std::ptrdiff_t(ecg::index(lead)) * saliency.columns;
        leads.push(base::Json::object({{"lead", ecg::name(lead)},
                                       {"share", saliency.leadShare[ecg::index(lead)]},
                                       {"sum", std::accumulate(first, first + saliency.columns, 0.0)}}));
    }
    return leads;
}

// Leads by their share, the largest first.
std::string textOf(const inference::EcgSaliency& saliency)
{
    auto leads = ecg::allLeads;
    std::stable_sort(leads.begin(), leads.end(), [&](ecg::Lead a, ecg::Lead b) {
        return saliency.leadShare[ecg::index(a)] > saliency.leadShare[ecg::index(b)];
    });
    std::string text;
    for (const ecg::Lead lead : leads) {
        std::string label(ecg::name(lead));
        label.resize(5, ' ');
        text += "  " + label + number(100.0 * double(saliency.leadShare[ecg::index(lead)]), 1) + " %\n";
    }
    return text;
}

int explain(const Session& session, const Arguments& arguments)
{
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    const base::JobContext job = session.job();
    const auto engine =
        blame(BundleOrLibrary, [&] { return inference::loadEngine(arguments.bundle, session.engineOptions(), job); });
    const inference::EcgSaliency saliency =
        engine->explain(record, *inference::saliencyMethodFromCode(arguments.method), job);
    blame(OutputFailed, [&] { write(arguments.out, saliency); });

    const bool gradients = saliency.method == inference::SaliencyMethod::IntegratedGradients;
    base::Json document =
        base::Json::object({{"file", arguments.file.string()},
                            {"out", arguments.out.string()},
                            {"bundle", view(engine->facts())},
                            {"method", arguments.method},
                            {"shape", std::vector<std::int64_t>{std::int64_t(ecg::leadCount), saliency.columns}},
                            {"window", base::Json::object({{"start_s", saliency.startSeconds},
                                                           {"end_s", saliency.endSeconds()},
                                                           {"columns_per_second", saliency.columnsPerSecond}})},
                            {"leads", leadsOf(saliency)},
                            {"signal_sha256", saliency.signalSha256},
                            {"notes", view(session.notes())}});
    if (gradients) {
        document.set("embedding_change", saliency.embeddingChange);
        document.set("completeness_error", saliency.completenessError);
        document.set("gradients", saliency.points);
    }
    std::string text = arguments.out.string() + ": " + name(saliency.method) + ", 12 × " +
                       std::to_string(saliency.columns) + ", " + number(saliency.startSeconds, 2) + " – " +
                       number(saliency.endSeconds(), 2) + " s of the recording\n";
    if (gradients)
        text += "The attributions add up to the change of the token (" + number(saliency.embeddingChange) +
                ") within " + number(100 * saliency.completenessError, 2) + " %; " + std::to_string(saliency.points) +
                " gradients.\n";
    else
        text += "Where the encoder looked, not what it made of it.\n";
    session.print(std::move(document), text + textOf(saliency), engine->facts().trained);
    return Ok;
}

} // namespace

void addExplainCommand(CLI::App& ecg, Session& session)
{
    CLI::App* command = ecg.add_subcommand("explain", "Which lead and which time moved the embedding");
    const auto arguments = std::make_shared<Arguments>();
    command->add_option("FILE", arguments->file, "ECG file of any known format")->required();
    command->add_option("--bundle", arguments->bundle, "Model bundle")->required();
    command->add_option("--out", arguments->out, "X.npy or X.csv: 12 × samples (ig) or 12 × patches (rollout)")
        ->required()
        ->check([](const std::string& out) {
            const std::string extension = std::filesystem::path(out).extension().string();
            return extension == ".npy" || extension == ".csv" ? std::string() : "give a .npy or .csv";
        });
    command
        ->add_option(
            "--method", arguments->method,
            "ig: integrated gradients, what each sample did; rollout: attention rollout, where it looked, quick")
        ->check(CLI::IsMember({"ig", "rollout"}))
        ->capture_default_str();
    command->callback(
        [&session, arguments] { session.action = [&session, arguments] { return explain(session, *arguments); }; });
}

} // namespace echo2ecg::cli
