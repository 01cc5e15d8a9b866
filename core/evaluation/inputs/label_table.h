// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echo2ecg::base {
class CsvTable;
}

namespace echo2ecg::evaluation {

enum class Phenotype { Lvedv, Lvesv, Lvsv, Lvef };
inline constexpr Phenotype allPhenotypes[] = {Phenotype::Lvedv, Phenotype::Lvesv, Phenotype::Lvsv, Phenotype::Lvef};
const char* name(Phenotype p) noexcept; // "LVEDV" …

struct PhenotypeValues
{
    std::optional<double> lvedv, lvesv, lvsv, lvef; // mL, mL, mL, %
    const std::optional<double>& of(Phenotype p) const;
    // SV and EF from the volumes where they are absent. Readers leave values as they stand, as the reference does: who wants this says so.
    void complete();
};

// One sample of a table of labels.
struct LabelRow
{
    int line = 0;
    std::string id, patient, split, file;
    std::string sex;    // "female", "male", what else the table says, or empty
    std::string rhythm; // as the table says
    std::optional<double> age;
    PhenotypeValues values;
    std::optional<bool> shd;
    std::vector<std::optional<bool>> flags; // parallel to LabelTable::flagNames
};

// A CSV with a header row (base/csv.h). Columns, in any order and case, all but the first optional:
//   id (or an ECG's name as in a table of pairs, filename, file, path)    patient, split as there (base/pair_columns.h)    file (path, ecg_filepath, filename)
//   sex (gender)   age (age_at_ecg)   rhythm   lvedv, lvesv, lvsv, lvef with or without _ml, _percent, _value    shd (shd_moderate_or_greater_flag)
// and any number of other labels of 0 and 1 whose names end in _flag. Splits are in lower case, "train", "val" and "test" by any word for them.
struct LabelTable
{
    std::vector<LabelRow> rows;
    std::vector<std::string> flagNames; // with their _flag
    base::Warnings warnings;

    // Numbers of the rows of a split; an empty name means all.
    std::vector<std::size_t> ofSplit(const std::string& split) const;
    std::vector<std::string> ids() const;
    std::vector<std::string> patients() const;
};

// Of a table of pairs, which may name an ECG in several rows, the first row of each ECG counts.
enum class Repeats { Refuse, TakeFirst };

// Throws base::ParseError with the line (no id, an id twice, a number or flag that isn't one, an EF that isn't a percentage), base::Error(Io).
LabelTable readLabelTable(const std::filesystem::path& csv, Repeats repeats = Repeats::Refuse);
LabelTable labelTable(const base::CsvTable& table, Repeats repeats = Repeats::Refuse);

// LVEF classes (0 reduced, 1 mildly reduced, 2 preserved) of the rows that have an LVEF; `rows` gets their numbers.
std::vector<int> lvefClasses(const LabelTable& table, std::span<const std::size_t> of, std::vector<std::size_t>& rows, const std::vector<double>& cutoffs = {40, 50});
// The same for structural heart disease, 0 and 1.
std::vector<int> shdClasses(const LabelTable& table, std::span<const std::size_t> of, std::vector<std::size_t>& rows);
// Patients that are in more than one split; a number above 0 means that the evaluation isn't honest.
std::size_t patientsInSeveralSplits(const LabelTable& table);

// Shared with the pair table.
PhenotypeValues phenotypeCells(const base::CsvTable& table, std::size_t row);

} // namespace echo2ecg::evaluation
