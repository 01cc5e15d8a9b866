// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/heart_geometry.h"
#include "simulation/patient.h"
#include "simulation/random.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <map>

using namespace echo2ecg::simulation;

namespace {

constexpr std::uint64_t seed = 20;
constexpr int many = 2000;

const std::vector<VirtualPatient>& population()
{
    static const std::vector<VirtualPatient> all = [] {
        std::vector<VirtualPatient> made;
        for (int i = 1; i <= many; ++i)
            made.push_back(drawPatient(seed, i));
        return made;
    }();
    return all;
}

double share(const std::function<bool(const VirtualPatient&)>& is, const std::function<bool(const VirtualPatient&)>& of = [](const auto&) { return true; })
{
    int count = 0, total = 0;
    for (const VirtualPatient& p : population())
        if (of(p)) {
            ++total;
            count += is(p);
        }
    return double(count) / std::max(1, total);
}

double mean(const std::function<double(const VirtualPatient&)>& value, const std::function<bool(const VirtualPatient&)>& of)
{
    double sum = 0;
    int total = 0;
    for (const VirtualPatient& p : population())
        if (of(p)) {
            ++total;
            sum += value(p);
        }
    return sum / std::max(1, total);
}

void between(double value, double least, double most, const char* what)
{
    QVERIFY2(value >= least && value <= most, (std::string(what) + " is " + std::to_string(value)).c_str());
}

bool isHealthy(const VirtualPatient& p)
{
    return p.disease == Disease::None;
}

} // namespace

class TestVirtualPatients : public QObject
{
    Q_OBJECT

private slots:
    void generatorIsTheOneThatIsPublished();
    void samePatientAlways();
    void populationIsThatOfAClinic();
    void healthyHeartsAreNormal();
    void blocksComeWithWeakHearts();
    void structuralHeartDiseaseFollowsItsRule();
    void discsHoldWhatTheyShould_data();
    void discsHoldWhatTheyShould();
    void muscleKeepsItsVolume();
    void scarredWallStandsStill();
    void septumMovesEarlyInLbbb();
};

void TestVirtualPatients::generatorIsTheOneThatIsPublished()
{
    // The first values of SplitMix64 of state 1234567, as published with its reference code; the state here is set through the keys, so it is repeated.
    std::uint64_t state = 1234567;
    const auto next = [&] {
        std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    };
    QCOMPARE(next(), std::uint64_t(6457827717110365317u));
    QCOMPARE(next(), std::uint64_t(3203168211198807973u));
    Random a(1, 2, "x"), b(1, 2, "x"), c(1, 2, "y"), d(1, 3, "x"), e(2, 2, "x");
    const std::uint64_t first = a.next();
    QCOMPARE(b.next(), first);
    QVERIFY(c.next() != first && d.next() != first && e.next() != first);
    double sum = 0, squares = 0, quickSum = 0, quickSquares = 0;
    constexpr int draws = 40000;
    for (int i = 0; i < draws; ++i) {
        const double n = a.normal(), q = a.quick();
        sum += n, squares += n * n, quickSum += q, quickSquares += q * q;
    }
    QVERIFY(std::abs(sum / draws) < 0.02 && std::abs(squares / draws - 1) < 0.03);
    QVERIFY(std::abs(quickSum / draws) < 0.02 && std::abs(quickSquares / draws - 1) < 0.03);
}

void TestVirtualPatients::samePatientAlways()
{
    const VirtualPatient a = drawPatient(5, 17), b = drawPatient(5, 17), other = drawPatient(6, 17);
    QCOMPARE(a.lvedv, b.lvedv);
    QCOMPARE(a.lvef, b.lvef);
    QCOMPARE(a.laVolume, b.laVolume);
    QCOMPARE(a.id(), std::string("SIM0005-0017"));
    QVERIFY(a.lvedv != other.lvedv && a.heightCm + a.weightKg != other.heightCm + other.weightKg);
}

