// SPDX-License-Identifier: GPL-3.0-or-later
#include "import_fixture.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSignalSpy>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::ImportEyes;
using test::patience;

// From files to a bundle that is checked and used, on the real widgets.
class TestBundleImport : public QObject
{
    Q_OBJECT
    std::unique_ptr<test::ImportFixture> m_made;

    void fillIn(ImportEyes& eyes, const char* folder)
    {
        eyes.window.showStep(2);
        eyes.find<QLineEdit>("bundleName")->setText("Small model");
        eyes.find<QLineEdit>("bundleLicence")->setText("MIT");
        eyes.find<QLineEdit>("bundleFolder")->setText(m_made->text(folder));
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
        m_made = std::make_unique<test::ImportFixture>();
    }
    void cleanupTestCase() { m_made.reset(); }

    void emptySaysWhatToDo()
    {
        ImportEyes eyes(*m_made);
        QVERIFY(eyes.words("noWeights").contains("Drop the files"));
        QCOMPARE(eyes.states(), QStringList(7, "—"));
        eyes.picture("files-empty");
        eyes.window.showStep(2);
        QVERIFY(!eyes.find<QPushButton>("nextStep")->isEnabled());
        QVERIFY2(eyes.words("importStatus").contains("step 1"), qPrintable(eyes.words("importStatus")));
    }

