// SPDX-License-Identifier: GPL-3.0-or-later
// Clips written and read again; the shared clips; what is no clip.
#include "support/test_paths.h"
#include "video/decoder.h"
#include "video/encoder.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

// Flat patches, so that chroma subsampling has nothing to blur but their borders; `phase` moves a white bar.
base::RgbImage drawn(int rows, int columns, int phase)
{
    static constexpr std::uint8_t patches[6][3] = {{200, 30, 30}, {30, 160, 40}, {40, 50, 190},
                                                   {128, 128, 128}, {20, 20, 20}, {220, 190, 40}};
    base::RgbImage image(rows, columns);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const bool isBar = y >= rows / 2 && x / 8 == phase;
            for (int c = 0; c < 3; ++c)
                image.row(y)[3 * x + c] = isBar ? 235 : patches[6 * x / columns][c];
        }
    return image;
}

int barAt(const base::RgbImage& image)
{
    const std::uint8_t* row = image.row(image.rows - 4);
    for (int x = 4; x < image.columns; x += 8)
        if (row[3 * x] > 210 && row[3 * x + 1] > 210 && row[3 * x + 2] > 210)
            return x / 8;
    return -1;
}

int differenceAt(const base::RgbImage& a, const base::RgbImage& b, int y, int x)
{
    int most = 0;
    for (int c = 0; c < 3; ++c)
        most = std::max(most, std::abs(int(a.row(y)[3 * x + c]) - int(b.row(y)[3 * x + c])));
    return most;
}

std::vector<std::uint8_t> bytesOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

class TestVideo : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    fs::path path(const char* name) const { return fs::path(m_dir.path().toStdString()) / name; }
    int filesThere() const
    {
        return int(std::distance(fs::directory_iterator(m_dir.path().toStdString()), fs::directory_iterator()));
    }

