// SPDX-License-Identifier: GPL-3.0-or-later
// The review before de-identified files are written, and the small export window. With E2E_TEST_PICTURES each is a picture for the eyes;
// E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
#include "core/dicom/make_dicom.h"
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/export/box_editor.h"
#include "ui/export/deidentify_window.h"
#include "ui/export/export_window.h"
#include "ui/export/reviewed_file.h"
#include "ui/jobs/job_runner.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>
#include <QToolButton>

using namespace echo2ecg;

class TestExportWindows : public QObject
{
    Q_OBJECT
    test::Folder m_folder;
    ui::JobRunner m_jobs;

    static QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

    std::filesystem::path clip(const char* name, bool withRegions) const
    {
        using test::DataWriter;
        DataWriter region;
        region.us(0x00186012, 1).us(0x00186014, 1).ul(0x00186018, 4).ul(0x0018601A, 10).ul(0x0018601C, 35).ul(0x0018601E, 25);
        DataWriter data;
        data.text(0x00080016, "UI", test::clipClass).text(0x00080018, "UI", QByteArray("1.2.3.") + (withRegions ? "1" : "2")).text(0x00080020, "DA", "20240229");
        data.text(0x00080060, "CS", "US").text(0x00100010, "PN", "Mustermann^Erika").text(0x00100020, "LO", "PID-0815");
        if (withRegions)
            data.sequence(0x00186011, {region.data()});
        data.text(0x0020000D, "UI", "1.2.3.7").text(0x0020000E, "UI", "1.2.3.8").us(0x00280002, 3).text(0x00280004, "CS", "RGB").us(0x00280006, 0);
        data.text(0x00280008, "IS", "2").us(0x00280010, 30).us(0x00280011, 40).us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
        data.bytes(0x7FE00010, "OB", test::toBytes(test::gradient(30, 40)) + test::toBytes(test::gradient(30, 40, 9)));
        return m_folder.write(name, test::withMeta(data.data(), test::syntaxUid(test::Writing::Explicit), test::clipClass));
    }
    template <class T> static T* child(QWidget& window, const char* name)
    {
        T* found = window.findChild<T*>(QLatin1String(name));
        if (!found)
            qFatal("no %s", name);
        return found;
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }

