// SPDX-License-Identifier: GPL-3.0-or-later
#include "import_fixture.h"

#include "ui/bundles/bundle_import.h"
#include "ui/bundles/echo_recipe_form.h"
#include "ui/bundles/preview_work.h"
#include "ui/ecg/ecg_steps_view.h"
#include "ui/echo/model_view/clip_steps_view.h"

#include <QDoubleSpinBox>
#include <QSpinBox>
#include <QTabBar>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::ImportEyes;
using test::patience;

// The recipe's fields and the preview of what they do.
class TestRecipePage : public QObject
{
    Q_OBJECT
    std::unique_ptr<test::ImportFixture> m_made;

    static std::shared_ptr<const ecg::EcgRecord> record(int samples = 5000)
    {
        auto made = std::make_shared<ecg::EcgRecord>(test::makeEcg(5, "p", "2020-01-01", {}, samples));
        // A baseline that wanders and a beat a second, so that the steps have something to do.
        for (std::size_t lead = 0; lead < ecg::leadCount; ++lead)
            for (int i = 0; i < samples; ++i)
                made->leads[lead][std::size_t(i)] = float(
                    0.6 * std::sin(i * 0.0021 + double(lead)) + 1.4 * std::exp(-0.02 * std::pow(i % 400 - 200, 2)) +
                    0.25 * std::exp(-0.0012 * std::pow(i % 400 - 300, 2)) + (i % 1700 == 900 ? 9.0 : 0.0));
        return made;
    }
    static echo::EchoClip clip() { return echo::readClip(test::reference("us_clip_12f_jpeg_ybr422.dcm")); }
    static QStringList captions(const ImportEyes& eyes) { return eyes.find<EcgStepsView>("ecgSteps")->captions(); }

    static const QLabel* emptyIn(const ImportEyes& eyes, const char* side)
    {
        return eyes.find<QWidget>(side)->findChild<QLabel*>("previewEmpty");
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
        m_made = std::make_unique<test::ImportFixture>();
    }
    void cleanupTestCase() { m_made.reset(); }

    void nothingOpenSaysSo()
    {
        ImportEyes eyes(*m_made);
        eyes.window.showStep(1);
        const auto* ecg = emptyIn(eyes, "ecgPreview");
        const auto* echo = emptyIn(eyes, "clipPreview");
        QTRY_VERIFY(ecg->isVisible());
        QVERIFY(ecg->text().contains("No ECG is open"));
        eyes.find<QTabBar>("recipeTabs")->setCurrentIndex(1);
        QTRY_VERIFY(echo->isVisible());
        QVERIFY(echo->text().contains("No clip is open"));
    }

