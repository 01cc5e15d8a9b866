// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/mfer_document.h"

#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;
using namespace mfer;

namespace {

constexpr std::size_t maxChannels = 512, maxFrames = 10'000;
constexpr std::size_t maxFrameChannels = 65'536; // over all frames
constexpr std::size_t maxLeadName = 64;

// By tag, with the byte order in which they are written.
using Definitions = std::map<unsigned, std::pair<Definition, bool>>;

class Walker
{
public:
    Walker(std::string_view all, EcgRecord& record) : m_all(all), m_record(record) {}

    std::vector<MferFrame> frames;

    void walk()
    {
        for (auto d = definitionAt(m_all, 0); d; d = definitionAt(m_all, d->next)) {
            if (d->tag == End)
                return;
            if (d->endless)
                throw ParseError(ErrorCode::Unsupported, "A definition of open length isn't read.", place(*d));
            if (d->cut && d->tag != Waveform) {
                m_record.warnings.push_back({"truncated", "The file ends inside of a definition.", place(*d).where});
                return;
            }
            take(*d);
        }
    }

private:
    base::Place place(const Definition& d) const { return {m_record.file, "offset " + std::to_string(d.at)}; }
    std::uint32_t wholeNumber(const Definition& d) const
    {
        if (d.value.size() > 4)
            throw ParseError(ErrorCode::Malformed, "A number is longer than four bytes.", place(d));
        return std::uint32_t(mfer::number(d.value, m_big));
    }
    static std::string text(const Definition& d) { return plainText(d.value.substr(0, d.value.find('\0'))); }

    void take(const Definition& d)
    {
        switch (d.tag) {
        case ByteOrder:
            m_big = d.value.empty() || d.value[0] == 0;
            break;
        case Channels: {
            const std::uint32_t count = d.value.empty() ? 1 : wholeNumber(d);
            if (count == 0 || count > maxChannels)
                throw ParseError(ErrorCode::Malformed, "The number of channels makes no sense.", place(d));
            m_channels.assign(count, {});
            break;
        }
        case Attributes:
            attributes(d);
            break;
        case Compression:
            if (!d.value.empty() && mfer::number(d.value.substr(0, 2), m_big) != 0)
                throw ParseError(ErrorCode::Unsupported, "Compressed MFER isn't read.", place(d));
            break;
        case Waveform:
            frame(d);
            break;
        default:
            if (!channelDefinition(m_common, d))
                fact(d);
        }
    }

    void attributes(const Definition& d)
    {
        if (d.channel >= m_channels.size()) {
            if (!m_strangers)
                m_record.warnings.push_back(
                    {"channel-unknown", "Attributes of channels that aren't defined were left out.", place(d).where});
            m_strangers = true;
            return;
        }
        for (auto inner = definitionAt(d.value, 0); inner; inner = definitionAt(d.value, inner->next)) {
            if (inner->cut || inner->endless || inner->tag == End)
                return;
            channelDefinition(m_channels[d.channel], *inner);
        }
    }

    // Applied when a frame comes, so that common definitions may follow. Of each kind the last counts.
    bool channelDefinition(Definitions& list, const Definition& d) const
    {
        const bool known = d.tag == Block || d.tag == Sequences || d.tag == WaveformType || d.tag == LeadName ||
                           d.tag == DataType || d.tag == Interval || d.tag == Sensitivity || d.tag == Offset ||
                           d.tag == Null;
        if (known)
            list.insert_or_assign(d.tag, std::pair(d, m_big));
        return known;
    }

    void apply(MferChannel& c, const Definition& d, bool big) const
    {
        const std::string_view v = d.value;
        const auto whole = [&](std::uint32_t otherwise) {
            if (v.size() > 4)
                throw ParseError(ErrorCode::Malformed, "A number is longer than four bytes.", place(d));
            return v.empty() ? otherwise : std::uint32_t(mfer::number(v, big));
        };
        switch (d.tag) {
        case Block:
            c.block = whole(1);
            if (c.block == 0 || c.block > maxSamplesPerLead)
                throw ParseError(ErrorCode::Malformed, "The length of a block makes no sense.", place(d));
            break;
        case Sequences:
            c.sequences = v.empty() ? std::nullopt : std::optional(whole(0));
            break;
        case WaveformType:
            c.waveform = int(mfer::number(v.substr(0, 2), big));
            break;
        case LeadName:
            c.lead = v.empty() ? std::nullopt : std::optional(int(mfer::number(v.substr(0, 2), big)));
            c.leadText = v.size() > 2 ? plainText(v.substr(2, maxLeadName)) : std::string{};
            break;
        case DataType:
            c.dataType = v.empty() ? 0 : static_cast<unsigned char>(v[0]);
            break;
        case Interval:
            c.samplingHz = v.size() < 3 ? std::nullopt : std::optional(rate(v, big));
            break;
        case Sensitivity:
            c.otherUnit = v.size() >= 3 && v[0] != 0;
            c.millivolts = v.size() < 3 ? std::nullopt : std::optional(scaled(v, big) * 1000);
            break;
        case Offset:
            c.offset = v;
            break;
        case Null:
            c.null = v;
            break;
        default:
            break;
        }
    }

