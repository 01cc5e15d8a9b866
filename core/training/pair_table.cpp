// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pair_columns.h"
#include "training/pairs.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::ParseError;
namespace names = base::pair_columns;

namespace {

// Days since 1970, and whether a time of day was given.
struct Moment
{
    double days = 0;
    bool hasTime = false;
};

std::optional<Moment> momentOf(const std::string& text)
{
    std::string digits; // of date, then time; separators may be anywhere or nowhere
    for (const char c : text) {
        if (c == '.' || c == '+' || c == 'Z')
            break; // fractions and zones
        if (c >= '0' && c <= '9')
            digits += c;
        else if (c != '-' && c != ':' && c != 'T' && c != ' ' && c != '/')
            return std::nullopt;
    }
    if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14)
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t length) {
        int value = 0;
        std::from_chars(digits.data() + from, digits.data() + from + length, value);
        return value;
    };
    using namespace std::chrono;
    const year_month_day date{year(number(0, 4)), month(unsigned(number(4, 2))), day(unsigned(number(6, 2)))};
    if (!date.ok())
        return std::nullopt;
    Moment moment{double(sys_days(date).time_since_epoch().count()), digits.size() > 8};
    if (moment.hasTime)
        moment.days += number(8, 2) / 24.0 + number(10, 2) / 1440.0 + (digits.size() > 12 ? number(12, 2) / 86400.0 : 0.0);
    return moment;
}

double apart(const Moment& a, const Moment& b)
{
    return a.hasTime && b.hasTime ? std::abs(a.days - b.days) : std::abs(std::floor(a.days) - std::floor(b.days));
}

std::optional<Split> splitOf(const std::string& text)
{
    const std::string word = names::splitWord(text);
    for (const Split split : {Split::Train, Split::Val, Split::Test})
        if (word == name(split))
            return split;
    return std::nullopt;
}

struct Columns
{
    explicit Columns(const base::CsvTable& t)
        : ecg(t.column(names::ecgFile)), patient(t.column(names::patient)), clips(t.column(names::clips)), folder(t.column(names::studyFolder)),
          study(t.column(names::study)), row(t.column(names::row)), split(t.column(names::split)), ecgDate(t.column(names::ecgDate)),
          echoDate(t.column(names::studyDate)), days(t.column(names::daysApart))
    {
    }
    int ecg, patient, clips, folder, study, row, split, ecgDate, echoDate, days;
};

class PairTable
{
public:
    PairTable(const std::filesystem::path& csv, const std::filesystem::path& embeddings, TableOf what)
        : m_table(base::CsvTable::read(csv)), m_columns(m_table), m_embeddings(embeddings), m_hasEcho(what == TableOf::Pairs)
    {
        need(m_columns.ecg, "ecg");
        need(m_columns.patient, "patient");
        if (!m_hasEcho)
            return;
        const bool hasRows = !m_embeddings.empty() && m_columns.row >= 0;
        if (m_columns.clips < 0 && m_columns.folder < 0 && !hasRows)
            throw ParseError(ErrorCode::Missing,
                             "the table says nothing of the echo: it needs a column \"clips\" or \"study_folder\", or \"row\" and a file of embeddings",
                             {m_table.file(), "header"});
        if (m_columns.clips < 0 && m_columns.folder < 0 && m_columns.study < 0)
            need(-1, "study");
    }

    std::vector<PairItem> read()
    {
        for (std::size_t row = 0; row < m_table.rows(); ++row)
            add(row);
        if (m_items.empty())
            throw ParseError(ErrorCode::Missing, "the table has no rows", {m_table.file(), {}});
        return std::move(m_items);
    }

private:
    void need(int column, const char* wanted) const
    {
        if (column < 0)
            throw ParseError(ErrorCode::Missing, std::string("the table has no column \"") + wanted + "\"", {m_table.file(), "header"});
    }
    ParseError wrong(std::size_t row, const std::string& sentence) const
    {
        return ParseError(ErrorCode::Malformed, sentence, {m_table.file(), "line " + std::to_string(m_table.line(row))});
    }
    std::filesystem::path resolved(const std::string& text) const
    {
        const std::filesystem::path path = std::filesystem::u8path(text);
        return path.is_absolute() ? path : m_table.file().parent_path() / path;
    }
    std::optional<Moment> moment(std::size_t row, int column) const
    {
        const std::string& text = m_table.cell(row, column);
        if (base::isAbsentCell(text))
            return std::nullopt;
        const auto found = momentOf(text);
        if (!found)
            throw wrong(row, "a date is none of 2024-03-01, 2024-03-01T10:20:30 and 20240301");
        return found;
    }

