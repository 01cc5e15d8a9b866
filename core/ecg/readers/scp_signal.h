// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/readers/byte_view.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echo2ecg::ecg {

// Huffman tables of SCP-ECG section 2, or the default table of EN 1064.
class ScpHuffman
{
public:
    // The default table.
    ScpHuffman();
    // The tables of a section 2 (its content, without the section header). Throws base::ParseError.
    explicit ScpHuffman(const ByteView& section);

    // At most `limit` values. Returns how many could be decoded before the data ended or made no sense.
    std::vector<std::int32_t> decode(std::string_view bytes, std::size_t limit) const;

private:
    struct Code
    {
        std::uint8_t prefixBits = 0, totalBits = 0;
        bool switches = false;
        std::int32_t value = 0;
    };
    // A binary tree: where 0 and 1 lead to; −1 nowhere, below that the code −2 − n.
    struct Table
    {
        std::vector<Code> codes;
        std::vector<std::array<int, 2>> nodes{{{-1, -1}}};
        // False when the prefix collides with another one. `bits` has its first bit highest.
        bool add(const Code& code, std::uint32_t bits);
    };
    static Table defaultTable();

    std::vector<Table> m_tables;
};

// Undoes first (order 1) or second (order 2) differences.
void undoScpDifferences(std::vector<std::int32_t>& values, int order);

// One beat of section 4; sample numbers count from 1.
struct ScpBeat
{
    int type = 0;
    std::uint32_t begin = 0, fiducial = 0, end = 0; // where the reference beat was subtracted
    std::uint32_t protectBegin = 0, protectEnd = 0; // where the full rate was kept
};

// Spreads bimodal data over `length` samples that start at `first` (from 1): full rate inside of the protected zones,
// one stored value per `rate` samples outside, interpolated between the middles of its groups.
std::vector<float> spreadBimodal(const std::vector<float>& stored, const std::vector<ScpBeat>& beats, std::size_t rate,
                                 std::uint32_t first, std::size_t length);

} // namespace echo2ecg::ecg
