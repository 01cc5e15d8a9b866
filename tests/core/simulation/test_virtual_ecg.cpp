// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/measurements.h"
#include "ecg/quality_gate.h"
#include "simulation/ecg_model.h"

#include <QtTest>

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::simulation;
using ecg::Lead;

namespace {

constexpr std::uint64_t seed = 20;

std::string bytesOf(const SimulatedEcg& made)
{
    return made.record.signalHash();
}

double value(const ecg::Measurements& m, ecg::Quantity quantity)
{
    return m[quantity].value.value_or(NAN);
}

// Deflection of the median beat at its R peak + ms, from the level before the QRS.
double at(const ecg::Measurements& m, Lead lead, double ms)
{
    const auto& beat = (*m.beat)[lead];
    const double rate = m.beat->samplingHz;
    const auto index = [&](double t) { return std::size_t(std::clamp(std::lround(double(m.beatRPeak) + t * rate / 1000), 0l, long(beat.size()) - 1)); };
    return double(beat[index(ms)]) - double(beat[index(-70)]);
}

double extreme(const ecg::Measurements& m, Lead lead, double fromMs, double toMs, bool highest)
{
    double found = highest ? -1e9 : 1e9;
    for (double t = fromMs; t <= toMs; t += 2)
        found = highest ? std::max(found, at(m, lead, t)) : std::min(found, at(m, lead, t));
    return found;
}

// R² of the least-squares line in all features, intercept included.
double explained(const std::vector<std::vector<double>>& rows, const std::vector<double>& target)
{
    const std::size_t n = rows.size(), k = rows.front().size() + 1;
    std::vector<std::vector<double>> a(k, std::vector<double>(k + 1));
    double mean = 0;
    for (const double t : target)
        mean += t / double(n);
    const auto x = [&](std::size_t i, std::size_t j) { return j == 0 ? 1.0 : rows[i][j - 1]; };
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t p = 0; p < k; ++p) {
            for (std::size_t q = 0; q < k; ++q)
                a[p][q] += x(i, p) * x(i, q);
            a[p][k] += x(i, p) * target[i];
        }
    for (std::size_t p = 0; p < k; ++p) { // Gauss and Jordan
        std::size_t pivot = p;
        for (std::size_t q = p; q < k; ++q)
            if (std::abs(a[q][p]) > std::abs(a[pivot][p]))
                pivot = q;
        std::swap(a[p], a[pivot]);
        for (std::size_t q = 0; q < k; ++q)
            if (q != p) {
                const double f = a[q][p] / a[p][p];
                for (std::size_t c = p; c <= k; ++c)
                    a[q][c] -= f * a[p][c];
            }
    }
    double left = 0, all = 0;
    for (std::size_t i = 0; i < n; ++i) {
        double guess = 0;
        for (std::size_t p = 0; p < k; ++p)
            guess += a[p][k] / a[p][p] * x(i, p);
        left += (target[i] - guess) * (target[i] - guess);
        all += (target[i] - mean) * (target[i] - mean);
    }
    return 1 - left / all;
}

} // namespace

class TestVirtualEcg : public QObject
{
    Q_OBJECT

private slots:
    void isTwelveLeadsOfTenSeconds();
    void leadsObeyEinthoven();
    void sameSeedSameSignal();
    void blocksWidenTheQrs();
    void patternsAreThoseOfTheTextbook();
    void fibrillationIsIrregularWithoutP();
    void massRaisesTheVoltage();
    void invisibleThingsDontLeak();
    void ejectionFractionIsSeenInPart();
    void mostAreFitForTheModel();
};

void TestVirtualEcg::isTwelveLeadsOfTenSeconds()
{
    const SimulatedEcg made = simulateEcg(ecgCausesOf(drawPatient(seed, 1)));
    QCOMPARE(made.record.presentLeads(), std::size_t(12));
    QCOMPARE(made.record.samples(), std::size_t(5000));
    QCOMPARE(made.record.samplingHz, 500.0);
    for (const auto& lead : made.record.leads)
        for (const float v : lead)
            QVERIFY(std::abs(v) < 6);
}

