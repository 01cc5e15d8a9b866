// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/cohort.h"

#include "base/number_text.h"
#include "base/sha256.h"
#include "evaluation/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

namespace echo2ecg::evaluation {

namespace {

// Splits that each name is in.
using Splits = std::map<std::string, std::set<std::string>>;

std::size_t inSeveral(const Splits& splits)
{
    return std::size_t(std::count_if(splits.begin(), splits.end(), [](const auto& s) { return s.second.size() > 1; }));
}

void put(std::string& text, const std::optional<double>& value)
{
    text += (value ? base::shortest(*value) : std::string()) + '\t';
}

void put(std::string& text, const PhenotypeValues& values)
{
    for (const Phenotype p : allPhenotypes)
        put(text, values.of(p));
}

} // namespace

void splitByPatient(Cohort& cohort, double testShare, std::uint64_t seed)
{
    const auto nameOf = [](const LabelRow& row) { return row.patient.empty() ? "ECG " + row.id : "patient " + row.patient; };
    std::set<std::string> names;
    for (const LabelRow& row : cohort.labels.rows)
        names.insert(nameOf(row));
    std::vector<std::string> order(names.begin(), names.end());
    Random random(seed, 0x5911);
    random.draw(order, order.size());
    std::size_t tested = std::size_t(std::lround(std::clamp(testShare, 0.0, 1.0) * double(order.size())));
    if (order.size() > 1)
        tested = std::clamp<std::size_t>(tested, 1, order.size() - 1);
    const std::set<std::string> test(order.begin(), order.begin() + std::ptrdiff_t(tested));

    std::unordered_map<std::string, std::string> splits;
    for (LabelRow& row : cohort.labels.rows)
        splits[row.id] = row.split = test.contains(nameOf(row)) ? testSplit : trainSplit;
    for (PairRow& row : cohort.pairs.rows) {
        const auto found = splits.find(row.ecg);
        row.split = found == splits.end() ? std::string() : found->second;
    }
}

void refuseLeaks(const Cohort& cohort)
{
    Splits patients, ecgs, studies;
    const auto add = [](Splits& to, const std::string& name, const std::string& split) {
        if (!name.empty() && !split.empty())
            to[name].insert(split);
    };
    for (const LabelRow& row : cohort.labels.rows) {
        add(patients, row.patient, row.split);
        add(ecgs, row.id, row.split);
    }
    for (const PairRow& row : cohort.pairs.rows) {
        add(patients, row.patient, row.split);
        add(ecgs, row.ecg, row.split);
        add(studies, row.study, row.split);
    }
    std::string found;
    const auto tell = [&](const Splits& splits, const char* one, const char* several) {
        if (const std::size_t n = inSeveral(splits))
            found += (found.empty() ? "" : ", ") + std::to_string(n) + (n == 1 ? one : several);
    };
    tell(patients, " patient", " patients");
    tell(ecgs, " ECG", " ECGs");
    tell(studies, " echo study", " echo studies");
    if (!found.empty())
        throw base::Error(base::ErrorCode::Inconsistent, "The splits leak, nothing is evaluated: in more than one split there are " + found + ".");
}

std::string hashOf(const Cohort& cohort)
{
    std::string text;
    for (const LabelRow& row : cohort.labels.rows) {
        text += row.id + '\t' + row.patient + '\t' + row.split + '\t' + row.sex + '\t' + row.rhythm + '\t';
        put(text, row.age);
        put(text, row.values);
        text += row.shd ? (*row.shd ? "1" : "0") : "";
        for (const auto& flag : row.flags)
            text += flag ? (*flag ? "\t1" : "\t0") : "\t";
        text += '\n';
    }
    for (const PairRow& row : cohort.pairs.rows) {
        text += row.ecg + '\t' + row.study + '\t' + row.patient + '\t' + row.split + '\t';
        put(text, row.values);
        text += '\n';
    }
    return base::sha256(text);
}

} // namespace echo2ecg::evaluation
