// SPDX-License-Identifier: GPL-3.0-or-later
// The first start: a library of virtual patients that fills while one of them is looked at, and the choice where there is nothing yet.
#include "library/library.h"
#include "support/made_cases.h"
#include "support/picture.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/echo/cine_grid.h"
#include "ui/retrieval/formatting.h"
#include "ui/retrieval/prediction_card.h"
#include "ui/retrieval/ranked_model.h"
#include "ui/retrieval/similar_hearts.h"
#include "ui/shell/case_window.h"
#include "ui/theme/simulated_badge.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

constexpr int patience = 240000; // a loaded machine simulates and encodes slowly
constexpr int patients = 12;     // enough for a vote, and for a while

} // namespace

class TestDemoWindow : public QObject
{
    Q_OBJECT

    static std::unique_ptr<CaseWindow> open(const std::filesystem::path& library, bool demo)
    {
        WindowOptions options;
        options.library = library;
        options.rememberPlaces = false;
        options.demo = demo;
        options.demoPatients = patients;
        auto window = std::make_unique<CaseWindow>(options);
        window->resize(1440, 900);
        window->show();
        return window;
    }

    template <class T> static T* only(const QWidget& window)
    {
        const auto found = window.findChildren<T*>();
        return found.size() == 1 ? found[0] : nullptr;
    }

    static QPushButton* button(const QWidget& window, const char* name) { return window.findChild<QPushButton*>(QLatin1String(name)); }

    static QAction* action(const QWidget& window, const QString& text)
    {
        for (QAction* a : window.findChildren<QAction*>())
            if (a->text().remove('&') == text)
                return a;
        return nullptr;
    }

private slots:
    void initTestCase() { test::applyPictureTheme(); }

    void fillsOpensAndRanks()
    {
        test::Scratch scratch;
        const auto window = open(scratch / "demo", true);
        window->openDemo();
        QVERIFY(!window->isSettled());
        // A case is there long before all are in.
        const auto* page = only<EcgPageView>(*window);
        QTRY_VERIFY_WITH_TIMEOUT(page->record(), patience);
        const auto library = library::Library::open(scratch / "demo");
        QVERIFY(library->patients().size() < std::size_t(patients));
        const std::string first = page->record()->patient.id;
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QCOMPARE(library->patients().size(), std::size_t(patients));
        QCOMPARE(page->record()->patient.id, first); // nothing was taken away from who looks at it
        QVERIFY2(window->notice().contains(QString::number(patients)), qPrintable(window->notice()));

        // All of it works on them, and says what they are.
        QTRY_COMPARE(only<SimilarHearts>(*window)->rowCount(), patients - 1);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience); // the last ranking comes after the last patient, and its clips after it
        const auto* predicted = only<PredictionCard>(*window)->findChild<QLabel*>("predictedClass");
        QVERIFY(predicted && predicted->text().contains("LVEF") && !predicted->text().contains(QStringLiteral("—")));
        QVERIFY(only<CineGrid>(*window)->cellCount() > 1);
        QVERIFY(only<CineGrid>(*window)->cell(0).clip.simulated);
        // What plays beside the own study is what the list has first, under its own name, however often the ranking changed.
        const auto* list = only<SimilarHearts>(*window)->findChild<QListView*>();
        const auto* ranked = list ? qobject_cast<const RankedModel*>(list->model()) : nullptr;
        QVERIFY(ranked && ranked->rowCount() > 0);
        int beside = 0;
        for (int i = 0; i < only<CineGrid>(*window)->cellCount(); ++i)
            if (const CineCell& cell = only<CineGrid>(*window)->cell(i); !cell.own) {
                ++beside;
                QCOMPARE(cell.study, qint64(ranked->at(0).study));
                QVERIFY2(cell.title.startsWith(QStringLiteral("1 · similarity %1 ").arg(similarity(ranked->at(0).similarity))), qPrintable(cell.title));
            }
        QVERIFY(beside > 0);
        for (QWidget* pane : {static_cast<QWidget*>(only<EcgPageView>(*window)), static_cast<QWidget*>(only<PredictionCard>(*window)), static_cast<QWidget*>(only<SimilarHearts>(*window))}) {
            const auto badges = pane->findChildren<SimulatedBadge*>();
            QVERIFY2(std::any_of(badges.begin(), badges.end(), [](const auto* b) { return b->isVisible(); }), pane->metaObject()->className());
        }
        test::picture(*window, QStringLiteral("demo-window"));
    }

    void cancelledItGoesOnNextTime()
    {
        test::Scratch scratch;
        {
            const auto window = open(scratch / "demo", true);
            window->openDemo();
            QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*window)->record(), patience);
        } // closed in the middle
        const auto library = library::Library::open(scratch / "demo");
        const auto in = library->patients().size();
        QVERIFY(in >= 1 && in < std::size_t(patients));
        const auto window = open(scratch / "demo", true);
        window->openDemo();
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && only<EcgPageView>(*window)->record(), patience);
        QCOMPARE(library->patients().size(), std::size_t(patients));
    }

    // A new library of one's own offers the choice; virtual patients get a library beside it, in a window that takes this one's place.
    void choiceOfTheFirstStart()
    {
        test::Scratch scratch;
        const auto window = open(scratch / "library", false);
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        QVERIFY(button(*window, "ecgOther")->isVisible());
        QCOMPARE(button(*window, "ecgOther")->text(), QStringLiteral("Try it on virtual patients"));
        QCOMPARE(button(*window, "ecgOpen")->text(), QStringLiteral("Import your own…"));
        test::picture(*window, QStringLiteral("demo-choice"));
        QTest::mouseClick(button(*window, "ecgOther"), Qt::LeftButton);
        CaseWindow* other = nullptr;
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (auto* candidate = qobject_cast<CaseWindow*>(widget); candidate && candidate != window.get())
                other = candidate;
        QVERIFY(other && other->isVisible());
        QVERIFY(!window->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(only<EcgPageView>(*other)->record(), patience);
        other->close(); // deletes it
        QTRY_VERIFY_WITH_TIMEOUT(QApplication::topLevelWidgets().indexOf(other) < 0, patience);
        QVERIFY(library::Library::open(scratch / "library")->patients().empty());
        QVERIFY(!library::Library::open(scratch / "demo-library")->patients().empty());
    }

    void ownCasesStayAsTheyAre()
    {
        test::Scratch scratch;
        library::Library::create(scratch / "own");
        const auto library = library::Library::open(scratch / "own");
        const auto [ecg, added] = library->addEcg(test::makeEcg(1, "own", "2020-01-01"));
        library->setSetting("shell/last-ecg", std::to_string(ecg));
        const auto window = open(scratch / "own", true);
        QVERIFY(action(*window, "Open the demo library"));
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled(), patience);
        window->openDemo();
        QTRY_VERIFY_WITH_TIMEOUT(window->isSettled() && only<EcgPageView>(*window)->record(), patience);
        QCOMPARE(only<EcgPageView>(*window)->record()->patient.id, std::string("own"));
        QCOMPARE(library->patients().size(), std::size_t(1));
        const auto badges = window->findChildren<SimulatedBadge*>();
        QVERIFY(std::none_of(badges.begin(), badges.end(), [](const auto* b) { return b->isVisible(); }));
        QVERIFY(!button(*window, "ecgOther")->isVisible());
    }
};

QTEST_MAIN(TestDemoWindow)
#include "test_demo_window.moc"
