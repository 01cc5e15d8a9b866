// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.h"
#include "dicom/image.h"
#include "ecg/ecg_reader.h"
#include "echo/adult_echo_report.h"
#include "echo/beats/beats.h"
#include "echo/clip_content.h"
#include "echo/measure/ventricle.h"
#include "simulation/cohort.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

using namespace echo2ecg;
using namespace echo2ecg::simulation;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t seed = 31;
constexpr ClipSize small{200, 150, 10};

// Hash of all names and bytes of a folder.
std::string hashOf(const fs::path& folder)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[entry.path().lexically_relative(folder).generic_string()] = base::sha256OfFile(entry.path());
    base::Sha256 hash;
    for (const auto& [name, sum] : files)
        hash.add(name).add(sum);
    return hash.hex();
}

fs::path in(const QTemporaryDir& dir, const char* name)
{
    return fs::path(dir.path().toStdString()) / name;
}

// As a person who sees the true border would draw it.
echo::Measurement contour(const VirtualClip& clip, int frame, echo::Quantity quantity, const std::string& uid)
{
    echo::Measurement m;
    m.tool = echo::Tool::LvContour;
    m.quantity = quantity;
    m.instanceUid = m.clipHash = uid;
    m.frame = frame;
    m.points = clip.endocardium(frame);
    m.made = "2030-01-01T00:00:00Z";
    return m;
}

double greyAt(const base::RgbImage& image, double x, double y)
{
    const int px = std::clamp(int(x), 0, image.columns - 1), py = std::clamp(int(y), 0, image.rows - 1);
    return image.row(py)[3 * px];
}

} // namespace

class TestVirtualStudy : public QObject
{
    Q_OBJECT

private slots:
    void sameSeedSameBytes();
    void fullFolderIsRefused();
    void cancelLeavesNoPairs();
    void tablesSayWhatIsThere();
    void splitIsThreeOneOne();
    void filesAreWhatTheySay();
    void simpsonFindsTheVolumes_data();
    void simpsonFindsTheVolumes();
    void wallIsBrighterThanCavity_data();
    void wallIsBrighterThanCavity();
    void wallsMoveAndSpeckleStays();
    void motionGivesThePhases();
    void imageSettingsAreNotThePatient();
    void cleanupTestCase() { qInfo("Biplane Simpson of the true contours is off by at most %.1f %%", 100 * m_worst); }

private:
    double m_worst = 0;
};

void TestVirtualStudy::sameSeedSameBytes()
{
    QTemporaryDir dir;
    CohortPlan plan;
    plan.patients = 4;
    plan.seed = seed;
    plan.size = small;
    plan.threads = 1;
    simulateCohort(plan, in(dir, "one"));
    plan.threads = 3;
    simulateCohort(plan, in(dir, "three"));
    simulateCohort(plan, in(dir, "again"));
    const std::string first = hashOf(in(dir, "one"));
    QCOMPARE(hashOf(in(dir, "three")), first);
    QCOMPARE(hashOf(in(dir, "again")), first);
    plan.seed = seed + 1;
    simulateCohort(plan, in(dir, "other"));
    QVERIFY(hashOf(in(dir, "other")) != first);
    // Fewer patients are the first of many.
    plan.seed = seed;
    plan.patients = 1;
    simulateCohort(plan, in(dir, "single"));
    QCOMPARE(hashOf(in(dir, "single") / "patient0001"), hashOf(in(dir, "one") / "patient0001"));
    // ECGs alone are the ECGs of the studies.
    plan.patients = 4;
    plan.ecgOnly = true;
    QCOMPARE(simulateCohort(plan, in(dir, "ecgs")).clips, 0);
    QVERIFY(!fs::exists(in(dir, "ecgs") / "patient0003" / "echo"));
    fs::remove_all(in(dir, "one") / "patient0003" / "echo");
    QCOMPARE(hashOf(in(dir, "ecgs") / "patient0003"), hashOf(in(dir, "one") / "patient0003"));
}

