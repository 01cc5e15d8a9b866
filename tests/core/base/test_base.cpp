// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/npy.h"
#include "base/pages.h"
#include "base/sha256.h"
#include "support/test_paths.h"

#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#ifdef __linux__
#include <sys/resource.h>
#endif

using namespace echo2ecg::base;

class TestBase : public QObject
{
    Q_OBJECT

private slots:
    void errorNamesFileAndPlace()
    {
        const ParseError error(ErrorCode::Truncated, "the file ends early", Place{"a/b.dcm", "frame 3"});
        QCOMPARE(std::string(error.what()), std::string("a/b.dcm: the file ends early (frame 3)"));
        QCOMPARE(std::string(name(error.code())), std::string("truncated"));
        QCOMPARE(error.at("c.dcm").place().where, std::string("frame 3"));
    }

    // FIPS 180-4 examples, and every way of splitting a message over block borders.
    void sha256Vectors()
    {
        QCOMPARE(sha256(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(sha256("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
        QCOMPARE(sha256(std::string(1000000, 'a')), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
        const std::string text(200, 'x');
        for (std::size_t cut = 0; cut <= text.size(); ++cut)
            QCOMPARE(Sha256().add(text.substr(0, cut)).add(text.substr(cut)).hex(), sha256(text));
    }

    void jsonRoundTrip()
    {
        const std::string text = "{\"b\":[1,-2,3.5,1e300,true,false,null],"
                                 "\"a\":{\"text\":\"é\\n\\\"\\\\\\u00e9\\ud83d\\ude00\",\"empty\":[],\"o\":{}},\"big\":9007199254740993}";
        const Json json = Json::parse(text);
        QCOMPARE(json.members()[0].first, std::string("b"));  // order is kept
        QCOMPARE(json.at("big").toInteger(), 9007199254740993LL);
        QCOMPARE(json.at("a").at("text").toString(), std::string("é\n\"\\é😀"));
        QVERIFY(Json::parse(json.dump()) == json);
        QVERIFY(Json::parse(json.dump(2)) == json);
        QCOMPARE(Json(0.1).dump(), std::string("0.1"));
        QCOMPARE(Json(2.0).dump(), std::string("2.0"));
        QVERIFY(!Json::parse("2.0").isInteger());
        QCOMPARE(Json(std::nan("")).dump(), std::string("null"));
        QCOMPARE(Json(std::string("\xff\x41")).dump(), std::string("\"\xEF\xBF\xBD\x41\""));
    }

    void jsonRefuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* bad : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "nul", "\"\\ud800\"", "\"a", "[1] 2", "{a:1}", "1e999", "\"\t\"", "-"})
            QTest::newRow(bad) << QByteArray(bad);
        QTest::newRow("deep") << QByteArray(100000, '[');
    }
    void jsonRefuses()
    {
        QFETCH(QByteArray, text);
        QVERIFY_EXCEPTION_THROWN(Json::parse(text.toStdString(), "x.json"), ParseError);
    }

    void jsonPlaceAndTypes()
    {
        try {
            Json::parse("{\n  \"a\": ?}", "bundle.json");
            QFAIL("accepted");
        } catch (const ParseError& error) {
            QCOMPARE(error.place().where, std::string("line 2, column 8"));
            QCOMPARE(error.place().file.string(), std::string("bundle.json"));
        }
        const Json json = Json::parse("{\"n\":\"text\"}");
        QVERIFY_EXCEPTION_THROWN(json.value("n", 3), ParseError);
        QCOMPARE(json.value("absent", 3), 3);
        QVERIFY_EXCEPTION_THROWN(json.at("absent"), ParseError);
    }

    void npyRoundTrip()
    {
        QTemporaryDir dir;
        const auto file = std::filesystem::path(dir.filePath("a.npy").toStdString());
        const std::vector<float> values{1, -2, 3.25f, 4, std::numeric_limits<float>::infinity(), 6};
        writeNpy(file, NpyArray::of({2, 3}, values));
        QCOMPARE((std::filesystem::file_size(file) - values.size() * sizeof(float)) % 64, std::uintmax_t(0));  // data start on a multiple of 64
        const NpyArray back = readNpy(file);
        QCOMPARE(back.shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(back.toFloat(), values);
    }

    void npyReadsGolden()
    {
        const NpyArray golden = readNpy(echo2ecg::test::testData() / "base" / "fortran_i2_2x3.npy");
        QCOMPARE(golden.shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(golden.toDouble(), (std::vector<double>{0, 1, 2, 3, 4, 5}));
    }

    void npyRefusesLies()
    {
        QTemporaryDir dir;
        const auto file = std::filesystem::path(dir.filePath("a.npy").toStdString());
        const auto write = [&](const std::string& header, const std::string& data) {
            std::ofstream out(file, std::ios::binary);
            out << "\x93NUMPY" << '\x01' << '\x00' << char(header.size()) << '\x00' << header << data;
        };
        write("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "abcd");
        QVERIFY_EXCEPTION_THROWN(readNpy(file), ParseError);
        write("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "abcd");
        QVERIFY_EXCEPTION_THROWN(readNpy(file), ParseError);
        write("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "abcdefgh");
        QVERIFY_EXCEPTION_THROWN(readNpy(file), ParseError);
        write("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "abcd");
        QVERIFY_EXCEPTION_THROWN(readNpy(file), ParseError);
        std::ofstream(file, std::ios::binary) << "not an array";
        QVERIFY_EXCEPTION_THROWN(readNpy(file), ParseError);
    }

    void npzHoldsItsMembers()
    {
        QTemporaryDir dir;
        const auto file = std::filesystem::path(dir.filePath("a.npz").toStdString());
        writeNpz(file, {{"x", NpyArray::of({1}, std::vector<float>{1})}, {"names", npyOfStrings({"é", "abc"})}});
        std::ifstream in(file, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        QCOMPARE(bytes.substr(0, 4), std::string("PK\x03\x04"));
        QVERIFY(bytes.find("names.npy") != std::string::npos);
        QVERIFY(bytes.find("'<U3'") != std::string::npos);
        QCOMPARE(bytes.substr(bytes.size() - 22, 4), std::string("PK\x05\x06"));
    }

    void foldersAreMadeOrNamed()
    {
        QTemporaryDir dir;
        const std::filesystem::path root = dir.path().toStdString();
        makeFolder(root / "a" / "b");
        std::ofstream(root / "a" / "b" / "kept") << "x";
        makeFolder(root / "a" / "b"); // is there, and stays as it is
        QVERIFY(std::filesystem::exists(root / "a" / "b" / "kept"));
        for (const auto& blocked : {root / "a" / "b" / "kept", root / "a" / "b" / "kept" / "below"})
            try {
                makeFolder(blocked);
                QFAIL("a file was in the way");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::Io);
                QCOMPARE(error.place().file, blocked);
            }
    }

    void keptMemoryIsNotAskedForAnew()
    {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
        // Pages that the system must hand out while 24 MB are written, freed and written again.
        const auto pagesOfSecondUse = [] {
            const auto use = [] {
                std::vector<char> block(24u << 20, 1);
                volatile char last = block[block.size() - 1];
                (void)last;
            };
            const auto pages = [] {
                rusage usage{};
                getrusage(RUSAGE_SELF, &usage);
                return usage.ru_minflt;
            };
            use();
            const long before = pages();
            use();
            return pages() - before;
        };
        {
            const KeptMemory kept;
            QVERIFY(pagesOfSecondUse() < 100);
        }
        // And then it is as before, which shows where the system doesn't hand out large pages unasked.
        std::string largePages;
        std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), largePages);
        if (largePages.find("[always]") == std::string::npos)
            QVERIFY(pagesOfSecondUse() > 1000);
#else
        QSKIP("nothing to keep with this C library");
#endif
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "test_base.moc"
