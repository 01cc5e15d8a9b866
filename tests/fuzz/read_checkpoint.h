// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fuzz/readers.h"

namespace echo2ecg::fuzz {

// Reads the bytes as a PyTorch checkpoint with every tensor in it. Bytes that begin as neither container does are taken
// for the pickle of an archive that is made around them, so that no checksum stands between a fuzzer and the pickle.
// May throw base::Error.
void readCheckpointBytes(Bytes bytes);

} // namespace echo2ecg::fuzz