void TestVirtualStudy::fullFolderIsRefused()
{
    QTemporaryDir dir;
    std::ofstream(in(dir, "mine.txt")) << "keep";
    CohortPlan plan;
    plan.patients = 1;
    plan.size = small;
    QVERIFY_EXCEPTION_THROWN(simulateCohort(plan, fs::path(dir.path().toStdString())), base::Error);
    plan.patients = 0;
    QVERIFY_EXCEPTION_THROWN(simulateCohort(plan, in(dir, "new")), base::Error);
    QVERIFY(fs::exists(in(dir, "mine.txt")));
}

void TestVirtualStudy::cancelLeavesNoPairs()
{
    QTemporaryDir dir;
    CohortPlan plan;
    plan.patients = 50;
    plan.size = small;
    base::JobContext job;
    job.onProgress = [&](const base::Progress& progress) {
        if (progress.done >= 2)
            job.cancel.cancel();
    };
    QVERIFY_EXCEPTION_THROWN(simulateCohort(plan, in(dir, "out"), job), base::Cancelled);
    QVERIFY(!fs::exists(in(dir, "out") / "pairs.csv"));
}

void TestVirtualStudy::tablesSayWhatIsThere()
{
    QTemporaryDir dir;
    CohortPlan plan;
    plan.patients = 5;
    plan.seed = seed;
    plan.size = small;
    int last = 0;
    base::JobContext job;
    job.onProgress = [&](const base::Progress& progress) { last = std::max(last, int(progress.done)); };
    const CohortSummary made = simulateCohort(plan, in(dir, "c"), job);
    QCOMPARE(last, 5);
    QCOMPARE(made.train, 3);
    QCOMPARE(made.validation, 1);
    QCOMPARE(made.test, 1);
    std::ifstream table(in(dir, "c") / "pairs.csv");
    std::string line;
    std::getline(table, line);
    const auto cut = [](const std::string& text) {
        std::vector<std::string> cells;
        std::stringstream stream(text);
        for (std::string cell; std::getline(stream, cell, ',');)
            cells.push_back(cell);
        return cells;
    };
    const auto columns = cut(line);
    int rows = 0;
    while (std::getline(table, line)) {
        const auto cells = cut(line);
        QCOMPARE(cells.size(), columns.size());
        std::map<std::string, std::string> row;
        for (std::size_t i = 0; i < cells.size(); ++i)
            row[columns[i]] = cells[i];
        const VirtualPatient p = drawPatient(seed, ++rows);
        QCOMPARE(row["patient_id"], p.id());
        QVERIFY(fs::is_regular_file(in(dir, "c") / row["ecg_file"]));
        QVERIFY(fs::is_directory(in(dir, "c") / row["study_folder"]));
        QVERIFY(std::abs(std::stod(row["lvedv_ml"]) - p.lvedv) < 0.06);
        QVERIFY(std::abs(std::stod(row["lvef_percent"]) - p.lvef) < 0.06);
        QCOMPARE(row["shd"], std::string(p.hasStructuralHeartDisease() ? "1" : "0"));
        QVERIFY(std::abs(std::stod(row["lv_mass_g"]) - p.lvMass) < 0.6);
        QVERIFY(std::abs(std::stod(row["la_volume_ml"]) - p.laVolume) < 0.6);
        QVERIFY(row["ecg_date"] <= row["study_date"]);
    }
    QCOMPARE(rows, 5);
}

void TestVirtualStudy::splitIsThreeOneOne()
{
    std::map<std::string, int> counts;
    bool differs = false;
    for (int number = 1; number <= 200; ++number) {
        ++counts[splitOf(1, number)];
        differs = differs || std::string(splitOf(1, number)) != splitOf(2, number);
    }
    QCOMPARE(counts["train"], 120);
    QCOMPARE(counts["val"], 40);
    QCOMPARE(counts["test"], 40);
    QVERIFY(differs);
}

