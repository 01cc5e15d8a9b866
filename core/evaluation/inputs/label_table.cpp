// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/inputs/label_table.h"

#include "base/pair_columns.h"
#include "retrieval/phenotypes.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace echo2ecg::evaluation {

using base::CsvTable;
using base::ErrorCode;
using base::ParseError;
namespace names = base::pair_columns;

namespace {

const std::vector<std::string> shdNames{"shd", "shd_flag", "shd_moderate_or_greater_flag"};

std::string sexOf(const std::string& cell)
{
    if (base::isAbsentCell(cell))
        return {};
    const std::string text = base::lowerCase(cell);
    if (text == "f" || text == "female" || text == "w" || text == "woman")
        return "female";
    if (text == "m" || text == "male" || text == "man")
        return "male";
    return text;
}

std::string known(const std::string& cell)
{
    return base::isAbsentCell(cell) ? std::string() : cell;
}

} // namespace

const char* name(Phenotype p) noexcept
{
    switch (p) {
    case Phenotype::Lvedv:
        return "LVEDV";
    case Phenotype::Lvesv:
        return "LVESV";
    case Phenotype::Lvsv:
        return "LVSV";
    case Phenotype::Lvef:
        break;
    }
    return "LVEF";
}

const std::optional<double>& PhenotypeValues::of(Phenotype p) const
{
    switch (p) {
    case Phenotype::Lvedv:
        return lvedv;
    case Phenotype::Lvesv:
        return lvesv;
    case Phenotype::Lvsv:
        return lvsv;
    case Phenotype::Lvef:
        break;
    }
    return lvef;
}

void PhenotypeValues::complete()
{
    if (!lvedv || !lvesv || *lvedv <= 0 || *lvesv > *lvedv)
        return;
    if (!lvsv)
        lvsv = *lvedv - *lvesv;
    if (!lvef)
        lvef = 100.0 * (*lvedv - *lvesv) / *lvedv;
}

PhenotypeValues phenotypeCells(const CsvTable& table, std::size_t row)
{
    const auto volume = [&](const std::string& name) {
        const auto value = table.number(row, table.column({name, name + "_ml", name + "_value"}));
        if (value && *value < 0)
            throw ParseError(ErrorCode::Malformed, name + " is negative", {table.file(), "line " + std::to_string(table.line(row))});
        return value;
    };
    PhenotypeValues values;
    values.lvedv = volume("lvedv");
    values.lvesv = volume("lvesv");
    values.lvsv = volume("lvsv");
    values.lvef = table.number(row, table.column({"lvef", "lvef_percent", "lvef_value", "ef"}));
    // 0.55 would silently be a dying heart: a fraction is refused, not guessed.
    if (values.lvef && (*values.lvef < 0 || *values.lvef > 100 || (*values.lvef > 0 && *values.lvef <= 1)))
        throw ParseError(ErrorCode::Malformed, "lvef isn't a percentage", {table.file(), "line " + std::to_string(table.line(row))});
    return values;
}

LabelTable readLabelTable(const std::filesystem::path& csv, Repeats repeats)
{
    return labelTable(CsvTable::read(csv), repeats);
}

LabelTable labelTable(const CsvTable& table, Repeats repeats)
{
    // An ECG must have the same name here as in readPairTable(), which may read the same table.
    names::Names idNames{"id"};
    idNames.insert(idNames.end(), names::ecg.begin(), names::ecg.end());
    idNames.insert(idNames.end(), {"filename", "file", "path"});
    const int id = table.column(idNames);
    if (id < 0)
        throw ParseError(ErrorCode::NotRecognised, "the header row has none of the columns id, ecg and filename", {table.file(), "line 1"});
    const int patient = table.column(names::patient), split = table.column(names::split),
              file = table.column({"file", "path", "ecg_filepath", "filename"}), sex = table.column({"sex", "gender"}), age = table.column({"age", "age_at_ecg"}),
              rhythm = table.column({"rhythm"}), shd = table.column(shdNames);

    LabelTable out;
    std::vector<int> flags;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
        if (!table.columns()[c].ends_with("_flag"))
            continue;
        out.flagNames.push_back(table.columns()[c]);
        flags.push_back(int(c));
    }
    std::unordered_set<std::string> seen;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        LabelRow row;
        row.line = table.line(r);
        const base::Place place{table.file(), "line " + std::to_string(row.line)};
        row.id = table.cell(r, id);
        if (row.id.empty())
            throw ParseError(ErrorCode::Malformed, "the row has no id", place);
        const bool isNew = seen.insert(row.id).second;
        if (!isNew && repeats == Repeats::Refuse)
            throw ParseError(ErrorCode::Inconsistent, "the row has the id of an earlier one", place);
        row.patient = known(table.cell(r, patient));
        row.split = names::splitWord(table.cell(r, split));
        row.file = table.cell(r, file);
        row.sex = sexOf(table.cell(r, sex));
        row.age = table.number(r, age);
        row.rhythm = known(table.cell(r, rhythm));
        row.values = phenotypeCells(table, r);
        row.shd = table.yesOrNo(r, shd);
        for (const int flag : flags)
            row.flags.push_back(table.yesOrNo(r, flag));
        if (isNew)
            out.rows.push_back(std::move(row));
    }
    if (out.rows.empty())
        throw ParseError(ErrorCode::Unsuitable, "the table has no rows", {table.file(), {}});
    if (const std::size_t leaks = patientsInSeveralSplits(out))
        out.warnings.push_back({"patient-in-several-splits",
                                std::to_string(leaks) + " patients are in more than one split; what is measured on them isn't honest.", {}});
    if (patient < 0)
        out.warnings.push_back({"no-patients", "The table names no patients; samples are taken for independent.", {}});
    return out;
}

std::vector<std::size_t> LabelTable::ofSplit(const std::string& split) const
{
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (split.empty() || rows[i].split == names::splitWord(split))
            out.push_back(i);
    return out;
}

std::vector<std::string> LabelTable::ids() const
{
    std::vector<std::string> out;
    for (const LabelRow& row : rows)
        out.push_back(row.id);
    return out;
}

std::vector<std::string> LabelTable::patients() const
{
    std::vector<std::string> out;
    for (const LabelRow& row : rows)
        out.push_back(row.patient);
    return out;
}

std::vector<int> lvefClasses(const LabelTable& table, std::span<const std::size_t> of, std::vector<std::size_t>& rows, const std::vector<double>& cutoffs)
{
    std::vector<int> classes;
    rows.clear();
    for (const std::size_t i : of) {
        if (!table.rows[i].values.lvef)
            continue;
        classes.push_back(int(retrieval::lvefClass(*table.rows[i].values.lvef, cutoffs)));
        rows.push_back(i);
    }
    return classes;
}

std::vector<int> shdClasses(const LabelTable& table, std::span<const std::size_t> of, std::vector<std::size_t>& rows)
{
    std::vector<int> classes;
    rows.clear();
    for (const std::size_t i : of) {
        if (!table.rows[i].shd)
            continue;
        classes.push_back(*table.rows[i].shd ? 1 : 0);
        rows.push_back(i);
    }
    return classes;
}

std::size_t patientsInSeveralSplits(const LabelTable& table)
{
    std::map<std::string, std::set<std::string>> splits;
    for (const LabelRow& row : table.rows)
        if (!row.patient.empty() && !row.split.empty())
            splits[row.patient].insert(row.split);
    return std::size_t(std::count_if(splits.begin(), splits.end(), [](const auto& s) { return s.second.size() > 1; }));
}

} // namespace echo2ecg::evaluation
