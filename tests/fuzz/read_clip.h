// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fuzz/readers.h"

namespace echo2ecg::fuzz {

bool readEchoClip(Bytes bytes);    // any image or video: regions, frame times, grouping, frames in any order
bool readVideoFile(Bytes bytes);   // AVI, MP4, MOV, MKV
bool readVideoStream(Bytes bytes); // what DICOM objects hold: MPEG-2, H.264, H.265

} // namespace echo2ecg::fuzz
