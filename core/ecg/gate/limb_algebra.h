// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <array>
#include <optional>
#include <vector>

// The six limb leads are projections of one vector in the plane (Einthoven, Goldberger), so any two say what the other
// four must be. With more than two, the one that contradicts the others can be named.
namespace echo2ecg::ecg::gate {

constexpr std::size_t limbLeads = 6; // I, II, III, aVR, aVL, aVF

class LimbAlgebra
{
public:
    // Covariances of the leads given, over the samples where all are there; offsets don't matter.
    LimbAlgebra(const EcgRecord& record, const std::vector<Lead>& leads);

    std::size_t samples() const { return m_samples; }
    // What of the leads no vector explains: the rest over the signal, both rms over all of them; and the rest in mV.
    struct Rest
    {
        double relative = 0, millivolts = 0;
    };
    // channels[i] is taken for the lead takenFor[i].
    Rest rest(const std::vector<Lead>& channels, const std::vector<Lead>& takenFor) const;
    // A channel against what the others say it should be: factor and correlation.
    struct Fit
    {
        double factor = 0, correlation = 0, restMv = 0;
    };
    Fit fit(Lead channel, const std::vector<Lead>& others) const;

private:
    std::array<std::array<double, limbLeads>, limbLeads> m_covariance{};
    std::size_t m_samples = 0;
};

} // namespace echo2ecg::ecg::gate
