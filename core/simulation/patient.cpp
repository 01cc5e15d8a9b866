// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/patient.h"

#include "simulation/heart_geometry.h"
#include "simulation/random.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace echo2ecg::simulation {

namespace {

// Sizes of grown-ups (NCD-RisC, eLife 2016;5:e13410: some 177 and 164 cm in Western Europe), a centimetre per decade lost after 50; BMI of a cardiac clinic.
void drawBody(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "body");
    p.age = std::round(random.normal(63, 15, 20, 89));
    p.isFemale = random.chance(0.47);
    const double shrunk = 0.1 * std::max(0.0, p.age - 50);
    p.heightCm = random.normal(p.isFemale ? 164 : 177, p.isFemale ? 6.3 : 7.0, 140, 203) - shrunk;
    const double bmi = std::clamp(26.8 * random.factor(0.165), 17.0, 48.0);
    p.weightKg = bmi * p.heightCm * p.heightCm / 1e4;
}

// Shares of an echo laboratory. Reduced EF in about a fifth is what EchoNet-Dynamic (Ouyang, Nature 2020;580:252) and EchoNext report; valve disease rises
// with age (Nkomo, Lancet 2006;368:1005; Osnabrugge, J Am Coll Cardiol 2013;62:1002).
void drawDisease(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "disease");
    const double old = std::clamp((p.age - 40) / 40, 0.0, 1.2);
    const double ischaemic = 0.07 + (p.isFemale ? 0.13 : 0.22) * old, dilated = p.isFemale ? 0.10 : 0.15, hypertensive = 0.08 + 0.16 * old,
                 stenosis = 0.01 + 0.09 * old * old, mitral = 0.03 + 0.03 * old, aortic = 0.02;
    double draw = random.uniform();
    const auto takes = [&](double share) {
        draw -= share;
        return draw < 0;
    };
    p.disease = takes(ischaemic)      ? Disease::Ischaemic
                : takes(dilated)      ? Disease::Dilated
                : takes(hypertensive) ? Disease::Hypertensive
                : takes(stenosis)     ? Disease::AorticStenosis
                : takes(mitral)       ? Disease::MitralRegurgitation
                : takes(aortic)       ? Disease::AorticRegurgitation
                                      : Disease::None;
}

// EF: normal 62 ± 5 and 64 ± 5 % (Lang 2015); lower by disease.
void drawFunction(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "function");
    const double normal = random.normal(p.isFemale ? 64 : 62, 5, 52, 76), loss = random.normal();
    p.lvef = normal;
    switch (p.disease) {
    case Disease::Ischaemic: {
        const double where = random.uniform();
        p.territory = where < 0.48 ? Wall::Anterior : where < 0.83 ? Wall::Inferior : Wall::Lateral;
        p.akinesis = std::clamp(random.normal(0.60, 0.28), 0.1, 1.0);
        // Stunned and hibernating walls don't move either: scar follows the loss of motion in part only.
        p.scar = std::clamp(p.akinesis * random.normal(0.75, 0.30), 0.0, 1.0);
        p.lvef = normal - (p.territory == Wall::Anterior ? 38 : 25) * p.akinesis + 6 * loss;
        break;
    }
    case Disease::Dilated: p.lvef = 33 + 9 * loss; break;
    case Disease::AorticStenosis: p.lvef = normal - 4 + (loss < -1 ? 12 * (loss + 1) : 2 * loss); break;
    case Disease::MitralRegurgitation: p.lvef = normal - 2 + (loss < -0.8 ? 10 * (loss + 0.8) : 2 * loss); break;
    case Disease::AorticRegurgitation: p.lvef = normal - 5 + 6 * loss; break;
    case Disease::Hypertensive: p.lvef = normal - 1 + (loss < -1 ? 11 * (loss + 1) : loss); break;
    case Disease::None: break;
    }
    p.lvef = std::clamp(p.lvef, 13.0, 77.0);
}

Grade gradeFor(double score)
{
    return score < 0.33 ? Grade::Mild : score < 0.7 ? Grade::Moderate : Grade::Severe;
}

// Aortic stenosis by its peak velocity: mild 2.0–2.9, moderate 3.0–3.9, severe ≥ 4.0 m/s (Baumgartner, J Am Soc Echocardiogr 2017;30:372).
void drawValves(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "valves");
    const double severity = random.uniform(), secondary = random.uniform(), velocity = random.normal();
    p.aorticPeakVelocity = std::clamp(1.25 + 0.18 * velocity, 0.8, 1.9);
    if (p.disease == Disease::AorticStenosis) {
        p.aorticStenosis = gradeFor(severity);
        const double low = p.aorticStenosis == Grade::Mild ? 2.0 : p.aorticStenosis == Grade::Moderate ? 3.0 : 4.0;
        p.aorticPeakVelocity = low + (p.aorticStenosis == Grade::Severe ? 1.2 : 0.9) * secondary;
    } else if (p.age > 70 && secondary < 0.06) {
        p.aorticStenosis = Grade::Mild;
        p.aorticPeakVelocity = 2.0 + 0.8 * severity;
    }
    if (p.disease == Disease::AorticRegurgitation)
        p.aorticRegurgitation = gradeFor(severity);
    if (p.disease == Disease::MitralRegurgitation)
        p.mitralRegurgitation = gradeFor(severity);
    else if (p.lvef < 40) // functional
        p.mitralRegurgitation = severity < 0.35 ? Grade::None : severity < 0.72 ? Grade::Mild : severity < 0.93 ? Grade::Moderate : Grade::Severe;
    else if (severity < 0.2)
        p.mitralRegurgitation = Grade::Mild;
}

