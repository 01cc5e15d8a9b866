// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/export_wfdb.h"

#include "base/number_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>

namespace echo2ecg::ecg {

namespace {

constexpr std::int32_t largest = 32767;
constexpr std::int32_t invalidSample = -32768; // format 16

bool fits(const std::vector<float>& values, double gain)
{
    return std::all_of(values.begin(), values.end(), [gain](float v) {
        if (!std::isfinite(v))
            return true;
        const double steps = std::round(double(v) * gain);
        // Read back as a float it must be the same float.
        return std::abs(steps) <= largest && float(steps / gain) == v;
    });
}

std::ofstream opened(const std::filesystem::path& file)
{
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    if (!stream)
        throw base::Error(base::ErrorCode::Io, "The file can't be written.", {file, {}});
    return stream;
}

} // namespace

WfdbGain wfdbGainFor(const std::vector<float>& values)
{
    float peak = 0;
    std::vector<float> sorted;
    sorted.reserve(values.size());
    for (const float v : values)
        if (std::isfinite(v)) {
            sorted.push_back(v);
            peak = std::max(peak, std::abs(v));
        }
    if (peak == 0)
        return {};
    // Round gains first, they read best; then the step that the values themselves show.
    for (const double gain : {200.0, 400.0, 1000.0, 2000.0, 1000 / 4.88, 1000 / 2.5, 1000 / 1.25, 5000.0, 10000.0})
        if (fits(values, gain))
            return {gain, true};
    std::sort(sorted.begin(), sorted.end());
    double step = std::numeric_limits<double>::max();
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (const double gap = double(sorted[i]) - double(sorted[i - 1]); gap > 1e-6)
            step = std::min(step, gap);
    if (step < double(peak) && step > double(peak) / largest) {
        // The largest value holds the step most exactly.
        const double exact = double(peak) / std::round(double(peak) / step);
        for (const double candidate : {std::round(1e8 / exact) / 1e8, 1 / exact, 1 / (std::round(exact * 1e9) / 1e9)})
            if (fits(values, candidate))
                return {candidate, true};
    }
    // A whole number of steps per mV, except for values so large that none would be left.
    const double gain = 32000 / double(peak);
    return {std::min(1e5, gain >= 1 ? std::floor(gain) : gain), false};
}

void exportWfdb(const EcgRecord& record, const std::filesystem::path& out)
{
    std::filesystem::path header = out, data = out;
    header.replace_extension(".hea");
    data.replace_extension(".dat");
    const std::size_t n = record.samples();
    std::string lines, quantised;
    std::vector<std::vector<std::int32_t>> columns;
    for (const Lead lead : allLeads) {
        const auto& values = record[lead];
        if (values.empty())
            continue;
        const WfdbGain gain = wfdbGainFor(values);
        std::vector<std::int32_t> column(n, invalidSample);
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < std::min(n, values.size()); ++i)
            if (std::isfinite(values[i]))
                column[i] = std::int32_t(
                    std::clamp(std::round(double(values[i]) * gain.gain), -double(largest), double(largest)));
        for (const std::int32_t value : column)
            sum += std::uint32_t(value);
        lines += data.filename().string() + " 16 " + base::shortest(gain.gain) + "(0)/mV 16 0 " +
                 std::to_string(column.empty() ? 0 : column.front()) + " " +
                 std::to_string(static_cast<std::int16_t>(sum & 0xFFFF)) + " 0 " + std::string(name(lead)) + "\n";
        if (!gain.exact)
            quantised += (quantised.empty() ? "" : " ") + std::string(name(lead));
        columns.push_back(std::move(column));
    }
    std::string when;
    int year = 0, month = 0, day = 0;
    if (!record.time.empty()) {
        when = " " + record.time;
        if (std::sscanf(record.date.c_str(), "%4d-%2d-%2d", &year, &month, &day) == 3)
            when += " " + record.date.substr(8, 2) + "/" + record.date.substr(5, 2) + "/" + record.date.substr(0, 4);
    }
    auto headerStream = opened(header);
    headerStream << header.stem().string() << ' ' << columns.size() << ' ' << base::shortest(record.samplingHz) << ' ' << n
                 << when << '\n'
                 << lines;
    if (record.patient.ageYears)
        headerStream << "# Age: " << *record.patient.ageYears << '\n';
    if (!record.patient.sex.empty())
        headerStream << "# Sex: "
                     << (record.patient.sex == "F"   ? "Female"
                         : record.patient.sex == "M" ? "Male"
                                                     : "Other")
                     << '\n';
    if (!quantised.empty())
        headerStream << "# Rounded to the step of the gain: " << quantised << '\n';
    headerStream << "# Echo2ECG Workstation, research use only\n";
    auto dataStream = opened(data);
    std::string bytes;
    bytes.reserve(n * columns.size() * 2);
    for (std::size_t i = 0; i < n; ++i)
        for (const auto& column : columns) {
            bytes += char(column[i] & 0xFF);
            bytes += char((column[i] >> 8) & 0xFF);
        }
    dataStream.write(bytes.data(), std::streamsize(bytes.size()));
    if (!headerStream.flush() || !dataStream.flush())
        throw base::Error(base::ErrorCode::Io, "The file can't be written to its end.", {out, {}});
}

} // namespace echo2ecg::ecg
