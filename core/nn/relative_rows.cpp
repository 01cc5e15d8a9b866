// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/relative_rows.h"

#include <algorithm>

namespace echo2ecg::nn {

at::Tensor relativeRows(const at::Tensor& table, int queries, int keys)
{
    const double queryStep = std::max(double(keys) / queries, 1.0), keyStep = std::max(double(queries) / keys, 1.0);
    std::vector<std::int64_t> rows;
    for (int i = 0; i < queries; ++i)
        for (int j = 0; j < keys; ++j)
            rows.push_back(std::int64_t(i * queryStep - (j - (keys - 1)) * keyStep));
    const at::Tensor index = at::tensor(rows, at::TensorOptions().dtype(at::kLong));
    return table.index_select(0, index).view({queries, keys, table.size(1)}).transpose(1, 2);
}

} // namespace echo2ecg::nn
