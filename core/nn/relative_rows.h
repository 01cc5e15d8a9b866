// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace echo2ecg::nn {

// Rows of a table of relative positions for every pair of query and key along one axis (SPEC §3, step 3), as
// (query, channels, key).
at::Tensor relativeRows(const at::Tensor& table, int queries, int keys);

} // namespace echo2ecg::nn