void TestVirtualEcg::leadsObeyEinthoven()
{
    EcgOptions options;
    options.faults = false;
    for (int number = 1; number <= 20; ++number) {
        const ecg::EcgRecord r = simulateEcg(ecgCausesOf(drawPatient(seed, number)), options).record;
        for (std::size_t i = 0; i < r.samples(); ++i) {
            QVERIFY(std::abs(r[Lead::I][i] + r[Lead::III][i] - r[Lead::II][i]) < 1e-5f);
            QVERIFY(std::abs(r[Lead::aVR][i] + (r[Lead::I][i] + r[Lead::II][i]) / 2) < 1e-5f);
            QVERIFY(std::abs(r[Lead::aVL][i] - (r[Lead::I][i] - r[Lead::II][i] / 2)) < 1e-5f);
            QVERIFY(std::abs(r[Lead::aVF][i] - (r[Lead::II][i] - r[Lead::I][i] / 2)) < 1e-5f);
        }
    }
}

void TestVirtualEcg::sameSeedSameSignal()
{
    const EcgCauses causes = ecgCausesOf(drawPatient(seed, 4));
    QCOMPARE(bytesOf(simulateEcg(causes)), bytesOf(simulateEcg(causes)));
    QVERIFY(bytesOf(simulateEcg(causes)) != bytesOf(simulateEcg(ecgCausesOf(drawPatient(seed, 5)))));
}

void TestVirtualEcg::blocksWidenTheQrs()
{
    double sums[4] = {};
    int counts[4] = {};
    for (int number = 1; number <= 20; ++number)
        for (int kind = 0; kind < 4; ++kind) {
            EcgCauses causes = ecgCausesOf(drawPatient(seed, number));
            causes.conduction = Conduction(kind);
            causes.rhythm = Rhythm::Sinus;
            if (const double qrs = value(ecg::measure(simulateEcg(causes).record), ecg::Quantity::Qrs); std::isfinite(qrs)) {
                sums[kind] += qrs;
                ++counts[kind];
            }
        }
    for (int kind = 0; kind < 4; ++kind)
        QVERIFY(counts[kind] > 17);
    const double normal = sums[0] / counts[0], lbbb = sums[1] / counts[1], rbbb = sums[2] / counts[2], paced = sums[3] / counts[3];
    qInfo("QRS normal %.0f, LBBB %.0f, RBBB %.0f, paced %.0f ms", normal, lbbb, rbbb, paced);
    QVERIFY(normal > 78 && normal < 112);
    QVERIFY(lbbb > 125 && lbbb < 175 && lbbb > normal + 30);
    QVERIFY(rbbb > 115 && rbbb < 165);
    QVERIFY(paced > 130 && paced < 200);
}

