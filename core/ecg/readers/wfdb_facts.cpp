// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_facts.h"

#include "ecg/readers/reader_support.h"
#include "ecg/readers/snomed_ecg.h"

#include <algorithm>
#include <cstdio>

namespace echo2ecg::ecg {

namespace {

void diagnoses(EcgRecord& record, std::string_view list)
{
    while (!list.empty() && record.statements.size() < 100) {
        const auto comma = list.find(',');
        const std::string code(trim(list.substr(0, comma)));
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        const std::string_view term = snomedEcgTerm(code);
        if (!code.empty())
            record.statements.push_back(term.empty() ? "Dx " + code : std::string(term) + " (SNOMED CT " + code + ")");
    }
}

void fact(EcgRecord& record, const std::string& key, const std::string& comment, const std::string& value,
          const std::string& small)
{
    int day = 0, month = 0, year = 0;
    if (key == "age") {
        if (const auto age = parseNumber(value); age && *age >= 0 && *age <= 130)
            record.patient.ageYears = int(*age);
    } else if (key == "sex" || key == "gender") {
        record.patient.sex = small.starts_with("f") ? "F" : small.starts_with("m") ? "M" : "";
    } else if (key == "dx") {
        diagnoses(record, value);
    } else if (key == "ecg date" && record.date.empty()) {
        if (std::sscanf(value.c_str(), "%2d/%2d/%4d", &day, &month, &year) == 3) {
            record.date = isoDate(year, month, day);
            record.warnings.push_back({"date-assumed", "The date was read as day/month/year.", {}});
        }
    } else if (small != "no" && record.statements.size() < 100) {
        record.statements.push_back(comment);
    }
}

} // namespace

void readWfdbFacts(const WfdbHeader& header, EcgRecord& record)
{
    record.date = header.date;
    record.time = header.time;
    for (const std::string& comment : header.comments) {
        const auto colon = comment.find(':');
        if (colon == std::string::npos)
            continue;
        std::string key = toLower(trim(std::string_view(comment).substr(0, colon)));
        std::erase_if(key, [](char c) { return c == '<' || c == '>'; });
        const std::string value(trim(std::string_view(comment).substr(colon + 1)));
        const std::string small = toLower(value);
        if (value.empty() || small == "unknown" || small == "n/a" || small == "nan")
            continue;
        fact(record, key, comment, value, small);
    }
}

} // namespace echo2ecg::ecg
