// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/snomed_ecg.h"

#include <array>
#include <utility>

namespace echo2ecg::ecg {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 33> terms{{
    {"426783006", "sinus rhythm"},
    {"426177001", "sinus bradycardia"},
    {"427084000", "sinus tachycardia"},
    {"427393009", "sinus arrhythmia"},
    {"164889003", "atrial fibrillation"},
    {"164890007", "atrial flutter"},
    {"270492004", "first-degree AV block"},
    {"164909002", "left bundle branch block"},
    {"733534002", "complete left bundle branch block"},
    {"59118001", "right bundle branch block"},
    {"713427006", "complete right bundle branch block"},
    {"713426002", "incomplete right bundle branch block"},
    {"6374002", "bundle branch block"},
    {"445118002", "left anterior fascicular block"},
    {"698252002", "nonspecific intraventricular conduction disorder"},
    {"39732003", "left axis deviation"},
    {"47665007", "right axis deviation"},
    {"251146004", "low QRS voltages"},
    {"164873001", "left ventricular hypertrophy"},
    {"67741000119109", "left atrial enlargement"},
    {"10370003", "pacing rhythm"},
    {"365413008", "poor R wave progression"},
    {"284470004", "premature atrial contraction"},
    {"63593006", "supraventricular premature beats"},
    {"427172004", "premature ventricular contractions"},
    {"17338001", "ventricular premature beats"},
    {"164947007", "prolonged PR interval"},
    {"111975006", "prolonged QT interval"},
    {"164917005", "abnormal Q wave"},
    {"164934002", "abnormal T wave"},
    {"59931005", "T wave inversion"},
    {"55930002", "ST-T change"},
    {"426627000", "bradycardia"},
}};

} // namespace

std::string_view snomedEcgTerm(std::string_view code) noexcept
{
    for (const auto& [number, term] : terms)
        if (number == code)
            return term;
    return {};
}

} // namespace echo2ecg::ecg
