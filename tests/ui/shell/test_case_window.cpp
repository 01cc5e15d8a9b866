// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/made_cases.h"
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/bundles/import_window.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/echo/cine_grid.h"
#include "ui/echo/measure/measure_desk.h"
#include "ui/echo/model_view/echo_model_panel.h"
#include "ui/retrieval/prediction_card.h"
#include "ui/retrieval/similar_hearts.h"
#include "ui/shell/case_window.h"
#include "ui/shell/command_palette.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QLabel>
#include <QListView>
#include <QMimeData>
#include <QTreeView>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

constexpr int patience = 60000;  // a loaded machine encodes slowly

// A 12-lead WFDB record of 10 s at 500 Hz: a small tooth every second, so that it looks like something.
std::filesystem::path writeWfdb(const std::filesystem::path& folder, const std::string& name, int seed)
{
    static const char* const leads[] = {"I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"};
    std::ofstream header(folder / (name + ".hea"));
    header << name << " 12 500 5000\n";
    std::ofstream data(folder / (name + ".dat"), std::ios::binary);
    std::vector<std::int16_t> all;
    for (int i = 0; i < 5000; ++i)
        for (int lead = 0; lead < 12; ++lead) {
            // I and V leads are free; the others follow Einthoven and Goldberger.
            const auto wave = [&](int k) { return 300.0 * std::sin(i * 0.0126 * (k + 1)) + (i % 500 < 20 ? 900.0 / (k + 1 + seed % 3) : 0.0); };
            const double one = wave(0), two = wave(1);
            const double values[] = {one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2};
            all.push_back(std::int16_t(lead < 6 ? values[lead] : wave(lead - 4)));
        }
    data.write(reinterpret_cast<const char*>(all.data()), std::streamsize(all.size() * 2));
    for (const char* lead : leads)
        header << name << ".dat 16 1000/mV 16 0 0 0 0 " << lead << "\n";
    return folder / (name + ".hea");
}

// Patients with a labelled ECG and a study of one real clip each: enough for a vote and a ranking.
void fillLibrary(const std::filesystem::path& folder, int patients)
{
    library::Library::create(folder);
    const auto library = library::Library::open(folder);
    const auto clipFile = test::reference("us_clip_12f_jpeg_ybr422.dcm");
    for (int p = 0; p < patients; ++p) {
        const std::string id = "made-" + std::to_string(p);
        echo::EchoStudy study;
        study.patientId = id;
        study.studyUid = "1.2.3.4." + std::to_string(p);
        study.date = "2020-01-0" + std::to_string(p % 8 + 1);
        study.clips.push_back(echo::readClip(clipFile));
        study.clips[0].identity.patientId = id;
        study.clips[0].identity.studyUid = study.studyUid;
        study.clips[0].identity.instanceUid = study.studyUid + ".1";
        const auto [added, how] = library->addStudy(study);
        QCOMPARE(how, library::Added::New);
        retrieval::Phenotypes phenotypes;
        phenotypes.lvedv = {120.0 + p, "test"};
        phenotypes.lvesv = {60.0, "test"};
        phenotypes.lvef = {p % 2 ? 35.0 : 60.0, "test"};
        library->setPhenotypes(added, phenotypes);
        library->addEcg(test::makeEcg(p, id, study.date));
    }
}

} // namespace

class TestCaseWindow : public QObject
{
    Q_OBJECT

    static std::unique_ptr<CaseWindow> open(const std::filesystem::path& library)
    {
        auto window = std::make_unique<CaseWindow>(WindowOptions{library, {}, false, {}});
        window->resize(1440, 900);
        window->show();
        window->activateWindow();  // keys go to the active window
        if (!QTest::qWaitForWindowActive(window.get()))
            qWarning("the window didn't become active");
        return window;
    }

    template <class T>
    static T* only(const CaseWindow& window)
    {
        const auto found = window.findChildren<T*>();
        return found.size() == 1 ? found[0] : nullptr;
    }

private slots:
    void initTestCase() { test::applyPictureTheme(); }

    void emptyLibrarySaysWhatToDo()
    {
        test::Scratch scratch;
        const auto window = open(scratch / "library");
        QVERIFY(window->windowTitle().contains("research use only", Qt::CaseInsensitive));
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QVERIFY(!only<EcgPageView>(*window)->record());
        QString words;
        for (const QLabel* label : window->findChildren<QLabel*>())
            if (label->isVisible())
                words += label->text() + '\n';
        QVERIFY2(words.contains("Drop files or folders"), qPrintable(words));
        QVERIFY2(words.contains("Open an ECG"), qPrintable(words));
        QVERIFY2(words.contains("untrained weights"), qPrintable(words));
    }

