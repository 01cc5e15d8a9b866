// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"
#include "ecg/quality_gate.h"

#include <array>
#include <string>

// The parts of the quality gate. Each looks at one aspect and adds what it finds; quality_gate.h is the door.
namespace echo2ecg::ecg::gate {

// Facts about one lead. Ranges leave out the outermost 0.5 % on each side, so that a single pop decides nothing; noise
// is taken where the lead is quietest (a fifth of all windows of 0.2 s), so that the heart doesn't count as noise.
struct LeadFacts
{
    std::size_t valid = 0, invalid = 0;
    double range = 0; // mV
    double lowest = 0, highest = 0;
    double longestAtLimit = 0;       // s in a row at the lowest or highest value
    std::size_t plateaus = 0;        // steep ways into such a stretch: clipped beats
    double mains50 = 0, mains60 = 0; // amplitude, mV
    double muscle = 0;               // mV rms above some 25 Hz, mains left out
    double wander = 0;               // mV between the lowest and the highest second
    double shareOfMains = 0;         // of the quick signal's energy over the whole lead

    bool flat() const { return lowest == highest; }
};
LeadFacts factsOf(const std::vector<float>& lead, double samplingHz);

// What all parts look at.
struct Material
{
    const EcgRecord& record;
    const EcgRecipe& recipe;
    std::array<LeadFacts, leadCount> facts{};
    Measurements measured; // of the first minute

    const LeadFacts& operator[](Lead lead) const { return facts[index(lead)]; }
    // The lead is there, not flat, and mostly valid.
    bool usable(Lead lead) const;
};

class Findings
{
public:
    void add(const char* code, Severity severity, std::string sentence, std::optional<Lead> lead = std::nullopt)
    {
        m_all.push_back({code, std::move(sentence), severity, lead});
    }
    bool has(std::string_view code) const;
    std::vector<Finding> sorted() &&; // the worst first

private:
    std::vector<Finding> m_all;
};

void checkSignals(const Material& material, Findings& findings); // missing, invalid, flat, clipped, noisy, units
void checkLimbLeads(const Material& material,
                    Findings& findings); // lead algebra, exchanged channels, swapped electrodes
void checkChestLeads(const Material& material, Findings& findings);
void checkCopies(const Material& material, Findings& findings);
void checkRhythm(const Material& material, Findings& findings);     // no QRS, paced, wrong rate
void checkRecipe(const Material& material, Findings& findings);     // length, rate, window
void checkStatements(const Material& material, Findings& findings); // patient, what the reader assumed, filters

// How long the way from V1 to V6 is in terms of unlike neighbours, as it is and with the best pair exchanged.
struct ChestOrder
{
    double asIs = 0, best = 0;
    Lead first = Lead::V1, second = Lead::V1;
};
ChestOrder chestOrderOf(const Measurements& measured); // needs a beat with a QRS and all six leads

// "0.25", "II".
std::string fixed(double value, int decimals);
std::string nameOf(Lead lead);

} // namespace echo2ecg::ecg::gate
