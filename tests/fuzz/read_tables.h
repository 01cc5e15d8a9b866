// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fuzz/readers.h"

// What training and evaluation read.
namespace echo2ecg::fuzz {

bool readLabels(Bytes bytes);
bool readPairs(Bytes bytes);            // by both of their readers
bool readEchoNextMetadata(Bytes bytes); // beside small arrays of waveforms
bool readEmbeddingsFile(Bytes bytes);   // of the kind that its first bytes say
bool readRunCheckpoint(Bytes bytes);    // checkpoint.json beside tensors that are as they were

} // namespace echo2ecg::fuzz
