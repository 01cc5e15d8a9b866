// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle_recipes.h"
#include "inference/bundles.h"
#include "session.h"
#include "views.h"

#include <fstream>
#include <map>
#include <sstream>

namespace echo2ecg::cli {

inference::BundleRecipes readRecipes(const std::filesystem::path& bundle)
{
    return blame(BundleOrLibrary, [&] { return inference::readRecipes(bundle); });
}

namespace {

struct Arguments
{
    std::filesystem::path folder, file;
    std::filesystem::path design;
    std::uint64_t seed = 0;
    std::string architecture = "published";
};

struct ImportArguments
{
    std::filesystem::path folder, recipes;
    std::map<std::string, std::filesystem::path> files; // by role
    std::vector<std::filesystem::path> alignment;       // whose side their widths tell
    std::string name, licence;
    bool inspect = false, untrained = false;
};

std::string describe(const base::Json& info)
{
    std::string out = "Bundle          " + info.value("name", "") + " (" + info.value("id", "") + ")\n";
    out += "Weights         " + std::string(info.value("trained", false) ? "trained" : untrainedWeights) +
           (info.value("simulated", false) ? ", on simulated patients" : "") + "\n";
    if (!info.value("can_retrieve", true))
        out += "Retrieval       not possible: made without alignment weights\n";
    out += "Parameters      " + std::to_string(info.at("parameters").value("total", std::int64_t(0))) + "\n";
    out += "ECG recipe      " + info.at("recipes").at("ecg").value("describe", "") + "\n";
    out += "Echo recipe     " + info.at("recipes").at("echo").value("describe", "") + "\n";
    out += "Licence         " + info.value("licence", "") + "\n";
    out += "Intended use    " + info.value("intended_use", "") + "\n";
    return out;
}

void showInfo(const Session& session, const base::Json& info)
{
    session.print(info, describe(info), info.at("trained").toBool());
}

base::Json readJson(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        throw Failure{Unreadable, base::Error(base::ErrorCode::Io, "the file can't be read", {file, {}})};
    return blame(Unreadable, [&] { return base::Json::parse(text.str(), file.string()); });
}

int create(const Session& session, const Arguments& arguments, const std::string& kind)
{
    const base::Json design = arguments.design.empty() ? base::Json() : readJson(arguments.design);
    const base::Json info = blame(BundleOrLibrary, [&] {
        return arguments.design.empty() ? inference::createBundle(arguments.folder, kind, arguments.architecture, arguments.seed, session.job())
                                        : inference::createDesigned(arguments.folder, design, arguments.seed, session.job());
    });
    showInfo(session, info);
    return Ok;
}

int verify(const Session& session, const Arguments& arguments)
{
    const base::Json info = blame(BundleOrLibrary, [&] { return inference::bundleInfo(arguments.folder); });
    base::Json result = blame(BundleOrLibrary,
                              [&] { return inference::verifyBundle(arguments.folder, session.device, session.job()); });
    const bool ok = result.at("ok").toBool();
    std::string out;
    for (const base::Json& check : result.at("checks").items()) {
        char line[200];
        std::snprintf(line, sizeof line, "%-40s %.3g, allowed %.3g%s\n", check.at("name").toString().c_str(),
                      check.at("largest_error").isNumber() ? check.at("largest_error").toNumber() : -1.0,
                      check.at("tolerance").toNumber(), check.at("ok").toBool() ? "" : "  DIFFERS");
        out += line;
    }
    out += std::string(ok ? "The golden tensors reproduce on " : "The golden tensors do NOT reproduce on ") +
           result.value("device", "") + "\n";
    result.set("bundle", info.at("id"));
    session.print(std::move(result), out, info.at("trained").toBool());
    return ok ? Ok : BundleOrLibrary;
}

std::string joined(const base::Json& texts, std::size_t most)
{
    std::string out;
    for (std::size_t i = 0; i < std::min(most, texts.size()); ++i)
        out += (i ? ", " : "") + texts.items()[i].toString();
    return out + (texts.size() > most ? ", … (" + std::to_string(texts.size()) + ")" : "");
}

std::string describeImport(const base::Json& report)
{
    std::string out;
    for (const base::Json& file : report.at("files").items()) {
        out += file.at("file").toString() + "\n    " + file.at("content").toString() + ", " +
               file.at("format").toString() + ": " + std::to_string(file.at("tensors").toInteger()) +
               " tensors taken\n";
        if (file.at("ignored").size() > 0)
            out += "    not needed: " + joined(file.at("ignored"), 4) + "\n";
        if (file.at("unknown").size() > 0)
            out += "    unknown: " + joined(file.at("unknown"), 8) + "\n";
        for (const base::Json& note : file.at("notes").items())
            out += "    note: " + note.toString() + "\n";
    }
    for (const base::Json& part : report.at("parts").items()) {
        std::string title = part.at("title").toString();
        title.resize(std::max<std::size_t>(title.size(), 24), ' ');
        out += title + part.at("state").toString() + "\n";
    }
    for (const base::Json& note : report.at("notes").items())
        out += "note: " + note.toString() + "\n";
    if (report.at("missing").size() > 0)
        out += "missing: " + joined(report.at("missing"), 8) + "\n";
    if (!report.at("can_retrieve").toBool())
        out += report.at("why_not_retrieve").toString() + "\n";
    return out;
}

int importWeights(const Session& session, const ImportArguments& arguments)
{
    inference::WeightsToImport weights;
    for (const auto& [role, file] : arguments.files)
        if (!file.empty())
            weights.files.push_back({role == "lightning" ? std::string() : role, file});
    for (const std::filesystem::path& file : arguments.alignment)
        weights.files.push_back({{}, file});
    weights.name = arguments.name;
    weights.licence = arguments.licence;
    weights.trained = !arguments.untrained;
    if (!arguments.recipes.empty())
        weights.recipes = readJson(arguments.recipes);
    const base::Json report = blame(BundleOrLibrary, [&] {
        return inference::importBundle(weights, arguments.inspect ? std::filesystem::path() : arguments.folder,
                                       session.job());
    });
    std::string text = describeImport(report);
    const bool written = report.at("bundle").isString();
    text += written                          ? "Bundle " + report.at("bundle").toString() + " written.\n"
            : report.at("complete").toBool() ? "A bundle can be made of these files.\n"
                                             : "No bundle is made: something is missing.\n";
    session.print(report, text, weights.trained);
    return report.at("complete").toBool() ? Ok : BundleOrLibrary;
}

void addImport(CLI::App& bundle, Session& session)
{
    CLI::App* command = bundle.add_subcommand("import", "Make a bundle of PyTorch checkpoints or safetensors");
    const auto arguments = std::make_shared<ImportArguments>();
    const auto file = [&](const char* option, const char* role, const char* help) {
        command->add_option(option, arguments->files[role], help);
    };
    file("--ecg", "ecg", "ECG encoder: ecg_multimodal.ckpt or an OTiS checkpoint");
    file("--echo", "echo", "Echo encoder: echo_multimodal.ckpt or echo_prime_encoder.pt");
    file("--aggregator", "aggregator", "token_aggregator.ckpt");
    file("--projection", "projection", "echo_projection_for_agg.ckpt");
    file("--view-aggregator", "view_aggregator", "echo_view_aggregator.ckpt");
    command
        ->add_option("--alignment", arguments->alignment,
                     "Alignment layers, one file or two; which side each is of, its width tells")
        ->expected(1, 2);
    file("--ecg-alignment", "ecg_alignment", "ecg_alignment_global_token.ckpt");
    file("--echo-alignment", "echo_alignment", "echo_alignment_global_token.ckpt");
    file("--lightning", "lightning", "last.ckpt of a training run, or a safetensors file with all parts");
    command->add_option("--recipes", arguments->recipes, "JSON with the recipes \"ecg\" and \"echo\" of the weights");
    command->add_option("--name", arguments->name, "Name of the bundle");
    command->add_option("--licence", arguments->licence, "Licence of the weights");
    command->add_flag("--untrained", arguments->untrained, "These weights never learned");
    CLI::Option* inspect = command->add_flag("--inspect", arguments->inspect, "Only tell what the files are");
    command->add_option("--out", arguments->folder, "Folder of the new bundle")->excludes(inspect);
    command->callback([&session, arguments] {
        if (!arguments->inspect && arguments->folder.empty())
            throw CLI::RequiredError("--out");
        session.action = [&session, arguments] { return importWeights(session, *arguments); };
    });
}

} // namespace

void addBundleCommands(CLI::App& app, Session& session)
{
    CLI::App* bundle = app.add_subcommand("bundle", "Make and check model bundles");
    bundle->require_subcommand(1);
    const auto arguments = std::make_shared<Arguments>();
    const auto act = [&session, arguments](CLI::App* command,
                                           std::function<int(const Session&, const Arguments&)> work) {
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] { return work(session, *arguments); };
        });
    };

    for (const std::string kind : {"random", "formula"}) {
        CLI::App* command = bundle->add_subcommand(
            kind, kind == "random" ? "Write a bundle of random, untrained weights"
                                   : "Write a bundle of the formula weights of the golden vectors");
        command->add_option("--out", arguments->folder, "Folder of the new bundle")->required();
        command->add_option("--architecture", arguments->architecture, "published or small")
            ->check(CLI::IsMember({"published", "small"}));
        if (kind == "random") {
            command->add_option("--seed", arguments->seed, "The same seed gives the same bytes");
            command->add_option("--design", arguments->design, "JSON of an architecture and recipes of your own, instead of --architecture");
        }
        act(command, [kind](const Session& s, const Arguments& a) { return create(s, a, kind); });
    }
    addImport(*bundle, session);
    CLI::App* exported = bundle->add_subcommand("export", "Write a bundle's weights as one safetensors file");
    exported->add_option("DIR", arguments->folder, "Model bundle")->required();
    exported->add_option("--out", arguments->file, "File to write")->required();
    act(exported, [](const Session& s, const Arguments& a) {
        blame(BundleOrLibrary, [&] { return inference::exportBundle(a.folder, a.file, s.job()); });
        s.print(base::Json::object({{"file", a.file.string()}}), a.file.string() + " written\n");
        return int(Ok);
    });
    CLI::App* info = bundle->add_subcommand("info", "What a bundle says of itself");
    info->add_option("DIR", arguments->folder, "Model bundle")->required();
    act(info, [](const Session& s, const Arguments& a) {
        showInfo(s, blame(BundleOrLibrary, [&] { return inference::bundleInfo(a.folder); }));
        return int(Ok);
    });
    CLI::App* check = bundle->add_subcommand("verify", "Check files, shapes and golden tensors on this machine");
    check->add_option("DIR", arguments->folder, "Model bundle")->required();
    act(check, verify);
}

} // namespace echo2ecg::cli
