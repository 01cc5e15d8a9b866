// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/architecture.h"
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/safetensors.h"
#include "nn/untrained.h"

#include "base/npy.h"
#include "support/test_paths.h"

#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

// What needs no network: numbers by formula, the list of tensors, architectures as JSON, tensor files.
using namespace echo2ecg;

namespace {

struct TableRow
{
    std::string key;
    std::vector<long long> shape;
    std::uint64_t hash = 0, checksum = 0;
    float first = 0;
};

std::vector<TableRow> stateDictTable()
{
    std::vector<TableRow> rows;
    std::ifstream in(test::reference("state_dict_keys.tsv"));
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.front() == '#')
            continue;
        std::istringstream fields(line);
        std::string key, dtype, shape, hash, first, checksum;
        fields >> key >> dtype >> shape >> hash >> first >> checksum;
        TableRow row{
            key, {}, std::stoull(hash, nullptr, 16), std::stoull(checksum, nullptr, 16), float(std::stod(first))};
        std::istringstream lengths(shape);
        for (std::string length; std::getline(lengths, length, 'x');)
            row.shape.push_back(std::stoll(length));
        rows.push_back(row);
    }
    return rows;
}

std::string headerOf(const std::string& json)
{
    const std::uint64_t size = json.size();
    return std::string(reinterpret_cast<const char*>(&size), 8) + json;
}

} // namespace