void TestVirtualStudy::filesAreWhatTheySay()
{
    QTemporaryDir dir;
    bool hasColour = false, hasMMode = false, hasSpectrum = false;
    for (int number = 1; number <= 6; ++number) {
        const VirtualPatient p = drawPatient(seed, number);
        const PatientFiles files = writePatient(p, in(dir, ("p" + std::to_string(number)).c_str()), small);
        const ecg::EcgRecord record = ecg::readEcg(files.ecg);
        QCOMPARE(record.presentLeads(), std::size_t(12));
        QCOMPARE(record.samples(), std::size_t(5000));
        QCOMPARE(record.signalHash(), simulateEcg(ecgCausesOf(p)).record.signalHash()); // to the last digit
        QCOMPARE(record.patient.id, p.id());
        QCOMPARE(record.patient.name, p.dicomName());
        QCOMPARE(record.date, files.ecgDate);

        std::vector<echo::EchoClip> clips;
        for (const fs::path& file : files.clips)
            clips.push_back(echo::readClip(file));
        for (const echo::EchoClip& clip : clips) {
            QVERIFY(clip.simulated);
            QVERIFY(clip.warnings.empty());
            QCOMPARE(clip.identity.patientName, p.dicomName());
            QCOMPARE(clip.identity.studyUid, files.studyUid);
            QCOMPARE(clip.header.photometric, std::string("YBR_FULL_422"));
            QVERIFY(!clip.header.regions.empty());
        }
        const auto studies = echo::groupIntoStudies(clips);
        QCOMPARE(studies.size(), std::size_t(1));
        const auto shots = shotsOf(p);
        for (std::size_t i = 0; i < shots.size(); ++i) {
            const echo::EchoClip& clip = studies.front().clips[i];
            const VirtualClip truth(p, shots[i].first, shots[i].second, small);
            const echo::CalibrationMap map(clip.header);
            if (shots[i].second == Shot::Cine || shots[i].second == Shot::Colour) {
                QCOMPARE(clip.kind, echo::ClipKind::Cine);
                QCOMPARE(clip.frames, small.frames);
                QCOMPARE(clip.timing.source, echo::TimingSource::FrameTime);
                QVERIFY(std::abs(clip.timing.durationMs - small.frames * truth.frameTimeMs()) < 0.01);
                const echo::Beats beats = echo::headerBeats(clip);
                QCOMPARE(beats.source, echo::BeatSource::Header);
                QVERIFY(beats.warnings.empty());
                QCOMPARE(beats.rWaveMs.size(), std::size_t(2));
                QVERIFY(std::abs(beats.rWaveMs[0] - truth.rWaveMs()[0]) < 0.01 && std::abs(*beats.heartRate() - truth.heartRate()) < 1);
                QVERIFY(map.main().isInCentimetres());
                QVERIFY(std::abs(map.main().perPixelX * truth.layout().pixelsPerCm - 1) < 1e-6);
                QCOMPARE(echo::contentOf(clip).content, shots[i].second == Shot::Colour ? echo::ClipContent::ColourCine : echo::ClipContent::Cine);
                hasColour = hasColour || shots[i].second == Shot::Colour;
            } else {
                QCOMPARE(clip.kind, echo::ClipKind::Still);
                const echo::RegionKind kind = map.at({truth.layout().columns / 2.0, truth.layout().rows / 2.0}).kind;
                QCOMPARE(kind, shots[i].second == Shot::MMode ? echo::RegionKind::MMode : shots[i].second == Shot::Spectrum ? echo::RegionKind::Spectral : echo::RegionKind::Picture);
                hasMMode = hasMMode || kind == echo::RegionKind::MMode;
                hasSpectrum = hasSpectrum || kind == echo::RegionKind::Spectral;
            }
        }
        const echo::EchoReport report = echo::readEchoReport(files.report);
        QCOMPARE(report.templateId, std::string("5200"));
        QCOMPARE(report.identity.studyUid, files.studyUid);
        const auto says = [&](const char* what, double value, double within) {
            const echo::ReportedValue* found = report.best(what);
            QVERIFY2(found, what);
            QVERIFY2(std::abs(found->value - value) <= within, what);
        };
        says("LVEDV", p.lvedv, 0.06);
        says("LVESV", p.lvesv(), 0.06);
        says("LVSV", p.lvsv(), 0.06);
        says("LVEF", p.lvef, 0.06);
        says("LVIDd", p.lvidd(), 0.006);
        says("LVIDs", p.lvids(), 0.006);
        says("IVSd", p.septum(), 0.006);
        says("LVPWd", p.posteriorWall(), 0.006);
        says("LV mass", p.lvMass, 0.6);
        QCOMPARE(report.best("LVEDV")->method, std::string("biplane method of discs"));
    }
    QVERIFY(hasColour && hasMMode && hasSpectrum);
}