    void ecgStepsFollowTheRecipe()
    {
        ImportEyes eyes(*m_made);
        eyes.window.setCase(record(), std::nullopt);
        eyes.window.showStep(1);
        QTRY_COMPARE_WITH_TIMEOUT(captions(eyes).size(), 5, patience);
        const QStringList first = captions(eyes);
        QVERIFY2(first[0].startsWith("As recorded: 500 Hz, 5000 samples"), qPrintable(first[0]));
        QVERIFY2(first[1].startsWith("Clipped: ± 4 σ") && !first[1].contains(" 0 samples"), qPrintable(first[1]));
        QVERIFY2(first[4].contains("samples 0 – 1007: 2.02 s at 500 Hz"), qPrintable(first[4]));
        bool warned = false;
        for (const QLabel* label : eyes.window.findChildren<QLabel*>("previewNotice"))
            warned = warned || (label->isVisible() && label->text().contains("states no sampling rate"));
        QVERIFY(warned);
        eyes.picture("recipe-ecg");
        eyes.find<QComboBox>("previewLead")->setCurrentIndex(8);
        eyes.find<QDoubleSpinBox>("ecgClip")->setValue(0);
        QTRY_COMPARE_WITH_TIMEOUT(captions(eyes).size(), 4, patience); // a step that is left out isn't shown
        eyes.find<QDoubleSpinBox>("ecgRate")->setValue(250);
        QTRY_COMPARE_WITH_TIMEOUT(captions(eyes).size(), 5, patience);
        QVERIFY2(captions(eyes)[1].startsWith("Resampled: 250 Hz"), qPrintable(captions(eyes)[1]));
        QVERIFY2(captions(eyes)[4].contains("4.03 s at 250 Hz"), qPrintable(captions(eyes)[4]));
        eyes.find<QDoubleSpinBox>("ecgRate")->setValue(100); // 1000 samples are fewer than the window
        const auto* empty = emptyIn(eyes, "ecgPreview");
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible() && empty->text().contains("too short"), patience);
        eyes.click("resetRecipes");
        QTRY_COMPARE_WITH_TIMEOUT(captions(eyes), first, patience);
        QCOMPARE(eyes.find<QDoubleSpinBox>("ecgRate")->text(), QString("as recorded"));
    }

    void previewIsWhatTheEncoderGets()
    {
        PreviewSource source;
        source.record = record();
        const EcgPreview ecg = previewEcg(source, {}, {});
        QVERIFY(ecg.failure.isEmpty());
        QVERIFY(ecg.steps.result.input == ecg::preprocess(*source.record, {}).input);
        source.clip = clip();
        echo::EchoRecipe recipe;
        recipe.padding = echo::PaddingMode::AfterNormalisation;
        const ClipPreview shown = previewClip(source, recipe, {});
        const auto plain = echo::preprocess(*source.clip, recipe);
        QCOMPARE(shown.tensor.size(), std::size_t(16));
        QCOMPARE(shown.padded, 10);
        const float value = plain.input[std::size_t(2 * 224 * 224 + 100 * 224 + 90)]; // red, third frame
        const int level = qRed(shown.tensor[2].pixel(90, 100));
        QVERIFY(std::abs(level - 255.0f * (value - shown.lowest) / (shown.highest - shown.lowest)) <= 1);
        source.ecgFile = m_made->text("absent.xml");
        QVERIFY2(previewEcg(source, {}, {}).failure.contains("absent.xml"),
                 qPrintable(previewEcg(source, {}, {}).failure));
        base::JobContext cancelled;
        cancelled.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(previewClip(source, recipe, cancelled), base::Cancelled);
    }

    void echoStepsFollowTheRecipe()
    {
        ImportEyes eyes(*m_made);
        eyes.window.setCase(nullptr, clip());
        eyes.window.showStep(1);
        eyes.find<QTabBar>("recipeTabs")->setCurrentIndex(1);
        auto* steps = eyes.find<ClipStepsView>("clipSteps");
        QTRY_COMPARE_WITH_TIMEOUT(steps->captions().size(), 3, patience);
        QVERIFY2(steps->captions()[0] == "Decoded: frame 1 of the clip", qPrintable(steps->captions()[0]));
        eyes.find<QComboBox>("echoMask")->setCurrentIndex(1);
        QTRY_COMPARE_WITH_TIMEOUT(steps->captions().size(), 5, patience);
        QVERIFY2(steps->captions()[1].startsWith("Mask: first against last"), qPrintable(steps->captions()[1]));
        QVERIFY(steps->captions()[2].startsWith("Masked"));
        steps->setFocus();
        QTest::keyClick(steps, Qt::Key_Right);
        QCOMPARE(steps->captions()[0], QString("Decoded: frame 3 of the clip"));
        QTest::keyClick(steps, Qt::Key_Left);
        QTest::keyClick(steps, Qt::Key_Left);
        QCOMPARE(steps->selected(), 0);
        eyes.picture("recipe-echo");
        eyes.find<QSpinBox>("echoStride")->setValue(1);
        eyes.find<QComboBox>("echoChannels")->setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(steps->captions()[4].contains("blue first"), patience);
        steps->select(1);
        QCOMPARE(steps->captions()[0], QString("Decoded: frame 2 of the clip"));
    }

    void windowDecidesTimePositionsAndTravels()
    {
        ImportEyes eyes(*m_made);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        eyes.window.showStep(1);
        eyes.find<QSpinBox>("ecgWindow")->setValue(1000); // no multiple of the patch
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("recipeProblem").contains("multiple"), patience);
        eyes.find<QSpinBox>("ecgWindow")->setValue(1992);
        QTRY_VERIFY_WITH_TIMEOUT(ImportEyes::said(eyes.rows()[0], "weightsNotes").contains("stretching"), patience);
        QVERIFY(eyes.words("recipeProblem").isEmpty());
        eyes.find<QSpinBox>("ecgWindows")->setValue(2);
        eyes.find<QComboBox>("echoChannels")->setCurrentIndex(1);
        eyes.find<QComboBox>("echoColour")->setCurrentIndex(1);
        eyes.window.showStep(2);
        eyes.find<QLineEdit>("bundleName")->setText("Long window");
        eyes.find<QLineEdit>("bundleLicence")->setText("test");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.find<QPushButton>("nextStep")->isEnabled(), patience);
        eyes.click("nextStep");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("importOutcome").contains("is made"), patience);
        const base::Json recipes = inference::bundleInfo(m_made->path("bundles/long-window")).at("recipes");
        QCOMPARE(recipes.at("ecg").at("fields").at("window_samples").toInteger(), 1992);
        QCOMPARE(recipes.at("ecg").at("fields").at("most_windows").toInteger(), 2);
        QCOMPARE(recipes.at("echo").at("fields").at("channel_order").toString(), std::string("bgr"));
        QCOMPARE(recipes.at("echo").at("fields").at("include_colour").toBool(), false);
    }

    void recipesComeFromAFile()
    {
        ImportEyes eyes(*m_made);
        auto* import = eyes.find<BundleImport>("import");
        QVERIFY(import);
        eyes.window.addFiles(m_made->files());
        QTRY_COMPARE_WITH_TIMEOUT(eyes.states(), QStringList(7, "filled"), patience);
        eyes.window.showStep(1);
        const auto write = [&](const char* name, const base::Json& json) {
            return QString::fromStdString(test::writeText(m_made->path(name), json.dump()).string());
        };
        ecg::EcgRecipe ecg;
        ecg.clipSigmas = 6;
        ecg.normalisationGroups = {{0, 5}};
        echo::EchoRecipe echo = import->echoRecipe();
        echo.zoom = 0.2;
        const base::Json both = base::Json::object({{"ecg", ecg.toJson()}, {"echo", echo.toJson()}});
        import->loadRecipes(write("own.json", both));
        QTRY_COMPARE_WITH_TIMEOUT(eyes.find<QDoubleSpinBox>("ecgClip")->value(), 6.0, patience);
        QVERIFY(import->ecgRecipe().toJson() == ecg.toJson());
        QCOMPARE(eyes.find<QComboBox>("ecgGroups")->currentText(), QString("groups of the file"));
        QVERIFY(eyes.words("recipeMessage").contains("own.json"));
        // A bundle's own file does as well; what isn't a recipe changes nothing and says why.
        import->loadRecipes(m_made->text("formula/bundle.json"));
        QTRY_COMPARE_WITH_TIMEOUT(eyes.find<QDoubleSpinBox>("ecgClip")->value(), 4.0, patience);
        base::Json odd = both;
        odd.set("ecg", base::Json::object({{"clip_sigmas", 4}, {"notch_hz", 50}}));
        import->loadRecipes(write("odd.json", odd));
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("recipeMessage").contains("notch_hz"), patience);
        import->loadRecipes(m_made->text("nowhere.json"));
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("recipeMessage").contains("can't be read"), patience);
        // One that the weights can't take holds up the import.
        echo.size = 32;
        import->loadRecipes(write("small.json", base::Json::object({{"ecg", ecg.toJson()},
                                                                    { "echo",
                                                                      echo.toJson() }})));
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("recipeProblem").contains("32 in the recipe"), patience);
        QVERIFY(!import->whyNotImport().isEmpty());
        eyes.click("resetRecipes");
        QTRY_VERIFY_WITH_TIMEOUT(eyes.words("recipeProblem").isEmpty(), patience);
    }

    // What is shown rounded isn't changed by looking at it.
    void fieldsKeepWhatTheyRound()
    {
        EchoRecipeForm form;
        echo::EchoRecipe recipe;
        recipe.mean[0] = 29.110628;
        recipe.zoom = 0.12345;
        form.setRecipe(recipe);
        echo::EchoRecipe got;
        connect(&form, &EchoRecipeForm::edited, &form, [&](const echo::EchoRecipe& r) { got = r; });
        form.findChild<QSpinBox*>("echoStride")->setValue(3);
        QCOMPARE(got.stride, 3);
        QCOMPARE(got.mean[0], 29.110628);
        QCOMPARE(got.zoom, 0.12345);
        form.findChild<QDoubleSpinBox*>("echoMean0")->setValue(30);
        QCOMPARE(got.mean[0], 30.0);
    }
};

QTEST_MAIN(TestRecipePage)
#include "test_recipe_page.moc"
