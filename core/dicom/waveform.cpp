// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/waveform.h"

#include "dicom/object.h"
#include "dicom/tags.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::dicom {

namespace {

constexpr std::int64_t mostChannels = 512;
constexpr std::uint64_t mostInflated = 256 * 1024 * 1024;

struct Code
{
    std::string value, scheme, meaning;
};

Code firstCode(const DataSet& data, std::uint32_t tag)
{
    const auto items = data.items(tag);
    if (items.empty())
        return {};
    return {items.front().utf8(tag::CodeValue), items.front().utf8(tag::CodingScheme),
            items.front().utf8(tag::CodeMeaning)};
}

// How one stored sample becomes a number.
struct SampleFormat
{
    enum class Law { Linear, Mu, A };

    std::size_t bytes = 2;
    bool isSigned = true;
    Law law = Law::Linear;
    bool bigEndian = false;
    bool swapBytesInWords = false; // 8-bit samples in big-endian OW

    static std::int64_t muLaw(unsigned code);
    static std::int64_t aLaw(unsigned code);

    std::int64_t at(const std::vector<std::uint8_t>& data, std::size_t index) const
    {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < bytes; ++i) {
            std::size_t from = index * bytes + (bigEndian ? bytes - 1 - i : i);
            if (swapBytesInWords && (from ^ 1) < data.size())
                from ^= 1;
            bits |= std::uint64_t(data[from]) << (8 * i);
        }
        if (law != Law::Linear)
            return law == Law::Mu ? muLaw(unsigned(bits)) : aLaw(unsigned(bits));
        if (!isSigned)
            return std::int64_t(bits);
        return bytes == 1 ? std::int8_t(bits) : bytes == 2 ? std::int16_t(bits) : std::int32_t(bits);
    }
};

// ITU-T G.711, in the numbers of its tables: ±8031 and ±4032.
std::int64_t SampleFormat::muLaw(unsigned code)
{
    code = ~code & 0xFFu;
    const int magnitude = (int(((code & 0xFu) << 1) + 33u) << ((code >> 4) & 7u)) - 33;
    return code & 0x80u ? -magnitude : magnitude;
}

std::int64_t SampleFormat::aLaw(unsigned code)
{
    code ^= 0x55u;
    const unsigned segment = (code >> 4) & 7u, step = ((code & 0xFu) << 1) + 1u;
    const int magnitude = segment == 0 ? int(step) : int((step + 32u) << (segment - 1));
    return code & 0x80u ? magnitude : -magnitude;
}

SampleFormat sampleFormat(const Object& object, const DataSet& item, const std::string& where)
{
    const auto allocated = item.integer(tag::WaveformBitsAllocated, "US");
    const std::string interpretation = item.raw(tag::WaveformInterpretation);
    SampleFormat format;
    const std::string size = interpretation.size() == 2 ? interpretation.substr(1) : std::string();
    if (interpretation == "MB" || interpretation == "AB")
        format.law = interpretation == "MB" ? SampleFormat::Law::Mu : SampleFormat::Law::A;
    const bool isLinear = !size.empty() && (interpretation[0] == 'S' || interpretation[0] == 'U') &&
                          (size == "B" || size == "S" || size == "L");
    if (!isLinear && format.law == SampleFormat::Law::Linear)
        object.fail(base::ErrorCode::Unsupported,
                    interpretation.empty() ? "The waveform doesn't say how its samples are stored."
                                           : std::string("Waveform samples stored as \"") +
                                                 interpretation.substr(0, 8) + "\" aren't supported.",
                    where + " " + tagText(tag::WaveformInterpretation));
    format.isSigned = interpretation[0] == 'S';
    format.bytes = size == "B" ? 1 : size == "S" ? 2 : 4;
    if (allocated && *allocated != std::int64_t(format.bytes) * 8)
        object.fail(base::ErrorCode::Inconsistent,
                    "Waveform samples of type " + interpretation + " are said to take " + std::to_string(*allocated) +
                        " bits.",
                    where + " " + tagText(tag::WaveformBitsAllocated));
    const Element* data = item.find(tag::WaveformData);
    const bool big = item.encoding().bigEndian;
    format.bigEndian = big && format.bytes > 1;
    format.swapBytesInWords = big && format.bytes == 1 && data && data->type == vr("OW");
    return format;
}