// Volumes, mass and shape. Relative to what is normal for sex and BSA: dilation with low EF and with regurgitation (eccentric), hypertrophy with pressure
// (concentric); spread after Lang 2015 and WASE (Asch, J Am Soc Echocardiogr 2019;32:1396).
void drawStructure(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "structure");
    const double spread = p.isFemale ? 0.17 : 0.18;
    const double weak = std::max(0.0, 55 - p.lvef) / 30; // 0 … 1.4
    double dilation = 1 + (p.disease == Disease::Dilated ? 0.72 : 0.55) * weak;
    if (p.disease == Disease::MitralRegurgitation || p.disease == Disease::AorticRegurgitation) {
        const Grade grade = std::max(p.mitralRegurgitation, p.aorticRegurgitation);
        dilation *= 1 + 0.14 * int(grade);
    }
    const double size = std::clamp(random.normal(), -2.4, 2.6);
    p.lvedv = normalEdv(p.isFemale, p.bsa()) * dilation * std::exp(spread * size);
    p.lvedv = std::clamp(p.lvedv, 38.0, 420.0);

    double hypertrophy = 1 + 0.42 * (dilation - 1);
    if (p.disease == Disease::Hypertensive)
        hypertrophy *= std::clamp(random.normal(1.32, 0.18), 1.0, 2.0);
    if (p.disease == Disease::AorticStenosis)
        hypertrophy *= 1.06 + 0.14 * int(p.aorticStenosis) + 0.08 * random.normal();
    p.lvMass = normalMass(p.isFemale, p.bsa()) * hypertrophy * std::exp(0.10 * size + 0.13 * std::clamp(random.normal(), -2.4, 2.4));
    p.lvMass = std::clamp(p.lvMass, 50.0, 420.0);

    p.sphericity = std::clamp(0.53 + 0.10 * weak + random.normal(0, 0.03), 0.45, 0.74);
    p.eccentricity = std::clamp(random.normal(0, 0.025), -0.06, 0.06);
    p.septalExcess = std::clamp(random.normal(p.disease == Disease::Hypertensive ? 0.08 : 0.03, 0.05), -0.08, 0.25);
    p.rvScale = std::clamp(random.normal(1 + 0.12 * weak, 0.10), 0.75, 1.6);
}

// AF rises with age (Go, JAMA 2001;285:2370) and with heart failure (Maisel, Am J Cardiol 2003;91:2D). LBBB: rare with a normal ventricle, in a quarter of
// those with heart failure (Baldasseroni, Am Heart J 2002;143:398); bundle branch block rises with age (Eriksson, Circulation 1998;98:2494).
void drawRhythm(VirtualPatient& p)
{
    Random random(p.seed, std::uint64_t(p.number), "rhythm");
    const double old = std::clamp((p.age - 45) / 40, 0.0, 1.1);
    const double weak = std::clamp((52 - p.lvef) / 22, 0.0, 1.0);
    const double fibrillation = 0.01 + 0.13 * old * old + 0.12 * weak + 0.05 * int(p.mitralRegurgitation) / 3.0;
    p.rhythm = random.chance(fibrillation) ? Rhythm::AtrialFibrillation : Rhythm::Sinus;
    double draw = random.uniform();
    const auto takes = [&](double share) {
        draw -= share;
        return draw < 0;
    };
    const double lbbb = 0.008 + 0.017 * old + (p.disease == Disease::Dilated ? 0.30 : 0.17) * weak;
    const double rbbb = 0.012 + 0.055 * old + 0.01 * weak, paced = 0.004 + 0.022 * old + 0.05 * weak;
    p.conduction = takes(lbbb) ? Conduction::Lbbb : takes(rbbb) ? Conduction::Rbbb : takes(paced) ? Conduction::Paced : Conduction::Normal;

    // A little faster with a weak ventricle.
    const double rate = random.normal();
    p.heartRate = p.rhythm == Rhythm::AtrialFibrillation ? 84 + 8 * weak + 14 * rate : p.conduction == Conduction::Paced ? 66 + 6 * rate : 67 + 9 * weak + 10.5 * rate;
    p.heartRate = std::round(std::clamp(p.heartRate, 44.0, 135.0));

    // Indexed LA volume: 25 ± 5 mL/m², upper limit 34 (Lang 2015).
    double la = 25 + 5 * random.normal() + 4 * old + 11 * weak + 5.0 * int(p.mitralRegurgitation) + (p.rhythm == Rhythm::AtrialFibrillation ? 11 : 0) +
                (p.disease == Disease::Hypertensive ? 5 : 0);
    p.laVolume = std::clamp(la, 13.0, 95.0) * p.bsa();
    p.eOverA = std::clamp(1.45 - 0.75 * old + 0.9 * weak * weak + random.normal(0, 0.15), 0.5, 2.8);
}

} // namespace

