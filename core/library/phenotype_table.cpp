// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/phenotype_table.h"

#include "library/dates.h"
#include "library/sql.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>

namespace echo2ecg::library {

namespace {

constexpr std::uintmax_t largestTable = std::uintmax_t(256) << 20;
constexpr std::size_t headBytes = 64 * 1024;

enum Column { StudyUid, PatientId, EcgFile, StudyDate, Lvedv, Lvesv, Lvsv, Lvef, Shd, ColumnCount };
constexpr std::array<const char*, ColumnCount> columnNames{"study_uid", "patient_id", "ecg_file",     "study_date", "lvedv_ml",
                                                           "lvesv_ml",  "lvsv_ml",    "lvef_percent", "shd"};

std::string trimmed(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? std::string()
                                      : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = char(c - 'A' + 'a');
    return text;
}

// Splits text into records; a quoted field may hold separators and line ends.
class Reader
{
public:
    Reader(std::string_view text, char separator) : m_text(text), m_separator(separator) {}

    // False at the end.
    bool next(std::vector<std::string>& fields, int& line)
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
    bool endedInsideQuotes() const { return m_unclosed; }

private:
    std::string_view m_text;
    char m_separator;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_unclosed = false;
};

struct Header
{
    char separator = ',';
    std::array<int, ColumnCount> position{};
    std::vector<int> unknown; // 1-based
    std::vector<Column> twice;
    bool has(Column c) const { return position[c] >= 0; }
    bool isTable() const
    {
        return (has(StudyUid) || has(PatientId) || has(EcgFile)) &&
               std::any_of(position.begin() + Lvedv, position.end(), [](int p) { return p >= 0; });
    }
};

std::string_view withoutBom(std::string_view text)
{
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

Header readHeader(std::string_view text)
{
    Header header;
    const std::string_view first = text.substr(0, text.find('\n'));
    const auto count = [&](char c) { return std::count(first.begin(), first.end(), c); };
    if (count(';') > count(',') && count(';') >= count('\t'))
        header.separator = ';';
    else if (count('\t') > count(','))
        header.separator = '\t';

    header.position.fill(-1);
    std::vector<std::string> names;
    int line = 0;
    Reader reader(text, header.separator);
    reader.next(names, line);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto known = std::find(columnNames.begin(), columnNames.end(), lower(names[i]));
        if (known == columnNames.end()) {
            if (!names[i].empty())
                header.unknown.push_back(int(i) + 1);
            continue;
        }
        const auto column = Column(known - columnNames.begin());
        if (header.has(column))
            header.twice.push_back(column);
        else
            header.position[column] = int(i);
    }
    return header;
}

std::string readText(const std::filesystem::path& file, std::size_t atMost)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw base::Error(base::ErrorCode::Io, "The table can't be opened.", {file, {}});
    std::string text(atMost, '\0');
    in.read(text.data(), std::streamsize(atMost));
    text.resize(std::size_t(in.gcount()));
    return text;
}

bool isAbsent(const std::string& text)
{
    static const std::set<std::string> words{"", "na", "n/a", "nan", "null", "none", "-"};
    return words.count(lower(text)) > 0;
}

std::optional<double> parseNumber(std::string text, char separator)
{
    if (separator != ',' && text.find('.') == std::string::npos)
        std::replace(text.begin(), text.end(), ',', '.');
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

class RowReader
{
public:
    RowReader(const Header& header, std::string source, PhenotypeTable& table)
        : m_header(header), m_source(std::move(source)), m_table(table)
    {
    }

    void read(const std::vector<std::string>& fields, int line)
    {
        if (std::all_of(fields.begin(), fields.end(), [](const std::string& f) { return f.empty(); }))
            return;
        ++m_table.dataRows;
        m_fields = &fields;
        m_line = line;

        PhenotypeTable::Row row;
        row.line = line;
        row.studyUid = field(StudyUid);
        row.patientId = field(PatientId);
        row.ecgFile = field(EcgFile);
        if (row.studyUid.empty() && row.patientId.empty() && row.ecgFile.empty()) {
            warn("table-no-identity", "the row names neither a study, a patient nor an ECG");
            return;
        }
        if (const std::string date = field(StudyDate); !isAbsent(date)) {
            row.studyDate = isoDate(date);
            if (row.studyDate.empty()) {
                warn("table-bad-date", "study_date isn't a date like 2004-11-30");
                return;
            }
        }
        row.values.lvedv = volume(Lvedv);
        row.values.lvesv = volume(Lvesv);
        row.values.lvsv = volume(Lvsv);
        row.values.lvef = ejectionFraction();
        row.values.structuralHeartDisease = yesOrNo(Shd);
        if (row.values.structuralHeartDisease)
            row.values.structuralHeartDiseaseSource = m_source;
        if (row.values.isEmpty()) {
            warn("table-no-values", "the row holds no value that can be used");
            return;
        }
        m_table.rows.push_back(std::move(row));
    }

private:
    const std::string& field(Column column) const
    {
        static const std::string none;
        const int at = m_header.position[column];
        return at >= 0 && std::size_t(at) < m_fields->size() ? (*m_fields)[std::size_t(at)] : none;
    }
    void warn(const char* code, const std::string& sentence)
    {
        m_table.warnings.push_back(atLine(m_line, code, sentence));
    }

    std::optional<retrieval::SourcedValue> numberIn(Column column)
    {
        const std::string& text = field(column);
        if (isAbsent(text))
            return std::nullopt;
        const auto value = parseNumber(text, m_header.separator);
        if (!value) {
            warn("table-bad-number", std::string(columnNames[column]) + " isn't a number");
            return std::nullopt;
        }
        return retrieval::SourcedValue{*value, m_source};
    }

    std::optional<retrieval::SourcedValue> volume(Column column)
    {
        const auto value = numberIn(column);
        if (value && value->value < 0) {
            warn("table-bad-number", std::string(columnNames[column]) + " is negative");
            return std::nullopt;
        }
        return value;
    }

    // 0.55 would silently be a dying heart: a fraction is refused, not guessed.
    std::optional<retrieval::SourcedValue> ejectionFraction()
    {
        const auto value = numberIn(Lvef);
        if (value && value->value > 0 && value->value <= 1) {
            warn("table-bad-number", "lvef_percent looks like a fraction; percent is expected");
            return std::nullopt;
        }
        if (value && (value->value < 0 || value->value > 100)) {
            warn("table-bad-number", "lvef_percent is outside 0 to 100");
            return std::nullopt;
        }
        return value;
    }

    std::optional<bool> yesOrNo(Column column)
    {
        const std::string text = lower(field(column));
        if (isAbsent(text))
            return std::nullopt;
        if (text == "1" || text == "1.0" || text == "true" || text == "yes")
            return true;
        if (text == "0" || text == "0.0" || text == "false" || text == "no")
            return false;
        warn("table-bad-number", std::string(columnNames[column]) + " is neither 0 nor 1");
        return std::nullopt;
    }

    const Header& m_header;
    std::string m_source;
    PhenotypeTable& m_table;
    const std::vector<std::string>* m_fields = nullptr;
    int m_line = 0;
};

} // namespace

base::Warning atLine(int line, std::string code, const std::string& sentence)
{
    const std::string where = "line " + std::to_string(line);
    return {std::move(code), where + ": " + sentence + ".", where};
}

PhenotypeTable readPhenotypeTable(const std::filesystem::path& csv)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(csv, error);
    if (error)
        throw base::Error(base::ErrorCode::Io, "The table can't be opened.", {csv, {}});
    if (size > largestTable)
        throw base::ParseError(base::ErrorCode::LimitExceeded, "The table is larger than 256 MiB.", {csv, {}});
    const std::string whole = readText(csv, std::size_t(size));
    const std::string_view text = withoutBom(whole);
    const Header header = readHeader(text);
    if (!header.has(StudyUid) && !header.has(PatientId) && !header.has(EcgFile))
        throw base::ParseError(base::ErrorCode::NotRecognised,
                               "The header row has none of the columns study_uid, patient_id and ecg_file.", {csv, "line 1"});
    if (!header.isTable())
        throw base::ParseError(base::ErrorCode::NotRecognised,
                               "The header row has none of lvedv_ml, lvesv_ml, lvsv_ml, lvef_percent and shd.",
                               {csv, "line 1"});

    PhenotypeTable table;
    for (const int column : header.unknown)
        table.warnings.push_back(atLine(1, "table-unknown-column", "column " + std::to_string(column) + " isn't used"));
    for (const Column column : header.twice)
        table.warnings.push_back(atLine(1, "table-unknown-column",
                                        std::string(columnNames[column]) + " appears twice; the first one is used"));

    Reader reader(text, header.separator);
    std::vector<std::string> fields;
    int line = 0;
    reader.next(fields, line);
    RowReader rows(header, "table " + sql::pathText(csv.filename()), table);
    while (reader.next(fields, line))
        rows.read(fields, line);
    if (reader.endedInsideQuotes())
        table.warnings.push_back(atLine(line, "table-open-quote", "the table ends inside a quoted field"));
    return table;
}

bool looksLikePhenotypeTable(const std::filesystem::path& file) noexcept
{
    try {
        const std::string head = readText(file, headBytes);
        if (head.find('\0') != std::string::npos)
            return false;
        return readHeader(withoutBom(head)).isTable();
    } catch (...) {
        return false;
    }
}

} // namespace echo2ecg::library
