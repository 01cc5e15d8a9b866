// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/bundle_choice.h"
#include "casework/case_engine.h"
#include "ecg/ecg_reader.h"
#include "open_library.h"
#include "session.h"
#include "views.h"

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::filesystem::path file, library, bundle;
    int top = 10;
};

// A library with its engine, ready for one question.
struct OpenCase
{
    std::unique_ptr<library::Library> library;
    std::unique_ptr<inference::Engine> engine;
    std::unique_ptr<casework::CaseEngine> cases;
};

OpenCase open(const Session& session, const Arguments& arguments)
{
    OpenCase result;
    result.library = openLibrary(arguments.library);
    const std::filesystem::path bundle = blame(
        BundleOrLibrary, [&] { return casework::chooseBundle(*result.library, arguments.bundle, session.job()); });
    result.engine = blame(BundleOrLibrary, [&] {
        return inference::loadEngine(bundle, session.engineOptions(result.library.get()), session.job());
    });
    result.cases = std::make_unique<casework::CaseEngine>(*result.library, *result.engine);
    return result;
}

// Only what the answer needs is embedded: what a library lacks is done once. One that fails is noted and left out.
template <class Rows, class Embed>
void embedMissing(const base::JobContext& job, const Rows& rows, const char* what, Embed&& embed)
{
    for (const auto& row : rows) {
        job.throwIfCancelled();
        try {
            embed(row.id);
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) {
            job.note(
                {"not-embedded",
                 std::string(what) + " " + std::to_string(row.id) + " isn't among the candidates: " + error.sentence(),
                 {}});
        }
    }
}

base::Json view(const casework::Neighbour& neighbour, const std::vector<std::string>& classes)
{
    const bool known = neighbour.classIndex >= 0 && std::size_t(neighbour.classIndex) < classes.size();
    return base::Json::object({{"ecg", neighbour.ecg},
                               {"patient", neighbour.patient},
                               {"study", neighbour.study},
                               {"distance", neighbour.distance},
                               {"lvef_percent", orNull(neighbour.lvef)},
                               {"class_index", neighbour.classIndex},
                               {"class", known ? base::Json(classes[std::size_t(neighbour.classIndex)]) : base::Json()},
                               {"label", neighbour.label},
                               {"simulated", neighbour.simulated}});
}

std::string votes(const std::vector<std::string>& classes, const std::vector<double>& probabilities)
{
    std::string out;
    for (std::size_t i = 0; i < probabilities.size(); ++i)
        out += "  " + (i < classes.size() ? classes[i] : "class " + std::to_string(i)) + ": " +
               number(100 * probabilities[i], 0) + " %\n";
    return out;
}

std::string neighbours(const std::vector<casework::Neighbour>& list)
{
    std::string out;
    for (const casework::Neighbour& neighbour : list)
        out += "  distance " + number(neighbour.distance, 4) + "  " + neighbour.label +
               (neighbour.lvef ? "  EF " + number(*neighbour.lvef, 0) + " %" : "") + mark(neighbour.simulated) + "\n";
    return out;
}

base::Json view(const std::vector<casework::Neighbour>& list, const std::vector<std::string>& classes)
{
    base::Json result = base::Json::array();
    for (const casework::Neighbour& neighbour : list)
        result.push(view(neighbour, classes));
    return result;
}

