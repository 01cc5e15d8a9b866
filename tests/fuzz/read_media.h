// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fuzz/readers.h"

namespace echo2ecg::fuzz {

bool readStructuredReport(Bytes bytes);
bool readMediaDirectory(Bytes bytes);
bool readZip(Bytes bytes);

} // namespace echo2ecg::fuzz
