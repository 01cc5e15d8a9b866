// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace echo2ecg::retrieval {

// Dot products of rows, one after the other in memory, with one query or with a group of queries, by the widest vectors of this processor. Float; the order of summation
// is another for each of them.
struct DotProducts
{
    std::size_t group; // queries that `grouped` takes at once
    void (*one)(const float* rows, std::size_t count, std::size_t width, const float* query, float* products);
    // `queries`: value k of query q at [k × group + q]. Product of row r with query q at [r × group + q].
    void (*grouped)(const float* rows, std::size_t count, std::size_t width, const float* queries, float* products);
};

const DotProducts& dotProducts();

// One for each instruction set; who calls them asks the processor first.
extern const DotProducts baselineDotProducts, avx2DotProducts, avx512DotProducts;

} // namespace echo2ecg::retrieval