void TestVirtualStudy::simpsonFindsTheVolumes_data()
{
    QTest::addColumn<int>("number");
    for (int number = 1; number <= 40; ++number)
        QTest::addRow("patient %d", number) << number;
}

void TestVirtualStudy::simpsonFindsTheVolumes()
{
    QFETCH(int, number);
    const VirtualPatient p = drawPatient(seed, number);
    const VirtualClip four(p, View::A4c, Shot::Cine), two(p, View::A2c, Shot::Cine);
    std::vector<echo::Measurement> drawn{contour(four, four.edFrame(), echo::Quantity::LvA4cEd, "4"), contour(four, four.esFrame(), echo::Quantity::LvA4cEs, "4"),
                                         contour(two, two.edFrame(), echo::Quantity::LvA2cEd, "2"), contour(two, two.esFrame(), echo::Quantity::LvA2cEs, "2")};
    const auto mapOf = [&](const echo::Measurement& m) {
        const VirtualClip& clip = m.clipHash == "4" ? four : two;
        dicom::ImageHeader header;
        header.columns = clip.layout().columns;
        header.rows = clip.layout().rows;
        header.regions = clip.regions();
        return echo::CalibrationMap(header);
    };
    for (const echo::Measurement& m : drawn)
        for (const echo::Point point : m.points)
            QVERIFY2(point.x > 0 && point.x < 320 && point.y > 0 && point.y < 240, "the ventricle leaves the picture");
    const echo::VentricleResult result = echo::ventricle(drawn, mapOf);
    QCOMPARE(result.volumeMethod, std::string("biplane"));
    QVERIFY(result.edvMl && result.esvMl && result.efPercent);
    m_worst = std::max({m_worst, std::abs(*result.edvMl / p.lvedv - 1), std::abs(*result.esvMl / p.lvesv() - 1)});
    const auto within = [](double value, double truth, double part) { return std::abs(value / truth - 1) < part; };
    QVERIFY2(within(*result.edvMl, p.lvedv, 0.05), (std::to_string(*result.edvMl) + " instead of " + std::to_string(p.lvedv)).c_str());
    QVERIFY2(within(*result.esvMl, p.lvesv(), 0.05), (std::to_string(*result.esvMl) + " instead of " + std::to_string(p.lvesv())).c_str());
}

void TestVirtualStudy::wallIsBrighterThanCavity_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("view");
    for (int number = 1; number <= 10; ++number)
        for (const View view : {View::A4c, View::A2c, View::A3c, View::Psax})
            QTest::addRow("patient %d %s", number, name(view)) << number << int(view);
}

// Along the true border of the drawn picture: 3 mm outside and 5 mm inside.
void TestVirtualStudy::wallIsBrighterThanCavity()
{
    QFETCH(int, number);
    QFETCH(int, view);
    const VirtualPatient p = drawPatient(seed, number);
    VirtualClip clip(p, View(view), Shot::Cine);
    for (const int frame : {clip.edFrame(), clip.esFrame()}) {
        const base::RgbImage image = clip.frame(frame);
        const auto line = clip.endocardium(frame);
        double cx = 0, cy = 0;
        for (const echo::Point point : line)
            cx += point.x / double(line.size()), cy += point.y / double(line.size());
        const double cm = clip.layout().pixelsPerCm;
        double wall = 0, cavity = 0;
        int count = 0;
        for (std::size_t i = line.size() / 8; i < line.size() - line.size() / 8; ++i) { // not at the annulus
            const double dx = line[i].x - cx, dy = line[i].y - cy, l = std::hypot(dx, dy);
            wall += greyAt(image, line[i].x + 0.3 * cm * dx / l, line[i].y + 0.3 * cm * dy / l);
            cavity += greyAt(image, line[i].x - 0.5 * cm * dx / l, line[i].y - 0.5 * cm * dy / l);
            ++count;
        }
        QVERIFY2(wall / count > cavity / count + 25, (std::to_string(wall / count) + " and " + std::to_string(cavity / count)).c_str());
    }
}

