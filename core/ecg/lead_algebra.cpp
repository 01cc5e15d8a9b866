// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/lead_algebra.h"

namespace echo2ecg::ecg {

double limbLead(Lead lead, double leadI, double leadII) noexcept
{
    switch (lead) {
    case Lead::III:
        return leadII - leadI;
    case Lead::aVR:
        return -(leadI + leadII) / 2;
    case Lead::aVL:
        return leadI - leadII / 2;
    case Lead::aVF:
        return leadII - leadI / 2;
    default:
        return 0;
    }
}

std::vector<Lead> deriveLimbLeads(EcgRecord& record)
{
    std::vector<Lead> derived;
    if (!record.has(Lead::I) || !record.has(Lead::II) || record[Lead::I].size() != record[Lead::II].size())
        return derived;
    for (const Lead lead : {Lead::III, Lead::aVR, Lead::aVL, Lead::aVF}) {
        if (record.has(lead))
            continue;
        const auto& one = record[Lead::I];
        const auto& two = record[Lead::II];
        std::vector<float> values(one.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = float(limbLead(lead, double(one[i]), double(two[i])));
        record[lead] = std::move(values);
        derived.push_back(lead);
    }
    if (!derived.empty()) {
        std::string list;
        for (const Lead lead : derived)
            list += (list.empty() ? "" : ", ") + std::string(name(lead));
        record.warnings.push_back({"lead-derived", "Not in the file, calculated from I and II: " + list + ".", list});
    }
    return derived;
}

} // namespace echo2ecg::ecg