WaveformChannel readChannel(const DataSet& item, double samplingHz)
{
    WaveformChannel channel;
    channel.label = item.utf8(tag::ChannelLabel);
    const Code source = firstCode(item, tag::ChannelSource);
    channel.sourceCode = source.value;
    channel.sourceScheme = source.scheme;
    channel.sourceText = source.meaning;
    channel.sensitivity = item.number(tag::ChannelSensitivity, "DS");
    channel.correction = item.number(tag::ChannelCorrection, "DS");
    channel.baseline = item.number(tag::ChannelBaseline, "DS");
    channel.units = firstCode(item, tag::ChannelSensitivityUnits).value;
    channel.lowHz = item.number(tag::FilterLow, "DS");
    channel.highHz = item.number(tag::FilterHigh, "DS");
    channel.notchHz = item.number(tag::FilterNotch, "DS");
    channel.skewSeconds = item.number(tag::ChannelTimeSkew, "DS");
    if (const auto samples = item.number(tag::ChannelSampleSkew, "DS");
        samples && !channel.skewSeconds && samplingHz > 0)
        channel.skewSeconds = *samples / samplingHz;
    return channel;
}

void fillSamples(WaveformGroup& group, const std::vector<std::uint8_t>& data, const SampleFormat& format,
                 std::optional<std::int64_t> padding, std::size_t samples)
{
    const std::size_t channels = group.channels.size();
    for (std::size_t c = 0; c < channels; ++c) {
        WaveformChannel& channel = group.channels[c];
        const double scale = channel.sensitivity ? *channel.sensitivity * channel.correction.value_or(1.0) : 1.0;
        // The baseline is given in units of the sensitivity; without one there are no units to add it in.
        const double offset = channel.sensitivity ? channel.baseline.value_or(0.0) : 0.0;
        channel.samples.resize(samples);
        for (std::size_t i = 0; i < samples; ++i) {
            const std::int64_t raw = format.at(data, i * channels + c);
            channel.samples[i] = padding && raw == *padding ? std::numeric_limits<float>::quiet_NaN()
                                                            : float(double(raw) * scale + offset);
        }
    }
}

WaveformGroup readGroup(Object& object, const DataSet& item, int number)
{
    const std::string where = "multiplex group " + std::to_string(number);
    WaveformGroup group;
    group.number = number;
    if (const auto offset = item.number(tag::MultiplexGroupTimeOffset, "DS"))
        group.timeOffsetSeconds = *offset / 1000;
    group.label = item.utf8(tag::MultiplexGroupLabel);
    group.originality = item.utf8(tag::WaveformOriginality);
    group.samplingHz = item.number(tag::SamplingFrequency, "DS").value_or(0);
    if (!(group.samplingHz > 0))
        object.fail(base::ErrorCode::Missing, "The waveform states no sampling frequency.",
                    where + " " + tagText(tag::SamplingFrequency));
    const auto definitions = item.items(tag::ChannelDefinitions);
    const std::int64_t channels = item.integer(tag::NumberOfChannels, "US").value_or(std::int64_t(definitions.size()));
    if (channels < 1 || channels > mostChannels)
        object.fail(base::ErrorCode::LimitExceeded, "The waveform declares " + std::to_string(channels) + " channels.",
                    where + " " + tagText(tag::NumberOfChannels));
    if (std::int64_t(definitions.size()) != channels)
        object.fail(base::ErrorCode::Inconsistent,
                    "The waveform declares " + std::to_string(channels) + " channels and defines " +
                        std::to_string(definitions.size()) + ".",
                    where + " " + tagText(tag::ChannelDefinitions));
    for (const DataSet& definition : definitions)
        group.channels.push_back(readChannel(definition, group.samplingHz));

    const SampleFormat format = sampleFormat(object, item, where);
    group.companded = format.law != SampleFormat::Law::Linear;
    const Element* data = item.find(tag::WaveformData);
    if (!data || data->undefinedLength)
        object.fail(item.trouble() ? base::ErrorCode::Truncated : base::ErrorCode::Missing,
                    "The waveform has no samples.", where + " " + tagText(tag::WaveformData));
    const std::uint64_t there = data->length / (std::uint64_t(channels) * format.bytes);
    const std::int64_t declared = item.integer(tag::NumberOfSamples, "UL").value_or(0);
    std::uint64_t samples = there;
    if (declared > 0 && std::uint64_t(declared) <= there) {
        samples = std::uint64_t(declared);
    } else if (declared > 0) {
        object.warn("waveform-cut",
                    "The waveform declares " + std::to_string(declared) + " samples and holds " +
                        std::to_string(there) + "; it is cut there.",
                    where);
    } else {
        object.warn("sample-count-missing",
                    "The waveform doesn't say how many samples it has; all that are there were read.", where);
    }
    if (samples == 0)
        object.fail(base::ErrorCode::Truncated, "The waveform holds no whole sample.",
                    where + " " + tagText(tag::WaveformData));

    std::optional<std::int64_t> padding;
    if (const auto raw = item.bytes(tag::WaveformPadding); raw.size() >= format.bytes)
        padding = format.at(raw, 0);
    fillSamples(group, item.bytes(tag::WaveformData), format, padding, std::size_t(samples));
    return group;
}

