// SPDX-License-Identifier: GPL-3.0-or-later
// The badge stands on every pane that shows a virtual patient or a result of a model trained on them, and on no other.
#include "ecg/simulated.h"
#include "support/made_cases.h"
#include "support/picture.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/echo/cine_overlay.h"
#include "ui/library/library_panel.h"
#include "ui/library/library_tree.h"
#include "ui/retrieval/prediction_card.h"
#include "ui/retrieval/similar_hearts.h"
#include "ui/theme/simulated_badge.h"

#include <QListView>
#include <QPainter>
#include <QTreeView>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

// Pixels that have the colour of the badge's word.
int inked(const QImage& image, const ThemeColours& colours)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor c = image.pixelColor(x, y);
            count += std::abs(c.red() - colours.warning.red()) + std::abs(c.green() - colours.warning.green()) + std::abs(c.blue() - colours.warning.blue()) < 40;
        }
    return count;
}

int inked(QWidget& widget)
{
    return inked(widget.grab().toImage(), Theme::instance().colours());
}

bool hasBadge(const QWidget& widget)
{
    for (const auto* badge : widget.findChildren<SimulatedBadge*>())
        if (badge->isVisible())
            return true;
    return false;
}

ecg::EcgRecord record(bool simulated)
{
    ecg::EcgRecord made = test::makeEcg(3, "P", "2020-01-01");
    if (simulated)
        made.warnings.push_back(ecg::simulatedPatientWarning());
    return made;
}

casework::Prediction prediction(bool simulatedNeighbour)
{
    casework::Prediction p;
    p.lvefClass = 0;
    for (int i = 0; i < 5; ++i) {
        casework::Neighbour n;
        n.ecg = i + 1;
        n.classIndex = 0;
        n.lvef = 30;
        n.label = "P" + std::to_string(i);
        n.simulated = simulatedNeighbour && i == 2;
        p.lvefNeighbours.push_back(n);
    }
    return p;
}

inference::EngineFacts engine(bool simulated)
{
    inference::EngineFacts facts;
    facts.bundleName = "demo";
    facts.trained = true;
    facts.simulated = simulated;
    return facts;
}

casework::Retrieval ranking(int simulated)
{
    casework::Retrieval r;
    for (int i = 0; i < 3; ++i) {
        casework::RankedStudy s;
        s.study = i + 1;
        s.rank = i + 1;
        s.similarity = 0.9;
        s.label = "study " + std::to_string(i + 1);
        s.simulated = i < simulated;
        r.studies.push_back(s);
    }
    return r;
}

void show(QWidget& widget, const QSize& size)
{
    widget.resize(size);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
    QCoreApplication::processEvents();
}

} // namespace

