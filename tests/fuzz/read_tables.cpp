// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/read_tables.h"

#include "base/npy.h"
#include "evaluation/inputs/echonext.h"
#include "evaluation/inputs/embeddings_file.h"
#include "evaluation/inputs/pair_table.h"
#include "fuzz/checks.h"
#include "fuzz/run_tensors.h"
#include "fuzz/scratch.h"
#include "training/pairs.h"
#include "training/run_folder.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace echo2ecg::fuzz {

namespace {

void checkValues(const evaluation::PhenotypeValues& values)
{
    for (const evaluation::Phenotype p : evaluation::allPhenotypes) {
        const auto& value = values.of(p);
        require(!value || (std::isfinite(*value) && *value >= 0), "a phenotype is negative or no number");
    }
    require(!values.lvef || *values.lvef <= 100, "an ejection fraction is above 100 %");
}

void checkLabels(const evaluation::LabelTable& table)
{
    require(!table.rows.empty(), "a table without rows was read");
    std::set<std::string> ids;
    for (const evaluation::LabelRow& row : table.rows) {
        require(!row.id.empty() && ids.insert(row.id).second, "an id is empty or there twice");
        require(row.flags.size() == table.flagNames.size(), "a row has another number of flags than the table");
        checkValues(row.values);
    }
    const auto all = table.ofSplit("");
    require(all.size() == table.rows.size(), "rows of all splits are missing");
    std::vector<std::size_t> rows;
    require(evaluation::lvefClasses(table, all, rows).size() == rows.size() && evaluation::shdClasses(table, all, rows).size() == rows.size(),
            "classes and rows differ in number");
}

} // namespace

bool readLabels(Bytes bytes)
{
    const auto file = Scratch::instance().write("labels.csv", bytes);
    refusedOrDone([&] { checkLabels(evaluation::readLabelTable(file, evaluation::Repeats::TakeFirst)); });
    return refusedOrDone([&] { checkLabels(evaluation::readLabelTable(file)); });
}

bool readPairs(Bytes bytes)
{
    const auto file = Scratch::instance().write("pairs.csv", bytes);
    const bool isEvaluated = refusedOrDone([&] {
        evaluation::PairTable table = evaluation::readPairTable(file);
        for (const evaluation::PairRow& row : table.rows) {
            require(!row.ecg.empty() && !row.study.empty() && (!row.echoRow || *row.echoRow >= 0), "a pair of nothing");
            checkValues(row.values);
        }
        const std::size_t before = table.rows.size();
        refusedOrDone([&] { require(evaluation::mergePhenotypes(table, file) + table.rows.size() == before, "rows were lost uncounted"); });
    });
    const bool isLearnedFrom = refusedOrDone([&] {
        for (const auto& embeddings : {std::filesystem::path(), std::filesystem::path("all.npy")}) {
            const std::vector<training::PairItem> items = training::readPairTable(file, embeddings);
            std::set<std::pair<std::string, std::string>> seen;
            for (const training::PairItem& item : items) {
                require(!item.ecgId.empty() && !item.studyId.empty() && seen.insert({item.ecgId, item.studyId}).second, "a pair is nothing or there twice");
                require(!item.daysApart || std::isfinite(*item.daysApart), "days that are no number");
            }
            refusedOrDone([&] {
                const training::PairSet set = training::choosePairs(items, {});
                require(set.items.size() + set.tooFarApart == set.rows, "pairs were lost uncounted");
            });
        }
    });
    return isEvaluated || isLearnedFrom;
}

bool readEchoNextMetadata(Bytes bytes)
{
    static const std::filesystem::path folder = [] {
        const auto made = Scratch::instance().folder() / "echonext";
        std::filesystem::create_directories(made);
        for (const auto& [split, records] : {std::pair("train", 2), std::pair("test", 1)})
            base::writeNpy(made / (std::string("EchoNext_") + split + "_waveforms.npy"),
                           base::NpyArray::of({records, 1, evaluation::echoNextSamples, evaluation::echoNextLeads},
                                              std::vector<float>(std::size_t(records) * evaluation::echoNextSamples * evaluation::echoNextLeads, 1.0F)));
        return made;
    }();
    Scratch::instance().write("echonext/metadata.csv", bytes);
    return refusedOrDone([&] {
        const auto data = evaluation::EchoNext::open(folder);
        checkLabels(data.labels());
        require(data.rows("train").size() == 2 && data.rows("test").size() == 1, "waveforms have other rows than they are many");
        static const bool isRead = data.waveform("test", 0).size() == std::size_t(evaluation::echoNextSamples) * evaluation::echoNextLeads;
        require(isRead, "a waveform isn't whole");
    });
}

bool readEmbeddingsFile(Bytes bytes)
{
    const std::string_view text = asText(bytes);
    const char* name = text.starts_with("PK") ? "in.npz" : text.starts_with("\x93NUMPY") ? "in.npy" : "in.safetensors";
    const auto file = Scratch::instance().write(name, bytes);
    bool isRead = false;
    for (const char* tensor : {"", "aligned"}) {
        isRead |= refusedOrDone([&] {
            const evaluation::StoredEmbeddings stored = evaluation::readEmbeddings(file, tensor);
            const evaluation::EmbeddingMatrix& rows = stored.rows;
            require(rows.rows() > 0 && rows.values.size() == rows.rows() * std::size_t(rows.width), "the values aren't whole rows");
            require(stored.ids.empty() || stored.ids.size() == rows.rows(), "names and rows differ in number");
            require(std::all_of(rows.values.begin(), rows.values.end(), [](float v) { return std::isfinite(v); }), "an embedding is no number");
            require(stored.ids.empty() || evaluation::select(stored, stored.ids).rows() == rows.rows(), "a name isn't found");
        });
    }
    return isRead;
}

bool readRunCheckpoint(Bytes bytes)
{
    static const training::RunFolder run = [] {
        training::RunFolder made(Scratch::instance().folder() / "run");
        nn::writeSafetensors(made.path() / runTensorsName, runTensors());
        return made;
    }();
    Scratch::instance().write("run/checkpoint.json", bytes);
    return refusedOrDone([&] {
        const auto checkpoint = run.load();
        require(checkpoint && checkpoint->tensors.size() == runTensors().size(), "the tensors are others");
    });
}

} // namespace echo2ecg::fuzz
