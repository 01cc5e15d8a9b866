// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optimizer.h"

#include <cmath>

namespace echo2ecg::training {

AdamW::AdamW(std::map<std::string, Parameter> parameters, const Options& options)
    : m_parameters(std::move(parameters)), m_options(options)
{
    for (auto& [name, p] : m_parameters) {
        p.mean = at::zeros_like(p.value);
        p.square = at::zeros_like(p.value);
        p.mean.requires_grad_(false);
        p.square.requires_grad_(false);
    }
}

void AdamW::addGradient(const std::string& name, const at::Tensor& gradient)
{
    const at::NoGradGuard plain;
    at::Tensor& sum = m_parameters.at(name).gradient;
    if (sum.defined())
        sum.add_(gradient);
    else
        sum = gradient.detach().clone();
}

double AdamW::finishGradients(double scale, double largest)
{
    const at::NoGradGuard plain;
    double squares = 0;
    for (auto& [name, p] : m_parameters) {
        if (!p.gradient.defined())
            continue;
        if (scale != 1)
            p.gradient.mul_(scale);
        squares += p.gradient.to(at::kDouble).square().sum().item<double>();
    }
    const double length = std::sqrt(squares);
    if (largest > 0 && length > largest)
        for (auto& [name, p] : m_parameters)
            if (p.gradient.defined())
                p.gradient.mul_(largest / length);
    return length;
}

void AdamW::step(double share)
{
    const at::NoGradGuard plain;
    ++m_steps;
    const double meanBias = 1 - std::pow(m_options.beta1, double(m_steps)),
                 squareBias = 1 - std::pow(m_options.beta2, double(m_steps));
    for (auto& [name, p] : m_parameters) {
        if (!p.gradient.defined())
            continue;
        const double rate = p.rate * share;
        p.mean.mul_(m_options.beta1).add_(p.gradient, 1 - m_options.beta1);
        p.square.mul_(m_options.beta2).addcmul_(p.gradient, p.gradient, 1 - m_options.beta2);
        if (p.decays)
            p.value.mul_(1 - rate * m_options.weightDecay);
        p.value.addcdiv_(p.mean, p.square.sqrt().div_(std::sqrt(squareBias)).add_(m_options.epsilon),
                         -rate / meanBias);
    }
    forgetGradients();
}

void AdamW::forgetGradients()
{
    for (auto& [name, p] : m_parameters)
        p.gradient = at::Tensor();
}

} // namespace echo2ecg::training