    void mainJobFromFileToVoteAndClips()
    {
        test::Scratch scratch;
        fillLibrary(scratch / "library", 8);
        const auto ecgFile = writeWfdb(scratch.path(), "query", 1);
        {
            const auto window = open(scratch / "library");
            window->openPaths({QString::fromStdString(ecgFile.string())});
            QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
            QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
            QCOMPARE(only<EcgPageView>(*window)->record()->presentLeads(), std::size_t(12));
            const auto* card = only<PredictionCard>(*window);
            const auto* predicted = card->findChild<QLabel*>("predictedClass");
            QVERIFY(predicted);
            QVERIFY2(predicted->text().contains("reduced") || predicted->text().contains("preserved"), qPrintable(predicted->text()));
            QVERIFY(card->findChild<QLabel*>("untrained"));
            const auto* hearts = only<SimilarHearts>(*window);
            QCOMPARE(hearts->rowCount(), 8);
            QVERIFY(hearts->selectedStudy() != 0);
            QCOMPARE(only<CineGrid>(*window)->cellCount(), 1);  // the most similar study plays without being asked for
            QTRY_VERIFY_WITH_TIMEOUT(only<CineGrid>(*window)->currentFrame(0) > 0, patience);
        }
        // Closed and opened again: the case is there, and nothing is computed twice.
        const auto library = library::Library::open(scratch / "library");
        const auto revision = library->revision();
        const auto window = open(scratch / "library");
        window->reopenLast();
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QCOMPARE(only<SimilarHearts>(*window)->rowCount(), 8);
        QCOMPARE(library->revision(), revision);
    }

    // An ECG with a study of its own: own clip left, most similar one of another patient right, each with its weight.
    void ownStudyBesideRetrieved()
    {
        test::Scratch scratch;
        fillLibrary(scratch / "library", 3);
        const auto window = open(scratch / "library");
        const auto library = library::Library::open(scratch / "library");
        window->openEcg(library->ecgs().front().id);
        QTRY_COMPARE_WITH_TIMEOUT(only<CineGrid>(*window)->cellCount(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QCOMPARE(only<SimilarHearts>(*window)->rowCount(), 2);  // the own study is no candidate
        const auto study = *library->ecgs().front().linkedStudy;
        QVERIFY(only<SimilarHearts>(*window)->selectedStudy() != study);
        QStringList words;
        for (const QLabel* label : only<SimilarHearts>(*window)->findChildren<QLabel*>())
            words << label->text();
        QVERIFY2(words.join('\n').contains("own study: similarity"), qPrintable(words.join('\n')));
    }

    void importIsUndone()
    {
        test::Scratch scratch;
        const auto ecgFile = writeWfdb(scratch.path(), "undo", 2);
        const auto window = open(scratch / "library");
        window->openPaths({QString::fromStdString(ecgFile.string())});
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QVERIFY2(window->notice().contains("1 ECG"), qPrintable(window->notice()));
        QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!only<EcgPageView>(*window)->record() && window->isSettled(), patience);
        QVERIFY(library::Library::open(scratch / "library")->ecgs().empty());
    }

    void unreadableFileStaysListedWithItsReason()
    {
        test::Scratch scratch;
        test::writeText(scratch / "broken.dcm", std::string(128, '\0') + "DICM this is not a data set");
        const auto ecgFile = writeWfdb(scratch.path(), "good", 3);
        const auto window = open(scratch / "library");
        window->openPaths({QString::fromStdString(scratch.path().string())});
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record() && window->isSettled(), patience);
        const auto rows = library::Library::open(scratch / "library")->quarantine();
        QCOMPARE(rows.size(), std::size_t(1));
        QVERIFY(!rows[0].reason.empty());
        QVERIFY(rows[0].file.find("broken.dcm") != std::string::npos);
    }

