// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/buffer.h"
#include "nn/cpu/kernels.h"
#include "nn/cpu/team.h"
#include "nn/weights.h"

#include <string>

// Weights as the kernels want them. Made once, while a bundle is loaded.
namespace echo2ecg::nn::cpu {

// What every layer needs to know.
struct Settings
{
    const Kernels* kernels = nullptr;
    Precision precision = Precision::Float32;
};

class PackedLinear
{
public:
    PackedLinear() = default;
    // weight (out, in), bias (out) or undefined; float64.
    PackedLinear(const Settings& settings, const at::Tensor& weight, const at::Tensor& bias);
    // `name`.weight and `name`.bias.
    PackedLinear(const Settings& settings, const Weights& weights, const std::string& name);

    bool exists() const { return m_panels.columns > 0; }
    long in() const { return m_panels.depth; }
    long out() const { return m_panels.columns; }
    // A call without rows, finish and output.
    LinearCall call() const;

private:
    Buffer<std::uint8_t> m_memory;
    Buffer<float> m_bias;
    Panels m_panels;
};

struct PackedNorm
{
    PackedNorm() = default;
    PackedNorm(const Weights& weights, const std::string& name, double epsilon);
    // A call without rows and output.
    NormCall call() const;

    Buffer<float> gamma, beta;
    long width = 0;
    float epsilon = 0;
};

// A tensor's numbers as they are, in row order.
Buffer<float> packedFloats(const at::Tensor& tensor);

// What one worker of a team needs for itself.
struct Scratch
{
    Buffer<float> rows, more, hidden, scores;
    Buffer<std::uint16_t> pairs;
};

// out = finish(in · weights + bias) with the worker's scratch.
void linear(const Kernels& kernels, LinearCall call, Scratch& scratch);

// How many rows a piece of `count` takes, so that every one of the team's threads gets several and panels are used
// often.
long rowsPerPiece(long count, const Team& team, const Kernels& kernels);
// Calls work(first, last, worker) for pieces of 0 … count-1.
void forRows(Team& team, long count, long perPiece, const std::function<void(long first, long last, int worker)>& work);

} // namespace echo2ecg::nn::cpu
