// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>

namespace echo2ecg::base {

namespace {

constexpr std::uintmax_t largestTable = std::uintmax_t(1) << 30;

} // namespace

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string()
                                           : std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string lowerCase(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = char(c - 'A' + 'a');
    return text;
}

std::string_view withoutBom(std::string_view text)
{
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

char csvSeparator(std::string_view text)
{
    const std::string_view first = text.substr(0, text.find('\n'));
    const auto count = [&](char c) { return std::count(first.begin(), first.end(), c); };
    if (count(';') > count(',') && count(';') >= count('\t'))
        return ';';
    return count('\t') > count(',') ? '\t' : ',';
}

bool isAbsentCell(const std::string& text)
{
    static constexpr std::array words{"", "na", "n/a", "nan", "null", "none", "-"};
    return text.size() <= 4 && std::find(words.begin(), words.end(), lowerCase(text)) != words.end();
}

std::optional<double> csvNumber(std::string text, char separator)
{
    if (separator != ',' && text.find('.') == std::string::npos)
        std::replace(text.begin(), text.end(), ',', '.');
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool CsvReader::next(std::vector<std::string>& fields, int& line)
{
    if (m_at >= m_text.size())
        return false;
    fields.assign(1, {});
    line = m_line;
    bool quoted = false;
    while (m_at < m_text.size()) {
        const char c = m_text[m_at++];
        if (c == '\n')
            ++m_line;
        if (quoted) {
            if (c != '"')
                fields.back() += c;
            else if (m_at < m_text.size() && m_text[m_at] == '"')
                fields.back() += m_text[m_at++];
            else
                quoted = false;
        } else if (c == '"' && trimmed(fields.back()).empty()) {
            fields.back().clear();
            quoted = true;
        } else if (c == m_separator) {
            fields.emplace_back();
        } else if (c == '\n') {
            break;
        } else {
            fields.back() += c;
        }
    }
    m_unclosed = quoted;
    for (std::string& field : fields)
        field = trimmed(field);
    return true;
}

CsvTable CsvTable::read(const std::filesystem::path& file)
{
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    std::ifstream in(file, std::ios::binary);
    if (failed || !in)
        throw Error(ErrorCode::Io, "the table can't be opened", {file, {}});
    if (size > largestTable)
        throw ParseError(ErrorCode::LimitExceeded, "the table is larger than 1 GiB", {file, {}});
    std::string text(std::size_t(size), '\0');
    in.read(text.data(), std::streamsize(size));
    text.resize(std::size_t(in.gcount()));
    return parse(text, file);
}

CsvTable CsvTable::parse(std::string_view text, const std::filesystem::path& file)
{
    text = withoutBom(text);
    if (text.find('\0') != std::string_view::npos)
        throw ParseError(ErrorCode::NotRecognised, "this is not a table of text", {file, {}});
    CsvTable table;
    table.m_file = file;
    table.m_separator = csvSeparator(text);
    CsvReader reader(text, table.m_separator);
    std::vector<std::string> fields;
    int line = 0;
    if (!reader.next(fields, line) || (fields.size() == 1 && fields[0].empty()))
        throw ParseError(ErrorCode::Malformed, "the table has no header row", {file, "line 1"});
    for (std::string& name : fields)
        table.m_columns.push_back(lowerCase(std::move(name)));
    while (reader.next(fields, line)) {
        if (std::all_of(fields.begin(), fields.end(), [](const std::string& f) { return f.empty(); }))
            continue;
        if (fields.size() > table.m_columns.size())
            throw ParseError(ErrorCode::Malformed, "the row has more cells than the header row has names", {file, "line " + std::to_string(line)});
        table.m_cells.push_back(fields);
        table.m_lines.push_back(line);
    }
    if (reader.endedInsideQuotes())
        throw ParseError(ErrorCode::Truncated, "the table ends inside a quoted field", {file, "line " + std::to_string(line)});
    return table;
}

int CsvTable::column(const std::vector<std::string>& names) const
{
    for (const std::string& name : names) {
        const auto found = std::find(m_columns.begin(), m_columns.end(), name);
        if (found != m_columns.end())
            return int(found - m_columns.begin());
    }
    return -1;
}

const std::string& CsvTable::cell(std::size_t row, int column) const
{
    static const std::string none;
    const auto& cells = m_cells[row];
    return column >= 0 && std::size_t(column) < cells.size() ? cells[std::size_t(column)] : none;
}

std::optional<double> CsvTable::number(std::size_t row, int column) const
{
    const std::string& text = cell(row, column);
    if (isAbsentCell(text))
        return std::nullopt;
    const auto value = csvNumber(text, m_separator);
    if (!value)
        throw ParseError(ErrorCode::Malformed, m_columns[std::size_t(column)] + " isn't a number", {m_file, "line " + std::to_string(line(row))});
    return value;
}

std::optional<bool> CsvTable::yesOrNo(std::size_t row, int column) const
{
    const std::string text = lowerCase(cell(row, column));
    if (isAbsentCell(text))
        return std::nullopt;
    for (const char* yes : {"1", "1.0", "true", "yes", "positive"})
        if (text == yes)
            return true;
    for (const char* no : {"0", "0.0", "false", "no", "negative"})
        if (text == no)
            return false;
    throw ParseError(ErrorCode::Malformed, m_columns[std::size_t(column)] + " is neither 0 nor 1", {m_file, "line " + std::to_string(line(row))});
}

} // namespace echo2ecg::base
