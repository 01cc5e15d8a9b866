// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/inputs/label_table.h"
#include "evaluation/retrieval_task.h"

namespace echo2ecg::evaluation {

// One row of a table of pairs: an ECG and an echo study, or one of its clips.
struct PairRow
{
    int line = 0;
    std::string ecg, study, clip, patient, split;
    std::optional<std::int64_t> echoRow; // of the array of clip embeddings
    PhenotypeValues values;
};

// A CSV with a header row. Columns, in any order and case: ecg and study, both needed; clip (the view), row, patient, split, each by any name of
// base/pair_columns.h; lvedv, lvesv, lvsv, lvef as in a table of labels.
struct PairTable
{
    std::vector<PairRow> rows;

    // For evaluation::phenotypeTask; without a phenotype for identityTask.
    std::vector<RetrievalPair> pairs(std::optional<Phenotype> phenotype) const;
    PairTable ofSplit(const std::string& split) const; // an empty name means all
    // The patient of each name, in the order of `ecgs` (task.ecgs) or `studies` (task.studies); empty where the table doesn't say.
    std::vector<std::string> patientsOfEcgs(const std::vector<std::string>& ecgs) const;
    std::vector<std::string> patientsOfStudies(const std::vector<std::string>& studies) const;
};

// Throws base::ParseError with the line, base::Error(Io).
PairTable readPairTable(const std::filesystem::path& csv);

// Takes phenotypes from a table with a column filename (or clip, echo_filename) by the clip's name, or with a column study (or another name of it) by the study.
// As the reference does, rows that the table doesn't name are dropped; their number is returned.
std::size_t mergePhenotypes(PairTable& pairs, const std::filesystem::path& csv);

} // namespace echo2ecg::evaluation
