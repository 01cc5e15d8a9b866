// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/gif_palette.h"

#include <algorithm>
#include <unordered_map>

namespace echo2ecg::video {

namespace {

constexpr std::size_t mostColours = 256;

struct Weighted
{
    std::array<std::uint8_t, 3> colour{};
    std::uint32_t weight = 0;
};

// A run of colours that share one palette entry.
struct Box
{
    std::size_t begin = 0, end = 0;
    int axis = 0;
    double spread = 0; // what is lost along the longest axis, weighed
};

Box measured(const std::vector<Weighted>& colours, std::size_t begin, std::size_t end)
{
    Box box{begin, end};
    double weight = 0;
    std::array<double, 3> sum{}, squares{};
    for (std::size_t i = begin; i < end; ++i) {
        weight += colours[i].weight;
        for (std::size_t c = 0; c < 3; ++c) {
            sum[c] += double(colours[i].colour[c]) * colours[i].weight;
            squares[c] += double(colours[i].colour[c]) * colours[i].colour[c] * colours[i].weight;
        }
    }
    for (int c = 0; c < 3; ++c) {
        const double lost = squares[std::size_t(c)] - sum[std::size_t(c)] * sum[std::size_t(c)] / weight;
        if (lost > box.spread) {
            box.spread = lost;
            box.axis = c;
        }
    }
    return box;
}

std::uint32_t key(const std::uint8_t* rgb)
{
    return std::uint32_t(rgb[0]) << 16 | std::uint32_t(rgb[1]) << 8 | rgb[2];
}

} // namespace

IndexedPicture withPalette(const base::RgbImage& image)
{
    const std::size_t pixels = image.pixels.size() / 3;
    std::unordered_map<std::uint32_t, std::uint32_t> counts; // colour -> how often, later -> index
    counts.reserve(4096);
    for (std::size_t i = 0; i < pixels; ++i)
        ++counts[key(image.pixels.data() + 3 * i)];
    std::vector<Weighted> colours;
    colours.reserve(counts.size());
    for (const auto& [colour, weight] : counts)
        colours.push_back(
            {{std::uint8_t(colour >> 16), std::uint8_t(colour >> 8), std::uint8_t(colour)}, weight});
    std::sort(colours.begin(), colours.end(), [](const Weighted& a, const Weighted& b) { return a.colour < b.colour; });

    std::vector<Box> boxes;
    if (!colours.empty())
        boxes.push_back(measured(colours, 0, colours.size()));
    while (boxes.size() < std::min(mostColours, colours.size())) {
        const auto worst = std::max_element(boxes.begin(), boxes.end(),
                                            [](const Box& a, const Box& b) { return a.spread < b.spread; });
        if (worst->end - worst->begin < 2)
            break;
        const Box box = *worst;
        std::sort(colours.begin() + std::ptrdiff_t(box.begin), colours.begin() + std::ptrdiff_t(box.end),
                  [axis = std::size_t(box.axis)](const Weighted& a, const Weighted& b) {
                      return a.colour[axis] != b.colour[axis] ? a.colour[axis] < b.colour[axis] : a.colour < b.colour;
                  });
        std::uint64_t whole = 0, half = 0;
        for (std::size_t i = box.begin; i < box.end; ++i)
            whole += colours[i].weight;
        std::size_t cut = box.begin;
        while (cut + 1 < box.end - 1 && 2 * (half + colours[cut].weight) < whole)
            half += colours[cut++].weight;
        ++cut;
        *worst = measured(colours, box.begin, cut);
        boxes.push_back(measured(colours, cut, box.end));
    }

    IndexedPicture result;
    result.palette.fill(0xFF000000u);
    for (std::size_t b = 0; b < boxes.size(); ++b) {
        std::array<std::uint64_t, 3> sum{};
        std::uint64_t weight = 0;
        for (std::size_t i = boxes[b].begin; i < boxes[b].end; ++i) {
            weight += colours[i].weight;
            for (std::size_t c = 0; c < 3; ++c)
                sum[c] += std::uint64_t(colours[i].colour[c]) * colours[i].weight;
            counts[key(colours[i].colour.data())] = std::uint32_t(b);
        }
        std::uint32_t entry = 0xFF;
        for (std::size_t c = 0; c < 3; ++c)
            entry = entry << 8 | std::uint32_t((sum[c] + weight / 2) / weight);
        result.palette[b] = entry;
    }
    result.indices.resize(pixels);
    for (std::size_t i = 0; i < pixels; ++i)
        result.indices[i] = std::uint8_t(counts[key(image.pixels.data() + 3 * i)]);
    return result;
}

} // namespace echo2ecg::video
