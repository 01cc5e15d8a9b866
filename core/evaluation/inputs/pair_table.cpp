// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/inputs/pair_table.h"

#include "base/pair_columns.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace echo2ecg::evaluation {

using base::CsvTable;
using base::ErrorCode;
using base::ParseError;
namespace names = base::pair_columns;

namespace {

std::vector<std::string> patientsBy(const std::vector<PairRow>& rows, std::string PairRow::*key, const std::vector<std::string>& wanted)
{
    std::unordered_map<std::string, std::string> patients;
    for (const PairRow& row : rows)
        patients.emplace(row.*key, row.patient);
    std::vector<std::string> out;
    for (const std::string& name : wanted) {
        const auto found = patients.find(name);
        out.push_back(found == patients.end() ? std::string() : found->second);
    }
    return out;
}

} // namespace

PairTable readPairTable(const std::filesystem::path& csv)
{
    const CsvTable table = CsvTable::read(csv);
    const int ecg = table.column(names::ecg), study = table.column(names::study), clip = table.column(names::view), index = table.column(names::row),
              patient = table.column(names::patient), split = table.column(names::split);
    if (ecg < 0 || study < 0)
        throw ParseError(ErrorCode::NotRecognised, "the header row needs the columns ecg and study (or ecg_filepath and echo_study_id)", {csv, "line 1"});
    PairTable out;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        PairRow row;
        row.line = table.line(r);
        const base::Place place{csv, "line " + std::to_string(row.line)};
        row.ecg = table.cell(r, ecg);
        row.study = table.cell(r, study);
        row.clip = table.cell(r, clip);
        row.patient = table.cell(r, patient);
        row.split = names::splitWord(table.cell(r, split));
        if (row.ecg.empty() || row.study.empty())
            throw ParseError(ErrorCode::Malformed, "the row names no ECG or no study", place);
        if (const auto at = table.number(r, index)) {
            if (*at < 0 || *at > 1e15 || *at != std::floor(*at))
                throw ParseError(ErrorCode::Malformed, "the row of an embedding isn't a whole number", place);
            row.echoRow = std::int64_t(*at);
        }
        row.values = phenotypeCells(table, r);
        out.rows.push_back(std::move(row));
    }
    if (out.rows.empty())
        throw ParseError(ErrorCode::Unsuitable, "the table has no rows", {csv, {}});
    return out;
}

std::size_t mergePhenotypes(PairTable& pairs, const std::filesystem::path& csv)
{
    const CsvTable table = CsvTable::read(csv);
    const int clip = table.column({"filename", "clip", "echo_filename"}), study = table.column(names::study);
    if (clip < 0 && study < 0)
        throw ParseError(ErrorCode::NotRecognised, "the header row has neither a column filename nor study", {csv, "line 1"});
    std::unordered_map<std::string, PhenotypeValues> known;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        known.emplace(table.cell(r, clip >= 0 ? clip : study), phenotypeCells(table, r));
    }
    const std::size_t before = pairs.rows.size();
    std::erase_if(pairs.rows, [&](PairRow& row) {
        const auto found = known.find(clip >= 0 ? row.clip : row.study);
        if (found != known.end())
            row.values = found->second;
        return found == known.end();
    });
    return before - pairs.rows.size();
}

std::vector<RetrievalPair> PairTable::pairs(std::optional<Phenotype> phenotype) const
{
    std::vector<RetrievalPair> out;
    for (const PairRow& row : rows)
        out.push_back({row.ecg, row.study, phenotype ? row.values.of(*phenotype) : std::nullopt});
    return out;
}

PairTable PairTable::ofSplit(const std::string& split) const
{
    PairTable out;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(out.rows), [&](const PairRow& row) { return split.empty() || row.split == split; });
    return out;
}

std::vector<std::string> PairTable::patientsOfEcgs(const std::vector<std::string>& ecgs) const
{
    return patientsBy(rows, &PairRow::ecg, ecgs);
}

std::vector<std::string> PairTable::patientsOfStudies(const std::vector<std::string>& studies) const
{
    return patientsBy(rows, &PairRow::study, studies);
}

} // namespace echo2ecg::evaluation