void TestVirtualEcg::patternsAreThoseOfTheTextbook()
{
    EcgOptions clean;
    clean.noise = clean.faults = false;
    const VirtualPatient p = [] {
        VirtualPatient made;
        made.seed = seed;
        made.number = 9;
        return made;
    }();
    const auto measured = [&](auto change) {
        EcgCauses causes = ecgCausesOf(p);
        change(causes);
        return ecg::measure(simulateEcg(causes, clean).record);
    };
    const auto normal = measured([](EcgCauses&) {});
    // R grows and S shrinks from V1 to V5; T is upright in II and V5.
    QVERIFY(extreme(normal, Lead::V1, -50, 50, false) < -0.4);
    QVERIFY(extreme(normal, Lead::V5, -50, 50, true) > 0.6);
    QVERIFY(extreme(normal, Lead::V1, -50, 50, true) < 0.5 * extreme(normal, Lead::V4, -50, 50, true));
    QVERIFY(extreme(normal, Lead::II, 150, 380, true) > 0.1);
    QVERIFY(extreme(normal, Lead::V5, 150, 380, true) > 0.1);
    const double axis = value(normal, ecg::Quantity::QrsAxis);
    QVERIFY(axis > -40 && axis < 110);

    const auto lbbb = measured([](EcgCauses& c) { c.conduction = Conduction::Lbbb; });
    QVERIFY(extreme(lbbb, Lead::V1, -80, 80, false) < -0.8);
    QVERIFY(extreme(lbbb, Lead::V6, -80, 80, true) > 0.5);
    QVERIFY(extreme(lbbb, Lead::V6, 150, 420, false) < -0.05); // discordant
    const auto rbbb = measured([](EcgCauses& c) { c.conduction = Conduction::Rbbb; });
    QVERIFY(extreme(rbbb, Lead::V1, 25, 110, true) > 0.3);
    QVERIFY(extreme(rbbb, Lead::V6, 25, 110, false) < -0.15);
    const auto anterior = measured([](EcgCauses& c) { c.scar = 1, c.scarWall = Wall::Anterior; });
    QVERIFY(extreme(anterior, Lead::V2, -50, 0, true) < 0.4 * extreme(normal, Lead::V2, -50, 0, true));
    const auto inferior = measured([](EcgCauses& c) { c.scar = 1, c.scarWall = Wall::Inferior; });
    QVERIFY(extreme(inferior, Lead::aVF, -40, 0, false) < extreme(normal, Lead::aVF, -40, 0, false) - 0.15);
    const auto thick = measured([](EcgCauses& c) { c.lvMass = 260; });
    QVERIFY(extreme(thick, Lead::V6, 150, 380, false) < -0.03); // strain
}

void TestVirtualEcg::fibrillationIsIrregularWithoutP()
{
    EcgCauses causes = ecgCausesOf(drawPatient(seed, 2));
    causes.conduction = Conduction::Normal;
    causes.heartRate = 85;
    causes.rhythm = Rhythm::Sinus;
    const auto sdnn = [](const SimulatedEcg& e) {
        double sum = 0, squares = 0;
        for (std::size_t i = 1; i < e.rWaves.size(); ++i) {
            const double rr = e.rWaves[i] - e.rWaves[i - 1];
            sum += rr, squares += rr * rr;
        }
        const double n = double(e.rWaves.size() - 1);
        return std::sqrt(squares / n - sum / n * sum / n);
    };
    const double regular = sdnn(simulateEcg(causes));
    causes.rhythm = Rhythm::AtrialFibrillation;
    const SimulatedEcg fibrillating = simulateEcg(causes);
    QVERIFY(sdnn(fibrillating) > 2 * regular);
    QVERIFY(sdnn(fibrillating) > 0.06);
    const auto measured = ecg::measure(fibrillating.record);
    QVERIFY(!measured[ecg::Quantity::Pr].value || measured.pDoubtful);
}

void TestVirtualEcg::massRaisesTheVoltage()
{
    EcgOptions clean;
    clean.noise = clean.faults = false;
    double light = 0, heavy = 0, lean = 0, obese = 0;
    for (int number = 1; number <= 15; ++number) {
        EcgCauses causes = ecgCausesOf(drawPatient(seed, number));
        causes.conduction = Conduction::Normal;
        causes.rhythm = Rhythm::Sinus;
        const auto voltage = [&](const EcgCauses& c) { return value(ecg::measure(simulateEcg(c, clean).record), ecg::Quantity::SokolowLyon); };
        causes.lvMass = normalMass(causes.isFemale, causes.bsa);
        causes.bmi = 24;
        light += voltage(causes), lean += voltage(causes);
        causes.bmi = 38;
        obese += voltage(causes);
        causes.bmi = 24;
        causes.lvMass *= 1.8;
        heavy += voltage(causes);
    }
    QVERIFY(heavy > 1.15 * light);
    QVERIFY(obese < 0.93 * lean);
}