int predict(const Session& session, const Arguments& arguments)
{
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    const OpenCase opened = open(session, arguments);
    const base::JobContext job = session.job();
    if (!ecg::isBlocked(ecg::checkQuality(record, opened.engine->facts().ecgRecipe)))
        embedMissing(job, opened.library->ecgs(), "ECG", [&](library::Id id) { opened.cases->embedEcg(id, job); });
    const casework::Prediction prediction = opened.cases->predict(record, job);

    const inference::EngineFacts& facts = opened.engine->facts();
    const std::vector<std::string> shdNames{"no structural heart disease", "structural heart disease"};
    base::Json document =
        base::Json::object({{"file", arguments.file.string()},
                            {"library", arguments.library.string()},
                            {"bundle", cli::view(facts)},
                            {"simulated", prediction.simulated},
                            {"candidates", prediction.candidates},
                            {"findings", cli::view(prediction.findings)},
                            {"why_not", prediction.whyNot.empty() ? base::Json() : base::Json(prediction.whyNot)}});
    std::string out = text(facts) + text(prediction.findings);
    const auto index = prediction.lvefClass;
    document.set("lvef", base::Json::object({{"class_index", orNull(index)},
                                             {"class", index && std::size_t(*index) < facts.lvefClassNames.size()
                                                           ? base::Json(facts.lvefClassNames[std::size_t(*index)])
                                                           : base::Json()},
                                             {"classes", facts.lvefClassNames},
                                             {"probabilities", prediction.lvefProbabilities},
                                             {"neighbours", view(prediction.lvefNeighbours, facts.lvefClassNames)}}));
    document.set("structural_heart_disease",
                 base::Json::object({{"present", orNull(prediction.structuralHeartDisease)},
                                     {"classes", shdNames},
                                     {"probabilities", prediction.shdProbabilities},
                                     {"neighbours", view(prediction.shdNeighbours, shdNames)}}));
    if (index && std::size_t(*index) < facts.lvefClassNames.size())
        out += "LVEF class      " + facts.lvefClassNames[std::size_t(*index)] + "\n" +
               votes(facts.lvefClassNames, prediction.lvefProbabilities) + neighbours(prediction.lvefNeighbours);
    else
        out += "No LVEF class: " + prediction.whyNot + "\n";
    if (prediction.structuralHeartDisease)
        out += std::string("Structure       ") + shdNames[*prediction.structuralHeartDisease ? 1 : 0] + "\n" +
               votes(shdNames, prediction.shdProbabilities);
    session.print(std::move(document), out, facts.trained);
    return ecg::isBlocked(prediction.findings) ? Unsuitable : Ok;
}

int retrieve(const Session& session, const Arguments& arguments)
{
    const ecg::EcgRecord record = ecg::readEcg(arguments.file);
    const OpenCase opened = open(session, arguments);
    const base::JobContext job = session.job();
    const bool blocked = ecg::isBlocked(ecg::checkQuality(record, opened.engine->facts().ecgRecipe));
    if (!blocked)
        embedMissing(job, opened.library->studies(), "study",
                     [&](library::Id id) { opened.cases->embedStudy(id, job); });
    const casework::Retrieval retrieval = opened.cases->retrieve(record, arguments.top, job);

    const inference::EngineFacts& facts = opened.engine->facts();
    base::Json studies = base::Json::array();
    std::string out = text(facts);
    for (const casework::RankedStudy& study : retrieval.studies) {
        base::Json row = base::Json::object({{"rank", study.rank},
                                             {"study", study.study},
                                             {"patient", study.patient},
                                             {"similarity", study.similarity},
                                             {"label", study.label},
                                             {"simulated", study.simulated}});
        addPhenotypes(row, study.phenotypes);
        studies.push(row);
        out += std::to_string(study.rank) + ".  " + number(study.similarity, 4) + "  " + study.label +
               (study.phenotypes.lvef ? "  EF " + number(study.phenotypes.lvef->value, 0) + " %" : "") + mark(study.simulated) + "\n";
    }
    if (!retrieval.whyNot.empty())
        out += retrieval.whyNot + "\n";
    session.print(
        base::Json::object({{"file", arguments.file.string()},
                            {"library", arguments.library.string()},
                            {"bundle", cli::view(facts)},
                            {"candidates", retrieval.candidates},
                            {"studies", studies},
                            {"own_similarity", orNull(retrieval.ownSimilarity)},
                            {"why_not", retrieval.whyNot.empty() ? base::Json() : base::Json(retrieval.whyNot)}}),
        out, facts.trained);
    return blocked ? Unsuitable : Ok;
}

} // namespace

void addCaseCommands(CLI::App& app, Session& session)
{
    const auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help, int (*work)(const Session&, const Arguments&)) {
        CLI::App* command = app.add_subcommand(name, help);
        command->add_option("FILE", arguments->file, "ECG file; needn't be in the library")->required();
        command->add_option("--library", arguments->library, "Folder of the library")->required();
        command->add_option("--bundle", arguments->bundle, "Model bundle; else the one that the library remembers");
        command->callback([&session, arguments, work] {
            session.action = [&session, arguments, work] { return work(session, *arguments); };
        });
        return command;
    };
    add("predict", "LVEF class and structural heart disease by the nearest ECGs", predict);
    add("retrieve", "The echo studies that look most alike", retrieve)
        ->add_option("--top", arguments->top, "How many")
        ->check(CLI::Range(1, 100000));
}

} // namespace echo2ecg::cli
