// SPDX-License-Identifier: GPL-3.0-or-later
// Films and pictures of a clip, read back with our own decoder.
#include "support/test_paths.h"
#include "ui/export/clip_export.h"
#include "video/decoder.h"

#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>

using namespace echo2ecg;

class TestClipExport : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;

    std::filesystem::path path(const char* name) const { return std::filesystem::path(m_dir.path().toStdString()) / name; }

    // 12 frames of uneven duration, each of one grey.
    static ui::ClipExport made()
    {
        ui::ClipExport request;
        request.clip.frames = 12;
        request.clip.kind = echo::ClipKind::Cine;
        for (int i = 0; i < 12; ++i)
            request.clip.timing.startMs.push_back(i < 6 ? 40.0 * i : 240 + 80.0 * (i - 6));
        request.clip.timing.durationMs = 720;
        request.open = [] {
            return [](int index) {
                auto frame = std::make_shared<base::RgbImage>(48, 64);
                std::fill(frame->pixels.begin(), frame->pixels.end(), std::uint8_t(20 + 18 * index));
                for (int x = 0; x < 32; ++x) // the left upper quarter is darker, so that flips show
                    for (int y = 0; y < 24; ++y)
                        std::fill_n(frame->row(y) + 3 * x, 3, std::uint8_t(0));
                return std::shared_ptr<const base::RgbImage>(frame);
            };
        };
        return request;
    }
    static int greyAt(const base::RgbImage& image, int x, int y) { return image.row(y)[3 * x + 1]; }

private slots:
    void pngWithViewAndOverlay()
    {
        ui::ClipExport request = made();
        request.format = ui::ExportFormat::Png;
        request.out = path("one.png");
        request.first = 5;
        request.view.flipX = true;
        request.view.inverted = true;
        int drawn = -1;
        request.overlay = [&](QPainter& painter, int frame, const QTransform& toPicture) {
            drawn = frame;
            painter.setTransform(toPicture, true);
            painter.fillRect(QRectF(2, 26, 4, 4), Qt::red); // left in the frame: right in the picture, above the line for research
        };
        const ui::ExportedClip done = ui::exportClip(request);
        QCOMPARE(drawn, 5);
        QCOMPARE(done.frames, 1);
        const QImage image(QString::fromStdString(request.out.string()));
        QCOMPARE(image.size(), QSize(64, 48));
        QCOMPARE(qGreen(image.pixel(60, 2)), 255);            // the dark quarter, inverted, right above
        QCOMPARE(qGreen(image.pixel(2, 2)), 255 - (20 + 90)); // the grey of frame 5
        QCOMPARE(image.pixelColor(60, 27), QColor(Qt::red));
        QVERIFY(image.text(QStringLiteral("Description")).contains(QLatin1String("Research use only")));
        // The line for research is there with overlays alone.
        request.overlay = {};
        request.out = path("bare.png");
        ui::exportClip(request);
        const QImage bare(QString::fromStdString(request.out.string()));
        QVERIFY(bare.copy(0, 32, 50, 16) != image.copy(0, 32, 50, 16));
        QCOMPARE(bare.copy(0, 0, 64, 24), image.copy(0, 0, 64, 24));
    }

    void films_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("speed");
        QTest::newRow("mp4") << "film.mp4" << 1.0;
        QTest::newRow("mp4 at half speed") << "slow.mp4" << 0.5;
        QTest::newRow("gif") << "film.gif" << 1.0;
    }
    void films()
    {
        QFETCH(QString, name);
        QFETCH(double, speed);
        ui::ClipExport request = made();
        request.out = path(name.toUtf8().constData());
        request.format = *ui::exportFormatOf(request.out);
        request.first = 2;
        request.last = 9;
        request.speed = speed;
        int steps = 0;
        base::JobContext job;
        job.onProgress = [&](const base::Progress&) { ++steps; };
        const ui::ExportedClip done = ui::exportClip(request, job);
        QCOMPARE(done.frames, 8);
        QCOMPARE(steps, 8);
        QVERIFY(std::abs(done.seconds - (4 * 0.04 + 4 * 0.08) / speed) < 1e-9);
        QVERIFY(!done.codec.empty());
        QVERIFY(std::filesystem::file_size(request.out) > 100);
        if (request.format == ui::ExportFormat::Gif) {
            const QImage first(QString::fromStdString(request.out.string()));
            if (!first.isNull())
                QVERIFY(std::abs(qGreen(first.pixel(50, 40)) - (20 + 36)) <= 8);
            return;
        }
        const auto film = video::Decoder::open(request.out);
        QCOMPARE(film->facts().frames(), 8);
        const auto& starts = film->facts().startMs;
        QVERIFY(std::abs((starts[4] - starts[0]) - 160 / speed) < 2);
        QVERIFY(std::abs((starts[7] - starts[4]) - 240 / speed) < 2);
        for (int i = 0; i < 8; ++i)
            QVERIFY2(std::abs(greyAt(film->frame(i), 50, 40) - (20 + 18 * (i + 2))) <= 8, QByteArray::number(greyAt(film->frame(i), 50, 40)));
    }

    void fastGifsDropFrames()
    {
        ui::ClipExport request = made();
        for (int i = 0; i < 12; ++i)
            request.clip.timing.startMs[std::size_t(i)] = 8.0 * i;
        request.clip.timing.durationMs = 96;
        request.out = path("fast.gif");
        request.format = ui::ExportFormat::Gif;
        const ui::ExportedClip done = ui::exportClip(request);
        QCOMPARE(done.frames, 4);
        QVERIFY(std::abs(done.seconds - 0.096) < 1e-9);
    }

    void refusedAndCancelled()
    {
        ui::ClipExport request = made();
        request.out = path("never.mp4");
        request.first = 8;
        request.last = 12;
        QVERIFY_THROWS_EXCEPTION(base::Error, ui::exportClip(request));
        request.last = 11;
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) {
            if (progress.done == 2)
                job.cancel.cancel();
        };
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, ui::exportClip(request, job));
        QVERIFY(!std::filesystem::exists(request.out));
        QVERIFY(std::filesystem::is_empty(m_dir.path().toStdString()) || !std::filesystem::exists(path("never.mp4.part")));
        request.open = []() -> ui::ClipExport::Frames { throw base::ParseError(base::ErrorCode::Truncated, "The file ends."); };
        QVERIFY_THROWS_EXCEPTION(base::ParseError, ui::exportClip(request));
        request.format = ui::ExportFormat::Png;
        request.open = made().open;
        request.out = "/nowhere/at/all.png";
        request.first = 0;
        QVERIFY_THROWS_EXCEPTION(base::Error, ui::exportClip(request));
        QVERIFY(!ui::exportFormatOf("x.avi") && ui::exportFormatOf("x.PNG") == ui::ExportFormat::Png);
    }
};

QTEST_MAIN(TestClipExport)
#include "test_clip_export.moc"
