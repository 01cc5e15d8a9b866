// SPDX-License-Identifier: GPL-3.0-or-later
// The panel "What the model sees" of an echo study. With E2E_TEST_PICTURES there are pictures for the eyes; E2E_TEST_THEME=light and QT_SCALE_FACTOR=2
// make the others.
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/echo/model_view/clip_list_model.h"
#include "ui/echo/model_view/clip_steps_view.h"
#include "ui/echo/model_view/echo_model_panel.h"

#include <QLabel>
#include <QListView>
#include <QSignalSpy>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

constexpr int patience = 20'000;

casework::ModelView viewOf(qint64 id, const std::filesystem::path& file)
{
    casework::ModelView view;
    view.clip = echo::readClip(file);
    view.row.id = id;
    view.row.file = file;
    view.row.fileName = file.filename().string();
    view.row.sha256 = "hash " + std::to_string(id);
    view.row.kind = view.clip.kind;
    return view;
}

void decide(std::vector<casework::ModelView>& views, const echo::EchoRecipe& recipe)
{
    echo::EchoStudy study;
    for (const auto& view : views)
        study.clips.push_back(view.clip);
    const auto choices = echo::chooseViews(study, recipe);
    for (std::size_t i = 0; i < views.size(); ++i)
        views[i].choice = choices[i];
}

// Four clips with 12 frames; the second is a still by decree.
std::vector<casework::ModelView> fourClips(const echo::EchoRecipe& recipe)
{
    std::vector<casework::ModelView> views;
    for (qint64 id = 11; id < 15; ++id)
        views.push_back(viewOf(id, test::reference("us_clip_12f_jpeg_ybr422.dcm")));
    views[1].clip.kind = views[1].row.kind = echo::ClipKind::Still;
    decide(views, recipe);
    return views;
}

QString words(const EchoModelPanel& panel, const char* name)
{
    return panel.findChild<QLabel*>(QLatin1String(name))->text();
}

} // namespace

class TestEchoModelPanel : public QObject
{
    Q_OBJECT

    static void show(EchoModelPanel& panel, QSize size = {560, 820})
    {
        panel.resize(size);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }

    void saysWhatIsNeeded()
    {
        EchoModelPanel panel;
        show(panel);
        QVERIFY(words(panel, "echoModelEmpty").contains("Open a study"));
        QVERIFY(!panel.findChild<QListView*>()->isVisible());
        test::picture(panel, "echo-model-empty");
        panel.setStudy(fourClips({}), std::nullopt, {});
        QVERIFY(words(panel, "echoModelEmpty").contains("Ctrl+B"));
        panel.setStudy(fourClips({}), echo::EchoRecipe(), "bundle");
        QVERIFY(panel.findChild<QListView*>()->isVisible());
        panel.setStudy({}, echo::EchoRecipe(), "bundle");
        QVERIFY(!panel.findChild<QListView*>()->isVisible());
    }

    void theStepsOfTheChosenClip()
    {
        EchoModelPanel panel;
        show(panel);
        echo::EchoRecipe recipe;
        recipe.mask = echo::MaskMode::UltrasoundSector;
        QSignalSpy chosen(&panel, &EchoModelPanel::clipChosen), prepared(&panel, &EchoModelPanel::prepared);
        panel.setStudy(fourClips(recipe), recipe, "bundle");
        QCOMPARE(panel.chosen(), qint64(11)); // the first that is used
        QCOMPARE(chosen.size(), 0);           // nobody chose it
        QVERIFY(words(panel, "echoModelSummary").startsWith("3 of 4 clips used; at most 128"));
        QVERIFY(words(panel, "echoModelSummary").contains("when the study is embedded"));
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 1, patience);
        auto* steps = panel.findChild<ClipStepsView*>();
        QCOMPARE(steps->captions().size(), 5);
        QCOMPARE(panel.preview()->tensor.size(), std::size_t(16));
        const ClipPreview& made = *panel.preview();
        QVERIFY(!made.mask.isNull() && !made.maskBasis.isEmpty());
        QVERIFY(std::abs(made.crop.width() * made.decoded[0].width() - made.crop.height() * made.decoded[0].height()) < 2);