    void nothingIsWrittenBeforeAllIsLookedAt()
    {
        ui::DeidentifyWindow window(m_jobs);
        window.show();
        window.setFolder(text(m_folder.path("")));
        QSignalSpy read(&window, &ui::DeidentifyWindow::filesRead);
        window.setFiles({clip("regions.dcm", true), clip("bare.dcm", false), m_folder.write("no.txt", "nothing")});
        QVERIFY(!window.whyNotExport().isEmpty());
        QTRY_COMPARE(read.count(), 1);
        auto *go = child<QPushButton>(window, "deidentify"), *unused = child<QPushButton>(window, "cancelDeidentify");
        QVERIFY(!unused->isVisible());
        auto* looked = child<QCheckBox>(window, "looked");
        auto* editor = child<ui::BoxEditor>(window, "boxEditor");
        QVERIFY(!go->isEnabled());
        QVERIFY(!window.files()[2].problem.isEmpty()); // listed with the reason, in nobody's way

        window.showFile(0);
        QCOMPARE(editor->boxes().size(), std::size_t(1));
        QVERIFY(editor->boxes()[0] == (dicom::PixelBox{4, 10, 36, 26}));
        QVERIFY(child<QTableWidget>(window, "changes")->rowCount() >= 6);
        for (int row = 0; row < child<QTableWidget>(window, "changes")->rowCount(); ++row)
            for (int c = 0; c < 3; ++c)
                QVERIFY(!child<QTableWidget>(window, "changes")->item(row, c)->text().contains(QLatin1String("Mustermann")));
        QVERIFY(looked->isEnabled());
        looked->click();
        QVERIFY(!go->isEnabled());

        // Without regions nothing is kept, and so nothing can have been looked at, until a person says what.
        window.showFile(1);
        QVERIFY(editor->boxes().empty());
        QVERIFY(!looked->isEnabled());
        child<QToolButton>(window, "wholePicture")->click();
        QVERIFY(editor->boxes()[0] == (dicom::PixelBox{0, 0, 40, 30}));
        QVERIFY(looked->isEnabled());
        looked->click();
        child<QToolButton>(window, "removeBox");
        editor->setFocus();
        QTest::mouseClick(editor, Qt::LeftButton, {}, editor->boxOnScreen(0).center().toPoint());
        QCOMPARE(editor->chosen(), 0);
        child<QToolButton>(window, "removeBox")->click();
        QVERIFY(!looked->isEnabled() && !looked->isChecked()); // what was looked at is another picture now
        child<QToolButton>(window, "wholePicture")->click();
        looked->click();

        QVERIFY(!go->isEnabled()); // no ID yet
        auto* id = child<QLineEdit>(window, "newId");
        id->setText(QStringLiteral("A^B"));
        QVERIFY(!go->isEnabled());
        id->setText(QStringLiteral("RESEARCH-7"));
        QVERIFY2(go->isEnabled(), qPrintable(window.whyNotExport()));
        QCOMPARE(window.request().files.size(), std::size_t(2));
        QVERIFY(window.request().shiftDays <= -30);

        QSignalSpy exported(&window, &ui::DeidentifyWindow::exported);
        child<QCheckBox>(window, "media")->click();
        go->click();
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, 20000);
        QCOMPARE(exported[0][1].toInt(), 2);
        const auto out = m_folder.path("de-identified");
        QVERIFY(std::filesystem::exists(out / "DICOMDIR"));
        QVERIFY(!std::filesystem::exists(out / ".unfinished"));
        const auto image = dicom::ImageFile::open(out / "PT000000/ST000000/SE000000/IM000001");
        QCOMPARE(image->identity().patientId, std::string("RESEARCH-7"));
        QCOMPARE(int(image->frame(1).row(0)[0]), 0);
        QVERIFY(image->frame(1).row(10)[3 * 4 + 1] != 0);
    }

    void boxesAreDrawnMovedAndResized()
    {
        ui::BoxEditor editor;
        editor.resize(400, 300);
        QImage image(200, 150, QImage::Format_RGB888);
        image.fill(Qt::gray);
        editor.setPicture(image); // twice as large on the screen
        editor.show();
        QVERIFY(QTest::qWaitForWindowExposed(&editor));
        QSignalSpy changed(&editor, &ui::BoxEditor::boxesChanged);
        const auto drag = [&](QPoint from, QPoint to) {
            QTest::mousePress(&editor, Qt::LeftButton, {}, from);
            QMouseEvent move(QEvent::MouseMove, QPointF(to), editor.mapToGlobal(QPointF(to)), Qt::NoButton, Qt::LeftButton, {});
            QCoreApplication::sendEvent(&editor, &move);
            QTest::mouseRelease(&editor, Qt::LeftButton, {}, to);
        };
        drag({40, 60}, {240, 160});
        QCOMPARE(editor.boxes().size(), std::size_t(1));
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{20, 30, 120, 80}));
        drag({140, 110}, {160, 130}); // inside: moves
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{30, 40, 130, 90}));
        drag({260, 180}, {300, 200}); // corner
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{30, 40, 150, 100}));
        drag({60, 140}, {20, 140}); // left edge
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{10, 40, 150, 100}));
        QTest::keyClick(&editor, Qt::Key_Right);
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{11, 40, 151, 100}));
        drag({160, 140}, {900, 900}); // stays in the picture
        QVERIFY(editor.boxes()[0] == (dicom::PixelBox{60, 90, 200, 150}));
        const QImage dimmed = editor.grab().toImage();
        editor.setMasked(true);
        const QImage masked = editor.grab().toImage();
        const QPoint outside = QPoint(50, 50) * editor.devicePixelRatio(), inside = QPoint(300, 250) * editor.devicePixelRatio();
        QVERIFY(qGray(dimmed.pixel(outside)) > 0 && qGray(dimmed.pixel(outside)) < 100);
        QCOMPARE(qGray(masked.pixel(outside)), 0);
        QVERIFY(qGray(masked.pixel(inside)) > 100);
        QTest::keyClick(&editor, Qt::Key_Delete);
        QVERIFY(editor.boxes().empty());
        QCOMPARE(changed.count(), 7);
    }

    void closedWhileReading()
    {
        for (int i = 0; i < 5; ++i) {
            ui::DeidentifyWindow window(m_jobs);
            window.setFiles({clip("regions.dcm", true), clip("bare.dcm", false)});
            QCoreApplication::processEvents();
            window.setFiles({clip("bare.dcm", false)});
        }
    }

    void exportWindow()
    {
        ui::ClipExportWindow window(m_jobs);
        ui::ClipOffer offer;
        offer.clip.clip = echo::readClip(clip("regions.dcm", true));
        offer.folder = text(m_folder.path(""));
        offer.frame = 1;
        window.offer(offer);
        window.show();
        window.setFormat(ui::ExportFormat::Png);
        QVERIFY(!child<QCheckBox>(window, "overlays")->isEnabled()); // nothing is drawn over it
        QVERIFY(!child<QComboBox>(window, "speed")->isEnabled());
        const ui::ClipExport request = window.request();
        QCOMPARE(request.first, 1);
        QCOMPARE(request.out.filename().string(), std::string("echo-clip.png"));
        QSignalSpy exported(&window, &ui::ClipExportWindow::exported);
        child<QPushButton>(window, "export")->click();
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, 20000);
        QImage image(text(request.out));
        QCOMPARE(image.size(), QSize(40, 30));
        QVERIFY(image.text(QStringLiteral("Description")).contains(QLatin1String("Research use only")));
        window.setFormat(ui::ExportFormat::Mp4);
        QCOMPARE(window.request().out.filename().string(), std::string("echo-clip.mp4"));
        QCOMPARE(window.request().last, 1);
        QVERIFY(!child<QToolButton>(window, "range2")->isEnabled());
        offer.beat = {0, 0};
        offer.clip.overlay = [](QPainter&, int, const QTransform&) {};
        window.offer(offer);
        child<QToolButton>(window, "range2")->click();
        QCOMPARE(window.request().last, 0);
        window.setFormat(ui::ExportFormat::Png);
        QCOMPARE(window.request().out.filename().string(), std::string("echo-clip-2.png")); // the first is there
    }

    void pictures()
    {
        const auto data = test::shared() / "data";
        E2E_NEED_SHARED(data);
        ui::DeidentifyWindow window(m_jobs);
        window.setFolder(QStringLiteral("/data/exports"));
        window.resize(1280, 800);
        window.show();
        QSignalSpy read(&window, &ui::DeidentifyWindow::filesRead);
        window.setFiles({data / "echo_multiframe/hp_pediatric_01.dcm", data / "burned_in_phi_test_names/GREYSCALE_CINE.dcm", data / "echo_multiframe/toshiba_a4c_colour.dcm",
                         data / "echo_multiframe/us-pal-8-10x-echo_rle", data / "ecg_dicom/mortara_eli250_12lead.dcm", data / "sr/test-SR.dcm"});
        QTRY_COMPARE_WITH_TIMEOUT(read.count(), 1, 30000);
        window.showFile(0);
        child<QCheckBox>(window, "looked")->click();
        test::picture(window, QStringLiteral("deidentify-regions"));
        window.showFile(1);
        auto* editor = child<ui::BoxEditor>(window, "boxEditor");
        QTest::mouseClick(editor, Qt::LeftButton, {}, editor->boxOnScreen(0).center().toPoint());
        child<QSlider>(window, "frame")->setValue(12);
        QTRY_VERIFY_WITH_TIMEOUT(child<QSlider>(window, "frame")->value() == 12, 5000);
        QTest::qWait(300);
        test::picture(window, QStringLiteral("deidentify-chosen"));
        child<QToolButton>(window, "masked")->click();
        test::picture(window, QStringLiteral("deidentify-masked"));
        child<QToolButton>(window, "masked")->click();
        window.showFile(3);
        test::picture(window, QStringLiteral("deidentify-no-regions"));
        window.showFile(4);
        test::picture(window, QStringLiteral("deidentify-ecg"));
        QVERIFY(window.files()[4].problem.isEmpty());
        QVERIFY(!window.files()[5].problem.isEmpty());

        ui::ClipExportWindow small(m_jobs);
        ui::ClipOffer offer;
        offer.clip.clip = echo::readClip(data / "echo_multiframe/hp_pediatric_01.dcm");
        offer.clip.overlay = [](QPainter&, int, const QTransform&) {};
        offer.folder = QStringLiteral("/data/exports");
        offer.beat = {3, 20};
        small.offer(offer);
        small.setFormat(ui::ExportFormat::Mp4);
        small.show();
        test::picture(small, QStringLiteral("clip-export"));
        QVERIFY(small.request().last == 33);
    }
};

QTEST_MAIN(TestExportWindows)
#include "test_export_windows.moc"