    void filesSayWhatTheyAre()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QCOMPARE(eyes.rows().size(), 7);
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        QVERIFY2(eyes.words("verdict").contains("classify ECGs and retrieve"), qPrintable(eyes.words("verdict")));
        const QFrame* ecg = eyes.rows()[0];
        const QString content = ImportEyes::said(ecg, "weightsContent");
        QVERIFY2(content.contains("Component file of the ECG encoder") && content.contains("PyTorch") &&
                     content.contains("tensors taken"),
                 qPrintable(content));
        QCOMPARE(ImportEyes::said(ecg, "weightsParts"), QString("Fills: ECG encoder"));
        // What isn't needed and what isn't known unfold.
        auto* unknown = ecg->findChild<QToolButton*>("unknownKeys");
        auto* keys = ecg->findChild<QPlainTextEdit*>("weightsKeys");
        QVERIFY(unknown->text().startsWith("1 unknown") && !keys->isVisible());
        QTest::mouseClick(unknown, Qt::LeftButton);
        QVERIFY(keys->isVisible());
        QCOMPARE(keys->toPlainText(), QString("ecg_encoder.of_nobody.weight"));
        QTest::mouseClick(ecg->findChild<QToolButton*>("ignoredKeys"), Qt::LeftButton);
        QCOMPARE(keys->toPlainText(), QString("ecg_encoder.head.weight"));
        eyes.picture("files");
        // The same file twice is one row.
        eyes.window.addFiles(m_made->files(1));
        QCOMPARE(eyes.rows().size(), 7);
    }

    void refusedFileStaysWithItsReason()
    {
        ImportEyes eyes(*m_made);
        const auto marker = m_made->path("was-run");
        const QString hostile = QString::fromStdString(test::writeHostile(m_made->path("last.ckpt"), marker).string());
        const QString page = QString::fromStdString(
            test::writeText(m_made->path("page.pt"), "<html>404 not found, this is no checkpoint</html>").string());
        eyes.window.addFiles(QStringList{hostile} + m_made->files() + QStringList{page});
        QTRY_VERIFY_WITH_TIMEOUT(!ImportEyes::said(eyes.rows()[8], "weightsReason").isEmpty(), patience);
        const QString reason = ImportEyes::said(eyes.rows()[0], "weightsReason");
        QVERIFY2(reason.startsWith("Not taken: ") && reason.size() > 25, qPrintable(reason));
        QVERIFY(!std::filesystem::exists(marker));
        QCOMPARE(eyes.states(), QStringList(7, "filled")); // the others aren't held up
        eyes.picture("files-refused");
        QTest::mouseClick(eyes.rows()[0]->findChild<QToolButton*>("removeWeights"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(eyes.rows().size(), 8, patience);
        QVERIFY(ImportEyes::said(eyes.rows()[0], "weightsReason").isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(eyes.jobs.isIdle(), patience);
        eyes.window.showStep(2);
        QVERIFY2(eyes.words("importSummary").startsWith("7 files") && eyes.words("importSummary").contains("One that"),
                 qPrintable(eyes.words("importSummary")));
        std::filesystem::remove(m_made->path("last.ckpt"));
    }

    void missingAndDoneWithout()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files(1));
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states().value(2), QString("missing"), patience);
        QVERIFY2(eyes.words("verdict").contains("No bundle can be made yet"), qPrintable(eyes.words("verdict")));
        QVERIFY(eyes.words("missingTensors").contains("echo_encoder."));
        eyes.picture("files-missing");
        fillIn(eyes, "never");
        QVERIFY(!eyes.find<QPushButton>("nextStep")->isEnabled());
        eyes.window.addFiles(m_made->files(5));
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states().value(2), QString("filled"), patience);
        QCOMPARE(eyes.states().mid(5), QStringList(2, "does without"));
        QVERIFY2(eyes.words("verdict").contains("classify ECGs, but not retrieve"), qPrintable(eyes.words("verdict")));
        eyes.window.showStep(2);
        QTRY_VERIFY_WITH_TIMEOUT(eyes.find<QPushButton>("nextStep")->isEnabled(), patience);
        QVERIFY(eyes.words("importSummary").contains("not retrieve"));
    }

    void ambiguousAlignmentIsToldByThePerson()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles({m_made->files()[0], m_made->files()[6]});
        QTRY_VERIFY_WITH_TIMEOUT(ImportEyes::said(eyes.rows()[1], "weightsReason").contains("say which"), patience);
        auto* role = eyes.rows()[1]->findChild<QComboBox*>("weightsRole");
        role->setCurrentIndex(role->findData("echo_alignment"));
        emit role->activated(role->currentIndex());
        QTRY_VERIFY_WITH_TIMEOUT(ImportEyes::said(eyes.rows()[1], "weightsReason").isEmpty(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(ImportEyes::said(eyes.rows()[1], "weightsParts"),
                                  QString("Fills: Echo alignment layer"), patience);
    }

    // Only the last state of the list is shown, however fast it changes.
    void staleInspectionsAreDropped()
    {
        ImportEyes eyes(*m_made);
        for (int i = 0; i < 4; ++i) {
            eyes.window.addFiles(m_made->files());
            QTest::qWait(i * 40);
            eyes.click("lookAgain");
            for (const QFrame* row : eyes.rows().mid(1))
                QTest::mouseClick(row->findChild<QToolButton*>("removeWeights"), Qt::LeftButton);
        }
        QTRY_VERIFY_WITH_TIMEOUT(eyes.states().value(0) == "filled" && eyes.jobs.isIdle(), patience);
        QTest::qWait(300);
        QTRY_VERIFY_WITH_TIMEOUT(eyes.jobs.isIdle(), patience);
        QCOMPARE(eyes.rows().size(), 1);
        QCOMPARE(eyes.states().value(2), QString("missing"));
    }

    void importWritesChecksAndOffers()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        QTest::mouseClick(eyes.find<QToolButton>("step3"), Qt::LeftButton);
        auto* import = eyes.find<QPushButton>("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importStatus").contains("name"), patience);
        eyes.find<QLineEdit>("bundleName")->setText("Small model, 2nd run");
        QCOMPARE(eyes.find<QLineEdit>("bundleFolder")->text(), m_made->text("bundles/small-model-2nd-run"));
        QVERIFY(!import->isEnabled());
        QVERIFY2(eyes.words("importStatus").contains("licence"), qPrintable(eyes.words("importStatus")));
        eyes.picture("licence");
        // Known licences are put in by a click.
        const auto hints = eyes.window.findChildren<QPushButton*>("licenceHint");
        QCOMPARE(hints.size(), 3);
        QTest::mouseClick(hints[0], Qt::LeftButton);
        QTest::mouseClick(hints[1], Qt::LeftButton);
        const QString licence = eyes.find<QLineEdit>("bundleLicence")->text();
        QCOMPARE(licence,
                 QString("ECG encoder (OTiS): MIT; Echo encoder (EchoPrime): Cedars-Sinai Academic Software License"));
        QVERIFY(import->isEnabled());
        QTest::mouseClick(import, Qt::LeftButton);
        QVERIFY(!import->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").contains("is made"), patience);
        QVERIFY2(eyes.words("goldenSummary").contains("reproduce on"), qPrintable(eyes.words("goldenSummary")));
        QStringList checks;
        for (const QLabel* label : eyes.find<QWidget>("goldenChecks")->findChildren<QLabel*>())
            checks << label->text();
        QVERIFY2(checks.size() >= 3 * 4 && checks.contains("Largest error"), qPrintable(checks.join('|')));
        eyes.picture("imported");

        const auto folder = m_made->path("bundles/small-model-2nd-run");
        const base::Json info = inference::bundleInfo(folder);
        QCOMPARE(info.at("id").toString(), m_made->id);
        QCOMPARE(QString::fromStdString(info.at("licence").toString()), licence);
        QCOMPARE(info.at("name").toString(), std::string("Small model, 2nd run"));
        QVERIFY(info.at("trained").toBool());
        QSignalSpy chosen(&eyes.window, &BundleImportWindow::bundleChosen);
        eyes.click("useBundle");
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toString(), QString::fromStdString(folder.string()));
        // Other files begin another import.
        eyes.window.addFiles(m_made->files(1));
        QCOMPARE(eyes.window.step(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states().value(2), QString("missing"), patience);
        QVERIFY(eyes.find<QLineEdit>("bundleName")->text().isEmpty());
    }

    void untrainedIsKept()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        fillIn(eyes, "untrained");
        QTest::mouseClick(eyes.find<QAbstractButton>("bundleTrained"), Qt::LeftButton, {}, QPoint(8, 8));
        QTRY_VERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
        eyes.click("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").contains("is made"), patience);
        QVERIFY(!inference::bundleInfo(m_made->path("untrained")).at("trained").toBool());
    }

    void failureIsSaidInPlace()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        fillIn(eyes, "formula"); // holds a bundle already
        QTRY_VERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
        eyes.click("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").contains("holds a bundle already"), patience);
        QVERIFY(eyes.words("importOutcome").startsWith("No bundle was made."));
        QVERIFY(!eyes.find<QPushButton>("useBundle")->isVisible());
        eyes.picture("failed");
        // And can be mended there.
        eyes.find<QLineEdit>("bundleFolder")->setText(m_made->text("mended"));
        QTRY_VERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
        eyes.click("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").contains("is made"), patience);
    }

    void cancelLeavesNothing()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        fillIn(eyes, "cancelled");
        QTRY_VERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
        // Something long is before it, so that it waits and there is time for the button.
        std::atomic<bool> go{false};
        eyes.jobs.start(
            "before", JobRunner::Lane::Device, nullptr,
            [&go](const base::JobContext&) {
                while (!go)
                    QThread::msleep(5);
                return 0;
            },
            [](int&) {});
        eyes.click("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.find<QPushButton>("cancelImport")->isVisible(), patience);
        QVERIFY2(eyes.words("importStatus").contains("waiting"), qPrintable(eyes.words("importStatus")));
        eyes.click("cancelImport");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").startsWith("Cancelled"), patience);
        go = true;
        QTRY_VERIFY_WITH_TIMEOUT(eyes.jobs.isIdle(), patience);
        QVERIFY(!std::filesystem::exists(m_made->path("cancelled")));
        QVERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
    }

    // A file that nobody looked at is never left out in silence.
    void cancelledInspectionHoldsUpTheImport()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files(5));
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states().value(2), QString("filled"), patience);
        fillIn(eyes, "half");
        QTRY_VERIFY(eyes.find<QPushButton>("nextStep")->isEnabled());
        std::atomic<bool> go{false};
        eyes.jobs.start(
            "before", JobRunner::Lane::Files, nullptr,
            [&go](const base::JobContext&) {
                while (!go)
                    QThread::msleep(5);
                return 0;
            },
            [](int&) {});
        eyes.window.addFiles(m_made->files());
        QTRY_VERIFY_WITH_TIMEOUT(eyes.find<QPushButton>("cancelImport")->isVisible(), patience);
        eyes.click("cancelImport");
        eyes.window.showStep(2);
        QVERIFY(!eyes.find<QPushButton>("nextStep")->isEnabled());
        QVERIFY2(eyes.words("importStatus").contains("Look again"), qPrintable(eyes.words("importStatus")));
        go = true;
        eyes.window.showStep(0);
        eyes.click("lookAgain");
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        QVERIFY(eyes.window.isVisible());
    }

    void dropAddsFiles()
    {
        ImportEyes eyes(*m_made);
        eyes.window.showStep(1);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(m_made->files()[2]), QUrl::fromLocalFile(m_made->files()[3])});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&eyes.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&eyes.window, &drop);
        QCOMPARE(eyes.window.step(), 0);
        QCOMPARE(eyes.rows().size(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(ImportEyes::said(eyes.rows()[0], "weightsParts"),
                                  QString("Fills: ECG token aggregator"), patience);
        QVERIFY(BundleImportWindow::looksLikeWeights("/x/LAST.CKPT"));
        QVERIFY(!BundleImportWindow::looksLikeWeights("/x/ecg.pt.hea"));
    }

    // Closed in the middle, with its runner gone first: as when the program ends.
    void endsInAnyOrder()
    {
        auto jobs = std::make_unique<JobRunner>();
        auto window = std::make_unique<BundleImportWindow>(*jobs, m_made->text("bundles"));
        window->show();
        window->addFiles(m_made->files());
        QTest::qWait(150);
        jobs.reset();
        window.reset();
        jobs = std::make_unique<JobRunner>();
        window = std::make_unique<BundleImportWindow>(*jobs, m_made->text("bundles"));
        window->addFiles(m_made->files());
        QTest::qWait(150);
        window.reset();
        QTRY_VERIFY_WITH_TIMEOUT(jobs->isIdle(), patience);
    }
};

QTEST_MAIN(TestBundleImport)
#include "test_bundle_import.moc"
