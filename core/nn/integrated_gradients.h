// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/token_network.h"

#include <functional>
#include <map>

namespace echo2ecg::nn {

// Integrated gradients (Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", 2017) of what an ECG does
// to its token. x₀ is a recording of zeros, the mean of every z-scored lead; u = (t(x) − t(x₀)) / |t(x) − t(x₀)| is
// kept fixed and u·t is explained. So the attributions of all samples sum to |t(x) − t(x₀)|, and how nearly they do is
// the measure of the integral.
//
// The path is cut into panels, each with Gauss–Lobatto's five points; of every panel the exact integral is known (u·t
// at its ends), so the panel that is off most is halved until the sum is right. Networks bend most near x₀, where their
// normalisations have little to divide by: the first panels are shorter there.
class IntegratedGradients
{
public:
    struct Limits
    {
        double tolerance = 0.01; // Σ|error of a panel| / |t(x) − t(x₀)|
        int mostPoints = 257;    // points on the path at which the gradient is computed
    };
    // Evaluates the gradient at several points of the path from x₀ (0) to x (1); one result per position, in order.
    using Evaluate = std::function<std::vector<TokenNetwork::Gradient>(const std::vector<double>& positions)>;

    // x: (1, leads, window), of the network's dtype and device.
    IntegratedGradients(const TokenNetwork& network, at::Tensor x, const Limits& limits);
    IntegratedGradients(const IntegratedGradients&) = delete;
    IntegratedGradients& operator=(const IntegratedGradients&) = delete;

    // Computes up to `points` more; false when there was nothing left to do.
    bool advance(int points);
    int pointsDone() const { return int(m_points.size()); }
    // Those that are sure to be needed; grows while panels are halved.
    int pointsPlanned() const { return pointsDone() + int(m_wanted.size()); }

    double change() const { return m_change; } // |t(x) − t(x₀)|
    // (leads, window), float64 on the CPU.
    at::Tensor attribution() const;
    // |Σ attribution − change| / change; 0 where nothing changed.
    double completenessError() const;
    bool converged() const;

    // Replaces how points are computed, e.g. by several threads.
    void setEvaluate(Evaluate evaluate) { m_evaluate = std::move(evaluate); }
    // At several positions in one batch.
    std::vector<TokenNetwork::Gradient> evaluate(const std::vector<double>& positions) const;

private:
    struct Point
    {
        double value = 0, slope = 0; // of u·t along the path
        at::Tensor gradient;         // (leads, window)
    };
    struct Panel
    {
        double from = 0, to = 1;
        double error = 0;
    };
    static double position(const Panel& panel, int node);
    void want(const Panel& panel);
    void settle();
    double error(const Panel& panel) const;
    double totalError() const;

    const TokenNetwork& m_network;
    Limits m_limits;
    at::Tensor m_x, m_direction;
    double m_change = 0;
    Evaluate m_evaluate;
    std::vector<Panel> m_panels;
    std::map<double, Point> m_points;
    std::vector<double> m_wanted;
};

} // namespace echo2ecg::nn