class TestNnFormats : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path file(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

private slots:
    void formulaReproducesEveryWeight()
    {
        QCOMPARE(nn::fnv1a64(""), 0xcbf29ce484222325ULL);
        QCOMPARE(nn::fnv1a64("a"), 0xaf63dc4c8601ec8cULL);
        const std::vector<TableRow> rows = stateDictTable();
        QCOMPARE(rows.size(), std::size_t(606));
        for (const TableRow& row : rows) {
            const std::vector<float> values = nn::formulaWeights(row.key, row.shape);
            QVERIFY2(nn::fnv1a64(row.key) == row.hash && values.front() == row.first, row.key.c_str());
            QVERIFY2(nn::formulaChecksum(values) == row.checksum, row.key.c_str());
        }
    }

    void publishedHasExactlyTheReferenceTensors()
    {
        std::map<std::string, std::vector<long long>> expected;
        for (const TableRow& row : stateDictTable())
            expected[row.key] = row.shape;
        const std::vector<nn::TensorSpec> specs = nn::tensorSpecs(nn::Architecture::published());
        QCOMPARE(specs.size(), expected.size());
        for (const nn::TensorSpec& spec : specs) {
            QVERIFY2(expected.contains(spec.name), spec.name.c_str());
            QVERIFY2(expected[spec.name] == spec.shape, spec.name.c_str());
            expected.erase(spec.name);
        }
        QVERIFY(expected.empty());
    }

    void inputsByFormula()
    {
        const base::Json manifest = [] {
            std::ifstream in(test::reference("inputs_manifest.json"));
            std::ostringstream text;
            text << in.rdbuf();
            return base::Json::parse(text.str());
        }();
        const auto expected = [&](const char* name) {
            return std::stoull(manifest.at(name).at("checksum").toString(), nullptr, 16);
        };
        const nn::Architecture a = nn::Architecture::published();
        QCOMPARE(nn::formulaChecksum(nn::goldenEcgInput(a.ecg, 2)), expected("ecg_input (2,1,12,1008)"));
        QCOMPARE(nn::formulaChecksum(nn::goldenEchoInput(a.echo)), expected("echo_input (1,3,16,224,224)"));
    }

    void timePositions()
    {
        const std::vector<double> expected =
            base::readNpy(test::reference("ecg_pos_embed_x_sincos_43x96_f64.npy")).toDouble();
        const std::vector<float> table = nn::timePositions(43, 96);
        QCOMPARE(table.size(), expected.size());
        for (std::size_t i = 0; i < table.size(); ++i)
            QVERIFY(std::abs(table[i] - expected[i]) <= 1e-5);
    }

    void architecturesSurviveJson()
    {
        nn::Architecture other = nn::Architecture::small();
        other.alignment.pooling = nn::ViewPooling::Cls;
        other.alignment.clsLayers = 2;
        nn::Architecture single = nn::Architecture::small();
        single.alignment = {nn::ViewPooling::Mean, false, 512, 4, 1, 512, 512, 1};
        for (const nn::Architecture& a : {nn::Architecture::published(), nn::Architecture::small(), other, single}) {
            const nn::Architecture back = nn::Architecture::fromJson(base::Json::parse(a.toJson().dump(2)));
            QVERIFY(back == a);
            QCOMPARE(back.toJson().dump(), a.toJson().dump());
        }
        QVERIFY(!(nn::Architecture::published() == nn::Architecture::small()));
    }

    void badArchitecturesNameTheField_data()
    {
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::newRow("type") << "ecg"
                              << "depth"
                              << "\"twelve\"";
        QTest::newRow("range") << "ecg"
                               << "width"
                               << "1000000000000";
        QTest::newRow("negative") << "ecg"
                                  << "heads"
                                  << "-1";
        QTest::newRow("indivisible") << "ecg"
                                     << "heads"
                                     << "5";
        QTest::newRow("window") << "ecg"
                                << "window_samples"
                                << "1000";
        QTest::newRow("unknown") << "echo"
                                 << "depht"
                                 << "3";
        QTest::newRow("blocks") << "echo"
                                << "blocks"
                                << "[]";
        QTest::newRow("triple") << "echo"
                                << "stem_stride"
                                << "[1,2]";
        QTest::newRow("pooling") << "alignment"
                                 << "pooling"
                                 << "\"max\"";
        QTest::newRow("projection") << "alignment"
                                    << "projection"
                                    << "false";
    }
    void badArchitecturesNameTheField()
    {
        QFETCH(QString, part);
        QFETCH(QString, field);
        QFETCH(QString, value);
        base::Json json = nn::Architecture::published().toJson();
        base::Json changed = json.at(part.toStdString());
        changed.set(field.toStdString(), base::Json::parse(value.toStdString()));
        json.set(part.toStdString(), changed);
        try {
            nn::Architecture::fromJson(json);
            QFAIL("accepted");
        } catch (const base::ParseError& error) {
            const QString where = QString::fromStdString(error.place().where);
            QVERIFY2(where.startsWith(part + "."), error.what());
            QVERIFY2(where.contains(field) || field == "projection", error.what());
        }
    }

    void missingFieldIsNamed()
    {
        try {
            nn::Architecture::fromJson(base::Json::parse(R"({"ecg":{"width":192}})"));
            QFAIL("accepted");
        } catch (const base::ParseError& error) {
            QCOMPARE(error.place().where, std::string("ecg.depth"));
            QCOMPARE(error.code(), base::ErrorCode::Missing);
        }
    }

    void tensorFilesSurvive()
    {
        const std::vector<float> values{1.5f, -2.0f, std::numeric_limits<float>::denorm_min(), 4e9f, 0.0f, -0.0f};
        nn::StoredTensor bytes{"counts", "I64", {2}, std::vector<std::uint8_t>(16, 7)};
        nn::StoredTensor empty = nn::StoredTensor::of("none", {0, 3}, {});
        nn::StoredTensor scalar = nn::StoredTensor::of("scalar", {}, {3.0f});
        nn::writeSafetensors(file("a.safetensors"),
                             {nn::StoredTensor::of("grid", {2, 3}, values), bytes, empty, scalar}, {{"k", "v"}});
        std::map<std::string, std::string> metadata;
        const auto back = nn::readSafetensors(file("a.safetensors"), &metadata);
        QCOMPARE(back.size(), std::size_t(4));
        QCOMPARE(metadata.at("k"), std::string("v"));
        QVERIFY(back.at("grid").toFloat() == values && back.at("grid").shape == (std::vector<long long>{2, 3}));
        QVERIFY(std::signbit(back.at("grid").toFloat()[5]));
        QVERIFY(back.at("counts").bytes == bytes.bytes);
        QCOMPARE(back.at("none").count(), 0LL);
        QCOMPARE(back.at("scalar").toFloat().at(0), 3.0f);
        QVERIFY(!std::filesystem::exists(file("a.safetensors.part")));
        QVERIFY_EXCEPTION_THROWN(back.at("counts").toFloat(), base::Error);
    }

    void halfPrecisionIsExact()
    {
        // 1, -2, 65504, smallest normal, smallest subnormal, infinity
        const std::vector<std::uint16_t> halves{0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x7C00};
        nn::StoredTensor half{"h", "F16", {6}, {}};
        nn::StoredTensor brain{"b", "BF16", {2}, {0x80, 0x3F, 0x49, 0xC0}};
        for (const std::uint16_t h : halves) {
            half.bytes.push_back(std::uint8_t(h & 255u));
            half.bytes.push_back(std::uint8_t(h >> 8));
        }
        QVERIFY(half.toFloat() == (std::vector<float>{1.0f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f,
                                                      std::numeric_limits<float>::infinity()}));
        QVERIFY(brain.toFloat() == (std::vector<float>{1.0f, -3.140625f}));
    }

    void hostileTensorFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("code");
        const auto add = [](const char* name, const std::string& content, base::ErrorCode code) {
            QTest::newRow(name) << QByteArray::fromStdString(content) << int(code);
        };
        const auto tensor = [](const char* shape, const char* offsets, std::size_t data) {
            return headerOf(std::string(R"({"a":{"dtype":"F32","shape":)") + shape + R"(,"data_offsets":)" + offsets +
                            "}}") +
                   std::string(data, '\0');
        };
        using base::ErrorCode;
        add("empty file", "", ErrorCode::Truncated);
        add("seven bytes", "1234567", ErrorCode::Truncated);
        add("header longer than the file", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10), ErrorCode::Truncated);
        add("header of all ones", std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10), ErrorCode::Truncated);
        add("not JSON", headerOf("PK\3\4"), ErrorCode::NotRecognised);
        add("beyond the end", tensor("[2]", "[0,8]", 4), ErrorCode::Truncated);
        add("far beyond the end", tensor("[4611686018427387904]", "[0,9223372036854775807]", 4), ErrorCode::Truncated);
        add("reversed offsets", tensor("[1]", "[4,0]", 4), ErrorCode::Malformed);
        add("negative size", tensor("[-1]", "[0,4]", 4), ErrorCode::Malformed);
        add("product overflows", tensor("[4294967296,4294967296,4294967296]", "[0,4]", 4), ErrorCode::LimitExceeded);
        add("product overflows to zero", tensor("[4294967296,4294967296]", "[0,0]", 0), ErrorCode::LimitExceeded);
        add("shape and bytes differ", tensor("[3]", "[0,8]", 8), ErrorCode::Inconsistent);
        add("bytes of nobody", tensor("[1]", "[0,4]", 12), ErrorCode::Inconsistent);
        add("gap before", tensor("[1]", "[4,8]", 8), ErrorCode::Inconsistent);
        add("overlap",
            headerOf(
                R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})") +
                std::string(12, '\0'),
            ErrorCode::Inconsistent);
        add("unknown dtype",
            headerOf(R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}})") + std::string(4, '\0'),
            ErrorCode::Unsupported);
        add("no shape", headerOf(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})") + std::string(4, '\0'),
            ErrorCode::Malformed);
        add("metadata is a list", headerOf(R"({"__metadata__":[]})"), ErrorCode::Malformed);
    }
    void hostileTensorFilesAreRefused()
    {
        QFETCH(QByteArray, content);
        QFETCH(int, code);
        std::ofstream(file("hostile"), std::ios::binary).write(content.data(), content.size());
        try {
            nn::readSafetensors(file("hostile"));
            QFAIL("accepted");
        } catch (const base::ParseError& error) {
            QVERIFY2(int(error.code()) == code, error.what());
            QVERIFY(error.place().file == file("hostile"));
        }
    }

    // Whatever single byte of the header is changed, reading either works or throws; it never crashes or allocates
    // wildly.
    void flippedHeaderBytes()
    {
        nn::writeSafetensors(file("b"),
                             {nn::StoredTensor::of("x", {2, 2}, {1, 2, 3, 4}), nn::StoredTensor::of("y", {1}, {5})});
        std::ifstream in(file("b"), std::ios::binary);
        std::ostringstream stream;
        stream << in.rdbuf();
        const std::string good = stream.str();
        int refused = 0;
        for (std::size_t i = 0; i < good.size() - 20; ++i)
            for (const char flip : {char(1), char(0x10), char(0x80)}) {
                std::string bad = good;
                bad[i] = char(bad[i] ^ flip);
                std::ofstream(file("c"), std::ios::binary | std::ios::trunc) << bad;
                try {
                    nn::readSafetensors(file("c"));
                } catch (const base::Error&) {
                    ++refused;
                }
            }
        QVERIFY(refused > int(good.size()));
    }

    void missingFile() { QVERIFY_EXCEPTION_THROWN(nn::readSafetensors(file("absent")), base::Error); }
};

QTEST_GUILESS_MAIN(TestNnFormats)
#include "test_nn_formats.moc"
