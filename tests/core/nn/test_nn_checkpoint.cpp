// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/checkpoint/checkpoint.h"

#include "base/json.h"
#include "core/nn/made_checkpoint.h"
#include "support/test_paths.h"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>

#ifdef __GLIBC__
#include <malloc.h>
#endif

// Checkpoints as PyTorch writes them, and as an attacker would.
using namespace echo2ecg;
namespace fs = std::filesystem;
namespace ck = nn::checkpoint;
namespace pk = test::pickle;

namespace {

std::string slurp(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::span<const std::uint8_t> span(const std::string& bytes)
{
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// The numbers of any dtype.
std::vector<double> numbers(const nn::StoredTensor& t)
{
    std::vector<double> values;
    const auto each = [&]<class T>(T) {
        for (std::size_t i = 0; i + sizeof(T) <= t.bytes.size(); i += sizeof(T)) {
            T value;
            std::memcpy(&value, &t.bytes[i], sizeof value);
            values.push_back(double(value));
        }
    };
    if (t.dtype == "I64")
        each(std::int64_t());
    else if (t.dtype == "I32")
        each(std::int32_t());
    else if (t.dtype == "I16")
        each(std::int16_t());
    else if (t.dtype == "I8")
        each(std::int8_t());
    else if (t.dtype == "U8" || t.dtype == "BOOL")
        each(std::uint8_t());
    else if (t.dtype == "F64")
        each(double());
    else
        for (const float value : t.toFloat())
            values.push_back(double(value));
    return values;
}

// The dictionary of weights, wherever the file keeps it.
const ck::Value& weightsOf(const ck::Checkpoint& checkpoint)
{
    for (const char* key : {"model", "state_dict"})
        if (const ck::Value* found = checkpoint.root().find(key))
            return *found;
    return checkpoint.root();
}

// One line of /proc/self/status in KiB; 0 where there is no such file.
long memory(const char* field)
{
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(field))
            return std::atol(line.c_str() + std::strlen(field) + 1);
    return 0;
}

struct Refusal
{
    bool refused = false;
    std::string what;
    base::ErrorCode code = base::ErrorCode::Internal;
    long peakKib = 0;
};

template <class Read> Refusal tryTo(Read&& read)
{
    Refusal result;
#ifdef __GLIBC__
    malloc_trim(0); // else memory that earlier cases freed hides what this one takes
#endif
    std::ofstream("/proc/self/clear_refs") << "5"; // forgets the high-water mark
    const long before = memory("VmRSS:");
    try {
        const ck::Checkpoint checkpoint = read();
        for (const auto& [key, value] : weightsOf(checkpoint).entries)
            if (value->kind == ck::Kind::Tensor)
                checkpoint.read(*value, key->text);
    } catch (const base::Error& error) {
        result = {true, error.what(), error.code(), 0};
    }
    result.peakKib = std::max(0L, memory("VmHWM:") - before);
    return result;
}

Refusal tryBytes(const std::string& bytes)
{
    return tryTo([&] { return ck::readCheckpoint(span(bytes)); });
}

std::string zipWith(const std::string& model, const std::string& data = std::string(64, '\1'))
{
    return test::zipOf({{"archive/data.pkl", pk::whole(pk::dict({{"model", model}, {"epoch", pk::integer(49)}}))},
                        {"archive/data/0", data},
                        {"archive/version", "3\n"}});
}

} // namespace

class TestNnCheckpoint : public QObject
{
    Q_OBJECT

