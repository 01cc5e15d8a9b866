// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace echo2ecg::inference {

// What a person may choose of the machine.
struct DeviceOptions
{
    bool allowCuda = true;
    int threads = 0; // of the CPU; 0: the real cores
    // Encoders in half precision (float16 on the GPU, bfloat16 on a processor that has it): about twice as fast. Taken
    // only where the bundle's golden embeddings keep a cosine of 0.9995 to their float32 selves; else float32, and a
    // note. Embeddings made with it carry a bundle id of their own, so the two never mix.
    bool reducedPrecision = false;
};

} // namespace echo2ecg::inference
