// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/csv_reader.h"

#include "ecg/readers/array_description.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 512u << 20;
constexpr std::size_t maxColumns = 256;
constexpr float invalid = std::numeric_limits<float>::quiet_NaN();

std::string_view nextLine(std::string_view& text)
{
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return trim(line);
}

char separatorOf(std::string_view line)
{
    for (const char c : {'\t', ';', ','})
        if (line.find(c) != std::string_view::npos)
            return c;
    return ',';
}

std::vector<std::string_view> cells(std::string_view line, char separator)
{
    std::vector<std::string_view> result;
    while (result.size() < maxColumns) {
        const auto end = line.find(separator);
        std::string_view cell = trim(line.substr(0, end));
        if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
            cell = cell.substr(1, cell.size() - 2);
        result.push_back(cell);
        if (end == std::string_view::npos)
            break;
        line.remove_prefix(end + 1);
    }
    return result;
}

// "I (mV)", "aVR [uV]"
std::optional<double> unitInBrackets(std::string_view cell)
{
    const auto open = cell.find_first_of("([");
    const auto close = cell.find_last_of(")]");
    if (open == std::string_view::npos || close == std::string_view::npos || close <= open)
        return std::nullopt;
    return millivoltsPer(cell.substr(open + 1, close - open - 1));
}

// Seconds per unit of a time column, 0 when the column isn't one.
double secondsPer(std::string_view cell)
{
    const std::string text = toLower(cell);
    if (!text.starts_with("time") && text != "t" && text != "seconds" && text != "ms")
        return 0;
    return text.find("ms") != std::string::npos ? 1e-3
           : text == "time_s" || text == "seconds" || text.find("(s)") != std::string::npos ||
                   text.find("[s]") != std::string::npos || text.find("sec") != std::string::npos
               ? 1.0
               : 0;
}

struct Head
{
    std::optional<double> rate, millivolts; // from our own comment line
    std::vector<std::string_view> columns;
    char separator = ',';
    std::size_t leads = 0; // among the columns
};

// Takes comment lines and the header row from the front of the text.
Head takeHead(std::string_view& text)
{
    Head head;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    while (!text.empty()) {
        std::string_view rest = text;
        const std::string_view line = nextLine(rest);
        if (!line.empty() && line.front() != '#') {
            head.separator = separatorOf(line);
            head.columns = cells(line, head.separator);
            for (const auto& cell : head.columns)
                head.leads += leadFromName(cell) ? 1 : 0;
            if (head.leads > 0)
                text = rest;
            return head;
        }
        for (std::string_view part = line.empty() ? line : line.substr(1); !part.empty();) {
            const auto end = part.find(';');
            const std::string_view word = trim(part.substr(0, end));
            part = end == std::string_view::npos ? std::string_view{} : part.substr(end + 1);
            if (word == "mV")
                head.millivolts = 1;
            else if (word.ends_with(" Hz"))
                head.rate = parseNumber(word.substr(0, word.size() - 3));
        }
        text = rest;
    }
    return head;
}

class Table
{
public:
    Table(const std::filesystem::path& file, EcgRecord& record) : m_file(file), m_record(record) {}

    void read(std::string_view text)
    {
        const std::size_t all = std::size_t(std::count(text.begin(), text.end(), '\n')) + 1;
        checkSampleCount(double(all > 16 ? all - 16 : 0), m_file, {});
        std::optional<ArrayDescription> description;
        if (const auto beside = descriptionBeside(m_file); !beside.empty()) {
            description = readArrayDescription(beside);
            m_record.companions = {beside};
            m_record.patient = description->patient;
            m_record.date = description->date;
            m_record.time = description->time;
        }
        const std::string_view before = text;
        const Head head = takeHead(text);
        m_firstLine = std::size_t(std::count(before.begin(), before.end() - std::ptrdiff_t(text.size()), '\n')) + 1;
        m_separator = head.separator;
        chooseColumns(head, description);
        readRows(text);
        finishRate(head, description);
        for (std::size_t c = 0; c < m_columns.size(); ++c)
            if (m_columns[c].lead && m_columns[c].any)
                placeLead(m_record, *m_columns[c].lead, std::move(m_columns[c].values));
    }

private:
    struct Column
    {
        std::optional<Lead> lead;
        double millivolts = 1, secondsPerUnit = 0;
        std::vector<float> values;
        bool any = false;
    };

    ParseError needs(const char* what) const
    {
        return {ErrorCode::Missing,
                std::string("The table states no ") + what + ": " + whatADescriptionNeeds(m_file),
                {m_file, {}}};
    }