private slots:
    void mp4KeepsColoursTimesAndOrder()
    {
        const std::vector<double> durations{40, 20, 20, 100, 33.3, 33.3, 10, 50};
        const fs::path file = path("clip.mp4");
        {
            video::Encoder encoder(file, video::ClipFormat::Mp4, 96, 144, "research use only");
            for (std::size_t i = 0; i < durations.size(); ++i)
                encoder.add(drawn(96, 144, int(i)), durations[i]);
            QVERIFY(!fs::exists(file)); // not before it is whole
            encoder.finish();
        }
        QVERIFY(video::looksLikeVideo(file));
        const auto decoder = video::Decoder::open(file);
        const video::StreamFacts& facts = decoder->facts();
        QCOMPARE(facts.rows, 96);
        QCOMPARE(facts.columns, 144);
        QCOMPARE(facts.container, std::string("MP4"));
        QCOMPARE(facts.frames(), int(durations.size()));
        double at = 0;
        for (std::size_t i = 0; i < durations.size(); ++i) {
            QVERIFY2(std::abs(facts.startMs[i] - at) < 0.05, qPrintable(QString::number(facts.startMs[i])));
            at += durations[i];
        }
        QVERIFY2(facts.colour.find("BT.601, limited range (the stream says so)") != std::string::npos,
                 facts.colour.c_str());
        // In any order; colours within the codec's loss and without a cast.
        for (int i : {7, 0, 3, 2, 1, 6, 5, 4, 7, 0}) {
            const base::RgbImage frame = decoder->frame(i);
            QCOMPARE(barAt(frame), i);
            for (int patch = 0; patch < 6; ++patch)
                QVERIFY2(differenceAt(frame, drawn(96, 144, i), 20, 24 * patch + 12) <= 6,
                         qPrintable(QString("patch %1").arg(patch)));
        }
        QVERIFY_EXCEPTION_THROWN(decoder->frame(8), base::ParseError);
        fs::remove(file);
    }

    void oddSizesArePadded()
    {
        const fs::path file = path("odd.mp4");
        video::Encoder encoder(file, video::ClipFormat::Mp4, 51, 67, {});
        for (int i = 0; i < 3; ++i)
            encoder.add(drawn(51, 67, i), 40);
        encoder.finish();
        const auto decoder = video::Decoder::open(file);
        QCOMPARE(decoder->facts().rows, 52);
        QCOMPARE(decoder->facts().columns, 68);
        QCOMPARE(barAt(decoder->frame(2)), 2);
        fs::remove(file);
    }

    // No more than 256 colours: a GIF is exact. Its times are hundredths of a second; what is quicker than viewers show is left out.
    void gif()
    {
        const fs::path file = path("clip.gif");
        video::Encoder encoder(file, video::ClipFormat::Gif, 51, 67, "x");
        for (int i = 0; i < 8; ++i)
            encoder.add(drawn(51, 67, i), 12.5);
        encoder.finish();
        const std::vector<std::uint8_t> bytes = bytesOf(file);
        QVERIFY(bytes.size() > 100 && std::equal(bytes.begin(), bytes.begin() + 6, "GIF89a"));
        // Graphic control extensions: 21 F9 04 flags delay.
        std::vector<int> delays;
        for (std::size_t i = 0; i + 7 < bytes.size(); ++i)
            if (bytes[i] == 0x21 && bytes[i + 1] == 0xF9 && bytes[i + 2] == 4 && bytes[i + 7] == 0)
                delays.push_back(bytes[i + 4] | bytes[i + 5] << 8);
        QVERIFY(delays.size() >= 4);
        QCOMPARE(std::accumulate(delays.begin(), delays.end(), 0), 10); // 8 × 12.5 ms
        QVERIFY(*std::min_element(delays.begin(), delays.end()) >= 2);
        fs::remove(file);
    }

    void nothingIsLeftOfWhatWasNotFinished()
    {
        const int before = filesThere();
        {
            video::Encoder encoder(path("gone.mp4"), video::ClipFormat::Mp4, 32, 32, {});
            encoder.add(drawn(32, 32, 0), 40);
            QVERIFY_EXCEPTION_THROWN(encoder.add(drawn(32, 34, 0), 40), base::Error);
        }
        QCOMPARE(filesThere(), before);
        QVERIFY_EXCEPTION_THROWN(video::Encoder(path("no/such/folder.mp4"), video::ClipFormat::Mp4, 32, 32, {}), base::Error);
        QVERIFY_EXCEPTION_THROWN(video::Encoder(path("big.mp4"), video::ClipFormat::Mp4, 0, 32, {}), base::Error);
        QCOMPARE(filesThere(), before);
    }

    void damagedAndForeignFiles()
    {
        const fs::path file = path("cut.mp4");
        {
            video::Encoder encoder(file, video::ClipFormat::Mp4, 96, 144, {});
            for (int i = 0; i < 40; ++i)
                encoder.add(drawn(96, 144, i % 16), 40);
            encoder.finish();
        }
        std::vector<std::uint8_t> bytes = bytesOf(file);
        const auto write = [](const fs::path& to, const std::vector<std::uint8_t>& what) {
            std::ofstream(to, std::ios::binary)
                .write(reinterpret_cast<const char*>(what.data()), std::streamsize(what.size()));
            return to;
        };
        auto cut = bytes;
        cut.resize(cut.size() * 2 / 3); // the index in front is whole
        const auto decoder = video::Decoder::open(write(path("cut.mp4"), cut));
        QCOMPARE(barAt(decoder->frame(1)), 1);
        QVERIFY(decoder->facts().frames() < 40);
        cut.resize(300);
        QVERIFY_EXCEPTION_THROWN(video::Decoder::open(write(path("cut.mp4"), cut)), base::ParseError);
        const fs::path text = write(path("text.mp4"), {'h', 'e', 'l', 'l', 'o'});
        QVERIFY(!video::looksLikeVideo(text));
        QVERIFY(!video::looksLikeVideo(path("absent.avi")));
        QVERIFY_EXCEPTION_THROWN(video::Decoder::open(text), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(video::Decoder::open(path("absent.avi")), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(video::Decoder::open(std::vector<std::uint8_t>(100, 7)), base::ParseError);
    }

    void sharedClips_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("codec");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("frames");
        QTest::newRow("mjpeg") << "a4c_112x112_mjpg_30fps.avi" << "Motion JPEG" << 112 << 112 << 30;
        QTest::newRow("raw") << "a4c_160x120_uncompressed.avi" << "uncompressed" << 120 << 160 << 20;
        QTest::newRow("xvid") << "a4c_320x240_xvid.avi" << "MPEG-4 Part 2 (XviD, DivX)" << 240 << 320 << 30;
        QTest::newRow("h264") << "plax_800x600_h264.mp4" << "H.264" << 600 << 800 << 64;
    }
    void sharedClips()
    {
        QFETCH(QString, name);
        QFETCH(QString, codec);
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, frames);
        const fs::path file = test::shared() / "data/derived" / name.toStdString();
        if (!fs::exists(file))
            QSKIP("the shared data isn't here: skipped");
        QVERIFY(video::looksLikeVideo(file));
        const auto decoder = video::Decoder::open(file);
        const video::StreamFacts& facts = decoder->facts();
        QCOMPARE(QString::fromStdString(facts.codec), codec);
        QCOMPARE(facts.rows, rows);
        QCOMPARE(facts.columns, columns);
        QCOMPARE(facts.frames(), frames);
        QVERIFY2(std::abs(facts.declaredFps - 30.0) < 0.1, qPrintable(QString::number(facts.declaredFps)));
        QVERIFY(std::abs(facts.startMs.back() - (frames - 1) * 1000.0 / 30) < 1.0);
        std::vector<base::RgbImage> forward;
        for (int i = 0; i < frames; ++i)
            forward.push_back(decoder->frame(i));
        for (int i = frames - 1; i >= 0; i -= 5)
            QVERIFY2(decoder->frame(i).pixels == forward[std::size_t(i)].pixels, "a frame depends on the way to it");
        const auto fresh = video::Decoder::open(file);
        QVERIFY(fresh->frame(frames - 2).pixels == forward[std::size_t(frames - 2)].pixels);
        QVERIFY(fresh->frame(1).pixels == forward[1].pixels);
    }
};

QTEST_GUILESS_MAIN(TestVideo)
#include "test_video.moc"
