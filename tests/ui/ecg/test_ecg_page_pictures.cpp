// SPDX-License-Identifier: GPL-3.0-or-later
// Every layout of a real ECG in the real pane: each shows ink of all its leads. With E2E_TEST_PICTURES each is a
// picture for the eyes; E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
#include "ecg/ecg_reader.h"
#include "page_fixture.h"
#include "support/test_paths.h"
#include "ui/theme/theme.h"

using namespace echo2ecg;

class TestEcgPagePictures : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }
    void layouts_data()
    {
        QTest::addColumn<int>("format");
        QTest::addColumn<bool>("beat");
        for (const ecg::PageFormat format : ecg::allPageFormats) {
            const std::string code(ecg::code(format));
            QTest::newRow(code.c_str()) << int(format) << false;
            if (ui::suitsABeat(format))
                QTest::newRow(("beat-" + code).c_str()) << int(format) << true;
        }
    }
    void layouts()
    {
        QFETCH(int, format);
        QFETCH(bool, beat);
        const auto path = echo2ecg::test::sharedData("ecg_dicom/mortara_eli250_12lead.dcm");
        E2E_NEED_SHARED(path);
        ui::EcgPageView view;
        test::showView(view, {1000, 560});
        view.setRecord(ecg::readEcg(path));
        test::settle(view);
        ui::PageOptions options = view.options();
        options.source = beat ? ui::PageSource::MedianBeat : ui::PageSource::Recording;
        options.page().format = ecg::PageFormat(format);
        if (beat && options.page().format == ecg::PageFormat::Superimposed)
            options.page().mmPerSecond = 100;
        view.setOptions(options);
        view.showSide(beat ? ui::EcgPageView::Side::Measurements : ui::EcgPageView::Side::None);
        QCoreApplication::processEvents();
        ui::PagePlot& plot = test::plotOf(view);
        QCOMPARE(plot.page().settings.format, ecg::PageFormat(format));
        test::picture(view, QStringLiteral("page-%1").arg(QTest::currentDataTag()));

        const QImage image = plot.grab().toImage();
        const QColor trace = plot.colours().trace;
        for (const ecg::Strip& strip : plot.page().strips) {
            // Around the zero line of each strip there is ink in most columns of pixels.
            const auto left = plot.scale().map(strip.x, strip.baselineY),
                       right = plot.scale().map(strip.x + strip.width, 0);
            int inked = 0, columns = 0;
            for (double x = left.x() + 4; x < right.x() - 4; x += 3) {
                ++columns;
                const int reach = int(28 * plot.scale().unitsPerMm);
                for (int y = int(left.y()) - reach; y <= int(left.y()) + reach; ++y) {
                    const QPoint at = (QPointF(x, y) * image.devicePixelRatio()).toPoint();
                    if (image.rect().contains(at) && std::abs(qGreen(image.pixel(at)) - trace.green()) < 60) {
                        ++inked;
                        break;
                    }
                }
            }
            QVERIFY2(inked > columns * 8 / 10, ecg::label(strip).c_str());
        }
    }
};

QTEST_MAIN(TestEcgPagePictures)
#include "test_ecg_page_pictures.moc"
