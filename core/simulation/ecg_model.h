// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "simulation/patient.h"

#include <string>
#include <vector>

namespace echo2ecg::simulation {

// All that the heart's electricity depends on. The generator gets this and not the patient: what an ECG can't see (valves beyond the mass they made, motion of
// walls beyond their scar, image settings) has no way in.
struct EcgCauses
{
    std::uint64_t seed = 0;
    int number = 1;
    double age = 60, bmi = 26, bsa = 1.9, heartRate = 70;
    bool isFemale = false;
    Rhythm rhythm = Rhythm::Sinus;
    Conduction conduction = Conduction::Normal;
    double lvedv = 110, lvef = 62, lvMass = 122;
    double laIndex = 26; // mL/m²
    Wall scarWall = Wall::Anterior;
    double scar = 0;
};
EcgCauses ecgCausesOf(const VirtualPatient& patient);

enum class LeadFault { None, ArmsSwapped, ChestSwapped, LeadOff };
const char* name(LeadFault fault) noexcept; // "none", "arms swapped" …

// One wave of the heart's dipole: a Gaussian in time with a direction in mV (x to the left, y to the feet, z to the back). Time in seconds from the R wave;
// those of the QRS don't depend on the rate, those of the T wave do.
struct Wave
{
    double at = 0, width = 0, x = 0, y = 0, z = 0;
};

// The dipole of one person: sums of Gaussians per beat (McSharry, IEEE Trans Biomed Eng 2003;50:289; as a vector: Sameni, EURASIP J Adv Signal Process
// 2007:043407; abnormal beats: Clifford, Physiol Meas 2010;31:595).
class HeartDipole
{
public:
    explicit HeartDipole(const EcgCauses& causes);
    // Waves of a beat that follows `rrBefore` seconds after the one before.
    std::vector<Wave> beat(double rrBefore, bool isPremature = false) const;
    // R waves that the signal of `seconds` needs, from before its beginning to its end; `premature` tells which of them come from the ventricle.
    std::vector<double> rWaves(double seconds, std::vector<bool>* premature = nullptr) const;
    // The frontal lead II alone in mV at R waves given, without noise: for the trace in a clip.
    std::vector<float> leadTwo(const std::vector<double>& rWaves, const std::vector<double>& times) const;
    double fibrillation() const { return m_fibrillation; } // amplitude of f waves, mV
    double pacing() const { return m_spike; }              // of the spike, mV; 0: not paced

private:
    std::vector<Wave> ventricle(double rr) const;

    EcgCauses m_causes;
    double m_qrs, m_pr, m_qtc, m_gain, m_fibrillation = 0, m_spike = 0, m_variability, m_prematureChance;
    std::vector<Wave> m_qrsWaves, m_pWaves;
    Wave m_t, m_st;
};

// 12 leads, 10 s, 500 Hz. The eight independent leads are the dipole through the matrix of Dower (Clin Cardiol 1980;3:87), the others follow by Einthoven's and
// Goldberger's rules; noise and faults are those of electrodes. Samples are multiples of 2.5 µV.
struct SimulatedEcg
{
    ecg::EcgRecord record;
    LeadFault fault = LeadFault::None;
    std::vector<double> rWaves; // s, within the recording
};
struct EcgOptions
{
    bool noise = true, faults = true;
};
SimulatedEcg simulateEcg(const EcgCauses& causes, const EcgOptions& options = {});

inline constexpr double ecgRate = 500, ecgSeconds = 10;
inline constexpr double ecgStep = 0.0025; // mV

} // namespace echo2ecg::simulation
