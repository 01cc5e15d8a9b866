// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "casework/import.h"
#include "ecg/ecg_reader.h"
#include "inference/engine.h"
#include "session.h"
#include "views.h"

namespace echo2ecg::cli {

namespace {

struct Arguments
{
    std::vector<std::filesystem::path> paths;
    std::filesystem::path bundle, out;
};

// What was named, read. A file that fails is remembered; it is the failure of the command only when nothing else is
// left.
struct Inputs
{
    std::vector<ecg::EcgRecord> ecgs;
    std::vector<echo::EchoStudy> studies;
    std::vector<base::Error> failures;
};

Inputs collect(const Session& session, const std::vector<std::filesystem::path>& paths)
{
    Inputs inputs;
    std::vector<echo::EchoClip> clips;
    for (const std::filesystem::path& path : paths) {
        if (std::filesystem::is_directory(path)) {
            casework::Scan scan = casework::scan({path}, session.job());
            std::move(scan.ecgs.begin(), scan.ecgs.end(), std::back_inserter(inputs.ecgs));
            for (echo::EchoStudy& study : scan.studies)
                std::move(study.clips.begin(), study.clips.end(), std::back_inserter(clips));
            for (const casework::ScannedFile& file : scan.files)
                if (file.kind == casework::FileKind::Unreadable)
                    inputs.failures.push_back(
                        base::ParseError(base::ErrorCode::Malformed, file.reason, {file.file, {}}));
            continue;
        }
        try {
            if (ecg::looksLikeEcg(path))
                inputs.ecgs.push_back(ecg::readEcg(path));
            else
                clips.push_back(echo::readClip(path));
        } catch (const base::Error& error) {
            inputs.failures.push_back(error.place().file.empty() ? error.at(path) : error);
        }
    }
    inputs.studies = echo::groupIntoStudies(std::move(clips));
    return inputs;
}

// Gathers the members of the .npz and their description.
class Archive
{
public:
    explicit Archive(bool prefixed) : m_prefixed(prefixed) {}

    void add(const ecg::EcgRecord& record, const inference::EcgEmbedding& embedding)
    {
        const std::string prefix = m_prefixed ? "ecg" + std::to_string(m_ecgs++) + "_" : "";
        vector(prefix + "token", embedding.token);
        vector(prefix + "aligned", embedding.aligned);
        m_members.emplace_back(prefix + "names", base::npyOfStrings({record.file.filename().string()}));
        m_list.push(base::Json::object({{"kind", "ecg"},
                                        {"prefix", prefix},
                                        {"file", record.file.string()},
                                        {"token_width", embedding.token.size()},
                                        {"aligned_width", embedding.aligned.size()},
                                        {"warnings", cli::view(embedding.warnings)}}));
        m_text += prefix + "token, " + prefix + "aligned: " + record.file.filename().string() + "\n" +
                  cli::text(embedding.warnings);
    }

    void add(const inference::StudyEmbedding& embedding)
    {
        const std::string prefix = m_prefixed ? "study" + std::to_string(m_studies++) + "_" : "";
        std::vector<float> clips, weights;
        std::vector<std::string> names;
        base::Json list = base::Json::array();
        std::size_t width = 0;
        m_text += prefix + "clips, " + prefix + "view_weights, " + prefix + "study, " + prefix + "aligned:\n";
        for (const inference::ClipOutcome& clip : embedding.clips) {
            list.push(base::Json::object({{"file", clip.file.string()},
                                          {"weight", clip.weight},
                                          {"left_out", clip.leftOut.empty() ? base::Json() : base::Json(clip.leftOut)},
                                          {"warnings", cli::view(clip.warnings)}}));
            m_text += "  " + clip.file.filename().string() + "  " +
                      (clip.leftOut.empty() ? "weight " + number(clip.weight, 4) : clip.leftOut) + "\n";
            if (!clip.leftOut.empty())
                continue;
            width = clip.embedding.size();
            clips.insert(clips.end(), clip.embedding.begin(), clip.embedding.end());
            weights.push_back(clip.weight);
            names.push_back(clip.file.filename().string());
        }
        m_members.emplace_back(prefix + "clips",
                               base::NpyArray::of({std::int64_t(weights.size()), std::int64_t(width)}, clips));
        vector(prefix + "view_weights", weights);
        vector(prefix + "study", embedding.token);
        vector(prefix + "aligned", embedding.aligned);
        m_members.emplace_back(prefix + "names", base::npyOfStrings(names));
        m_list.push(base::Json::object({{"kind", "echo"},
                                        {"prefix", prefix},
                                        {"views", weights.size()},
                                        {"clip_width", width},
                                        {"study_width", embedding.token.size()},
                                        {"aligned_width", embedding.aligned.size()},
                                        {"clips", list}}));
    }

