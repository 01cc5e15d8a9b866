// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/grids.h"
#include "nn/precision.h"

#include <cstdint>
#include <vector>

// The inner loops of the encoders on the CPU. Every matrix is row-major float32 with a row stride in floats (`ld…`);
// rows are tokens. A row of a result depends on its own inputs alone, never on which rows are computed with it: so
// numbers are the same for every batch and every number of threads.
namespace echo2ecg::nn::cpu {

// The right side of a product, (depth × columns) cut into panels of `Kernels::panel` columns that are (depth, panel)
// each, zero beyond the last column. BFloat16: pairs of consecutive depths lie together.
struct Panels
{
    const void* data = nullptr;
    long depth = 0, columns = 0;
    Precision precision = Precision::Float32;
};

constexpr long kMostQueries = 96; // of one AttentionCall

enum class Finish { Nothing, Gelu, AddResidual };

// out = finish(in · panels + bias).
struct LinearCall
{
    const float* in = nullptr;
    long ldIn = 0, rows = 0;
    Panels weights;
    const float* bias = nullptr; // columns, or null
    Finish finish = Finish::Nothing;
    const float* residual = nullptr;
    long ldResidual = 0;
    float* out = nullptr; // may be `residual`
    long ldOut = 0;
    std::uint16_t* scratch = nullptr; // BFloat16: rows × (depth + 1)
};

struct NormCall
{
    const float *in = nullptr, *gamma = nullptr, *beta = nullptr;
    long ldIn = 0, rows = 0, width = 0;
    float epsilon = 0;
    float* out = nullptr; // may be `in`
    long ldOut = 0;
};

// Depthwise 3×3×3 filter with padding 1 and a spatial stride over `channels` columns of a grid, then LayerNorm over
// them (SPEC §3, step 2). Input rows may be a part of the grid: `rowY`, `rowX` tell where a y and an x are stored, or
// -1.
struct PoolCall
{
    const float* in = nullptr; // first row of the stored grid (no class token)
    long ldIn = 0;
    Grid grid; // of the input
    const int *rowY = nullptr, *rowX = nullptr;
    int storedY = 0, storedX = 0;
    int stride = 1;
    Grid outGrid;
    int firstLine = 0, lastLine = 0; // lines of the output, numbered t · outGrid.y + y
    const float* filter = nullptr;   // (27, channels), tap (t, y, x)
    const float *gamma = nullptr, *beta = nullptr;
    float epsilon = 0;
    long channels = 0;
    float* out = nullptr; // first row of the output grid
    long ldOut = 0;
};

// Tables of relative positions along the three axes, for every query place: (places, channels, padded keys), padded to
// the vector width.
struct RelativeTables
{
    Grid query, key;
    const float *y = nullptr, *x = nullptr, *t = nullptr;
    long padY = 0, padX = 0, padT = 0;
};

// softmax(q kᵀ + positions) v of one head for a few queries. Row 0 of the queries and of the keys is the class token
// where there are positions.
struct AttentionCall
{
    const float* query = nullptr;
    long ldQuery = 0, rows = 0, firstToken = 0; // the first row's number among all queries
    Panels keys;                                // (channels × keys), scaled by 1/√channels
    Panels values;                              // (keys × channels)
    const RelativeTables* positions = nullptr;  // null: none
    bool addQuery = false;                      // to every patch token (residual pooling)
    float* out = nullptr;
    long ldOut = 0;
    float* scratch = nullptr; // Kernels::attentionScratch() floats
};

// Largest over a (stride+1)² window with padding, per time step and channel; the skip path of a strided block.
struct MaxPoolCall
{
    const float* in = nullptr; // first row of the grid (no class token)
    long ldIn = 0;
    Grid grid;
    int stride = 2;
    Grid outGrid;
    long firstCell = 0, lastCell = 0; // of the output
    long channels = 0;
    float* out = nullptr; // row of firstCell
    long ldOut = 0;
};

struct Kernels
{
    const char* name = ""; // "AVX2"
    int width = 0;         // floats in a vector
    int strip = 0;         // rows that a product takes at once: chunks of rows are best multiples of it
    int panel = 0;         // columns of a panel
    bool fastBFloat16 = false;

    void (*linear)(const LinearCall&) = nullptr;
    void (*norm)(const NormCall&) = nullptr;
    void (*gelu)(float* values, long count) = nullptr;
    void (*add)(float* to, const float* values, long count) = nullptr;
    void (*pool)(const PoolCall&) = nullptr;
    void (*maxPool)(const MaxPoolCall&) = nullptr;
    void (*attention)(const AttentionCall&) = nullptr;
    // `source` holds one column of the matrix per row (as weights and keys do), times `scale`.
    void (*packColumns)(const float* source, long ld, long columns, long depth, float scale, Precision,
                        void* panels) = nullptr;
    // `source` is (depth × columns), as values are.
    void (*packRows)(const float* source, long ld, long depth, long columns, Precision, void* panels) = nullptr;

    long panelBytes(long depth, long columns, Precision precision) const;
    // rows ≤ kMostQueries.
    long attentionScratch(long rows, long keys, long channels, const RelativeTables* positions) const;
};

// The sets that this processor can run, slowest first; the last is the best. `Baseline` runs everywhere.
const std::vector<const Kernels*>& availableKernels();
// What $ECHO2ECG_CPU_KERNELS names, else the best.
const Kernels& bestKernels();
// These, or the same with their time measured (profile.h).
const Kernels& chosenKernels();

} // namespace echo2ecg::nn::cpu
