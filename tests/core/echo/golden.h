// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "base/json.h"
#include "base/npy.h"
#include "support/test_paths.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

// Golden vectors and the formula pictures that they were made from.
namespace echo2ecg::test {

// A uint8 array, cut along its first axis.
inline std::vector<std::vector<std::uint8_t>> planes(const char* file)
{
    const base::NpyArray array = base::readNpy(reference(file));
    const std::size_t n = std::size_t(array.shape.at(0));
    const std::size_t size = array.bytes.size() / n;
    std::vector<std::vector<std::uint8_t>> result(n);
    for (std::size_t i = 0; i < n; ++i)
        result[i].assign(array.bytes.begin() + std::ptrdiff_t(i * size),
                         array.bytes.begin() + std::ptrdiff_t((i + 1) * size));
    return result;
}

inline std::uint64_t fnv1a64(const std::string& text)
{
    std::uint64_t h = 0xCBF29CE484222325u;
    for (const unsigned char c : text)
        h = (h ^ c) * 0x100000001B3u;
    return h;
}

inline int formulaByte(std::uint64_t hash, std::uint64_t i)
{
    std::uint64_t z = hash + (i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return int((z ^ (z >> 31)) >> 56);
}

inline base::RgbImage formulaImage(int rows, int columns)
{
    const std::string key = "img." + std::to_string(rows) + "x" + std::to_string(columns);
    const std::uint64_t coarse = fnv1a64(key + ".coarse"), fine = fnv1a64(key + ".fine");
    const int coarseColumns = (columns + 15) / 16;
    base::RgbImage image(rows, columns);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
            for (int c = 0; c < 3; ++c) {
                const int big = formulaByte(coarse, std::uint64_t((y / 16 * coarseColumns + x / 16) * 3 + c));
                const int small = formulaByte(fine, std::uint64_t((y * columns + x) * 3 + c));
                image.row(y)[3 * x + c] = std::uint8_t((3 * big + small) / 4);
            }
    return image;
}

struct Difference
{
    int largest = 0;
    std::size_t count = 0;
    double mean = 0;
};

inline Difference difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b)
{
    Difference d;
    if (a.size() != b.size())
        return {256, a.size() + b.size(), 256};
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const int e = std::abs(int(a[i]) - int(b[i]));
        d.largest = std::max(d.largest, e);
        d.count += e != 0;
        sum += e;
    }
    d.mean = a.empty() ? 0 : sum / double(a.size());
    return d;
}

inline std::size_t lit(const std::vector<std::uint8_t>& mask)
{
    return std::size_t(std::count_if(mask.begin(), mask.end(), [](std::uint8_t v) { return v != 0; }));
}

} // namespace echo2ecg::test