    void write(const std::filesystem::path& out, const inference::EngineFacts& facts)
    {
        std::vector<std::string> about{researchUseOnly, "bundle " + facts.bundleId, "ECG recipe " + facts.ecgRecipeHash,
                                       "echo recipe " + facts.echoRecipeHash,
                                       facts.trained ? "trained weights" : untrainedWeights};
        m_members.emplace_back("about", base::npyOfStrings(about));
        base::writeNpz(out, m_members);
    }

    const base::Json& list() const { return m_list; }
    const std::string& text() const { return m_text; }

private:
    void vector(const std::string& name, const std::vector<float>& values)
    {
        m_members.emplace_back(name, base::NpyArray::of({std::int64_t(values.size())}, values));
    }

    bool m_prefixed;
    int m_ecgs = 0, m_studies = 0;
    std::vector<base::NpzMember> m_members;
    base::Json m_list = base::Json::array();
    std::string m_text;
};

int embed(const Session& session, const Arguments& arguments)
{
    Inputs inputs = collect(session, arguments.paths);
    const std::size_t count = inputs.ecgs.size() + inputs.studies.size();
    if (count == 0) {
        if (!inputs.failures.empty())
            throw inputs.failures.front();
        throw base::ParseError(base::ErrorCode::NotRecognised, "there is neither an ECG nor an echo clip here",
                               {arguments.paths.front(), {}});
    }
    const base::JobContext job = session.job();
    const auto engine =
        blame(BundleOrLibrary, [&] { return inference::loadEngine(arguments.bundle, session.engineOptions(), job); });

    Archive archive(count > 1);
    std::vector<base::Error> unsuitable;
    std::size_t done = 0;
    const auto attempt = [&](auto&& work) {
        try {
            work();
            ++done;
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) {
            unsuitable.push_back(error);
        }
    };
    for (const ecg::EcgRecord& record : inputs.ecgs)
        attempt([&] {
            try {
                archive.add(record, engine->embed(record, job));
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) {
                throw error.place().file.empty() ? error.at(record.file) : error;
            }
        });
    bool clipsFailed = false;
    for (const echo::EchoStudy& study : inputs.studies)
        attempt([&] {
            const inference::StudyEmbedding embedding = engine->embed(study, job);
            for (const inference::ClipOutcome& clip : embedding.clips)
                clipsFailed = clipsFailed || clip.leftOut.starts_with("failed");
            archive.add(embedding);
        });
    if (done == 0)
        throw unsuitable.front();
    blame(OutputFailed, [&] { archive.write(arguments.out, engine->facts()); });

    base::Json failures = base::Json::array();
    for (const auto* list : {&inputs.failures, &unsuitable})
        for (const base::Error& error : *list) {
            session.message(std::string("echo2ecg: ") + error.what());
            failures.push(base::Json::object({{"file", error.place().file.string()},
                                              {"code", base::name(error.code())},
                                              {"message", error.sentence()}}));
        }
    const bool partly = failures.size() > 0 || clipsFailed;
    session.print(base::Json::object({{"out", arguments.out.string()},
                                      {"bundle", view(engine->facts())},
                                      {"embeddings", archive.list()},
                                      {"failures", failures},
                                      {"notes", view(session.notes())}}),
                  text(engine->facts()) + "Written         " + arguments.out.string() + "\n" + archive.text(),
                  engine->facts().trained);
    return partly ? PartlyDone : Ok;
}

} // namespace

void addEmbedCommand(CLI::App& app, Session& session)
{
    CLI::App* command = app.add_subcommand("embed", "Embed ECG files, clips and folders of studies into a .npz");
    const auto arguments = std::make_shared<Arguments>();
    command->add_option("PATH", arguments->paths, "ECG files, clip files, folders")->required();
    command->add_option("--bundle", arguments->bundle, "Model bundle")->required();
    command->add_option("--out", arguments->out, "X.npz")->required();
    command->callback(
        [&session, arguments] { session.action = [&session, arguments] { return embed(session, *arguments); }; });
}

} // namespace echo2ecg::cli
