// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/dicom_groups.h"

#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace echo2ecg::ecg {

using dicom::WaveformAnnotation;
using dicom::WaveformChannel;
using dicom::WaveformDocument;
using dicom::WaveformGroup;

namespace {

using Border = std::optional<double> WaveBorders::*;

struct Meaning
{
    Border onset = nullptr, offset = nullptr; // both for a wave, one for its onset or end
};

// SCP-ECG numbers of section 10, else the words: "QRS onset", "P Wave Offset", "T end", "QRS Complex".
Meaning meaningOf(const WaveformAnnotation& note)
{
    const std::string& code = note.conceptCode;
    if (note.conceptScheme.starts_with("SCPECG") && code.starts_with("5.10.3-")) {
        const std::string number = code.substr(7);
        return number == "1"   ? Meaning{&WaveBorders::pOnset, nullptr}
               : number == "2" ? Meaning{nullptr, &WaveBorders::pOffset}
               : number == "3" ? Meaning{&WaveBorders::qrsOnset, nullptr}
               : number == "4" ? Meaning{nullptr, &WaveBorders::qrsOffset}
               : number == "5" ? Meaning{nullptr, &WaveBorders::tOffset}
                               : Meaning{};
    }
    std::string text = toLower(trim(note.conceptText));
    std::replace(text.begin(), text.end(), '-', ' ');
    std::replace(text.begin(), text.end(), '_', ' ');
    Meaning wave;
    if (text.starts_with("p ") || text.starts_with("pwave"))
        wave = {&WaveBorders::pOnset, &WaveBorders::pOffset};
    else if (text.starts_with("qrs ") || text == "qrs" || text.starts_with("qrswave"))
        wave = {&WaveBorders::qrsOnset, &WaveBorders::qrsOffset};
    else if (text.starts_with("t ") || text.starts_with("twave"))
        wave = {&WaveBorders::tOnset, &WaveBorders::tOffset};
    const auto says = [&](std::initializer_list<const char*> words) {
        return std::any_of(words.begin(), words.end(),
                           [&](const char* word) { return text.find(word) != std::string::npos; });
    };
    const bool begins = says({"onset", "begin", "start"}), ends = says({"offset", " end"});
    if (begins != ends)
        return begins ? Meaning{wave.onset, nullptr} : Meaning{nullptr, wave.offset};
    // A wave itself needs two places; a duration or an axis is none.
    return !begins && says({"wave", "complex"}) ? wave : Meaning{};
}

struct Candidate
{
    WaveBorders borders;
    bool ofMedian = true; // every annotation refers to the averaged beat
};

void take(Candidate& candidate, const WaveformAnnotation& note, double rate)
{
    const Meaning meaning = meaningOf(note);
    std::vector<double> seconds;
    for (const int position : note.samplePositions)
        seconds.push_back((double(position) - 1) / rate);
    if (seconds.empty())
        for (const double milliseconds : note.timeOffsets)
            seconds.push_back(milliseconds / 1000);
    const auto set = [&](Border border, double value) {
        if (border && !(candidate.borders.*border))
            candidate.borders.*border = value;
    };
    if (meaning.onset && meaning.offset && seconds.size() == 2) {
        set(meaning.onset, seconds[0]);
        set(meaning.offset, seconds[1]);
    } else if (!(meaning.onset && meaning.offset) && seconds.size() == 1) {
        set(meaning.onset, seconds[0]);
        set(meaning.offset, seconds[0]);
    }
}

// The mean step from sample to sample over all channels, between two places (in samples); 0 where there is none.
double meanStep(const WaveformGroup& group, double first, double last)
{
    double sum = 0;
    std::size_t count = 0;
    for (const WaveformChannel& channel : group.channels) {
        const auto n = double(channel.samples.size());
        const auto end = std::size_t(std::clamp(std::floor(last) + 1, 0.0, n));
        for (auto i = std::size_t(std::clamp(std::ceil(first), 1.0, std::max(1.0, n))); i < end; ++i) {
            const double step = std::abs(double(channel.samples[i]) - double(channel.samples[i - 1]));
            if (!std::isfinite(step))
                continue;
            sum += step;
            ++count;
        }
    }
    return count ? sum / double(count) : 0;
}

// How much steeper the signal is between two times than on the whole.
class Steepness
{
public:
    explicit Steepness(const WaveformGroup& group)
        : m_group(group), m_usual(meanStep(group, 0, double(group.channels.front().samples.size())))
    {
    }
    double operator()(double from, double to) const
    {
        return m_usual > 0 ? meanStep(m_group, from * m_group.samplingHz, to * m_group.samplingHz) / m_usual : 0;
    }

private:
    const WaveformGroup& m_group;
    double m_usual;
};

} // namespace

WaveBorders bordersInMedian(const WaveformDocument& document, const WaveformGroup& median, const WaveformGroup& rhythm,
                            base::Warnings& warnings)
{
    constexpr double steepEnough = 1.5, longestQrs = 1; // s
    constexpr std::size_t mostCandidates = 100;         // a file describes one beat, or one per lead
    std::map<int, Candidate> candidates; // by annotation group
    for (const WaveformAnnotation& note : document.annotations) {
        const Meaning meaning = meaningOf(note);
        if (!meaning.onset && !meaning.offset)
            continue;
        const auto& groups = note.multiplexGroups;
        const bool ofMedian = std::find(groups.begin(), groups.end(), median.number) != groups.end();
        const bool ofRhythm = groups.empty() || std::find(groups.begin(), groups.end(), rhythm.number) != groups.end();
        if (!ofMedian && !(ofRhythm && median.samplingHz == rhythm.samplingHz))
            continue;
        if (candidates.size() >= mostCandidates && candidates.count(note.group) == 0)
            continue;
        Candidate& candidate = candidates[note.group];
        candidate.ofMedian = candidate.ofMedian && ofMedian;
        take(candidate, note, median.samplingHz);
    }
    for (const auto& [number, candidate] : candidates)
        if (candidate.ofMedian)
            return candidate.borders;
    if (candidates.empty())
        return {};
    const Steepness ofMedian(median), ofRhythm(rhythm);
    const Candidate* best = nullptr;
    double bestSteepness = steepEnough;
    const double end = double(median.channels.front().samples.size()) / median.samplingHz;
    for (const auto& [number, candidate] : candidates) {
        const auto &onset = candidate.borders.qrsOnset, &offset = candidate.borders.qrsOffset;
        if (!onset || !offset || !(*onset >= 0 && *offset <= end && *offset - *onset <= longestQrs))
            continue;
        const double inMedian = ofMedian(*onset, *offset);
        if (inMedian > bestSteepness && inMedian > ofRhythm(*onset, *offset)) {
            best = &candidate;
            bestSteepness = inMedian;
        }
    }
    if (!best)
        return {};
    warnings.push_back({"borders-assumed",
                        "The file attributes its wave borders to the rhythm, but they fit its averaged beat and were "
                        "read as its borders.",
                        "(0040,B020)"});
    return best->borders;
}

} // namespace echo2ecg::ecg
