// SPDX-License-Identifier: GPL-3.0-or-later
// Exact cosine search for search.py (lines.h tells how they talk): tasks 1, 16, 256 (queries at once), and `peak`, whose number is the most memory that was held, in MiB.
//   e2e_bench_search ROWS OUT
// Rows and queries are unit vectors by a formula, the same as the peer's. The hits of each task go to OUT/search_ours_QUERIES.txt.
#include "lines.h"

#include "retrieval/vector_index.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

using namespace echo2ecg;

namespace {

constexpr std::size_t width = 512, top = 10;
constexpr std::uint32_t seedOfRows = 1, seedOfQueries = 2;

// Murmur3's last mixing of a counter: 24 bits between -1/2 and 1/2.
float valueAt(std::uint64_t index, std::uint32_t seed)
{
    auto x = std::uint32_t(index) * 0x9E3779B1u + seed * 0x7FEB352Du;
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x = (x ^ (x >> 13)) * 0xC2B2AE35u;
    x ^= x >> 16;
    return float(x >> 8) / 16777216.0F - 0.5F;
}

std::vector<float> unitRows(std::size_t first, std::size_t count, std::uint32_t seed)
{
    std::vector<float> values(count * width);
    for (std::size_t r = 0; r < count; ++r) {
        float* row = values.data() + r * width;
        double squares = 0;
        for (std::size_t i = 0; i < width; ++i) {
            row[i] = valueAt((first + r) * width + i, seed);
            squares += double(row[i]) * double(row[i]);
        }
        const float length = float(std::sqrt(squares));
        for (std::size_t i = 0; i < width; ++i)
            row[i] /= length;
    }
    return values;
}

double peakMegabytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:")
            return status >> word ? std::atof(word.c_str()) / 1024 : 0;
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        return std::fputs("usage: e2e_bench_search ROWS OUT\n", stderr), 2;
    const auto rows = std::size_t(std::atoll(argv[1]));
    const std::filesystem::path out = argv[2];
    retrieval::VectorIndex index(retrieval::Metric::Cosine, int(width));
    index.reserve(rows);
    constexpr std::size_t block = 8192;
    for (std::size_t first = 0; first < rows; first += block) {
        const std::size_t count = std::min(block, rows - first);
        std::vector<std::int64_t> ids(count);
        std::iota(ids.begin(), ids.end(), std::int64_t(first));
        index.add(ids, unitRows(first, count, seedOfRows));
    }
    const std::vector<float> queries = unitRows(0, 256, seedOfQueries);
    std::vector<bench::Task> tasks{{"peak", [] { return bench::Check(peakMegabytes); }}};
    for (const std::size_t count : {1, 16, 256})
        tasks.emplace_back(std::to_string(count), [&, count] {
            auto hits = index.searchAll(std::span(queries).first(count * width), int(top));
            return [&out, count, hits = std::move(hits)] {
                std::ofstream file(out / ("search_ours_" + std::to_string(count) + ".txt"));
                double sum = 0;
                for (const auto& ofQuery : hits)
                    for (const retrieval::Hit& hit : ofQuery) {
                        file << hit.id << ' ' << std::to_string(hit.score) << '\n';
                        sum += double(hit.score);
                    }
                return sum;
            };
        });
    return bench::answerLines(tasks);
}
