// SPDX-License-Identifier: GPL-3.0-or-later
// What a clip shows, by its header and by drawn and real pixels, and which clips become views of a study.
#include "echo/view_choice.h"

#include "beating_phantom.h"
#include "support/test_paths.h"

#include <QtTest>

using namespace echo2ecg;
using echo::ClipContent;
using echo::ContentBasis;
using echo::FoundContent;

namespace {

echo::EchoClip cine(std::vector<dicom::UltrasoundRegion> regions = {}, int frames = 24)
{
    echo::EchoClip clip;
    clip.frames = frames;
    clip.kind = frames > 1 ? echo::ClipKind::Cine : echo::ClipKind::Still;
    clip.header.rows = 240;
    clip.header.columns = 320;
    clip.header.regions = std::move(regions);
    return clip;
}

dicom::UltrasoundRegion region(int format, int type, int x0 = 0, int y0 = 0, int x1 = 319, int y1 = 239)
{
    dicom::UltrasoundRegion r;
    r.spatialFormat = format;
    r.dataType = type;
    r.x0 = x0, r.y0 = y0, r.x1 = x1, r.y1 = y1;
    return r;
}

FoundContent header(ClipContent content)
{
    return {content, ContentBasis::Header};
}

int noise(int x, int y)
{
    unsigned v = unsigned(x) * 374761393u + unsigned(y) * 668265263u;
    v = (v ^ (v >> 13)) * 1274126177u;
    return int((v ^ (v >> 16)) % 160u);
}

void grey(base::RgbImage& image, int y, int x, int value)
{
    std::fill_n(image.row(y) + 3 * x, 3, std::uint8_t(value));
}

// A strip below a frozen little picture; `now` is the newest column of time.
base::RgbImage scrolling(int frame)
{
    base::RgbImage image(240, 320);
    for (int y = 10; y < 70; ++y)
        for (int x = 120; x < 200; ++x)
            grey(image, y, x, 40 + noise(x, y) / 2);
    for (int y = 100; y < 230; ++y)
        for (int x = 0; x < 320; ++x)
            grey(image, y, x, noise((x + frame * 5) / 3, y / 4));
    return image;
}

base::RgbImage sweeping(int frame)
{
    base::RgbImage image(240, 320);
    const int front = (30 + frame * 7) % 320;
    for (int y = 100; y < 230; ++y)
        for (int x = 0; x < 320; ++x)
            grey(image, y, x, x > front && x < front + 8 ? 0 : noise(x <= front ? x : x + 1000, y / 3));
    return image;
}

base::RgbImage beating(int frame)
{
    base::RgbImage image(240, 320);
    const double size = 40 + 15 * std::sin(frame * 0.5);
    for (int y = 0; y < 200; ++y)
        for (int x = 40; x < 280; ++x)
            if (std::hypot(y - 100, x - 160) > size)
                grey(image, y, x, 60 + noise(x + frame / 2, y) / 2);
    return image;
}

// Flow that comes and goes; `bar` alone is a colour bar that is always there.
base::RgbImage flowing(int frame, bool flow)
{
    base::RgbImage image = beating(frame);
    const auto paint = [&](int y, int x, int r, int g, int b) {
        std::uint8_t* p = image.row(y) + 3 * x;
        p[0] = std::uint8_t(r), p[1] = std::uint8_t(g), p[2] = std::uint8_t(b);
    };
    for (int y = 20; y < 120; ++y)
        for (int x = 300; x < 310; ++x)
            y < 70 ? paint(y, x, 220, 2 * (70 - y), 0) : paint(y, x, 0, 20, 220);
    if (flow && frame % 4 < 2)
        for (int y = 80; y < 120; ++y)
            for (int x = 140; x < 180; ++x)
                paint(y, x, frame % 8 < 4 ? 200 : 10, 30, frame % 8 < 4 ? 10 : 210);
    return image;
}

FoundContent seenIn(const echo::EchoClip& clip, std::function<base::RgbImage(int)> draw, std::set<int> broken = {})
{
    test::FakeClip file;
    file.frames = clip.frames;
    file.draw = std::move(draw);
    file.broken = std::move(broken);
    echo::ClipFrames frames(test::opener(file));
    const FoundContent found = echo::contentOf(clip, frames);
    if (file.decoded > 8)
        throw std::runtime_error("too many frames were decoded");
    return found;
}

// Clips that know what they show, so that no file is asked for.
echo::EchoStudy studyOf(const std::vector<ClipContent>& contents)
{
    echo::EchoStudy study;
    for (const ClipContent content : contents) {
        study.clips.push_back(cine({}, content == ClipContent::Still ? 1 : 24));
        study.clips.back().content = FoundContent{content, ContentBasis::Header};
    }
    return study;
}

} // namespace

