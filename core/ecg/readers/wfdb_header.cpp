// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_header.h"

#include "ecg/readers/reader_support.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxSignals = 1024;
constexpr std::size_t maxComments = 1000;
constexpr std::size_t maxSegments = 10'000;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// Takes what the grammar allows from the front of a word.
class Cursor
{
public:
    explicit Cursor(std::string_view text) : m_text(text) {}

    bool atEnd() const { return m_text.empty(); }
    bool take(char c)
    {
        if (m_text.empty() || m_text.front() != c)
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    template <class T> std::optional<T> number()
    {
        if (!m_text.empty() && m_text.front() == '+')
            m_text.remove_prefix(1);
        T value{};
        const auto [end, error] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
        if (error != std::errc{})
            return std::nullopt;
        m_text.remove_prefix(std::size_t(end - m_text.data()));
        return value;
    }
    std::string_view rest() const { return m_text; }

private:
    std::string_view m_text;
};

std::string_view nextWord(std::string_view& line)
{
    line = trim(line);
    const auto end = line.find_first_of(" \t");
    const std::string_view word = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end);
    return word;
}

template <class T> std::optional<T> wholeNumber(std::string_view word)
{
    Cursor cursor(word);
    const auto value = cursor.number<T>();
    return cursor.atEnd() ? value : std::nullopt;
}

class HeaderParser
{
public:
    explicit HeaderParser(const std::filesystem::path& file) : m_file(file) {}

    WfdbHeader parse(std::string_view text)
    {
        std::size_t declared = 0;
        bool started = false;
        while (!text.empty()) {
            const auto end = text.find('\n');
            const std::string_view line = trim(text.substr(0, end));
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
            ++m_line;
            if (line.empty())
                continue;
            if (line.front() == '#') {
                if (m_header.comments.size() < maxComments)
                    m_header.comments.emplace_back(trim(line.substr(1)));
                continue;
            }
            if (!started) {
                declared = recordLine(line);
                started = true;
            } else if (m_segments > 0) {
                if (m_header.segments.size() < m_segments)
                    m_header.segments.push_back(segmentLine(line));
            } else if (m_header.channels.size() < declared) {
                m_header.channels.push_back(signalLine(line));
            }
        }
        if (!started)
            fail(ErrorCode::Malformed, "The WFDB header has no record line.");
        if (m_header.segments.size() < m_segments)
            fail(ErrorCode::Truncated, "The WFDB header declares " + std::to_string(m_segments) +
                                           " segments and lists " + std::to_string(m_header.segments.size()) + ".");
        if (m_segments == 0 && m_header.channels.size() < declared)
            fail(ErrorCode::Truncated, "The WFDB header declares " + std::to_string(declared) +
                                           " signals and describes " + std::to_string(m_header.channels.size()) + ".");
        return std::move(m_header);
    }

private:
    [[noreturn]] void fail(ErrorCode code, std::string sentence) const
    {
        throw ParseError(code, std::move(sentence), {m_file, "line " + std::to_string(m_line)});
    }

    std::size_t recordLine(std::string_view line)
    {
        std::string_view record = nextWord(line);
        if (const auto slash = record.find('/'); slash != std::string_view::npos) {
            const auto segments = wholeNumber<std::size_t>(record.substr(slash + 1));
            if (!segments || *segments == 0)
                fail(ErrorCode::Malformed, "The number of segments isn't a whole number.");
            if (*segments > maxSegments)
                fail(ErrorCode::LimitExceeded, "The WFDB header declares more segments than are read.");
            m_segments = *segments;
            record = record.substr(0, slash);
        }
        m_header.record = record;
        const auto count = wholeNumber<int>(nextWord(line));
        if (!count || *count < 0)
            fail(ErrorCode::Malformed, "The WFDB record line has no number of signals.");
        if (*count == 0)
            fail(ErrorCode::Missing, "The WFDB record has no signals.");
        if (std::size_t(*count) > maxSignals)
            fail(ErrorCode::LimitExceeded, "The WFDB header declares " + std::to_string(*count) + " signals.");

        const std::string_view rate = nextWord(line);
        if (rate.empty()) {
            m_header.warnings.push_back(
                {"rate-assumed", "The header states no sampling rate; 250 Hz is the format's default.", {}});
        } else {
            Cursor cursor(rate);
            // A counter frequency may follow behind '/', with its base value; neither changes the samples.
            const auto value = cursor.number<double>();
            if (!value || !(cursor.atEnd() || cursor.take('/')))
                fail(ErrorCode::Malformed, "The sampling rate isn't a number.");
            m_header.samplingHz = *value;
        }
        checkSamplingRate(m_header.samplingHz, m_file, "line " + std::to_string(m_line));

        if (const std::string_view word = nextWord(line); !word.empty()) {
            const auto samples = wholeNumber<double>(word);
            if (!samples || *samples != std::floor(*samples))
                fail(ErrorCode::Malformed, "The number of samples isn't a whole number.");
            checkSampleCount(*samples, m_file, "line " + std::to_string(m_line));
            if (*samples > 0)
                m_header.samples = std::uint64_t(*samples);
        }
        const std::string_view time = nextWord(line);
        moment(time, nextWord(line));
        return std::size_t(*count);
    }

