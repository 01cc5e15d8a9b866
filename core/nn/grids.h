// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"

namespace echo2ecg::nn {

// Token grids along the echo encoder: everything that follows from the block table and the input size.
struct Grid
{
    int t = 0, y = 0, x = 0;
    long long cells() const { return 1LL * t * y * x; }
    bool operator==(const Grid&) const = default;
};
struct BlockGrids
{
    Grid in, query, key;
};

Grid stemGrid(const EchoEncoderShape& shape);
// A 3×3×3 pool with padding 1 and spatial stride.
Grid pooledGrid(const Grid& grid, int stride);
std::vector<BlockGrids> blockGrids(const EchoEncoderShape& shape);

} // namespace echo2ecg::nn
