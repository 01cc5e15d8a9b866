// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/live_weights.h"

#include <torch/csrc/autograd/autograd.h>

namespace echo2ecg::training {

const at::Tensor& LiveWeights::tensor(const std::string& name) const
{
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw base::Error(base::ErrorCode::Mismatch, "the weights lack a tensor that the architecture needs",
                          {{}, "tensor " + name});
    return found->second;
}

at::Tensor LiveWeights::place(const at::Tensor& tensor) const
{
    const at::Tensor made = tensor.to(at::kFloat).contiguous();
    if (!made.requires_grad())
        return made.detach();
    m_made.push_back(made);
    m_leaves.push_back(made.detach().requires_grad_(true));
    return m_leaves.back();
}

LiveWeights::Tensors LiveWeights::pullBack(const std::vector<at::Tensor>& leafGradients) const
{
    std::vector<at::Tensor> outputs, gradients, inputs;
    Tensors result;
    for (std::size_t i = 0; i < m_made.size(); ++i)
        if (leafGradients[i].defined()) {
            outputs.push_back(m_made[i]);
            gradients.push_back(leafGradients[i]);
        }
    std::vector<std::string> names;
    for (const auto& [name, tensor] : m_tensors)
        if (tensor.requires_grad()) {
            names.push_back(name);
            inputs.push_back(tensor);
        }
    if (outputs.empty())
        return result;
    const at::AutoGradMode differentiate(true);
    const std::vector<at::Tensor> found =
        torch::autograd::grad(outputs, inputs, gradients, /*retain_graph=*/false, /*create_graph=*/false,
                              /*allow_unused=*/true);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (found[i].defined())
            result.emplace(names[i], found[i]);
    return result;
}

} // namespace echo2ecg::training