    void dropImports()
    {
        test::Scratch scratch;
        const auto ecgFile = writeWfdb(scratch.path(), "dropped", 4);
        const auto window = open(scratch / "library");
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(ecgFile.string()))});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &drop);
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
    }

    // Weights among what is dropped open the import with them; the rest is imported into the library.
    void droppedWeightsOpenTheImport()
    {
        test::Scratch scratch;
        const auto ecgFile = writeWfdb(scratch.path(), "beside", 5);
        const auto weights = test::writeText(scratch / "last.ckpt", "no checkpoint");
        const auto window = open(scratch / "library");
        window->openPaths({QString::fromStdString(weights.string()), QString::fromStdString(ecgFile.string())});
        auto* importer = only<BundleImportWindow>(*window);
        QVERIFY(importer && importer->isVisible());
        QCOMPARE(importer->step(), 0);
        QCOMPARE(importer->findChildren<QFrame*>("weightsFile").size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QVERIFY(!importer->findChild<QLabel*>("weightsReason")->text().isEmpty());
        QVERIFY(library::Library::open(scratch / "library")->quarantine().empty());
        // The open ECG is what the preview shows.
        importer->showStep(1);
        const auto* source = importer->findChild<QWidget*>("ecgPreview");
        const auto says = [&](const char* word) {
            for (const QLabel* label : source->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(word))
                    return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(says("ECG of the open case"), patience);
        importer->close();
        // And it comes back by its key.
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
        QTest::keyClick(window.get(), Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(importer->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
    }

    void keysAndPalette()
    {
        test::Scratch scratch;
        fillLibrary(scratch / "library", 1);
        const auto window = open(scratch / "library");
        const auto study = library::Library::open(scratch / "library")->studies().front().id;
        window->openStudy(study);
        auto* cine = only<CineGrid>(*window);
        QTRY_VERIFY_WITH_TIMEOUT(cine->cellCount() == 1 && cine->hasFirstFrames(), patience);
        QVERIFY(cine->isPlaying());
        QTest::keyClick(window.get(), Qt::Key_Space);
        QVERIFY(!cine->isPlaying());
        const int frame = cine->currentFrame(0);
        QTest::keyClick(window.get(), Qt::Key_Right);
        QTRY_COMPARE(cine->currentFrame(0), (frame + 1) % 12);
        const double speed = cine->speed();
        QTest::keyClick(window.get(), Qt::Key_BracketRight);
        QVERIFY(cine->speed() > speed);

        auto* palette = only<CommandPalette>(*window);
        QVERIFY(!palette->isVisible());
        QTest::keyClick(window.get(), Qt::Key_K, Qt::ControlModifier);
        QVERIFY(palette->isVisible());
        const int everything = palette->shownCount();
        QVERIFY(everything >= 25);
        QTest::keyClicks(palette->focusWidget(), "light");
        QVERIFY(palette->shownCount() < everything);
        QTest::keyClick(palette->focusWidget(), Qt::Key_Return);
        QTRY_COMPARE(Theme::instance().kind(), ThemeKind::Light);
        Theme::instance().apply(ThemeKind::Dark);
        // Every action has a name, and no key is given twice.
        QSet<QString> keys;
        for (const QAction* action : window->actions())
            for (const auto& key : action->shortcuts()) {
                QVERIFY2(!keys.contains(key.toString()), qPrintable(key.toString()));
                keys.insert(key.toString());
                QVERIFY(!action->text().isEmpty());
            }
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
    }

    // Measured in the window, kept in the library, there again after closing; the study's values follow and come back.
    void measurementsAreKept()
    {
        test::Scratch scratch;
        fillLibrary(scratch / "library", 1);
        const auto library = library::Library::open(scratch / "library");
        const auto study = library->studies().front().id;
        const auto settled = [](CaseWindow& window) { return window.isSettled() && only<CineGrid>(window)->cellCount() == 1 && only<MeasureDesk>(window)->model().knows(only<CineGrid>(window)->cell(0).clipId); };
        {
            const auto window = open(scratch / "library");
            window->openStudy(study);
            QTRY_VERIFY_WITH_TIMEOUT(settled(*window), patience);
            MeasureModel& model = only<MeasureDesk>(*window)->model();
            const qint64 clip = only<CineGrid>(*window)->cell(0).clipId;
            model.calibrate(study, clip, echo::ManualCalibration{0.5});
            for (const auto& [quantity, length] : {std::pair{echo::Quantity::Lvidd, 100.0}, std::pair{echo::Quantity::Lvids, 70.0}}) {
                echo::Measurement m;
                m.quantity = quantity;
                m.points = {{100, 20}, {100, 20 + length}};
                QVERIFY(model.add(study, clip, m) != 0);
            }
            QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && library->measurements(study).size() == 2, patience);
            QTRY_COMPARE(library->phenotypes(study).lvedv->source, std::string("measured here, Teichholz"));
            QVERIFY(std::abs(library->phenotypes(study).lvedv->value - echo::teichholzVolume(5.0)) < 1e-6);
        }
        const auto window = open(scratch / "library");
        window->openStudy(study);
        QTRY_VERIFY_WITH_TIMEOUT(settled(*window), patience);
        MeasureModel& model = only<MeasureDesk>(*window)->model();
        QCOMPARE(model.items().size(), 2u);
        QVERIFY(model.manual(only<CineGrid>(*window)->cell(0).clipId));
        const auto id = model.items()[0].m.id;
        model.remove(model.items()[0].key);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && library->measurements(study).size() == 1, patience);
        // Ctrl+Z is for the measurement before it is for an import; it comes back as what it was.
        QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && library->measurements(study).size() == 2, patience);
        QCOMPARE(library->measurements(study).front().id, id);
        for (int i = 0; i < 2; ++i)
            model.remove(model.items()[0].key);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && library->measurements(study).empty(), patience);
        QTRY_COMPARE(library->phenotypes(study).lvedv->source, std::string("test"));
    }

    // Keys of the echo pane are given once, and none is a key of the window.
    void whatTheModelSeesIsSwitched()
    {
        test::Scratch scratch;
        library::Library::create(scratch / "library");
        library::Id study = 0;
        std::vector<library::ClipRow> clips;
        {
            const auto library = library::Library::open(scratch / "library");
            echo::EchoStudy made;
            made.patientId = "made";
            made.studyUid = "1.2.3";
            for (const char* name : {"us_clip_12f_jpeg_ybr422.dcm", "us_clip_4f_native_mono2.dcm"}) {
                made.clips.push_back(echo::readClip(test::reference(name)));
                made.clips.back().identity.patientId = made.patientId;
                made.clips.back().identity.studyUid = made.studyUid;
            }
            study = library->addStudy(made).first;
            clips = library->clips(study);
        }
        const auto window = open(scratch / "library");
        window->openStudy(study);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        auto* panel = only<EchoModelPanel>(*window);
        QVERIFY(panel && !panel->isVisible());
        auto* list = panel->findChild<QListView*>();
        QVERIFY(list);
        QCOMPARE(list->model()->rowCount(), 0); // nothing is read for a panel that nobody looks at
        auto* toggle = window->findChild<QAction*>("view.model");
        QVERIFY(toggle);
        toggle->trigger();
        QTRY_VERIFY(panel->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 2, patience);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QVERIFY(panel->width() >= 420);
        const auto says = [panel](const char* words) {
            const auto labels = panel->findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(), [words](const QLabel* label) { return label->text() == QLatin1String(words); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(says("2 of 2 clips used; at most 128"), patience); // no word of weights to come: it is embedded
        // Switched off: kept, and the study is pooled from the other clip alone.
        emit panel->useChanged(clips[1].id, false);
        QTRY_VERIFY_WITH_TIMEOUT(says("1 of 2 clips used; at most 128"), patience);
        QCOMPARE(library::Library::open(scratch / "library")->clipUse(clips[1].id), std::optional(false));
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        test::picture(*window, QStringLiteral("window-what-the-model-sees"));
        emit panel->useChanged(clips[1].id, std::nullopt);
        QTRY_VERIFY_WITH_TIMEOUT(says("2 of 2 clips used; at most 128"), patience);
        // The panel's choice is selected in the grid, and the other way round.
        auto* grid = only<CineGrid>(*window);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        for (const library::ClipRow& clip : clips) {
            panel->choose(clip.id);
            QCOMPARE(grid->cell(grid->selectedCell()).clipId, clip.id);
        }
        for (int cell : {0, 1}) {
            grid->selectCell(cell);
            QCOMPARE(panel->chosen(), grid->cell(cell).clipId);
        }
    }

    void keysOfTheEchoPaneAreItsOwn()
    {
        test::Scratch scratch;
        const auto window = open(scratch / "library");
        QSet<QString> keys;
        for (const QWidget* owner : {static_cast<QWidget*>(window.get()), static_cast<QWidget*>(only<CineGrid>(*window)), static_cast<QWidget*>(only<MeasureDesk>(*window))})
            for (const QAction* action : owner->actions())
                for (const auto& key : action->shortcuts()) {
                    QVERIFY2(!keys.contains(key.toString()), qPrintable(key.toString() + ' ' + action->text()));
                    keys.insert(key.toString());
                }
        QVERIFY(keys.size() > 60);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
    }

    void fullPaneAndBack()
    {
        test::Scratch scratch;
        const auto window = open(scratch / "library");
        auto docks = window->findChildren<QDockWidget*>();
        QCOMPARE(docks.size(), 4);
        docks.removeIf([](const QDockWidget* dock) { return dock->objectName() == "modelDock"; }); // shown when it is asked for
        QTest::keyClick(window.get(), Qt::Key_F11);
        for (const QDockWidget* dock : docks)
            QVERIFY(!dock->isVisible());
        QTest::keyClick(window.get(), Qt::Key_F11);
        for (const QDockWidget* dock : docks)
            QTRY_VERIFY(dock->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
    }
};

QTEST_MAIN(TestCaseWindow)
#include "test_case_window.moc"
