// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/rle_encode.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

// One row of one channel as PackBits; runs don't cross rows (G.3.1).
void packRow(const std::uint8_t* samples, int count, int stride, std::vector<std::uint8_t>& out)
{
    const auto at = [&](int i) { return samples[std::size_t(i) * std::size_t(stride)]; };
    for (int i = 0; i < count;) {
        int run = 1;
        while (i + run < count && run < 128 && at(i + run) == at(i))
            ++run;
        if (run >= 2) {
            out.push_back(std::uint8_t(257 - run));
            out.push_back(at(i));
            i += run;
            continue;
        }
        int literal = 1;
        while (i + literal < count && literal < 128 &&
               !(i + literal + 2 < count && at(i + literal) == at(i + literal + 1) && at(i + literal) == at(i + literal + 2)))
            ++literal;
        out.push_back(std::uint8_t(literal - 1));
        for (int k = 0; k < literal; ++k)
            out.push_back(at(i + k));
        i += literal;
    }
}

} // namespace

std::vector<std::uint8_t> encodeRle(const base::RgbImage& frame, bool grey)
{
    const int segments = grey ? 1 : 3;
    std::vector<std::uint8_t> out(64, 0);
    const auto putHeader = [&](int word, std::size_t value) {
        for (int i = 0; i < 4; ++i)
            out[std::size_t(word) * 4 + std::size_t(i)] = std::uint8_t(value >> (8 * i));
    };
    putHeader(0, std::size_t(segments));
    for (int channel = 0; channel < segments; ++channel) {
        putHeader(channel + 1, out.size());
        for (int y = 0; y < frame.rows; ++y)
            packRow(frame.row(y) + channel, frame.columns, 3, out);
        if (out.size() % 2)
            out.push_back(0);
    }
    return out;
}

} // namespace echo2ecg::dicom
