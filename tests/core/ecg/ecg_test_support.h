// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "ecg/ecg_record.h"
#include "support/test_paths.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <string>

namespace echo2ecg::test {

inline std::filesystem::path writeFile(const std::filesystem::path& file, std::string_view bytes)
{
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(bytes.data(), std::streamsize(bytes.size()));
    return file;
}

inline std::filesystem::path pathOf(const QTemporaryDir& dir, const char* name)
{
    return std::filesystem::path(dir.path().toStdString()) / name;
}

// The lowest `bytes` bytes, the lowest first.
inline std::string little(std::int64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += char(std::uint64_t(value) >> (8 * i));
    return text;
}

// Each lead in multiples of a step that some format has.
inline void roundToSteps(ecg::EcgRecord& record)
{
    constexpr double steps[]{0.005,   0.00488,   0.0025,  0.001, 0.000183, 0.00375,
                             0.01,    0.0305185, 0.00125, 0.002, 0.005};
    int k = 0;
    for (auto& lead : record.leads)
        if (!lead.empty()) {
            const double step = steps[k++ % 11];
            for (float& v : lead)
                v = float(std::round(double(v) / step) * step);
        }
}

inline bool hasWarning(const base::Warnings& warnings, std::string_view code)
{
    return std::any_of(warnings.begin(), warnings.end(), [&](const base::Warning& w) { return w.code == code; });
}

inline std::string codesOf(const base::Warnings& warnings)
{
    std::string all;
    for (const base::Warning& warning : warnings)
        all += warning.code + " ";
    return all;
}

// Runs and gives the code of the base::Error that comes out; "none" when nothing is thrown.
template <class Work> std::string errorOf(Work work)
{
    try {
        work();
    } catch (const base::Error& error) {
        return base::name(error.code());
    } catch (const std::exception& error) {
        return std::string("not ours: ") + error.what();
    }
    return "none";
}

// A plausible 12-lead record: a narrow upright beat each second over a slow wave, obeying Einthoven's law.
inline ecg::EcgRecord syntheticRecord(double hz = 500, double seconds = 10)
{
    ecg::EcgRecord record;
    record.samplingHz = hz;
    record.format = "test";
    record.patient.ageYears = 60;
    const auto n = std::size_t(hz * seconds + 0.5);
    for (const ecg::Lead lead : ecg::allLeads)
        record[lead].resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double t = double(i) / hz, phase = t - std::floor(t);
        const double qrs = std::exp(-std::pow((phase - 0.5) / 0.02, 2)),
                     tWave = 0.25 * std::exp(-std::pow((phase - 0.75) / 0.05, 2));
        const double slow = 0.1 * std::sin(2 * std::numbers::pi * 0.2 * t);
        const double one = 0.8 * qrs + tWave + slow, two = 1.1 * qrs + 1.2 * tWave - slow;
        record[ecg::Lead::I][i] = float(one);
        record[ecg::Lead::II][i] = float(two);
        record[ecg::Lead::III][i] = float(two - one);
        record[ecg::Lead::aVR][i] = float(-(one + two) / 2);
        record[ecg::Lead::aVL][i] = float(one - two / 2);
        record[ecg::Lead::aVF][i] = float(two - one / 2);
        for (std::size_t v = 6; v < ecg::leadCount; ++v)
            record.leads[v][i] = float((double(v) - 7.5) * 0.4 * qrs + tWave);
    }
    return record;
}

} // namespace echo2ecg::test
