// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "evaluation/evaluation.h"

#include <filesystem>

namespace echo2ecg::evaluation {

// Everything, with curves and reliability diagrams; numbers that aren't defined are null. "format": "echo2ecg-evaluation", version 1.
base::Json toJson(const Evaluation& evaluation);
// What toJson() wrote. Not in it, and so as by default: thresholds asked for, threads, the outcome of each query. Throws base::ParseError naming the place.
Evaluation fromJson(const base::Json& json);
// A stored evaluation.json. Throws base::ParseError naming file and place, base::Error(Io).
Evaluation readEvaluation(const std::filesystem::path& file);

// One number a line: bundle, bundle_id, task, direction, group, measure, value, interval, low, high, se, n, resamples, undefined. "interval" says what was drawn
// ("sample", "patient", "query"), "group" is "all" or as "sex=female". A number that isn't defined is an empty cell.
std::string toCsv(const Evaluation& evaluation);

// The tables of the paper: classification with intervals, SHD by training fraction, retrieval beside random in both directions, ablation, subgroups. A table
// without rows is left out.
std::string toMarkdown(const Evaluation& evaluation);
std::string classificationTable(const Evaluation& evaluation);
std::string fractionTable(const Evaluation& evaluation);
std::string retrievalTable(const Evaluation& evaluation, bool ecgToEcho = true);
std::string ablationTable(const Evaluation& evaluation);
std::string subgroupTable(const Evaluation& evaluation);
// The cells of one of these tables, its head first. Empty for an empty text.
std::vector<std::vector<std::string>> tableCells(const std::string& markdown);

// evaluation.json, evaluation.csv and evaluation.md in a folder that is made when it isn't there. Throws base::Error(Io).
void writeEvaluation(const std::filesystem::path& folder, const Evaluation& evaluation);

} // namespace echo2ecg::evaluation