    void moment(std::string_view time, std::string_view date)
    {
        int a = 0, b = 0, c = 0;
        char text[32];
        if (std::sscanf(std::string(time).c_str(), "%2d:%2d:%2d", &a, &b, &c) == 3 && a < 24 && b < 60 && c < 61 &&
            a >= 0 && b >= 0 && c >= 0) {
            std::snprintf(text, sizeof text, "%02d:%02d:%02d", a, b, c);
            m_header.time = text;
        }
        if (std::sscanf(std::string(date).c_str(), "%2d/%2d/%4d", &a, &b, &c) == 3)
            m_header.date = isoDate(c, b, a);
    }

    WfdbSegment segmentLine(std::string_view line) const
    {
        WfdbSegment segment;
        segment.line = m_line;
        segment.name = nextWord(line);
        const auto samples = wholeNumber<double>(nextWord(line));
        if (!samples || *samples != std::floor(*samples))
            fail(ErrorCode::Malformed, "A segment has no whole number of samples.");
        checkSampleCount(*samples, m_file, "line " + std::to_string(m_line));
        segment.samples = std::uint64_t(*samples);
        return segment;
    }

    WfdbSignal signalLine(std::string_view line)
    {
        WfdbSignal signal;
        signal.line = m_line;
        signal.file = nextWord(line);
        format(signal, nextWord(line));
        gain(signal, nextWord(line));
        if (const auto word = nextWord(line); !word.empty() && !wholeNumber<int>(word))
            fail(ErrorCode::Malformed, "The ADC resolution isn't a whole number.");
        signal.adcZero = integer(nextWord(line), "ADC zero").value_or(0);
        signal.initialValue = integer(nextWord(line), "initial value");
        signal.checksum = integer(nextWord(line), "checksum");
        integer(nextWord(line), "block size");
        signal.description = trim(line);
        return signal;
    }

    std::optional<int> integer(std::string_view word, const char* what) const
    {
        if (word.empty())
            return std::nullopt;
        const auto value = wholeNumber<int>(word);
        if (!value)
            fail(ErrorCode::Malformed, "The " + std::string(what) + " of a signal isn't a whole number.");
        return value;
    }

    void format(WfdbSignal& signal, std::string_view word) const
    {
        Cursor cursor(word);
        const auto number = cursor.number<int>();
        if (!number)
            fail(ErrorCode::Malformed, "A signal line has no storage format.");
        signal.format = *number;
        bool good = true;
        if (cursor.take('x')) {
            const auto perFrame = cursor.number<int>();
            good = perFrame && *perFrame >= 1 && *perFrame <= 10000;
            signal.samplesPerFrame = perFrame.value_or(1);
        }
        if (good && cursor.take(':')) {
            const auto skew = cursor.number<int>();
            good = skew && *skew >= 0 && *skew <= 1'000'000;
            signal.skew = skew.value_or(0);
        }
        if (good && cursor.take('+')) {
            const auto offset = cursor.number<std::uint64_t>();
            good = offset.has_value();
            signal.byteOffset = offset.value_or(0);
        }
        if (!good || !cursor.atEnd())
            fail(ErrorCode::Malformed, "The storage format of a signal can't be understood.");
    }

    void gain(WfdbSignal& signal, std::string_view word) const
    {
        if (word.empty()) {
            signal.gainAssumed = true;
            return;
        }
        Cursor cursor(word);
        const auto value = cursor.number<double>();
        if (!value || !std::isfinite(*value) || *value < 0)
            fail(ErrorCode::Malformed, "The gain of a signal isn't a positive number.");
        signal.gainAssumed = *value == 0;
        if (*value > 0)
            signal.gain = *value;
        if (cursor.take('(')) {
            signal.baseline = cursor.number<int>();
            if (!signal.baseline || !cursor.take(')'))
                fail(ErrorCode::Malformed, "The baseline of a signal isn't a whole number.");
        }
        if (cursor.take('/'))
            signal.units = cursor.rest();
        else if (!cursor.atEnd())
            fail(ErrorCode::Malformed, "The gain of a signal can't be understood.");
    }

    const std::filesystem::path& m_file;
    WfdbHeader m_header;
    std::size_t m_segments = 0;
    int m_line = 0;
};

} // namespace

bool looksLikeWfdbHeader(std::string_view head) noexcept
{
    // Two lines decide: "NAME NUMBER …" and "FILE FORMAT …", both printable.
    int lines = 0;
    while (!head.empty() && lines < 2) {
        const auto end = head.find('\n');
        std::string_view line = trim(head.substr(0, end));
        head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 1);
        for (const char c : line)
            if (static_cast<unsigned char>(c) < 32 && c != '\t')
                return false;
        if (line.empty() || line.front() == '#')
            continue;
        const std::string_view first = nextWord(line), second = nextWord(line);
        if (first.empty() || second.empty() || !isDigit(second.front()) ||
            first.find_first_of("<>{}\"=,;") != std::string_view::npos)
            return false;
        for (const char c : second)
            if (!isDigit(c) && (lines == 0 || (c != 'x' && c != ':' && c != '+')))
                return false;
        ++lines;
    }
    return lines == 2;
}

WfdbHeader parseWfdbHeader(std::string_view text, const std::filesystem::path& file)
{
    return HeaderParser(file).parse(text);
}

} // namespace echo2ecg::ecg
