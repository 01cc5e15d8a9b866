// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

namespace echo2ecg::ui {

// The whole beats of one clip, one after another, in ms from its start. No Qt.
struct BeatTrack
{
    struct Beat
    {
        double startMs = 0, endMs = 0;
        double lengthMs() const { return endMs - startMs; }
    };
    std::vector<Beat> beats;

    // From R wave to R wave. After a single R wave follows one beat of `rrMs`, where that is known.
    static BeatTrack of(const std::vector<double>& rWaveMs, std::optional<double> rrMs);
    bool isEmpty() const { return beats.empty(); }
    int count() const { return int(beats.size()); }
    // The beat around `ms`; the first one before it, the last one after it. Needs beats.
    int beatAt(double ms) const;
};

} // namespace echo2ecg::ui
