// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <cmath>

namespace echo2ecg::test {

// Ten seconds of nothing in twelve leads.
inline ecg::EcgRecord flatRecord(double rate = 1000, double seconds = 10)
{
    ecg::EcgRecord record;
    record.samplingHz = rate;
    record.format = "synthetic";
    for (auto& lead : record.leads)
        lead.assign(std::size_t(rate * seconds), 0.0f);
    return record;
}

// Sets [from, to) seconds of a lead to a value in mV.
inline void setLevel(ecg::EcgRecord& record, ecg::Lead lead, double from, double to, float millivolts)
{
    std::vector<float>& samples = record[lead];
    for (std::size_t i = std::size_t(std::lround(from * record.samplingHz));
         i < samples.size() && double(i) / record.samplingHz < to; ++i)
        samples[i] = millivolts;
}

} // namespace echo2ecg::test
