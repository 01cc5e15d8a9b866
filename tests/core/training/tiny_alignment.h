// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/untrained.h"

// An architecture with every kind of layer and few numbers, for tests that train.
namespace echo2ecg::test {

inline nn::Architecture tinyAlignment(nn::ViewPooling pooling = nn::ViewPooling::Attention)
{
    nn::Architecture a = nn::Architecture::small();
    a.ecg = {16, 2, 2, 32, 12, 12, 48};
    a.echo.frames = 4;
    a.echo.size = 32;
    a.echo.stemWidth = 8;
    a.echo.embedding = 24;
    a.echo.stemKernel = {3, 5, 5};
    a.echo.stemStride = {2, 4, 4};
    a.echo.stemPadding = {1, 2, 2};
    a.echo.blocks = {{8, 8, 1, 1, 4}, {8, 16, 2, 2, 2}, {16, 16, 2, 1, 1}};
    a.alignment.pooling = pooling;
    a.alignment.studyWidth = 32;
    a.alignment.poolingHeads = 4;
    a.alignment.clsLayers = 2;
    a.alignment.clsFfnWidth = 48;
    a.alignment.alignedWidth = 16;
    if (pooling == nn::ViewPooling::Mean) {
        a.alignment.projection = false;
        a.alignment.studyWidth = a.echo.embedding;
    }
    return a;
}

} // namespace echo2ecg::test
