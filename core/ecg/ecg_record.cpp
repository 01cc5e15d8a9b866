// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/ecg_record.h"

#include "base/sha256.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace echo2ecg::ecg {

std::size_t RepresentativeBeat::samples() const
{
    for (const auto& lead : leads)
        if (!lead.empty())
            return lead.size();
    return 0;
}

std::size_t EcgRecord::presentLeads() const
{
    std::size_t count = 0;
    for (const auto& lead : leads)
        count += lead.empty() ? 0 : 1;
    return count;
}

std::size_t EcgRecord::samples() const
{
    for (const auto& lead : leads)
        if (!lead.empty())
            return lead.size();
    return 0;
}

double EcgRecord::seconds() const
{
    return samplingHz > 0 ? double(samples()) / samplingHz : 0.0;
}

std::vector<float> EcgRecord::matrix() const
{
    const std::size_t n = samples();
    std::vector<float> result(leadCount * n, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t row = 0; row < leadCount; ++row)
        for (std::size_t i = 0; i < std::min(n, leads[row].size()); ++i)
            result[row * n + i] = leads[row][i];
    return result;
}

std::string EcgRecord::signalHash() const
{
    base::Sha256 hash;
    const auto addInteger = [&hash](std::uint64_t value, int bytes) {
        std::uint8_t little[8];
        for (int i = 0; i < bytes; ++i)
            little[i] = std::uint8_t(value >> (8 * i));
        hash.add(little, std::size_t(bytes));
    };
    addInteger(std::bit_cast<std::uint64_t>(samplingHz), 8);
    std::vector<std::uint8_t> bytes;
    for (const auto& lead : leads) {
        addInteger(lead.size(), 8);
        bytes.resize(lead.size() * 4);
        for (std::size_t i = 0; i < lead.size(); ++i) {
            // One bit pattern for every NaN and for both zeros, so that equal signals stay equal.
            const float value = std::isnan(lead[i]) ? std::numeric_limits<float>::quiet_NaN() : lead[i] + 0.0f;
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (std::size_t b = 0; b < 4; ++b)
                bytes[i * 4 + b] = std::uint8_t(bits >> (8 * b));
        }
        hash.add(bytes.data(), bytes.size());
    }
    return hash.hex();
}

} // namespace echo2ecg::ecg
