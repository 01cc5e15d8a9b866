// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <cstdint>
#include <vector>

namespace echo2ecg::echo {

struct EchoClip;

// What a few frames of a clip say about its content; see contentOf(). Holds two frames at most. For one thread.
class ContentEvidence
{
public:
    explicit ContentEvidence(const EchoClip& clip);
    // In order; `follows`: the frame is the next one after that of the last call. Frames of another size than the first say nothing.
    void add(const base::RgbImage& frame, bool follows);
    void skip() { m_hasLast = false; } // one couldn't be decoded

    bool moves() const { return m_moving; }
    bool hasFlowColours() const;
    bool isStrip() const;

private:
    // What happened from one frame to the next.
    struct Step
    {
        bool sweeps = false;
        double front = 0; // where, as a part of the width
        int scrolls = 0;  // pixels to the left; 0: it doesn't
    };
    void addColours(const base::RgbImage& frame);
    Step stepTo(const std::vector<std::uint8_t>& grey) const;
    int scrolledBy(const std::vector<std::uint8_t>& grey) const;

    const EchoClip& m_clip;
    int m_rows = 0, m_columns = 0;
    bool m_moving = false, m_hasLast = false;
    std::vector<std::uint8_t> m_last; // grey
    std::vector<std::uint8_t> m_everColour, m_alwaysColour; // of each pixel: thick flow colour in some frame, in all
    std::vector<Step> m_steps;
};

} // namespace echo2ecg::echo