WaveformAnnotation readAnnotation(const DataSet& item)
{
    WaveformAnnotation annotation;
    const Code name = firstCode(item, tag::ConceptName);
    annotation.conceptCode = name.value;
    annotation.conceptScheme = name.scheme;
    annotation.conceptText = name.meaning;
    annotation.text = item.utf8(tag::AnnotationText, TextKind::Plain);
    if (annotation.text.empty())
        annotation.text = firstCode(item, tag::ConceptCode).meaning;
    annotation.value = item.number(tag::NumericValue, "DS");
    annotation.unit = firstCode(item, tag::MeasurementUnits).value;
    annotation.temporalRange = item.raw(tag::TemporalRange);
    annotation.timeOffsets = item.numbers(tag::TimeOffsets, "DS");
    // Pairs of a multiplex group and a channel in it.
    const auto referenced = item.numbers(tag::ReferencedChannels, "US");
    for (std::size_t i = 0; i < referenced.size() && i < 1024; i += 2)
        annotation.multiplexGroups.push_back(int(referenced[i]));
    for (double position : item.numbers(tag::SamplePositions, "UL")) {
        if (position >= 0 && position <= double(std::numeric_limits<int>::max()))
            annotation.samplePositions.push_back(int(position));
    }
    annotation.group = int(std::clamp<std::int64_t>(item.integer(tag::AnnotationGroup, "US").value_or(0), 0, 65535));
    return annotation;
}

} // namespace

WaveformDocument readWaveforms(const std::filesystem::path& file)
{
    Object object = Object::open(file, mostInflated);
    WaveformDocument document;
    document.identity = readIdentity(object);
    const auto& trouble = object.main.trouble();
    if (!object.main.contains(tag::WaveformSequence)) {
        if (trouble)
            object.fail(trouble->code, trouble->sentence, trouble->where);
        object.fail(base::ErrorCode::Missing, "The object holds no waveform.", tagText(tag::WaveformSequence));
    }
    if (trouble)
        object.warn("object-damaged", trouble->sentence, trouble->where);
    const auto groups = object.main.items(tag::WaveformSequence);
    if (groups.empty())
        object.fail(base::ErrorCode::Missing, "The waveform sequence is empty.", tagText(tag::WaveformSequence));
    int number = 0;
    for (const DataSet& item : groups) {
        ++number;
        try {
            document.groups.push_back(readGroup(object, item, number));
        } catch (const base::ParseError& problem) {
            // A damaged later group mustn't cost the rhythm that came before it.
            if (document.groups.empty())
                throw;
            object.warn("waveform-group-lost", problem.sentence(), problem.place().where);
        }
    }
    for (const DataSet& item : object.main.items(tag::WaveformAnnotations))
        document.annotations.push_back(readAnnotation(item));
    document.warnings = std::move(object.warnings);
    return document;
}

} // namespace echo2ecg::dicom