void TestVirtualPatients::populationIsThatOfAClinic()
{
    between(share([](const auto& p) { return p.isFemale; }), 0.42, 0.52, "share of women");
    between(mean([](const auto& p) { return p.age; }, [](const auto&) { return true; }), 58, 67, "age");
    between(share([](const auto& p) { return p.lvef < 40; }), 0.14, 0.27, "EF below 40");
    between(share([](const auto& p) { return p.lvef >= 40 && p.lvef < 50; }), 0.06, 0.16, "EF 40 to 49");
    between(share([](const auto& p) { return p.lvef >= 50; }), 0.60, 0.78, "EF of at least 50");
    between(share([](const auto& p) { return p.rhythm == Rhythm::AtrialFibrillation; }), 0.05, 0.15, "AF");
    between(share([](const auto& p) { return p.hasStructuralHeartDisease(); }), 0.25, 0.50, "structural heart disease");
    for (const VirtualPatient& p : population()) {
        between(p.lvedv, 38, 420, "LVEDV");
        between(p.lvef, 13, 77, "LVEF");
        between(p.septum(), 0.4, 2.2, "septum");
        between(p.lvidd(), 3.0, 8.5, "LVIDd");
        QVERIFY(p.lvids() < p.lvidd());
        between(p.bmi(), 16, 50, "BMI");
    }
}

void TestVirtualPatients::healthyHeartsAreNormal()
{
    // Lang 2015: men 106 ± 22 mL, 62 ± 5 %, 50.2 ± 4.1 mm; women 76 ± 15 mL, 64 ± 5 %, 45.0 ± 3.6 mm.
    const auto men = [](const auto& p) { return isHealthy(p) && !p.isFemale; };
    const auto women = [](const auto& p) { return isHealthy(p) && p.isFemale; };
    between(mean([](const auto& p) { return p.lvedv; }, men), 96, 116, "LVEDV of men");
    between(mean([](const auto& p) { return p.lvedv; }, women), 70, 88, "LVEDV of women");
    between(mean([](const auto& p) { return p.lvef; }, men), 60, 64, "LVEF of men");
    between(mean([](const auto& p) { return p.lvef; }, women), 62, 66, "LVEF of women");
    between(mean([](const auto& p) { return p.lvidd(); }, men), 4.4, 5.3, "LVIDd of men");
    between(mean([](const auto& p) { return p.lvidd(); }, women), 4.0, 4.8, "LVIDd of women");
    between(mean([](const auto& p) { return p.posteriorWall(); }, men), 0.75, 1.05, "wall of men");
    between(mean([](const auto& p) { return p.massIndex(); }, men), 58, 74, "mass index of men");
    between(mean([](const auto& p) { return p.laVolume / p.bsa(); }, isHealthy), 22, 31, "LA index");
    double squares = 0;
    int count = 0;
    for (const VirtualPatient& p : population())
        if (men(p)) {
            squares += std::pow(p.lvedv / p.bsa() - 54, 2);
            ++count;
        }
    between(std::sqrt(squares / count), 8, 12, "spread of the indexed LVEDV of men");
}

void TestVirtualPatients::blocksComeWithWeakHearts()
{
    const auto lbbb = [](const auto& p) { return p.conduction == Conduction::Lbbb; };
    between(share(lbbb, [](const auto& p) { return p.lvef < 35; }), 0.14, 0.36, "LBBB with EF below 35");
    between(share(lbbb, [](const auto& p) { return p.lvef >= 55; }), 0.0, 0.05, "LBBB with EF of at least 55");
    const auto old = [](const auto& p) { return p.age >= 75; };
    const auto young = [](const auto& p) { return p.age < 50; };
    const auto af = [](const auto& p) { return p.rhythm == Rhythm::AtrialFibrillation; };
    QVERIFY(share(af, old) > 2 * share(af, young));
}

void TestVirtualPatients::structuralHeartDiseaseFollowsItsRule()
{
    VirtualPatient p;
    QVERIFY(!p.hasStructuralHeartDisease());
    p.lvef = 45;
    QVERIFY(p.hasStructuralHeartDisease());
    p.lvef = 46;
    QVERIFY(!p.hasStructuralHeartDisease());
    p.mitralRegurgitation = Grade::Mild;
    QVERIFY(!p.hasStructuralHeartDisease());
    p.mitralRegurgitation = Grade::Moderate;
    QVERIFY(p.hasStructuralHeartDisease());
    p.mitralRegurgitation = Grade::None;
    p.lvMass = 250;
    QVERIFY(p.septum() >= 1.3);
    QVERIFY(p.hasStructuralHeartDisease());
}

