// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "retrieval/phenotypes.h"

#include <filesystem>
#include <string>
#include <vector>

namespace echo2ecg::library {

// A CSV table of labels: UTF-8 (with or without BOM), separated by comma, semicolon or tab, with a header row; quotes
// as in RFC 4180. A decimal comma is understood where the comma isn't the separator. Columns as documented at
// Library::importPhenotypes.
struct PhenotypeTable
{
    struct Row
    {
        int line = 0; // 1-based, where the row starts
        std::string studyUid, patientId, ecgFile, studyDate;
        retrieval::Phenotypes values;
    };
    std::vector<Row> rows; // what could be read
    int dataRows = 0;      // what was there
    base::Warnings warnings;
};

// Throws base::ParseError when it isn't such a table, base::Error(Io).
PhenotypeTable readPhenotypeTable(const std::filesystem::path& csv);
// True when the header row names an identity column and a value column.
bool looksLikePhenotypeTable(const std::filesystem::path& file) noexcept;

base::Warning atLine(int line, std::string code, const std::string& sentence);

} // namespace echo2ecg::library