void TestVirtualEcg::invisibleThingsDontLeak()
{
    const VirtualPatient p = drawPatient(seed, 11);
    const std::string before = bytesOf(simulateEcg(ecgCausesOf(p)));
    VirtualPatient q = p;
    q.aorticStenosis = Grade::Severe;
    q.aorticPeakVelocity = 4.8;
    q.mitralRegurgitation = Grade::Severe;
    q.aorticRegurgitation = Grade::Moderate;
    q.akinesis = 1 - p.akinesis;
    q.sphericity = 0.7;
    q.eccentricity = 0.05;
    q.septalExcess = 0.2;
    q.rvScale = 1.4;
    q.eOverA = 2.2;
    q.disease = Disease::AorticStenosis;
    QCOMPARE(bytesOf(simulateEcg(ecgCausesOf(q))), before);
    // And what it can see isn't lost.
    for (const auto change : {+[](VirtualPatient& v) { v.lvef -= 15; v.lvef = std::min(v.lvef, 45.0); }, +[](VirtualPatient& v) { v.lvMass *= 1.5; }, +[](VirtualPatient& v) { v.lvedv *= 1.6; },
                              +[](VirtualPatient& v) { v.scar = 1 - v.scar / 2; }, +[](VirtualPatient& v) { v.heartRate += 10; },
                              +[](VirtualPatient& v) { v.conduction = v.conduction == Conduction::Lbbb ? Conduction::Normal : Conduction::Lbbb; }}) {
        q = p;
        change(q);
        QVERIFY(bytesOf(simulateEcg(ecgCausesOf(q))) != before);
    }
}

void TestVirtualEcg::ejectionFractionIsSeenInPart()
{
    std::vector<std::vector<double>> rows;
    std::vector<double> ef, edv, mass;
    for (int number = 1; number <= 300; ++number) {
        const VirtualPatient p = drawPatient(seed, number);
        const ecg::Measurements m = ecg::measure(simulateEcg(ecgCausesOf(p)).record);
        if (!m.beat || !m.borders.qrsOnset)
            continue;
        const auto or_ = [&](ecg::Quantity q, double otherwise) { const double v = value(m, q); return std::isfinite(v) ? v : otherwise; };
        rows.push_back({or_(ecg::Quantity::HeartRate, 72), or_(ecg::Quantity::Qrs, 95), or_(ecg::Quantity::QtcFridericia, 420), or_(ecg::Quantity::RrRmssd, 20), or_(ecg::Quantity::QrsAxis, 30),
                        or_(ecg::Quantity::SokolowLyon, 2), or_(ecg::Quantity::Cornell, 1.5), extreme(m, Lead::V5, 160, 380, true), extreme(m, Lead::V5, 160, 380, false),
                        extreme(m, Lead::V2, -40, 10, true), extreme(m, Lead::V2, 160, 380, true), extreme(m, Lead::II, 160, 380, true), extreme(m, Lead::aVF, -40, 0, false), extreme(m, Lead::I, -40, 40, true)});
        ef.push_back(p.lvef);
        edv.push_back(p.lvedv);
        mass.push_back(p.lvMass);
    }
    QVERIFY(rows.size() > 285);
    const double r2 = explained(rows, ef), volume = explained(rows, edv), muscle = explained(rows, mass);
    qInfo("R² of a line in %zu ECG features over %zu patients: LVEF %.2f, LVEDV %.2f, mass %.2f", rows.front().size(), rows.size(), r2, volume, muscle);
    QVERIFY2(r2 > 0.1 && r2 < 0.7, std::to_string(r2).c_str());
    QVERIFY2(volume > 0.05 && volume < 0.7, std::to_string(volume).c_str());
    QVERIFY2(muscle > 0.05 && muscle < 0.7, std::to_string(muscle).c_str());
}

void TestVirtualEcg::mostAreFitForTheModel()
{
    int blocked = 0, faulty = 0;
    for (int number = 1; number <= 120; ++number) {
        const SimulatedEcg made = simulateEcg(ecgCausesOf(drawPatient(seed, number)));
        blocked += ecg::isBlocked(ecg::checkQuality(made.record, ecg::EcgRecipe{}));
        faulty += made.fault != LeadFault::None;
    }
    QVERIFY2(blocked <= 2, std::to_string(blocked).c_str());
    QVERIFY2(faulty >= 1 && faulty <= 10, std::to_string(faulty).c_str());
}

QTEST_GUILESS_MAIN(TestVirtualEcg)
#include "test_virtual_ecg.moc"
