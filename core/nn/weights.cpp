// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/weights.h"

namespace echo2ecg::nn {

at::Tensor Weights::exact(const std::string& name) const
{
    const auto found = m_stored->find(name);
    if (found == m_stored->end())
        throw base::Error(base::ErrorCode::Mismatch, "the weights lack a tensor that the architecture needs",
                          {{}, "tensor " + name});
    std::vector<float> values = found->second.toFloat();
    const std::vector<std::int64_t> shape(found->second.shape.begin(), found->second.shape.end());
    return at::from_blob(values.data(), shape, at::TensorOptions().dtype(at::kFloat)).to(at::kDouble);
}

at::Tensor Weights::place(const at::Tensor& tensor) const
{
    return tensor.to(m_device, m_dtype, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

} // namespace echo2ecg::nn
