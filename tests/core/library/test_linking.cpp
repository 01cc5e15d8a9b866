// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::library;
using test::makeEcg;
using test::makeStudy;
using test::Scratch;

namespace {

std::unique_ptr<Library> fresh(const Scratch& scratch)
{
    Library::create(scratch / "lib");
    return Library::open(scratch / "lib");
}

} // namespace

class TestLinking : public QObject
{
    Q_OBJECT

private slots:
    void linking_data();
    void linking();
    void linkPrefersTheNearest();
    void linkingFollowsImportsAndRemovals();
};

void TestLinking::linking_data()
{
    QTest::addColumn<QString>("ecgDate");
    QTest::addColumn<QString>("ecgTime");
    QTest::addColumn<QString>("studyDate");
    QTest::addColumn<QString>("studyTime");
    QTest::addColumn<bool>("linked");
    QTest::addColumn<double>("days");
    QTest::newRow("same day") << "2020-03-10"
                              << ""
                              << "2020-03-10"
                              << "" << true << 0.0;
    QTest::newRow("7 days after") << "2020-03-03"
                                  << ""
                                  << "2020-03-10"
                                  << "" << true << 7.0;
    QTest::newRow("7 days before") << "2020-03-10"
                                   << ""
                                   << "2020-03-03"
                                   << "" << true << 7.0;
    QTest::newRow("8 days after") << "2020-03-02"
                                  << ""
                                  << "2020-03-10"
                                  << "" << false << 0.0;
    QTest::newRow("8 days before") << "2020-03-10"
                                   << ""
                                   << "2020-03-02"
                                   << "" << false << 0.0;
    QTest::newRow("exactly 7") << "2020-03-03"
                               << "12:00:00"
                               << "2020-03-10"
                               << "12:00:00" << true << 7.0;
    QTest::newRow("7 and a minute after") << "2020-03-03"
                                          << "12:00:00"
                                          << "2020-03-10"
                                          << "12:01:00" << false << 0.0;
    QTest::newRow("7 and a minute before") << "2020-03-10"
                                           << "12:01:00"
                                           << "2020-03-03"
                                           << "12:00:00" << false << 0.0;
    QTest::newRow("one time only") << "2020-03-03"
                                   << "12:00:00"
                                   << "2020-03-10"
                                   << "" << true << 7.0;
    QTest::newRow("over a leap day") << "2020-02-25"
                                     << ""
                                     << "2020-03-03"
                                     << "" << true << 7.0;
    QTest::newRow("over a year") << "2019-12-29"
                                 << ""
                                 << "2020-01-02"
                                 << "" << true << 4.0;
    QTest::newRow("no date") << ""
                             << ""
                             << "2020-03-10"
                             << "" << false << 0.0;
    QTest::newRow("no calendar date") << "2020-02-31"
                                      << ""
                                      << "2020-03-02"
                                      << "" << false << 0.0;
}

void TestLinking::linking()
{
    QFETCH(QString, ecgDate);
    QFETCH(QString, ecgTime);
    QFETCH(QString, studyDate);
    QFETCH(QString, studyTime);
    QFETCH(bool, linked);
    QFETCH(double, days);
    Scratch scratch;
    auto library = fresh(scratch);
    const Id ecg = library->addEcg(makeEcg(1, "P", ecgDate.toStdString(), ecgTime.toStdString())).first;
    library->addStudy(makeStudy(scratch.path(), 2, "other", ecgDate.toStdString(), 1, ecgTime.toStdString()));
    const Id study =
        library->addStudy(makeStudy(scratch.path(), 1, "P", studyDate.toStdString(), 1, studyTime.toStdString())).first;
    const EcgRow row = library->ecg(ecg);
    QCOMPARE(row.linkedStudy.has_value(), linked);
    QCOMPARE(row.linkedDays.has_value(), linked);
    if (linked) {
        QCOMPARE(*row.linkedStudy, study);
        QCOMPARE(*row.linkedDays, days);
    }
}

void TestLinking::linkPrefersTheNearest()
{
    Scratch scratch;
    auto library = fresh(scratch);
    library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-03-05", 1));
    const Id near = library->addStudy(makeStudy(scratch.path(), 2, "P", "2020-03-12", 1)).first;
    library->addStudy(makeStudy(scratch.path(), 3, "P", "2020-03-16", 1));
    const Id ecg = library->addEcg(makeEcg(1, "P", "2020-03-10")).first;
    QVERIFY(library->ecg(ecg).linkedStudy == near);
    QVERIFY(library->ecg(ecg).linkedDays == 2.0);
}

void TestLinking::linkingFollowsImportsAndRemovals()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const Id ecg = library->addEcg(makeEcg(1, "P", "2020-03-10")).first;
    QVERIFY(!library->ecg(ecg).linkedStudy);
    const Id far = library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-03-15", 1)).first;
    QVERIFY(library->ecg(ecg).linkedStudy == far);
    const Id near = library->addStudy(makeStudy(scratch.path(), 2, "P", "2020-03-11", 1)).first;
    QVERIFY(library->ecg(ecg).linkedStudy == near);
    library->removeStudy(near);
    QVERIFY(library->ecg(ecg).linkedStudy == far);
    library->removeStudy(far);
    QVERIFY(!library->ecg(ecg).linkedStudy);
}

QTEST_GUILESS_MAIN(TestLinking)
#include "test_linking.moc"
