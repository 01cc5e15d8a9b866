// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/schedule.h"

#include <ATen/ATen.h>

#include <map>
#include <string>

namespace echo2ecg::training {

// AdamW (Loshchilov and Hutter 2019) over named tensors, each with its own rate. All of its state can be saved and put
// back. One thread at a time; a tensor's numbers don't depend on the others'. Names torch types: not a public header.
class AdamW
{
public:
    struct Options
    {
        double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 1e-7;
    };
    struct Parameter
    {
        at::Tensor value; // a leaf; changed in place
        double rate = 0;
        bool decays = false;
        at::Tensor gradient; // sum since the last step; undefined: none
        at::Tensor mean, square;
    };

    AdamW(std::map<std::string, Parameter> parameters, const Options& options);

    // Adds to the sum.
    void addGradient(const std::string& name, const at::Tensor& gradient);
    // Scales all sums; gives their common length before that, clipped to `largest` when it is more than 0. Not finite:
    // nothing may be stepped with it.
    double finishGradients(double scale, double largest);
    // One step with what was summed, which is then forgotten. `share`: of the full rates.
    void step(double share);
    void forgetGradients();

    std::int64_t steps() const { return m_steps; }
    void setSteps(std::int64_t steps) { m_steps = steps; }
    std::map<std::string, Parameter>& parameters() { return m_parameters; }
    const std::map<std::string, Parameter>& parameters() const { return m_parameters; }

private:
    std::map<std::string, Parameter> m_parameters;
    Options m_options;
    std::int64_t m_steps = 0;
};

} // namespace echo2ecg::training
