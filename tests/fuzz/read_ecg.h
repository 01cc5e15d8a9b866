// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fuzz/readers.h"

// One target per ECG reader, each without the recognition in front of it, so that damaged heads get to the reader.
// Formats of several files come as one input: for wfdb the header, a NUL, then the signal file that it may name r.dat,
// r.mat; for npy_ecg and csv the description, a NUL, then the array (without a NUL there is no description).
namespace echo2ecg::fuzz {

bool readAecg(Bytes bytes);
bool readMuse(Bytes bytes);
bool readSierra(Bytes bytes);
bool readCardioSoft(Bytes bytes);
bool readScp(Bytes bytes);
bool readMfer(Bytes bytes);
bool readContec(Bytes bytes);
bool readHealforce(Bytes bytes);
bool readIshne(Bytes bytes);
bool readEdf(Bytes bytes);
bool readWfdb(Bytes bytes);
bool readCsv(Bytes bytes);
bool readNpyEcg(Bytes bytes);
bool readDicomWaveform(Bytes bytes);
bool readAnyEcg(Bytes bytes); // whatever is recognised, through the door that the program uses

} // namespace echo2ecg::fuzz