        // Through the list with the keys: only the last one is prepared.
        auto* list = panel.findChild<QListView*>();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down);
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(chosen.size(), 2);
        QCOMPARE(panel.chosen(), qint64(13));
        QVERIFY(steps->captions().isEmpty()); // of the clip before
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 2, patience);
        QTest::qWait(300);
        QCOMPARE(prepared.size(), 2);
        panel.choose(12);
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 3, patience);
        panel.choose(4711); // not of this study
        QCOMPARE(panel.chosen(), qint64(12));
    }

    void theSameStudyAgainKeepsThePictures()
    {
        EchoModelPanel panel;
        show(panel);
        QSignalSpy prepared(&panel, &EchoModelPanel::prepared);
        panel.setStudy(fourClips({}), echo::EchoRecipe(), "bundle");
        panel.choose(14);
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 1, patience);
        const auto before = panel.preview();
        auto weighted = fourClips({});
        weighted[0].weight = 0.75f;
        weighted[3].weight = 0.25f;
        panel.setStudy(weighted, echo::EchoRecipe(), "bundle");
        QCOMPARE(panel.chosen(), qint64(14));
        QCOMPARE(panel.preview(), before);
        QVERIFY(!words(panel, "echoModelSummary").contains("embedded"));
        const auto* model = panel.findChild<QListView*>()->model();
        QCOMPARE(model->index(3, 0).data(ClipListModel::WeightRole).toDouble(), 0.25);
        QVERIFY(std::abs(model->index(3, 0).data(ClipListModel::ShareRole).toDouble() - 1.0 / 3) < 1e-6);
        QVERIFY(!model->index(2, 0).data(ClipListModel::WeightRole).isValid());
        echo::EchoRecipe other;
        other.stride = 1;
        panel.setStudy(weighted, other, "bundle");
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 2, patience);
        QCOMPARE(panel.preview()->frames[1], 1);
    }

    void aPersonSwitches()
    {
        EchoModelPanel panel;
        show(panel);
        auto views = fourClips({});
        panel.setStudy(views, echo::EchoRecipe(), "bundle");
        qint64 clip = 0;
        std::optional<std::optional<bool>> use;
        connect(&panel, &EchoModelPanel::useChanged, this, [&](qint64 id, std::optional<bool> wish) {
            clip = id;
            use = wish;
        });
        auto* list = panel.findChild<QListView*>();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Space);
        QCOMPARE(clip, qint64(11));
        QVERIFY(use && *use == std::optional(false));
        QCOMPARE(list->model()->index(0, 0).data(Qt::CheckStateRole).value<Qt::CheckState>(), Qt::Checked); // until it is told so

        views[0].clip.use = false;
        decide(views, {});
        panel.setStudy(views, echo::EchoRecipe(), "bundle");
        QCOMPARE(list->model()->index(0, 0).data(ClipListModel::ReasonRole).toString(), QString("left out by hand"));
        use.reset();
        // Back to what the rules say: by the mouse on the mark.
        const QRect row = list->visualRect(list->model()->index(0, 0));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, {row.left() + 14, row.center().y()});
        QVERIFY(use && !use->has_value());
        use.reset();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, {row.left() + 200, row.center().y()}); // beside the mark
        QVERIFY(!use);
        // A still has no switch.
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Space);
        QVERIFY(!use);
    }

    void aDamagedClipSaysSo()
    {
        EchoModelPanel panel;
        show(panel);
        auto views = fourClips({});
        views[0].clip.file = "/nowhere/clip.dcm";
        QSignalSpy prepared(&panel, &EchoModelPanel::prepared);
        panel.setStudy(views, echo::EchoRecipe(), "bundle");
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 1, patience);
        QVERIFY2(words(panel, "echoModelNotice").contains("can't be prepared"), qPrintable(words(panel, "echoModelNotice")));
        panel.setStudy({}, std::nullopt, {}); // while nothing or something is under way
    }

    // What a panel that isn't looked at would decode is left until it is.
    void hiddenItPreparesNothing()
    {
        EchoModelPanel panel;
        QSignalSpy prepared(&panel, &EchoModelPanel::prepared);
        panel.setStudy(fourClips({}), echo::EchoRecipe(), "bundle");
        QTest::qWait(400);
        QCOMPARE(prepared.size(), 0);
        QVERIFY(!panel.isPreparing());
        show(panel);
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 1, patience);
    }

    void realStudies_data()
    {
        QTest::addColumn<int>("width");
        QTest::newRow("narrow") << 440;
        QTest::newRow("wide") << 860;
    }
    void realStudies()
    {
        QFETCH(int, width);
        const auto folder = test::shared() / "data";
        E2E_NEED_SHARED(folder);
        echo::EchoRecipe recipe;
        recipe.mask = echo::MaskMode::UltrasoundSector;
        recipe.includeColour = false;
        std::vector<casework::ModelView> views;
        for (const char* file : {"echo_multiframe/toshiba_plax_2d.dcm", "echo_multiframe/toshiba_a4c_colour.dcm", "echo_still/toshiba_mmode.dcm",
                                 "echo_multiframe/hp_pediatric_01.dcm", "echo_multiframe/hp_pediatric_03.dcm", "echo_multiframe/acuson_stress_09.dcm"})
            views.push_back(viewOf(qint64(views.size()) + 1, folder / file));
        views[4].clip.use = true;
        decide(views, recipe);
        QCOMPARE(views[1].choice.reason, std::string("colour Doppler; this bundle leaves it out"));
        for (std::size_t i : {0u, 3u, 4u, 5u})
            views[i].weight = 0.1f * float(i) + 0.05f;
        EchoModelPanel panel;
        show(panel, {width, 900});
        QSignalSpy prepared(&panel, &EchoModelPanel::prepared);
        panel.setStudy(views, recipe, "example 1.0");
        QTRY_COMPARE_WITH_TIMEOUT(prepared.size(), 1, patience);
        QCOMPARE(words(panel, "echoModelSummary"), QString("4 of 6 clips used; at most 128"));
        panel.findChild<QListView*>()->setFocus();
        test::picture(panel, QStringLiteral("echo-model-%1").arg(QTest::currentDataTag()));
    }
};

QTEST_MAIN(TestEchoModelPanel)
#include "test_echo_model_panel.moc"