    static double scaled(std::string_view v, bool big)
    {
        return double(mfer::signedNumber(v.substr(2, 4), big)) * std::pow(10.0, static_cast<signed char>(v[1]));
    }
    // Hertz or seconds; a distance in metres isn't a rate.
    static double rate(std::string_view v, bool big)
    {
        return v[0] == 0 ? scaled(v, big) : v[0] == 1 ? 1 / scaled(v, big) : std::numeric_limits<double>::quiet_NaN();
    }

    void frame(const Definition& d)
    {
        if (d.value.empty()) {
            if (d.cut)
                m_record.warnings.push_back(
                    {"truncated", "The samples break off; what is there was read.", place(d).where});
            return;
        }
        m_frameChannels += m_channels.size();
        if (frames.size() >= maxFrames || m_frameChannels > maxFrameChannels)
            throw ParseError(ErrorCode::LimitExceeded, "The file holds more frames than are read.", place(d));
        MferFrame f;
        f.data = d.value;
        f.bigEndian = m_big;
        f.cut = d.cut;
        MferChannel common;
        for (const auto& [tag, written] : m_common)
            apply(common, written.first, written.second);
        for (std::size_t i = 0; i < m_channels.size(); ++i) {
            MferChannel channel = common;
            if (i > 0) { // a lead that is defined for all belongs to the first
                channel.lead.reset();
                channel.leadText.clear();
            }
            for (const auto& [tag, written] : m_channels[i])
                apply(channel, written.first, written.second);
            f.channels.push_back(std::move(channel));
        }
        frames.push_back(std::move(f));
    }

    void fact(const Definition& d)
    {
        Patient& p = m_record.patient;
        const std::string_view v = d.value;
        const auto byte = [&](std::size_t i) { return int(static_cast<unsigned char>(v[i])); };
        const auto word = [&](std::size_t i) { return int(mfer::number(v.substr(i, 2), m_big)); };
        if (d.tag == PatientId) {
            p.id = text(d).substr(0, text(d).find('^'));
        } else if (d.tag == PatientName) {
            p.name = text(d);
        } else if (d.tag == Sex && v.size() == 1) {
            p.sex = byte(0) == 1 ? "M" : byte(0) == 2 ? "F" : "";
        } else if (d.tag == Age && !v.empty()) {
            if (byte(0) <= 130)
                p.ageYears = byte(0);
            if (v.size() >= 7)
                p.birthDate = isoDate(word(3), byte(5), byte(6));
        } else if (d.tag == Time && v.size() >= 7) {
            m_record.date = isoDate(word(0), byte(2), byte(3));
            m_record.time = isoTime(byte(4), byte(5), byte(6));
        } else if (d.tag == Device) {
            m_record.device = text(d);
            std::replace(m_record.device.begin(), m_record.device.end(), '^', ' ');
            m_record.device = trim(m_record.device);
        } else if (d.tag == Filter) {
            filter(text(d));
        }
    }

    // "HPF=0.05", "LPF=150", "BEF=50^Hum filter"
    void filter(const std::string& written)
    {
        const auto equals = written.find('=');
        if (equals == std::string::npos)
            return;
        const std::string kind = toLower(trim(std::string_view(written).substr(0, equals)));
        std::string rest = written.substr(equals + 1);
        rest.resize(std::min(rest.find_first_of("^Hh"), rest.size()));
        const auto value = parseNumber(rest);
        if (!value || !std::isfinite(*value) || *value <= 0)
            return;
        AcquisitionFilters& f = m_record.filters;
        (kind == "hpf" ? f.highPassHz : kind == "lpf" ? f.lowPassHz : kind == "bef" ? f.notchHz : m_ignored) = value;
    }

    std::string_view m_all;
    EcgRecord& m_record;
    bool m_big = true;
    Definitions m_common;
    std::vector<Definitions> m_channels{1};
    std::size_t m_frameChannels = 0;
    bool m_strangers = false;
    std::optional<double> m_ignored;
};

} // namespace

std::vector<MferFrame> readMferFrames(std::string_view bytes, EcgRecord& record)
{
    Walker walker(bytes, record);
    walker.walk();
    return std::move(walker.frames);
}

} // namespace echo2ecg::ecg