class TestSimulatedBadges : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { test::applyPictureTheme(); }

    void ecgPage()
    {
        EcgPageView view;
        show(view, {900, 500});
        view.setRecord(record(true));
        QTRY_VERIFY(view.isSettled());
        QVERIFY(hasBadge(view));
        test::picture(view, "badge-ecg");
        view.setRecord(record(false));
        QTRY_VERIFY(view.isSettled());
        QVERIFY(!hasBadge(view));
        // A virtual patient over a real one.
        view.setOverlay(record(true), "virtual");
        QTRY_VERIFY(view.isSettled() && hasBadge(view));
        view.setOverlay(std::nullopt);
        QTRY_VERIFY(!hasBadge(view));
    }

    void predictionCard()
    {
        PredictionCard card;
        show(card, {340, 420});
        card.setEngine(engine(false));
        card.setPrediction(prediction(false));
        QVERIFY(!hasBadge(card));
        card.setPrediction(prediction(true));
        QTRY_VERIFY(hasBadge(card));
        test::picture(card, "badge-card-neighbour");
        casework::Prediction ofVirtual = prediction(false);
        ofVirtual.simulated = true;
        card.setPrediction(ofVirtual);
        QTRY_VERIFY(hasBadge(card));
        card.setPrediction(prediction(false));
        QTRY_VERIFY(!hasBadge(card));
        card.setEngine(engine(true));
        QTRY_VERIFY(hasBadge(card));
        test::picture(card, "badge-card-model");
        // Weights that were never trained have a warning of their own.
        inference::EngineFacts untrained = engine(true);
        untrained.trained = false;
        card.setEngine(untrained);
        QTRY_VERIFY(!hasBadge(card));
    }

    void similarHearts()
    {
        SimilarHearts hearts;
        show(hearts, {340, 420});
        hearts.setRetrieval(ranking(0));
        QVERIFY(!hasBadge(hearts));
        auto* list = hearts.findChild<QListView*>("rankedStudies");
        QCoreApplication::processEvents();
        const int without = inked(*list->viewport());
        hearts.setRetrieval(ranking(2));
        QTRY_VERIFY(hasBadge(hearts));
        test::picture(hearts, "badge-hearts");
        QTRY_VERIFY2(inked(*list->viewport()) > without + 20, qPrintable(QString::number(inked(*list->viewport()) - without))); // on the rows themselves
        hearts.setRetrieval(ranking(0));
        QVERIFY(!hasBadge(hearts));
        hearts.setTrainedOnSimulated(true);
        QVERIFY(hasBadge(hearts));
    }

    void libraryTree()
    {
        LibraryPanel panel;
        show(panel, {260, 300});
        LibraryPanel::Contents contents;
        contents.patients = {{1, "P1", "Doe^Jane", {}, {}}, {2, "SIM1", "Roe^Rita", {}, {}}};
        for (int i = 1; i <= 2; ++i) {
            library::EcgRow e;
            e.id = e.patient = i;
            e.date = "2020-01-01";
            contents.ecgs.push_back(e);
            library::StudyRow s;
            s.id = s.patient = i;
            s.date = "2020-01-01";
            s.cines = 4;
            contents.studies.push_back(s);
        }
        panel.setContents(contents);
        auto* tree = panel.findChild<QTreeView*>("libraryTree");
        QCoreApplication::processEvents();
        QCOMPARE(inked(*tree->viewport()), 0);
        contents.ecgs[1].simulated = contents.studies[1].simulated = true;
        panel.setContents(contents);
        QCoreApplication::processEvents();
        QVERIFY(inked(*tree->viewport()) > 30);
        test::picture(panel, "badge-library");
        const QAbstractItemModel& model = *tree->model();
        for (int row = 0; row < 2; ++row) {
            const QModelIndex patient = model.index(row, 0);
            const bool expected = patient.data(LibraryTree::IdRole).toInt() == 2;
            QCOMPARE(patient.data(LibraryTree::SimulatedRole).toBool(), expected);
            QCOMPARE(patient.data(Qt::ToolTipRole).toString().contains("virtual patient"), expected);
            for (int child = 0; child < 2; ++child)
                QCOMPARE(model.index(child, 0, patient).data(LibraryTree::SimulatedRole).toBool(), expected);
        }
    }

    void echoCells()
    {
        for (const double width : {420.0, 150.0}) {
            const QRectF cell(0, 0, width, width * 0.8);
            const auto drawn = [&](bool simulated) {
                QImage image(cell.size().toSize(), QImage::Format_RGB32);
                image.fill(Qt::black);
                QPainter painter(&image);
                CellOverlay overlay;
                overlay.title = "own study";
                overlay.weight = "view weight 0.31";
                overlay.simulated = simulated;
                const double line = QFontMetricsF(painter.font()).height() + 4;
                paintOverlay(painter, cell, layoutCell(cell, line, {320, 240}, 1, 1), overlay, Theme::instance().colours());
                painter.end();
                return inked(image, Theme::coloursOf(ThemeKind::Dark));
            };
            QVERIFY(drawn(true) > drawn(false) + 15);
        }
    }
};

QTEST_MAIN(TestSimulatedBadges)
#include "test_simulated_badges.moc"
