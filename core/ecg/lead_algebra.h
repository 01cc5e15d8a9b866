// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

namespace echo2ecg::ecg {

// Calculates those of III, aVR, aVL and aVF that are absent from I and II (Einthoven, Goldberger), where both are
// there. Adds one warning "lead-derived" that names them. Returns what was derived.
std::vector<Lead> deriveLimbLeads(EcgRecord& record);

// Value of a limb lead that follows from I and II; `lead` is III, aVR, aVL or aVF.
double limbLead(Lead lead, double leadI, double leadII) noexcept;

} // namespace echo2ecg::ecg