class TestClipContent : public QObject
{
    Q_OBJECT

private slots:
    void theHeaderDecides()
    {
        using C = ClipContent;
        QCOMPARE(echo::contentOfHeader(cine({}, 1)), header(C::Still));
        QCOMPARE(echo::contentOfHeader(cine({region(3, 3)}, 1)), header(C::Still));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 1)})), header(C::Cine));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 2)})), header(C::ColourCine));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 1), region(1, 2, 50, 50, 150, 150)})), header(C::ColourCine));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 1, 0, 0, 319, 79), region(2, 1, 0, 80, 319, 239)})), header(C::MMode));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 2, 0, 0, 319, 79), region(3, 4, 0, 80, 319, 239)})), header(C::SpectralDoppler));
        QCOMPARE(echo::contentOfHeader(cine({region(4, 10, 0, 200, 319, 239)})), FoundContent()); // an ECG says nothing of the rest
        QCOMPARE(echo::contentOfHeader(cine({region(0, 0), region(1, 1)})), header(C::Cine));
        QCOMPARE(echo::contentOfHeader(cine()), FoundContent());
        // Relics: a spectrum outside the picture, and one of a few pixels, say nothing; absurd corners neither.
        QCOMPARE(echo::contentOfHeader(cine({region(1, 1), region(3, 3, 600, 0, 900, 200)})), header(C::Cine));
        QCOMPARE(echo::contentOfHeader(cine({region(1, 1), region(3, 3, 0, 0, 20, 20)})), header(C::Cine));
        QCOMPARE(echo::contentOfHeader(cine({region(3, 3, 2147483647, -2147483647, -2147483647, 2147483647)})), FoundContent());
        echo::EchoClip volume = cine({region(1, 1)});
        volume.identity.classUid = "1.2.840.10008.5.1.4.1.1.6.2";
        QCOMPARE(echo::contentOfHeader(volume), header(C::Volume));
    }

    void pixelsDecideWhereTheHeaderIsSilent()
    {
        const auto pixels = [](ClipContent content) { return FoundContent{content, ContentBasis::Pixels}; };
        QCOMPARE(seenIn(cine(), beating), pixels(ClipContent::Cine));
        QCOMPARE(seenIn(cine(), scrolling), pixels(ClipContent::Strip));
        QCOMPARE(seenIn(cine(), sweeping), pixels(ClipContent::Strip));
        QCOMPARE(seenIn(cine(), [](int i) { return flowing(i, true); }), pixels(ClipContent::ColourCine));
        QCOMPARE(seenIn(cine(), [](int i) { return flowing(i, false); }), pixels(ClipContent::Cine));
        QCOMPARE(seenIn(cine(), [](int) { return beating(0); }), FoundContent()); // nothing moves
        QCOMPARE(seenIn(cine({}, 2), beating), pixels(ClipContent::Cine));
        // Damaged frames, and frames of several sizes, say nothing; the rest does.
        QCOMPARE(seenIn(cine(), beating, {0, 7}), pixels(ClipContent::Cine));
        std::set<int> all;
        for (int i = 0; i < 24; ++i)
            all.insert(i);
        QCOMPARE(seenIn(cine(), beating, all), FoundContent());
        QCOMPARE(seenIn(cine(), [](int i) { return i % 2 ? beating(i) : test::flat(3, 5, i, i, i); }), FoundContent());
    }

    void tissueIsLookedAtForColourAlone()
    {
        QCOMPARE(seenIn(cine({region(1, 1)}), [](int i) { return flowing(i, true); }), (FoundContent{ClipContent::ColourCine, ContentBasis::Pixels}));
        QCOMPARE(seenIn(cine({region(1, 1)}), scrolling), header(ClipContent::Cine)); // the header knows better
        QCOMPARE(seenIn(cine({region(2, 1)}), beating), header(ClipContent::MMode));
    }

    // Nothing but the marker of the drawn ECG moves.
    void aMarkerIsNoStrip()
    {
        test::Phantom phantom(test::steps(60, 30), {});
        phantom.withTrace = true;
        echo::EchoClip clip = phantom.clip();
        echo::ClipFrames frames(test::opener(phantom.file));
        QCOMPARE(echo::contentOf(clip, frames).content, ClipContent::Cine);
    }

    void samples_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("content");
        const auto row = [](const char* file, ClipContent content) { QTest::newRow(file) << QString::fromLatin1(file) << int(content); };
        using C = ClipContent;
        row("echo_multiframe/hp_pediatric_01.dcm", C::Cine);
        row("echo_multiframe/hp_pediatric_03.dcm", C::ColourCine);
        row("derived/hp_no_us_regions.dcm", C::ColourCine);
        row("echo_multiframe/acuson_stress_09.dcm", C::Cine);
        row("echo_multiframe/acuson_colour_implicitLE.dcm", C::ColourCine);
        row("echo_multiframe/toshiba_plax_2d.dcm", C::Cine);
        row("echo_multiframe/toshiba_a4c_colour.dcm", C::ColourCine);
        row("echo_multiframe/examples_ybr_color.dcm", C::Cine);
        row("echo_multiframe/plax_j2k_mono2_8f.dcm", C::Cine);
        row("echo_multiframe/us-pal-8-10x-echo_rle", C::ColourCine);
        row("derived/a4c_112x112_mjpg_30fps.avi", C::Cine);
        row("derived/plax_800x600_h264.mp4", C::Cine);
        row("echo_still/toshiba_mmode.dcm", C::Still);
    }
    void samples()
    {
        QFETCH(QString, file);
        QFETCH(int, content);
        const auto path = test::sharedData(file.toUtf8().constData());
        E2E_NEED_SHARED(path);
        QCOMPARE(echo::name(echo::contentOf(echo::readClip(path)).content), echo::name(ClipContent(content)));
    }

    void viewsOfAStudy()
    {
        using C = ClipContent;
        echo::EchoStudy study = studyOf({C::Cine, C::Still, C::MMode, C::SpectralDoppler, C::ColourCine, C::Strip, C::Volume, C::Unknown});
        echo::EchoRecipe recipe;
        const auto reasons = [&] {
            std::vector<std::string> list;
            for (const echo::ViewChoice& choice : echo::chooseViews(study, recipe)) {
                list.push_back(choice.reason);
                if (choice.isUsed != choice.reason.empty())
                    throw std::runtime_error("used with a reason against it");
            }
            return list;
        };
        using List = std::vector<std::string>;
        QCOMPARE(reasons(), (List{"", "still", "M-mode", "spectral Doppler", "", "M-mode or spectral Doppler", "3-D volume", ""}));
        QCOMPARE(echo::summaryOf(echo::chooseViews(study, recipe), recipe), std::string("3 of 8 clips used; at most 128"));
        recipe.includeColour = false;
        QCOMPARE(reasons()[4], std::string("colour Doppler; this bundle leaves it out"));
        // A person's word stands above the rules, but a still can't be encoded.
        for (std::size_t i : {1u, 2u, 4u})
            study.clips[i].use = true;
        study.clips[0].use = false;
        QCOMPARE(reasons(), (List{"left out by hand", "still", "", "spectral Doppler", "", "M-mode or spectral Doppler", "3-D volume", ""}));
        const auto choices = echo::chooseViews(study, recipe);
        QVERIFY(choices[0].byPerson && choices[0].byRules && choices[2].byPerson && !choices[2].byRules);
        QVERIFY(!choices[1].byPerson && !choices[1].canBeUsed && !choices[3].byPerson);
    }

    // The first 128 as the reference takes them; what a person switched on goes first.
    void moreThanTheMost()
    {
        echo::EchoStudy study = studyOf(std::vector<ClipContent>(200, ClipContent::Cine));
        const auto used = [&](const echo::EchoRecipe& recipe) {
            std::vector<int> list;
            const auto choices = echo::chooseViews(study, recipe);
            for (std::size_t i = 0; i < choices.size(); ++i)
                if (choices[i].isUsed)
                    list.push_back(int(i));
                else if (choices[i].reason != "beyond " + std::to_string(recipe.maxViews) + " views")
                    throw std::runtime_error(choices[i].reason);
            return list;
        };
        echo::EchoRecipe recipe;
        auto list = used(recipe);
        QCOMPARE(list.size(), std::size_t(128));
        QCOMPARE(list.back(), 127);
        study.clips[150].use = true;
        study.clips[199].use = true;
        list = used(recipe);
        QCOMPARE(list.size(), std::size_t(128));
        QCOMPARE(list[125], 125);
        QCOMPARE(list[126], 150);
        QCOMPARE(list[127], 199);
        recipe.maxViews = 1;
        QCOMPARE(used(recipe), std::vector<int>{150});
    }

    void aFileThatIsGoneIsStillAView()
    {
        echo::EchoStudy study;
        study.clips.push_back(cine());
        study.clips.back().file = "/nowhere/clip.dcm";
        QVERIFY(echo::chooseViews(study, {})[0].isUsed); // and fails when it is encoded
        base::CancelToken cancel;
        cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(echo::chooseViews(study, {}, echo::Look::WhereItMatters, cancel), base::Cancelled);
        QVERIFY(echo::chooseViews({}, {}).empty());
    }

    // Bundles that were made before the field was there mean the same as before.
    void theRecipesFieldIsOptional()
    {
        const echo::EchoRecipe plain;
        QVERIFY(!plain.toJson().find("include_colour"));
        QCOMPARE(plain.hash(), std::string("a2a503c081ac089a002c40a16f1246595c97eef0f0a35982b295d7122af9b82c"));
        echo::EchoRecipe grey;
        grey.includeColour = false;
        QVERIFY(grey.hash() != plain.hash());
        QVERIFY(!echo::EchoRecipe::fromJson(grey.toJson()).includeColour);
        QVERIFY(echo::EchoRecipe::fromJson(plain.toJson()).includeColour);
        QVERIFY(grey.describe().find("without colour Doppler") != std::string::npos);
        base::Json wrong = plain.toJson();
        wrong.set("include_colour", "no");
        QVERIFY_EXCEPTION_THROWN(echo::EchoRecipe::fromJson(wrong), base::ParseError);
    }
};

QTEST_GUILESS_MAIN(TestClipContent)
#include "test_clip_content.moc"
