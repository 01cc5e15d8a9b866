// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/quality_gate.h"

#include "ecg/gate/findings.h"

#include <algorithm>
#include <cstdio>

namespace echo2ecg::ecg {

namespace gate {

namespace {

constexpr double measuredSeconds = 12; // of a long recording; the encoder sees seconds

EcgRecord beginningOf(const EcgRecord& record)
{
    EcgRecord part;
    part.samplingHz = record.samplingHz;
    const auto most = std::size_t(measuredSeconds * record.samplingHz);
    for (std::size_t lead = 0; lead < leadCount; ++lead)
        part.leads[lead].assign(record.leads[lead].begin(),
                                record.leads[lead].begin() + std::ptrdiff_t(std::min(most, record.leads[lead].size())));
    return part;
}

} // namespace

std::string fixed(double value, int decimals)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string nameOf(Lead lead)
{
    return std::string(name(lead));
}

bool Material::usable(Lead lead) const
{
    const LeadFacts& f = (*this)[lead];
    return record.has(lead) && !f.flat() && f.valid > f.invalid;
}

bool Findings::has(std::string_view code) const
{
    return std::any_of(m_all.begin(), m_all.end(), [code](const Finding& f) { return f.code == code; });
}

std::vector<Finding> Findings::sorted() &&
{
    std::stable_sort(m_all.begin(), m_all.end(),
                     [](const Finding& a, const Finding& b) { return int(a.severity) > int(b.severity); });
    return std::move(m_all);
}

} // namespace gate

std::vector<Finding> checkQuality(const EcgRecord& record, const EcgRecipe& recipe)
{
    gate::Material material{record, recipe, {}, {}};
    for (const Lead lead : allLeads)
        material.facts[index(lead)] = gate::factsOf(record[lead], record.samplingHz);
    const bool longer = record.seconds() > gate::measuredSeconds;
    const EcgRecord beginning = longer ? gate::beginningOf(record) : EcgRecord{};
    const EcgRecord& looked = longer ? beginning : record;
    material.measured = measure(looked);

    gate::Findings findings;
    gate::checkSignals(material, findings);
    gate::checkRecipe(material, findings);
    gate::checkLimbLeads(material, findings);
    gate::checkChestLeads(material, findings);
    gate::checkCopies(material, findings);
    gate::checkRhythm(material, findings);
    gate::checkStatements(material, findings);
    return std::move(findings).sorted();
}

bool isBlocked(const std::vector<Finding>& findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& f) { return f.severity == Severity::Block; });
}

} // namespace echo2ecg::ecg
