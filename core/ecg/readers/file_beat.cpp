// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/file_beat.h"

#include "ecg/lead_algebra.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

constexpr double maxBeatSeconds = 60;

struct Wave
{
    std::optional<double> WaveBorders::*onset, WaveBorders::*offset;
};

constexpr Wave waves[]{{&WaveBorders::pOnset, &WaveBorders::pOffset},
                       {&WaveBorders::qrsOnset, &WaveBorders::qrsOffset},
                       {&WaveBorders::tOnset, &WaveBorders::tOffset}};

// True when something had to be left out.
bool clean(WaveBorders& borders, double seconds)
{
    bool dropped = false;
    const auto drop = [&](std::optional<double>& border, bool wrong) {
        if (border && wrong) {
            border.reset();
            dropped = true;
        }
    };
    for (const Wave& wave : waves) {
        auto &onset = borders.*wave.onset, &offset = borders.*wave.offset;
        for (auto* border : {&onset, &offset})
            drop(*border, *border && !(std::isfinite(**border) && **border >= 0 && **border <= seconds));
        const bool reversed = onset && offset && *offset <= *onset;
        drop(onset, reversed);
        drop(offset, reversed);
    }
    drop(borders.pOnset, borders.pOnset && borders.qrsOnset && *borders.pOnset >= *borders.qrsOnset);
    drop(borders.pOffset, borders.pOffset && borders.qrsOnset && *borders.pOffset > *borders.qrsOnset);
    drop(borders.tOffset, borders.tOffset && borders.qrsOffset && *borders.tOffset <= *borders.qrsOffset);
    return dropped;
}

} // namespace

void noteLostBeat(EcgRecord& record, const std::string& where)
{
    record.warnings.push_back(
        {"beat-ignored", "The file's averaged beat can't be used; the rhythm is complete.", where});
}

void setFileBeat(EcgRecord& record, RepresentativeBeat beat, const WaveBorders& borders)
{
    std::size_t longest = 0;
    for (const auto& lead : beat.leads)
        longest = std::max(longest, lead.size());
    const bool usableRate = std::isfinite(beat.samplingHz) && beat.samplingHz > 0 && beat.samplingHz <= maxSamplingHz;
    if (longest == 0 || !usableRate || double(longest) > maxBeatSeconds * beat.samplingHz) {
        noteLostBeat(record, {});
        return;
    }
    EcgRecord work; // the algebra knows records
    work.leads = std::move(beat.leads);
    for (auto& lead : work.leads)
        if (!lead.empty())
            lead.resize(longest, std::numeric_limits<float>::quiet_NaN());
    deriveLimbLeads(work);
    beat.leads = std::move(work.leads);
    record.fileBorders = borders;
    if (clean(record.fileBorders, double(longest) / beat.samplingHz))
        record.warnings.push_back(
            {"borders-ignored", "Some of the file's wave borders make no sense in its beat and were left out.", {}});
    record.fileBeat = std::move(beat);
}

} // namespace echo2ecg::ecg
