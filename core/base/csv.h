// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echo2ecg::base {

// What tables are read with: records after RFC 4180, separated by comma, semicolon or tab.

// Splits text into records; a quoted field may hold separators and line ends. Fields come without blanks around them.
class CsvReader
{
public:
    CsvReader(std::string_view text, char separator) : m_text(text), m_separator(separator) {}

    // False at the end. `line` is 1-based, where the record starts.
    bool next(std::vector<std::string>& fields, int& line);
    bool endedInsideQuotes() const { return m_unclosed; }

private:
    std::string_view m_text;
    char m_separator;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_unclosed = false;
};

// The separator that the first line uses most.
char csvSeparator(std::string_view text);
std::string_view withoutBom(std::string_view text);
std::string trimmed(std::string_view text);
// ASCII letters only.
std::string lowerCase(std::string text);
// "", "NA", "nan", "null", "none" and the like: a cell without a value.
bool isAbsentCell(const std::string& text);
// A finite number; where the comma doesn't separate fields it may be the decimal sign.
std::optional<double> csvNumber(std::string text, char separator);

// A whole table that is read by the names of its columns. Names are compared in lower case; of two columns with one name the first counts.
class CsvTable
{
public:
    // Up to 1 GiB. Throws ParseError when it isn't text, has no header row or ends inside quotes; Error(Io).
    static CsvTable read(const std::filesystem::path& file);
    static CsvTable parse(std::string_view text, const std::filesystem::path& file = {});

    const std::vector<std::string>& columns() const { return m_columns; } // lower case
    // The first of `names` that is there, or -1.
    int column(const std::vector<std::string>& names) const;
    std::size_t rows() const { return m_lines.size(); } // empty lines don't count
    int line(std::size_t row) const { return m_lines[row]; }
    // Empty for a column of −1 and for rows that are too short.
    const std::string& cell(std::size_t row, int column) const;
    // Absent cells give nothing; anything else that isn't a number throws ParseError with the line.
    std::optional<double> number(std::size_t row, int column) const;
    // 0/1, true/false, yes/no, positive/negative.
    std::optional<bool> yesOrNo(std::size_t row, int column) const;
    const std::filesystem::path& file() const { return m_file; }

private:
    std::filesystem::path m_file;
    char m_separator = ',';
    std::vector<std::string> m_columns;
    std::vector<std::vector<std::string>> m_cells;
    std::vector<int> m_lines;
};

} // namespace echo2ecg::base
