// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/inputs/precomputed.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;

namespace {

void nameRows(StoredEmbeddings& embeddings, const std::vector<std::string>& names, const std::filesystem::path& file, const char* what)
{
    if (!embeddings.ids.empty()) {
        std::unordered_set<std::string> seen;
        for (const std::string& id : embeddings.ids)
            if (!seen.insert(id).second)
                throw Error(ErrorCode::Inconsistent, "the file has two embeddings of one name", {file, {}});
        return;
    }
    if (embeddings.rows.rows() != names.size())
        throw Error(ErrorCode::Inconsistent, "the file has " + std::to_string(embeddings.rows.rows()) + " rows without names, the table " +
                                                 std::to_string(names.size()) + " " + what, {file, {}});
    embeddings.ids = names;
}

// Means of the clips' unit vectors.
StoredEmbeddings studiesOfClips(const StoredEmbeddings& clips, const PairTable& pairs, const std::filesystem::path& file)
{
    std::map<std::string, std::vector<double>> sums;
    std::unordered_set<std::string> seen; // a clip is in as many rows as its study has ECGs
    for (const PairRow& row : pairs.rows) {
        if (!row.echoRow)
            throw base::ParseError(ErrorCode::Malformed, "some rows have echo_embed_idx and this one has none", {file, "line " + std::to_string(row.line)});
        if (std::uint64_t(*row.echoRow) >= clips.rows.rows())
            throw Error(ErrorCode::Inconsistent, "echo_embed_idx " + std::to_string(*row.echoRow) + " is beyond the " + std::to_string(clips.rows.rows()) +
                                                     " rows of the file", {file, {}});
        if (!seen.insert(row.study + '\n' + std::to_string(*row.echoRow)).second)
            continue;
        const auto clip = clips.rows.row(std::size_t(*row.echoRow));
        double squares = 0;
        for (const float v : clip)
            squares += double(v) * double(v);
        std::vector<double>& sum = sums[row.study];
        sum.resize(clip.size());
        for (std::size_t i = 0; i < clip.size(); ++i)
            sum[i] += double(clip[i]) / std::max(std::sqrt(squares), 1e-12);
    }
    StoredEmbeddings out;
    for (const auto& [study, sum] : sums) {
        out.rows.append(std::vector<float>(sum.begin(), sum.end()));
        out.ids.push_back(study);
    }
    return out;
}

// Splits that one table has go to the other; where none has any, patients are drawn.
void settleSplits(Cohort& cohort, const PrecomputedFiles& files)
{
    std::unordered_map<std::string, LabelRow*> rows;
    for (LabelRow& row : cohort.labels.rows)
        rows.emplace(row.id, &row);
    std::size_t strangers = 0;
    std::erase_if(cohort.pairs.rows, [&](const PairRow& pair) {
        strangers += !rows.contains(pair.ecg);
        return !rows.contains(pair.ecg);
    });
    if (strangers > 0)
        cohort.warnings.push_back({"pair-without-label", std::to_string(strangers) + " pairs name an ECG that has no row in the labels; they are left out.", {}});
    for (PairRow& pair : cohort.pairs.rows) {
        LabelRow& label = *rows.at(pair.ecg);
        if (label.split.empty())
            label.split = pair.split;
        if (pair.split.empty())
            pair.split = label.split;
        if (label.patient.empty())
            label.patient = pair.patient;
        if (pair.patient.empty())
            pair.patient = label.patient;
    }
    const auto without = std::count_if(cohort.labels.rows.begin(), cohort.labels.rows.end(), [](const LabelRow& row) { return row.split.empty(); });
    if (std::size_t(without) < cohort.labels.rows.size())
        return; // those are counted as of no split
    splitByPatient(cohort, files.testShare, files.seed);
    cohort.warnings.push_back({"split-drawn", "The tables name no splits: patients were drawn by seed " + std::to_string(files.seed) + ".", {}});
}

std::vector<std::string> studiesOf(const PairTable& pairs)
{
    std::vector<std::string> names;
    std::unordered_set<std::string> seen;
    for (const PairRow& row : pairs.rows)
        if (seen.insert(row.study).second)
            names.push_back(row.study);
    return names;
}

} // namespace

Precomputed readPrecomputed(const PrecomputedFiles& files)
{
    const bool hasLabels = !files.labels.empty(), hasPairs = !files.pairs.empty();
    if (!hasLabels && !hasPairs)
        throw Error(ErrorCode::Missing, "Embeddings need a table of labels or of pairs beside them.");
    if (files.studies.empty() != !hasPairs)
        throw Error(ErrorCode::Missing, hasPairs ? "The pairs need embeddings of studies." : "Embeddings of studies need a table of pairs.");
    Precomputed out;
    Cohort& cohort = out.cohort;
    cohort.labels = readLabelTable(hasLabels ? files.labels : files.pairs, hasLabels ? Repeats::Refuse : Repeats::TakeFirst);
    // Leaks are refused later, with a count; a warning would say it twice.
    std::erase_if(cohort.labels.warnings, [](const base::Warning& w) { return w.code == "patient-in-several-splits"; });
    cohort.name = (hasLabels ? files.labels : files.pairs).filename().string();
    const std::vector<std::string> ecgNames = cohort.labels.ids();

    ModelVectors& vectors = out.vectors;
    const std::filesystem::path& main = files.tokens.empty() ? files.aligned : files.tokens;
    vectors.id = vectors.name = main.filename().string();
    if (!files.tokens.empty()) {
        vectors.tokens = readEmbeddings(files.tokens, files.tokens.extension() == ".npz" ? "token" : "");
        nameRows(vectors.tokens, ecgNames, files.tokens, "ECGs");
    }
    if (hasPairs) {
        cohort.pairs = readPairTable(files.pairs);
        StoredEmbeddings studies = readEmbeddings(files.studies, files.studies.extension() == ".npz" ? "aligned" : "");
        const bool ofClips = studies.ids.empty() && std::any_of(cohort.pairs.rows.begin(), cohort.pairs.rows.end(), [](const PairRow& r) { return r.echoRow.has_value(); });
        if (ofClips)
            studies = studiesOfClips(studies, cohort.pairs, files.studies);
        else
            nameRows(studies, studiesOf(cohort.pairs), files.studies, "studies");
        vectors.studies = std::move(studies);
        if (!files.aligned.empty()) {
            vectors.ecgs = readEmbeddings(files.aligned, files.aligned.extension() == ".npz" ? "aligned" : "");
            nameRows(vectors.ecgs, ecgNames, files.aligned, "ECGs");
        } else {
            vectors.ecgs = vectors.tokens;
        }
        if (vectors.ecgs.rows.width != vectors.studies.rows.width)
            throw Error(ErrorCode::Inconsistent,
                        "ECGs have " + std::to_string(vectors.ecgs.rows.width) + " values and studies " + std::to_string(vectors.studies.rows.width) +
                            "; retrieval needs aligned embeddings of both.",
                        {files.studies, {}});
    }
    settleSplits(cohort, files);
    cohort.hash = hashOf(cohort);
    return out;
}

} // namespace echo2ecg::evaluation
