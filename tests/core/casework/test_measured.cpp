// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/measured.h"

#include "support/made_cases.h"
#include "support/test_paths.h"

#include <cmath>

using namespace echo2ecg;

namespace {

struct Case
{
    test::Scratch scratch;
    std::unique_ptr<library::Library> library;
    library::Id study = 0;

    explicit Case(const char* file)
    {
        library::Library::create(scratch / "lib");
        library = library::Library::open(scratch / "lib");
        study = library->addStudy(echo::groupIntoStudies({echo::readClip(test::sharedData(file))}).front()).first;
    }
    // Downwards from the middle of the picture.
    library::Id calliper(echo::Quantity quantity, double pixels, const char* label = "")
    {
        echo::Measurement m;
        m.quantity = quantity;
        m.frame = 2;
        m.clipHash = library->clips(study).front().sha256;
        m.instanceUid = library->clips(study).front().instanceUid;
        m.points = {{240, 50}, {240, 50 + pixels}};
        m.label = label;
        m.made = "2026-01-01T00:00:00Z";
        return library->saveMeasurement(study, m);
    }
};

constexpr const char* pediatric = "echo_multiframe/hp_pediatric_01.dcm"; // 0.22857 mm a pixel downwards
constexpr const char* bare = "derived/hp_no_us_regions.dcm";

} // namespace

class TestMeasured : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { E2E_NEED_SHARED(test::shared() / "data"); }

    void becomesPhenotypesAndGoesAgain()
    {
        Case c(pediatric);
        retrieval::Phenotypes stated;
        stated.lvef = retrieval::SourcedValue{33, "table a.csv"};
        c.library->setPhenotypes(c.study, stated);
        const auto ed = c.calliper(echo::Quantity::Lvidd, 200), es = c.calliper(echo::Quantity::Lvids, 130);
        const auto lv = casework::applyMeasurements(*c.library, c.study);
        QCOMPARE(lv.volumeMethod, std::string("Teichholz"));
        const double d = 200 * 0.022857142857142857;
        QVERIFY(std::abs(*lv.edvMl - echo::teichholzVolume(d)) < 1e-6);
        auto now = c.library->phenotypes(c.study);
        QVERIFY(std::abs(now.lvef->value - *lv.efPercent) < 1e-9);
        QCOMPARE(now.lvef->source, std::string("measured here, Teichholz"));
        QCOMPARE(now.lvedv->source, std::string("measured here, Teichholz"));
        c.library->removeMeasurement(ed);
        c.library->removeMeasurement(es);
        casework::applyMeasurements(*c.library, c.study);
        now = c.library->phenotypes(c.study);
        QCOMPARE(now.lvef->value, 33.0);
        QVERIFY(!now.lvedv);
    }

    void needsAScale()
    {
        Case c(bare);
        c.calliper(echo::Quantity::Lvidd, 200);
        c.calliper(echo::Quantity::Lvids, 130);
        QVERIFY(!casework::applyMeasurements(*c.library, c.study).edvMl);
        QVERIFY(c.library->phenotypes(c.study).isEmpty());
        c.library->setClipNote(c.library->clips(c.study).front().id, "calibration", casework::calibrationNote(echo::ManualCalibration{0.25}));
        const auto lv = casework::applyMeasurements(*c.library, c.study);
        QVERIFY(std::abs(*lv.edvMl - echo::teichholzVolume(5)) < 1e-6);
    }

    void notesOfCalibration()
    {
        QVERIFY(!casework::calibrationFromNote({}));
        QVERIFY(!casework::calibrationFromNote(base::Json::object({{"mm_per_pixel", -1.0}})));
        QCOMPARE(casework::calibrationFromNote(casework::calibrationNote(echo::ManualCalibration{0.3}))->mmPerPixel, 0.3);
        QVERIFY(casework::calibrationNote({}).isNull());
    }

    void tableHasOneRowPerValue()
    {
        Case c(pediatric);
        c.calliper(echo::Quantity::Lvidd, 200, "a, \"b\"\nc");
        c.calliper(echo::Quantity::Free, 340, "=cmd()"); // into the ECG below: refused
        const std::string csv = casework::measurementCsv(casework::measuredStudy(*c.library, c.study), "1.2.3");
        QVERIFY(csv.starts_with("study_uid,instance_uid,frame,time_ms,"));
        QVERIFY(csv.find("calliper,lvidd,\"a, \"\"b\"\"\nc\",length,4.571428571428571,cm,") != std::string::npos);
        QVERIFY(csv.find("'=cmd()") != std::string::npos); // not a formula
        QVERIFY(csv.find("240;50 240;250") != std::string::npos);
        QVERIFY(csv.ends_with("\r\n"));
        const auto file = c.scratch / "out.csv";
        casework::writeMeasurementCsv(file, casework::measuredStudy(*c.library, c.study), "1.2.3");
        QCOMPARE(std::filesystem::file_size(file), csv.size());
        QVERIFY_THROWS_EXCEPTION(base::Error, casework::writeMeasurementCsv(c.scratch / "none/out.csv", {}, ""));
    }
};

QTEST_GUILESS_MAIN(TestMeasured)
#include "test_measured.moc"