void TestVirtualPatients::discsHoldWhatTheyShould_data()
{
    QTest::addColumn<int>("number");
    for (int number = 1; number <= 120; ++number)
        QTest::addRow("patient %d", number) << number;
}

void TestVirtualPatients::discsHoldWhatTheyShould()
{
    QFETCH(int, number);
    const VirtualPatient p = drawPatient(seed, number);
    const HeartGeometry heart(p);
    const CycleTimes& t = heart.times();
    QVERIFY(0 < t.ejection && t.ejection < t.endSystole && t.endSystole < t.mitralOpening && t.mitralOpening < t.earlyEnd);
    QVERIFY(t.earlyEnd <= t.atrialEnd + 1e-9 && t.atrialStart <= t.atrialEnd && t.atrialEnd < t.rr);
    QVERIFY(std::abs(heart.at(0).lv.volume() - p.lvedv) < 1e-6 * p.lvedv);
    QVERIFY(std::abs(heart.at(t.endSystole + 0.02).lv.volume() - p.lvesv()) < 1e-6 * p.lvedv);
    double last = heart.at(0).lv.volume();
    for (double s = 0; s < t.rr; s += 0.004) {
        const HeartState now = heart.at(s);
        const double volume = now.lv.volume();
        QVERIFY(volume > p.lvesv() - 1e-6 && volume < p.lvedv + 1e-6);
        QVERIFY(s - 0.004 > t.endSystole ? volume >= last - 1e-6 : volume <= last + 1e-6);
        last = volume;
        for (const auto& wall : now.lv.radius)
            for (const double r : wall)
                QVERIFY(r > 0.05);
        QVERIFY(!(now.mitral > 0.05 && now.aortic > 0.05));
    }
}

void TestVirtualPatients::muscleKeepsItsVolume()
{
    // The shell, counted disc by disc without the apical cap, gets neither more nor less than the cap's share.
    const VirtualPatient p = drawPatient(seed, 3);
    const HeartGeometry heart(p);
    for (const double s : {0.0, heart.times().endSystole + 0.02}) {
        const HeartState now = heart.at(s);
        double shell = 0;
        for (std::size_t i = 0; i < discCount; ++i) {
            const auto& r = now.lv.radius;
            const double a = r[0][i] + r[2][i], b = r[1][i] + r[3][i];
            shell += M_PI / 4 * now.lv.length / discCount * ((a + now.wall[0] + now.wall[2]) * (b + now.wall[1] + now.wall[3]) - a * b);
        }
        const double w = (now.wall[0] + now.wall[1] + now.wall[2] + now.wall[3]) / 4;
        QVERIFY(std::abs(shell + 2.0 / 3 * M_PI * w * w * w - p.lvMass / myocardialDensity) < 0.02 * p.lvMass);
    }
    QVERIFY(heart.at(heart.times().endSystole + 0.02).wall[0] > 1.15 * heart.at(0).wall[0]);
}

void TestVirtualPatients::scarredWallStandsStill()
{
    VirtualPatient p;
    p.disease = Disease::Ischaemic;
    p.lvef = 38;
    p.akinesis = 0.9;
    p.territory = Wall::Inferior;
    const HeartGeometry heart(p);
    const LvDiscs ed = heart.at(0).lv, es = heart.at(heart.times().endSystole + 0.01).lv;
    const auto inward = [&](Wall wall) { return 1 - es.radiusAt(wall, 0.3) / ed.radiusAt(wall, 0.3); };
    QVERIFY(inward(Wall::Inferior) < 0.06);
    QVERIFY(inward(Wall::Anterior) > 0.2);
    p.territory = Wall::Anterior;
    QVERIFY(HeartGeometry(p).motionOf(Wall::Anterior, 0.8) < 0.2 && HeartGeometry(p).motionOf(Wall::Inferior, 0.2) > 0.9);
}

void TestVirtualPatients::septumMovesEarlyInLbbb()
{
    VirtualPatient p;
    p.lvef = 30;
    p.lvedv = 200;
    const auto septum = [&](double s) { return HeartGeometry(p).at(s).lv.radiusAt(Wall::Septal, 0.4); };
    const double normal = septum(0) - septum(0.08);
    p.conduction = Conduction::Lbbb;
    QVERIFY(septum(0) - septum(0.08) > normal + 0.1);
}

QTEST_GUILESS_MAIN(TestVirtualPatients)
#include "test_virtual_patients.moc"