void TestVirtualStudy::wallsMoveAndSpeckleStays()
{
    // Frames half a beat apart differ, neighbours at end of diastole hardly do.
    const VirtualPatient p = drawPatient(seed, 1);
    VirtualClip clip(p, View::Psax, Shot::Cine);
    const auto difference = [&](int a, int b) {
        const base::RgbImage one = clip.frame(a), two = clip.frame(b);
        const Layout& l = clip.layout();
        double sum = 0;
        for (int y = l.sectorY0; y <= l.sectorY1; ++y)
            for (int x = l.sectorX0; x <= l.sectorX1; ++x)
                sum += std::abs(int(one.row(y)[3 * x]) - int(two.row(y)[3 * x]));
        return sum;
    };
    QVERIFY(difference(clip.edFrame(), clip.esFrame()) > 1.5 * difference(clip.edFrame(), clip.edFrame() - 1));
    // Rayleigh: in a patch of muscle the grey isn't flat.
    const base::RgbImage image = clip.frame(clip.edFrame());
    const auto line = clip.endocardium(clip.edFrame());
    double sum = 0, squares = 0;
    int count = 0;
    for (const echo::Point point : line) {
        const double v = greyAt(image, point.x + (point.x > clip.layout().originX ? 4 : -4), point.y);
        sum += v, squares += v * v;
        ++count;
    }
    QVERIFY(std::sqrt(squares / count - sum / count * sum / count) > 10);
}

// What finds ED and ES in any clip finds them here.
void TestVirtualStudy::motionGivesThePhases()
{
    QTemporaryDir dir;
    int right = 0, looked = 0;
    for (int number = 1; number <= 6; ++number) {
        const VirtualPatient p = drawPatient(seed, number);
        const PatientFiles files = writePatient(p, in(dir, ("q" + std::to_string(number)).c_str()));
        const auto shots = shotsOf(p);
        for (std::size_t i = 0; i < shots.size(); ++i)
            if (shots[i] == std::pair(View::A4c, Shot::Cine)) {
                const echo::EchoClip clip = echo::readClip(files.clips[i]);
                echo::ClipFrames frames(clip);
                const auto phases = echo::proposePhases(clip, frames, echo::headerBeats(clip));
                const VirtualClip truth(p, View::A4c, Shot::Cine);
                ++looked;
                right += !phases.empty() && std::abs(phases.front().esFrame - truth.esFrame()) <= 4;
            }
    }
    QCOMPARE(looked, 6);
    QVERIFY2(right >= 4, std::to_string(right).c_str());
}

// The machine's settings differ between patients who are otherwise alike, and don't follow the heart.
void TestVirtualStudy::imageSettingsAreNotThePatient()
{
    VirtualPatient p = drawPatient(seed, 2);
    const MachineSettings before = drawMachine(p);
    p.lvef = 25;
    p.lvedv = 300;
    p.conduction = Conduction::Lbbb;
    const MachineSettings after = drawMachine(p);
    QCOMPARE(after.gainDb, before.gainDb);
    QCOMPARE(after.halfAngle, before.halfAngle);
    QCOMPARE(after.clutter, before.clutter);
    p.number = 3;
    QVERIFY(drawMachine(p).gainDb != before.gainDb);
}

QTEST_GUILESS_MAIN(TestVirtualStudy)
#include "test_virtual_study.moc"
