// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/phenotype_table.h"

#include "base/csv.h"
#include "library/dates.h"
#include "library/sql.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace echo2ecg::library {

namespace {

constexpr std::uintmax_t largestTable = std::uintmax_t(256) << 20;
constexpr std::size_t headBytes = 64 * 1024;

enum Column { StudyUid, PatientId, EcgFile, StudyDate, Lvedv, Lvesv, Lvsv, Lvef, Shd, ColumnCount };
constexpr std::array<const char*, ColumnCount> columnNames{"study_uid", "patient_id", "ecg_file",     "study_date", "lvedv_ml",
                                                           "lvesv_ml",  "lvsv_ml",    "lvef_percent", "shd"};

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

Header readHeader(std::string_view text)
{
    Header header;
    header.separator = base::csvSeparator(text);
    header.position.fill(-1);
    std::vector<std::string> names;
    int line = 0;
    base::CsvReader reader(text, header.separator);
    reader.next(names, line);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto known = std::find(columnNames.begin(), columnNames.end(), base::lowerCase(names[i]));
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
        if (const std::string date = field(StudyDate); !base::isAbsentCell(date)) {
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
        if (base::isAbsentCell(text))
            return std::nullopt;
        const auto value = base::csvNumber(text, m_header.separator);
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
        const std::string text = base::lowerCase(field(column));
        if (base::isAbsentCell(text))
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
    const std::string_view text = base::withoutBom(whole);
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

    base::CsvReader reader(text, header.separator);
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
        return readHeader(base::withoutBom(head)).isTable();
    } catch (...) {
        return false;
    }
}

} // namespace echo2ecg::library