    void compare(const fs::path& file, const base::Json& expected)
    {
        const ck::Checkpoint checkpoint = ck::readCheckpoint(file);
        QCOMPARE(checkpoint.format() == ck::Format::Legacy, expected.value("format", "") == "legacy");
        const ck::Value& weights = weightsOf(checkpoint);
        const base::Json& tensors = expected.at("tensors");
        std::size_t found = 0;
        for (const auto& [key, value] : weights.entries)
            found += value->kind == ck::Kind::Tensor ? 1u : 0u;
        QCOMPARE(found, tensors.size());
        const std::map<std::string, std::string> dtypes{
            {"float32", "F32"}, {"float64", "F64"}, {"float16", "F16"}, {"bfloat16", "BF16"}, {"int64", "I64"},
            {"int32", "I32"},   {"int16", "I16"},   {"int8", "I8"},     {"uint8", "U8"},      {"bool", "BOOL"}};
        for (const auto& [name, want] : tensors.members()) {
            const ck::Value* value = weights.find(name);
            QVERIFY2(value && value->kind == ck::Kind::Tensor, name.c_str());
            const ck::TensorInfo& info = checkpoint.info(*value);
            QVERIFY2(info.dtype == dtypes.at(want.at("dtype").toString()), name.c_str());
            QVERIFY2(base::Json(info.shape) == want.at("shape"), name.c_str());
            QVERIFY2(base::Json(info.strides) == want.at("stride"), name.c_str());
            QCOMPARE(info.offset, want.at("storage_offset").toInteger());
            const std::vector<double> values = numbers(checkpoint.read(*value, name));
            QCOMPARE(values.size(), std::size_t(info.count()));
            const auto number = [](const base::Json& json) {
                return json.isNumber()            ? json.toNumber()
                       : json.toString() == "nan" ? NAN
                       : json.toString() == "inf" ? HUGE_VAL
                                                  : -HUGE_VAL;
            };
            const base::Json::Array& first = want.at("first4").items();
            for (std::size_t i = 0; i < first.size(); ++i) {
                const double w = number(first[i]);
                QVERIFY2(std::isnan(w) ? std::isnan(values[i])
                                       : values[i] == w && std::signbit(values[i]) == std::signbit(w),
                         name.c_str());
            }
            double sum = 0;
            for (const double v : values)
                sum += v;
            const double w = number(want.at("sum"));
            if (!std::isnan(w))
                QVERIFY2(std::abs(sum - w) <= 1e-6 * std::max(1.0, std::abs(w)), name.c_str());
        }
    }

private slots:
    void samplesReadExactly_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* name : {"mixed_dtypes_ZIP.ckpt", "mixed_dtypes_LEGACY.pth", "bare_state_dict_ZIP.pt",
                                 "token_aggregator_FAKECFG.ckpt", "token_aggregator_TORCH2_LAYOUT.ckpt",
                                 "token_aggregator_BIGENDIAN.ckpt", "ecg_alignment_global_token_TINY64.ckpt"})
            QTest::newRow(name) << name;
    }
    void samplesReadExactly()
    {
        QFETCH(QString, file);
        const fs::path folder = test::testData() / "checkpoints";
        const base::Json expected = base::Json::parse(slurp(folder / "expected.json"));
        compare(folder / file.toStdString(), expected.at(file.toStdString()));
    }

    void configurationsStayInert()
    {
        const ck::Checkpoint checkpoint =
            ck::readCheckpoint(test::testData() / "checkpoints" / "ecg_alignment_global_token_TINY64.ckpt");
        const ck::Value* cfg = checkpoint.root().find("cfg");
        QVERIFY(cfg && cfg->kind == ck::Kind::Opaque && cfg->state);
        QCOMPARE(cfg->text, std::string("omegaconf.dictconfig DictConfig"));
        const ck::Value* epoch = checkpoint.root().find("epoch");
        QVERIFY(epoch && epoch->kind == ck::Kind::Integer);
        QCOMPARE(epoch->integer, 49);
    }

    void bigEndianIsSwapped()
    {
        const fs::path folder = test::testData() / "checkpoints";
        const ck::Checkpoint big = ck::readCheckpoint(folder / "token_aggregator_BIGENDIAN.ckpt"),
                             little = ck::readCheckpoint(folder / "token_aggregator_FAKECFG.ckpt");
        QVERIFY(big.bigEndian() && !little.bigEndian());
        for (const auto& [key, value] : weightsOf(little).entries)
            QVERIFY(little.read(*value, key->text).bytes == big.read(*weightsOf(big).find(key->text), key->text).bytes);
    }

    void memoryReadsAsFilesDo()
    {
        const fs::path file = test::testData() / "checkpoints" / "mixed_dtypes_LEGACY.pth";
        const std::string bytes = slurp(file);
        const ck::Checkpoint a = ck::readCheckpoint(file), b = ck::readCheckpoint(span(bytes));
        for (const auto& [key, value] : weightsOf(a).entries)
            QVERIFY(a.read(*value, "x").bytes == b.read(*weightsOf(b).find(key->text), "x").bytes);
    }

    // Each a small change of a file that is fine.
    void hostileTensors_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, const std::string& tensor, const char* word) {
            QTest::newRow(name) << QByteArray::fromStdString(pk::dict({{"w", tensor}})) << word;
        };
        const auto plain = pk::storage("0", 16);
        row("fine", pk::tensor(plain, 0, {4, 4}, {4, 1}), "");
        row("2^60 elements", pk::tensor(pk::storage("0", 1LL << 60), 0, {1LL << 60}, {1}), "more than the whole file");
        row("2^60 view", pk::tensor(plain, 0, {1LL << 60}, {1}), "beyond its storage");
        row("overflow", pk::tensor(plain, 0, {1LL << 33, 1LL << 33}, {0, 0}), "more than can be counted");
        row("repeats", pk::tensor(plain, 0, {1LL << 40}, {0}), "repeats");
        row("negative size", pk::tensor(plain, 0, {-4, 4}, {4, 1}), "size");
        row("negative stride", pk::tensor(plain, 15, {4}, {-1}), "stride");
        row("negative offset", pk::tensor(plain, -1, {4}, {1}), "before its storage");
        row("offset", pk::tensor(plain, 13, {4}, {1}), "beyond its storage");
        row("stride", pk::tensor(plain, 0, {4, 4}, {5, 1}), "beyond its storage");
        row("rank", pk::tensor(plain, 0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)),
            "dimensions");
        row("sizes and strides", pk::tensor(plain, 0, {4, 4}, {1}), "described");
        row("short record", pk::tensor(pk::storage("0", 64), 0, {64}, {1}), "record has 64 bytes");
        row("no record", pk::tensor(pk::storage("7", 16), 0, {16}, {1}), "not in the archive");
        row("path", pk::tensor(pk::storage("../../etc/passwd", 16), 0, {16}, {1}), "no record can have");
        row("type", pk::tensor(pk::storage("0", 16, "EvilStorage"), 0, {16}, {1}), "unknown type");
        row("two types",
            pk::tensor(plain, 0, {4}, {1}) + pk::text("v") +
                pk::tensor(pk::storage("0", 8, "DoubleStorage"), 0, {4}, {1}),
            "two ways");
        row("empty, sizes overflow", pk::tensor(plain, 0, {1LL << 62, 1LL << 62, 0}, {1, 1, 1}), "counted");
    }
    void hostileTensors()
    {
        QFETCH(QByteArray, model);
        QFETCH(QString, word);
        const Refusal result = tryBytes(zipWith(model.toStdString()));
        if (QByteArray(QTest::currentDataTag()) == "empty, sizes overflow")
            return; // accepted or refused, but never computed
        QCOMPARE(result.refused, !word.isEmpty());
        QVERIFY2(QString::fromStdString(result.what).contains(word), result.what.c_str());
    }

    void callsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("pickle");
        const auto row = [](const char* name, const std::string& value) {
            QTest::newRow(name) << QByteArray::fromStdString(value);
        };
        const std::string argument = pk::tuple({pk::text("touch marker")});
        for (const auto& [module, name] :
             std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                              {"posix", "system"},
                                                              {"builtins", "eval"},
                                                              {"__builtin__", "eval"},
                                                              {"builtins", "getattr"},
                                                              {"torch.hub", "load"},
                                                              {"torch", "load"},
                                                              {"torch.storage", "_load_from_bytes"},
                                                              {"torch._utils", "_rebuild_tensor_v2x"},
                                                              {"subprocess", "Popen"},
                                                              {"functools", "partial"}})
            row((module + "." + name).c_str(), pk::global(module, name) + argument + "R");
        row("INST", "(" + pk::text("touch marker") + "ios\nsystem\n");
        row("OBJ", "(" + pk::global("os", "system") + pk::text("touch marker") + "o");
        row("EXT1", "\x82\x01");
        row("stack global", pk::text("os") + pk::text("system") + "\x93" + argument + "R");
        row("call of a result", pk::global("collections", "OrderedDict") + ")R" + argument + "R");
        row("call of a tensor", pk::text("x") + argument + "R");
        row("persistent id", pk::tuple({pk::text("module"), pk::global("os", "system")}) + "Q");
    }
    void callsAreRefused()
    {
        QFETCH(QByteArray, pickle);
        const Refusal result = tryBytes(zipWith(pickle.toStdString()));
        QVERIFY(result.refused);
        QVERIFY2(result.what.find("marker") == std::string::npos, result.what.c_str());
    }

    // What a class merely is, or holds, harms nobody.
    void unknownClassesAreKept()
    {
        const std::string object =
            pk::global("evil.module", "Thing") + ")\x81" + pk::dict({{"a", pk::integer(7)}}) + "b";
        const std::string bytes = zipWith(pk::dict({{"object", object}, {"class", pk::global("os", "system")}}));
        const ck::Checkpoint checkpoint = ck::readCheckpoint(span(bytes));
        const ck::Value* thing = weightsOf(checkpoint).find("object");
        QVERIFY(thing && thing->kind == ck::Kind::Opaque && thing->state);
        QCOMPARE(thing->state->find("a")->integer, 7);
        QVERIFY(weightsOf(checkpoint).find("class")->kind == ck::Kind::Class);
    }

    void brokenPickles_data()
    {
        QTest::addColumn<QByteArray>("pickle");
        const auto row = [](const char* name, const std::string& value) {
            QTest::newRow(name) << QByteArray::fromStdString(value);
        };
        row("empty", "");
        row("no stop", "\x80\x02}");
        row("stop alone", "\x80\x02.");
        row("two values", "\x80\x02}}.");
        row("pop below mark", "\x80\x02}(0.");
        row("mark left", "\x80\x02(}.");
        row("no mark", "\x80\x02}t.");
        row("unknown memo", "\x80\x02h\x05.");
        row("odd items", "\x80\x02}(Nu.");
        row("append to dict", "\x80\x02}Na.");
        row("append to nothing", "\x80\x02Na.");
        row("build on list", "\x80\x02]}b.");
        row("text of 4 GiB", std::string("\x80\x02X\xff\xff\xff\xff", 7) + "abc");
        row("text of 2^63", "\x80\x04\x8d" + test::le<std::uint64_t>(1ULL << 63) + "abc");
        row("number of 4 GiB", std::string("\x80\x02\x8b\xff\xff\xff\x7f", 7));
        row("unknown opcode", "\x80\x02\xfe.");
        row("protocol 9", "\x80\x09N.");
        row("200 deep", "\x80\x02" + std::string(200, ']') + std::string(199, 'a') + ".");
        row("200k deep", "\x80\x02" + std::string(200000, ']') + std::string(199999, 'a') + ".");
        row("a million marks", "\x80\x02" + std::string(1000000, '('));
        row("a million lists", "\x80\x02(" + std::string(1000000, ']') + "l.");
        row(
            "a million references", "\x80\x02]q\x01" + [] {
                std::string all;
                for (int i = 0; i < 1000000; ++i)
                    all += "h\x01";
                return all;
            }() + ".");
        row(
            "a million memos", "\x80\x02]" + [] {
                std::string all;
                for (std::uint32_t i = 0; i < 1000000; ++i)
                    all += "r" + test::le(i);
                return all;
            }() + ".");
    }
    void brokenPickles()
    {
        QFETCH(QByteArray, pickle);
        const Refusal result = tryBytes(test::zipOf({{"archive/data.pkl", pickle.toStdString()}}));
        QVERIFY(result.refused);
        qInfo("%s; peak %ld KiB", result.what.c_str(), result.peakKib);
        QVERIFY(result.peakKib < 64 * 1024);
        QVERIFY(tryBytes(pickle.toStdString()).refused); // bare
    }

    void containersMayKnowTheirParent()
    {
        const std::string circle = "]q\x01h\x01"
                                   "a"; // l = []; l.append(l)
        const std::string bytes = zipWith(circle);
        const ck::Checkpoint checkpoint = ck::readCheckpoint(span(bytes));
        const ck::Value& list = *checkpoint.root().find("model");
        QVERIFY(list.kind == ck::Kind::List);
    }

    void damagedArchives()
    {
        const std::string good = zipWith(pk::dict({{"w", pk::tensor(pk::storage("0", 16), 0, {4, 4}, {4, 1})}}));
        QVERIFY(!tryBytes(good).refused);
        std::string flipped = good;
        flipped[good.find(std::string(64, '\1')) + 20] = '\2';
        const Refusal crc = tryBytes(flipped);
        QVERIFY(crc.refused && crc.what.find("CRC") != std::string::npos);
        for (std::size_t length = 0; length < good.size(); length += 3)
            QVERIFY(tryBytes(good.substr(0, length)).refused);
        const Refusal packed = tryBytes(test::zipOf({{"archive/data.pkl", "x"}}, 8));
        QVERIFY(packed.refused && packed.what.find("compressed") != std::string::npos);
        QVERIFY(tryBytes(test::zipOf({{"a/data.pkl", "x"}, {"b/data.pkl", "x"}})).refused);
        QVERIFY(tryBytes(test::zipOf({{"a/data.pkl", "x"}, {"a/data.pkl", "x"}})).refused);
        QVERIFY(tryBytes(test::zipOf({{"a/readme", "x"}})).refused);
        QVERIFY(tryBytes(test::zipOf({{"a/data.pkl", pk::whole("}")}, {"a/constants.pkl", "x"}})).refused);
        QVERIFY(tryBytes(test::zipOf({{"a/data.pkl", pk::whole("}")}, {"a/byteorder", "middle"}})).refused);
        QVERIFY(tryBytes("<html>404 Not Found</html>").refused);
        QVERIFY(tryBytes("").refused);
    }

    // Whatever one byte becomes: an error or a reading, never a crash or a large allocation.
    void anyByteMayBeDamaged()
    {
        const fs::path folder = test::testData() / "checkpoints";
        std::mt19937 random(7);
        int refused = 0, read = 0;
        long peak = 0;
        for (const char* name : {"mixed_dtypes_ZIP.ckpt", "mixed_dtypes_LEGACY.pth", "token_aggregator_FAKECFG.ckpt"}) {
            const std::string good = slurp(folder / name);
            for (std::size_t at = 0; at < good.size(); ++at) {
                std::string bytes = good;
                bytes[at] = char(random() & 255u);
                const Refusal result = tryBytes(bytes);
                (result.refused ? refused : read) += 1;
                peak = std::max(peak, result.peakKib);
            }
        }
        qInfo("%d refused, %d read, peak %ld KiB", refused, read, peak);
        QVERIFY(refused > 1000);
        QVERIFY(peak < 64 * 1024);
    }

    void sharedSamples()
    {
        const fs::path folder = test::shared() / "reference" / "checkpoints";
        E2E_NEED_SHARED(folder / "manifest_valid.json");
        const fs::path marker = fs::temp_directory_path() / "GOLDEN_MALICIOUS_CHECKPOINT_EXECUTED";
        QVERIFY(!fs::exists(marker));
        const base::Json expected = base::Json::parse(slurp(folder / "manifest_valid.json"));
        for (const auto& [name, want] : expected.members()) {
            compare(folder / name, want);
            qInfo("accepted  %s", name.c_str());
        }
        int bad = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with("BAD_"))
                continue;
            ++bad;
            const Refusal result = tryTo([&] { return ck::readCheckpoint(entry.path()); });
            qInfo("refused   %-46s +%5ld KiB  %s", name.c_str(), result.peakKib,
                  result.what.substr(result.what.find(name) + name.size()).c_str());
            QVERIFY2(result.refused, name.c_str());
            QVERIFY2(result.peakKib < 64 * 1024, name.c_str());
        }
        QVERIFY(bad >= 20);
        QVERIFY(!fs::exists(marker));
    }
};

QTEST_GUILESS_MAIN(TestNnCheckpoint)
#include "test_nn_checkpoint.moc"