const char* name(Rhythm rhythm) noexcept
{
    return rhythm == Rhythm::AtrialFibrillation ? "AF" : "sinus";
}

const char* name(Conduction conduction) noexcept
{
    switch (conduction) {
    case Conduction::Lbbb: return "LBBB";
    case Conduction::Rbbb: return "RBBB";
    case Conduction::Paced: return "paced";
    case Conduction::Normal: break;
    }
    return "normal";
}

const char* name(Disease disease) noexcept
{
    switch (disease) {
    case Disease::Hypertensive: return "hypertensive";
    case Disease::Ischaemic: return "ischaemic";
    case Disease::Dilated: return "dilated cardiomyopathy";
    case Disease::AorticStenosis: return "aortic stenosis";
    case Disease::MitralRegurgitation: return "mitral regurgitation";
    case Disease::AorticRegurgitation: return "aortic regurgitation";
    case Disease::None: break;
    }
    return "none";
}

const char* name(Grade grade) noexcept
{
    switch (grade) {
    case Grade::Mild: return "mild";
    case Grade::Moderate: return "moderate";
    case Grade::Severe: return "severe";
    case Grade::None: break;
    }
    return "none";
}

double VirtualPatient::bsa() const
{
    return std::sqrt(heightCm * weightKg / 3600);
}

double VirtualPatient::bmi() const
{
    return weightKg / (heightCm * heightCm / 1e4);
}

double VirtualPatient::septum() const
{
    return HeartGeometry(*this).wallAtRest() * (1 + septalExcess);
}

double VirtualPatient::posteriorWall() const
{
    return HeartGeometry(*this).wallAtRest();
}

double VirtualPatient::lvidd() const
{
    return HeartGeometry(*this).parasternalDiameter(0);
}

double VirtualPatient::lvids() const
{
    return HeartGeometry(*this).parasternalDiameter(1);
}

bool VirtualPatient::hasStructuralHeartDisease() const
{
    const Grade valve = std::max({aorticStenosis, aorticRegurgitation, mitralRegurgitation});
    return lvef <= 45 || std::max(septum(), posteriorWall()) >= 1.3 || valve >= Grade::Moderate;
}

std::string VirtualPatient::id() const
{
    char text[48];
    std::snprintf(text, sizeof text, "SIM%04llu-%04d", static_cast<unsigned long long>(seed), number);
    return text;
}

std::string VirtualPatient::dicomName() const
{
    char text[48];
    std::snprintf(text, sizeof text, "SIMULATED^Patient%04d", number);
    return text;
}

// Biplane volumes: 54 ± 10 and 45 ± 8 mL/m² (Lang 2015, table 2).
double normalEdv(bool isFemale, double bsa)
{
    return (isFemale ? 45 : 54) * bsa;
}

// The muscle around a ventricle whose volume is that of echo: between the linear method, 49–115 and 43–95 g/m² (Lang 2015, table 6), and magnetic resonance,
// some 52 and 42 g/m² (Petersen, J Cardiovasc Magn Reson 2017;19:18); walls are then as thick as echo says they are.
double normalMass(bool isFemale, double bsa)
{
    return (isFemale ? 53 : 64) * bsa;
}

VirtualPatient drawPatient(std::uint64_t seed, int number)
{
    VirtualPatient patient;
    patient.seed = seed;
    patient.number = number;
    drawBody(patient);
    drawDisease(patient);
    drawFunction(patient);
    drawValves(patient);
    drawStructure(patient);
    drawRhythm(patient);
    // The truth has the digits that a report has.
    const auto rounded = [](double value, double step) { return std::round(value / step) * step; };
    patient.heightCm = rounded(patient.heightCm, 1);
    patient.weightKg = rounded(patient.weightKg, 1);
    patient.lvedv = rounded(patient.lvedv, 0.1);
    patient.lvef = rounded(patient.lvef, 0.1);
    patient.lvMass = rounded(patient.lvMass, 1);
    patient.laVolume = rounded(patient.laVolume, 1);
    patient.aorticPeakVelocity = rounded(patient.aorticPeakVelocity, 0.05);
    return patient;
}

} // namespace echo2ecg::simulation
