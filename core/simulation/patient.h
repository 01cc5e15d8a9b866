// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/lv_shape.h"

#include <cstdint>
#include <string>

namespace echo2ecg::simulation {

enum class Rhythm { Sinus, AtrialFibrillation };
enum class Conduction { Normal, Lbbb, Rbbb, Paced };
enum class Disease { None, Hypertensive, Ischaemic, Dilated, AorticStenosis, MitralRegurgitation, AorticRegurgitation };
enum class Grade { None, Mild, Moderate, Severe };
const char* name(Rhythm rhythm) noexcept;         // "sinus", "AF"
const char* name(Conduction conduction) noexcept; // "normal", "LBBB", "RBBB", "paced"
const char* name(Disease disease) noexcept;       // "none", "ischaemic" …
const char* name(Grade grade) noexcept;           // "none", "mild" …

// What is true of one virtual patient, in clinical units. Everything else (ECG, clips, report) follows from this and from what is drawn for its own
// purpose. Nothing here is about a real person.
struct VirtualPatient
{
    std::uint64_t seed = 0;
    int number = 1; // counted from 1

    double age = 60; // years
    bool isFemale = false;
    double heightCm = 170, weightKg = 75;
    double heartRate = 70; // per minute, mean

    Disease disease = Disease::None; // what leads
    double lvedv = 110, lvef = 62;   // mL, %
    double lvMass = 122;             // g
    double sphericity = 0.55, eccentricity = 0;
    double septalExcess = 0;         // septum thicker than the mean wall by this part
    double laVolume = 50;            // mL, largest
    Rhythm rhythm = Rhythm::Sinus;
    Conduction conduction = Conduction::Normal;

    Wall territory = Wall::Anterior; // where a coronary disease is
    double akinesis = 0;             // 0 none … 1 the territory doesn't move
    double scar = 0;                 // 0 … 1 how much of its wall is scar

    Grade aorticStenosis = Grade::None, aorticRegurgitation = Grade::None, mitralRegurgitation = Grade::None;
    double aorticPeakVelocity = 1.2; // m/s
    double rvScale = 1;              // size of the right heart, 1: normal
    double eOverA = 1.1;             // mitral inflow

    // Follows.
    double bsa() const;  // m², Mosteller (N Engl J Med 1987;317:1098)
    double bmi() const;  // kg/m²
    double lvesv() const { return lvedv * (1 - lvef / 100); }
    double lvsv() const { return lvedv - lvesv(); }
    double septum() const, posteriorWall() const; // end-diastolic thickness in cm, from mass and discs
    double lvidd() const, lvids() const;          // cm, inner diameters below the leaflet tips in the parasternal long axis
    double massIndex() const { return lvMass / bsa(); }
    // After the composite of EchoNext (Poterucha et al., Nature 2025): LVEF at most 45 %, a wall of at least 1.3 cm, or a moderate or severe aortic
    // stenosis, aortic regurgitation or mitral regurgitation. Right heart, pericardium and pulmonary pressure aren't simulated.
    bool hasStructuralHeartDisease() const;
    std::string id() const;   // "SIM0007-0001": of seed and number
    std::string dicomName() const; // "SIMULATED^Patient0001"
};

inline constexpr int mostPatients = 99'999; // of one seed

// Draws one patient of a cardiology population; sources of all numbers are in docs/simulation.md. The same for every number of patients.
VirtualPatient drawPatient(std::uint64_t seed, int number);

// What is normal for somebody of this sex and size (ASE/EACVI 2015): mean end-diastolic volume in mL and mass in g.
double normalEdv(bool isFemale, double bsa);
double normalMass(bool isFemale, double bsa);

} // namespace echo2ecg::simulation