    void add(std::size_t row)
    {
        const std::string &ecg = m_table.cell(row, m_columns.ecg), &clips = m_table.cell(row, m_columns.clips), &folder = m_table.cell(row, m_columns.folder);
        std::string study = m_table.cell(row, m_columns.study);
        if (m_columns.study < 0 && m_hasEcho)
            study = clips.empty() ? folder : clips;
        if (study.empty() && !m_hasEcho)
            study = ecg;
        if (ecg.empty() || study.empty())
            throw wrong(row, "the ECG or the study is missing");
        const auto [place, isNew] = m_places.emplace(std::pair(ecg, study), m_items.size());
        if (isNew)
            m_items.push_back(itemOf(row, ecg, study));
        PairItem& item = m_items[place->second];
        if (!isNew && (item.patient != m_table.cell(row, m_columns.patient) || item.split != split(row)))
            throw wrong(row, "this view of a pair has another patient or split than the pair's first row");
        if (m_hasEcho)
            addClips(item, row, clips, folder);
    }

    PairItem itemOf(std::size_t row, const std::string& ecg, const std::string& study) const
    {
        PairItem item;
        item.ecgId = ecg;
        item.studyId = study;
        item.patient = m_table.cell(row, m_columns.patient);
        item.tableRow = row;
        item.origin = "line " + std::to_string(m_table.line(row));
        item.ecgFile = resolved(ecg);
        item.split = split(row);
        item.daysApart = m_table.number(row, m_columns.days);
        const auto one = moment(row, m_columns.ecgDate), other = moment(row, m_columns.echoDate);
        if (!item.daysApart && one && other)
            item.daysApart = apart(*one, *other);
        return item;
    }

    std::optional<Split> split(std::size_t row) const
    {
        const std::string& text = m_table.cell(row, m_columns.split);
        if (base::isAbsentCell(text))
            return std::nullopt;
        const auto found = splitOf(text);
        if (!found)
            throw wrong(row, "the split is none of train, val and test");
        return found;
    }

    // Embeddings that are there come before the folder that they would be made from.
    void addClips(PairItem& item, std::size_t row, const std::string& clips, const std::string& folder) const
    {
        std::optional<std::int64_t> number;
        if (const auto value = m_table.number(row, m_columns.row)) {
            if (*value < 0 || *value != std::floor(*value) || *value > 1e12)
                throw wrong(row, "the row of an embedding is not a whole number");
            number = std::int64_t(*value);
        }
        if (clips.empty()) {
            if (number && !m_embeddings.empty())
                item.clipSources.push_back({m_embeddings, number});
            else if (folder.empty())
                throw wrong(row, "the study has neither clips nor a row of the embeddings");
            else if (item.clipSources.empty()) // a row for each view names the folder many times
                item.clipSources.push_back({resolved(folder), {}});
            return;
        }
        for (std::size_t from = 0; from <= clips.size();) {
            const std::size_t to = std::min(clips.size(), clips.find('|', from));
            const std::string file = base::trimmed(clips.substr(from, to - from));
            if (!file.empty())
                item.clipSources.push_back({resolved(file), number});
            from = to + 1;
        }
    }

    base::CsvTable m_table;
    Columns m_columns;
    std::filesystem::path m_embeddings;
    bool m_hasEcho;
    std::vector<PairItem> m_items;
    std::map<std::pair<std::string, std::string>, std::size_t> m_places;
};

} // namespace

const char* name(Split split) noexcept
{
    constexpr const char* names[] = {"train", "val", "test"};
    return names[int(split)];
}

std::vector<PairItem> readPairTable(const std::filesystem::path& csv, const std::filesystem::path& embeddings, TableOf what)
{
    return PairTable(csv, embeddings, what).read();
}

} // namespace echo2ecg::training