    void chooseColumns(const Head& head, const std::optional<ArrayDescription>& description)
    {
        m_columns.resize(head.columns.size());
        std::string others;
        if (description && head.leads == 0) {
            if (description->leads.size() != m_columns.size())
                throw ParseError(ErrorCode::Inconsistent,
                                 "The description lists " + std::to_string(description->leads.size()) +
                                     " leads and the table has " + std::to_string(m_columns.size()) + " columns.",
                                 {m_file, "leads"});
            for (std::size_t c = 0; c < m_columns.size(); ++c)
                m_columns[c].lead = leadFromName(description->leads[c]);
        }
        for (std::size_t c = 0; c < m_columns.size(); ++c) {
            Column& column = m_columns[c];
            if (head.leads > 0) {
                column.lead = leadFromName(head.columns[c]);
                column.secondsPerUnit = c == 0 && !column.lead ? secondsPer(head.columns[c]) : 0;
                if (!column.lead && c > 0 && others.size() < 100)
                    others += (others.empty() ? "" : ", ") + std::string(head.columns[c].substr(0, 8));
            }
            if (!column.lead)
                continue;
            const auto unit = description                       ? std::optional(description->millivoltsPerUnit)
                              : unitInBrackets(head.columns[c]) ? unitInBrackets(head.columns[c])
                                                                : head.millivolts;
            if (!unit)
                throw needs("unit");
            column.millivolts = *unit;
        }
        if (!others.empty())
            m_record.warnings.push_back({"leads-ignored", "Columns that are no standard lead were left out.", {}});
    }

    void readRows(std::string_view text)
    {
        for (std::size_t line = m_firstLine; !text.empty(); ++line) {
            std::string_view row = nextLine(text);
            if (row.empty() || row.front() == '#')
                continue;
            for (std::size_t c = 0; c < m_columns.size(); ++c) {
                const auto end = row.find(m_separator);
                const std::string_view cell = trim(row.substr(0, end));
                row = end == std::string_view::npos ? std::string_view{} : row.substr(end + 1);
                if (m_columns[c].lead)
                    value(m_columns[c], cell, line);
                else if (m_columns[c].secondsPerUnit > 0)
                    time(cell, m_columns[c].secondsPerUnit);
            }
            ++m_rows;
        }
    }

    // Straight to float: the shortest text of a float reads back as that float.
    void value(Column& column, std::string_view cell, std::size_t line)
    {
        std::string decimal;
        if (m_separator == ';' && cell.find(',') != std::string_view::npos) {
            decimal = cell;
            std::replace(decimal.begin(), decimal.end(), ',', '.');
            cell = decimal;
        }
        if (!cell.empty() && cell.front() == '+')
            cell.remove_prefix(1);
        float number = invalid;
        if (!cell.empty()) {
            const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
            if (error != std::errc{} || end != cell.data() + cell.size())
                throw ParseError(ErrorCode::Malformed, "A sample isn't a number.",
                                 {m_file, "line " + std::to_string(line)});
        }
        if (!std::isfinite(number))
            number = invalid;
        column.any = column.any || !std::isnan(number);
        column.values.push_back(column.millivolts == 1 ? number : float(double(number) * column.millivolts));
    }

    void time(std::string_view cell, double unit)
    {
        const double now = parseNumber(cell).value_or(std::numeric_limits<double>::quiet_NaN()) * unit;
        if (m_rows == 0)
            m_start = now;
        else
            m_longestStep = std::max(m_longestStep, now - m_last),
            m_shortestStep = std::min(m_shortestStep, now - m_last);
        m_evenTime = m_evenTime && std::isfinite(now);
        m_last = now;
    }

    void finishRate(const Head& head, const std::optional<ArrayDescription>& description)
    {
        if (description)
            m_record.samplingHz = description->samplingHz;
        else if (head.rate)
            m_record.samplingHz = *head.rate;
        else if (m_rows > 1 && m_last > m_start && m_evenTime) {
            const double step = (m_last - m_start) / double(m_rows - 1);
            // Times are often rounded, to a millisecond for example, so the steps may differ a little.
            if (m_longestStep > 1.6 * step || m_shortestStep < 0.4 * step)
                throw ParseError(ErrorCode::Inconsistent, "The times in the first column are no even grid.",
                                 {m_file, {}});
            const double rate = 1 / step;
            m_record.samplingHz = std::abs(rate - std::round(rate)) < 0.002 * rate ? std::round(rate) : rate;
            m_record.warnings.push_back(
                {"rate-from-times", "The sampling rate was calculated from the time column.", {}});
        } else {
            throw needs("sampling rate");
        }
        checkSamplingRate(m_record.samplingHz, m_file, {});
    }

    const std::filesystem::path& m_file;
    EcgRecord& m_record;
    std::vector<Column> m_columns;
    std::size_t m_firstLine = 1, m_rows = 0;
    char m_separator = ',';
    double m_start = 0, m_last = 0, m_longestStep = 0, m_shortestStep = std::numeric_limits<double>::max();
    bool m_evenTime = true;
};

} // namespace

bool CsvReader::recognises(const std::filesystem::path& file, std::string_view head) const noexcept
{
    try {
        const auto control = [](char c) {
            return static_cast<unsigned char>(c) < 32 && c != '\t' && c != '\r' && c != '\n';
        };
        if (head.empty() || std::any_of(head.begin(), head.end(), control))
            return false;
        std::string_view text = head;
        const Head found = takeHead(text);
        if (found.leads >= 2)
            return true;
        // Numbers alone are an ECG only when a description says so.
        return found.leads == 0 && !found.columns.empty() && parseNumber(found.columns.front()) &&
               !descriptionBeside(file).empty();
    } catch (...) {
        return false;
    }
}

EcgRecord CsvReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "CSV";
    const std::string all = readBytes(file, maxFileBytes, true);
    Table(file, record).read(all);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
