// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle_recipes.h"
#include "inference/bundles.h"
#include "session.h"
#include "views.h"

namespace echo2ecg::cli {

BundleRecipes readRecipes(const std::filesystem::path& bundle)
{
    return blame(BundleOrLibrary, [&] {
        const base::Json info = inference::bundleInfo(bundle);
        const base::Json& recipes = info.at("recipes");
        BundleRecipes result;
        result.id = info.at("id").toString();
        result.trained = info.at("trained").toBool();
        result.ecg = ecg::EcgRecipe::fromJson(recipes.at("ecg").at("fields"));
        result.echo = echo::EchoRecipe::fromJson(recipes.at("echo").at("fields"));
        return result;
    });
}

namespace {

struct Arguments
{
    std::filesystem::path folder;
    std::uint64_t seed = 0;
    std::string architecture = "published";
};

std::string describe(const base::Json& info)
{
    std::string out = "Bundle          " + info.value("name", "") + " (" + info.value("id", "") + ")\n";
    out += "Weights         " + std::string(info.value("trained", false) ? "trained" : untrainedWeights) +
           (info.value("simulated", false) ? ", on simulated patients" : "") + "\n";
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

int create(const Session& session, const Arguments& arguments, const std::string& kind)
{
    const base::Json info = blame(BundleOrLibrary, [&] {
        return inference::createBundle(arguments.folder, kind, arguments.architecture, arguments.seed, session.job());
    });
    showInfo(session, info);
    return Ok;
}

int verify(const Session& session, const Arguments& arguments)
{
    const base::Json info = blame(BundleOrLibrary, [&] { return inference::bundleInfo(arguments.folder); });
    base::Json result =
        blame(BundleOrLibrary, [&] { return inference::verifyBundle(arguments.folder, session.job()); });
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
        if (kind == "random")
            command->add_option("--seed", arguments->seed, "The same seed gives the same bytes");
        act(command, [kind](const Session& s, const Arguments& a) { return create(s, a, kind); });
    }
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
