// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle.h"
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/model.h"

#include "base/sha256.h"
#include "support/test_paths.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <sstream>

// Bundles of the small architecture: written, verified, damaged; and the model that is made of one.
using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void spill(const fs::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

void replaceOnce(const fs::path& file, const std::string& from, const std::string& to)
{
    std::string text = slurp(file);
    const std::size_t at = text.find(from);
    QVERIFY(at != std::string::npos);
    spill(file, text.replace(at, from.size(), to));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    if (a.size() != b.size() || a.empty())
        return HUGE_VAL;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

double norm(const float* values, std::size_t n)
{
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += double(values[i]) * double(values[i]);
    return std::sqrt(sum);
}

} // namespace

class TestNnBundle : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    nn::BundleInfo m_info;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }
    nn::NewBundle small(std::uint64_t seed) const
    {
        nn::NewBundle what;
        what.architecture = nn::Architecture::small();
        what.seed = seed;
        what.ecgRecipe = base::Json::object({{"baseline_lambda", 1e7}, {"window_samples", 1008}, {"clip_sigmas", 4.0}});
        what.echoRecipe = base::Json::object({{"frames", 16}});
        return what;
    }
    // A copy of the good bundle to be damaged.
    fs::path copy(const char* name) const
    {
        fs::copy(m_info.folder, path(name), fs::copy_options::recursive);
        return path(name);
    }
    void expectMismatch(const nn::BundleInfo& info, const QStringList& words)
    {
        try {
            nn::readBundleWeights(info);
            QFAIL("accepted");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Mismatch);
            for (const QString& word : words)
                QVERIFY2(QString::fromUtf8(error.what()).contains(word), error.what());
        }
    }

private slots:
    void initTestCase() { m_info = nn::writeUntrainedBundle(path("good"), small(1)); }

    void bundleSurvives()
    {
        const nn::BundleInfo back = nn::readBundleInfo(m_info.folder);
        QCOMPARE(back.id, m_info.id);
        QCOMPARE(back.id.size(), std::size_t(16));
        QVERIFY(back.architecture == nn::Architecture::small());
        QVERIFY(back.ecgRecipe == m_info.ecgRecipe);
        QVERIFY(!back.trained && !back.simulated);
        QCOMPARE(back.lvefClassNames.size(), std::size_t(3));
        QVERIFY(back.lvefCutoffs == (std::vector<double>{40, 50}));
        QVERIFY(back.fileHashes == m_info.fileHashes);
        QVERIFY(slurp(m_info.folder / "CARD.md").find("Untrained") != std::string::npos);
        std::uintmax_t bytes = 0;
        for (const auto& entry : fs::directory_iterator(m_info.folder))
            bytes += entry.file_size();
        qInfo("small bundle: %.1f MB", double(bytes) / 1e6);
        QVERIFY(bytes <= 15'000'000);
    }

    void goldenTensorsReproduce()
    {
        const auto checks = nn::verifyBundle(nn::readBundleInfo(m_info.folder));
        QCOMPARE(checks.size(), std::size_t(9));
        for (const nn::GoldenCheck& check : checks) {
            qInfo("%-20s largest error %.2e, tolerance %.2e", check.name.c_str(), check.largestError, check.tolerance);
            QVERIFY2(check.ok(), check.name.c_str());
        }
    }

    void anotherMachineWouldBeNoticed()
    {
        // The golden outputs of other weights: the bundle is whole, but its numbers aren't reproduced.
        const fs::path folder = copy("other-golden");
        auto golden = nn::readSafetensors(folder / "golden.safetensors");
        std::map<std::string, std::string> metadata;
        nn::readSafetensors(folder / "golden.safetensors", &metadata);
        std::vector<nn::StoredTensor> tensors;
        for (auto& [name, tensor] : golden) {
            std::vector<float> values = tensor.toFloat();
            if (name == "echo.clip")
                values[100] += 1e-3f;
            if (name == "ecg.tokens")
                values[3] = std::nanf("");
            tensors.push_back(nn::StoredTensor::of(name, tensor.shape, values));
        }
        nn::writeSafetensors(folder / "golden.safetensors", tensors, metadata);
        replaceOnce(folder / "bundle.json", m_info.fileHashes.at("golden.safetensors"),
                    base::sha256OfFile(folder / "golden.safetensors"));
        int failed = 0;
        for (const nn::GoldenCheck& check : nn::verifyBundle(nn::readBundleInfo(folder))) {
            QCOMPARE(check.ok(), check.name != "echo.clip" && check.name != "ecg.tokens");
            failed += !check.ok();
        }
        QCOMPARE(failed, 2);
    }

    void sameSeedSameBytes()
    {
        const nn::BundleInfo again = nn::writeUntrainedBundle(path("again"), small(1));
        const nn::BundleInfo other = nn::writeUntrainedBundle(path("other"), small(2));
        QCOMPARE(again.id, m_info.id);
        QVERIFY(slurp(again.folder / "weights.safetensors") == slurp(m_info.folder / "weights.safetensors"));
        QVERIFY(again.id != other.id);
        QVERIFY(again.fileHashes.at("weights.safetensors") != other.fileHashes.at("weights.safetensors"));
        QVERIFY_EXCEPTION_THROWN(nn::writeUntrainedBundle(path("again"), small(1)), base::Error);
    }

    void randomWeightsAreScaled()
    {
        const auto weights = nn::readBundleWeights(m_info);
        const auto check = [&](const char* name, double expected, double most) {
            const std::vector<float> w = weights.at(name).toFloat();
            double sum = 0, squares = 0, largest = 0;
            for (const float v : w) {
                sum += v;
                squares += double(v) * v;
                largest = std::max(largest, std::abs(double(v)));
            }
            const double count = double(w.size()), mean = sum / count, deviation = std::sqrt(squares / count);
            QVERIFY2(std::abs(mean) < 4 * expected / std::sqrt(count), name);
            QVERIFY2(std::abs(deviation / expected - 1) < std::max(0.02, 2 / std::sqrt(count)), name);
            QVERIFY2(largest < most, name);
        };
        check("echo_encoder.blocks.3.mlp.0.weight", 0.02, 0.1);
        // Evenly by the widths: ±√(6 / (in + out)), a deviation of √(2 / (in + out)).
        const double both = double(m_info.architecture.ecg.width + m_info.architecture.ecg.mlpWidth);
        check("ecg_encoder.blocks.0.mlp.fc1.weight", std::sqrt(2 / both), std::sqrt(6 / both) + 1e-6);
        check("ecg_encoder.patch_embed.proj.bias", 0.5 / std::sqrt(3.0), 0.5 + 1e-6);
        check("ecg_encoder.pos_embed_y.weight", 1.2 / std::sqrt(3.0), 1.2 + 1e-6);
        check("ecg_encoder.blocks.0.attn.mha.in_proj_weight", std::sqrt(2.0 / (4 * m_info.architecture.ecg.width)), 0.1);
        QCOMPARE(weights.at("ecg_encoder.blocks.0.norm1.weight").toFloat().at(5), 1.0f);
        QCOMPARE(weights.at("ecg_encoder.blocks.0.mlp.fc1.bias").toFloat().at(5), 0.0f);
    }

    void flippedByte()
    {
        const fs::path folder = copy("flipped");
        std::string bytes = slurp(folder / "weights.safetensors");
        bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1);
        spill(folder / "weights.safetensors", bytes);
        expectMismatch(nn::readBundleInfo(folder),
                       {"SHA-256", QString::fromStdString(m_info.fileHashes.at("weights.safetensors"))});
    }

    void truncatedFile()
    {
        const fs::path folder = copy("truncated");
        fs::resize_file(folder / "weights.safetensors", fs::file_size(folder / "weights.safetensors") - 1000);
        expectMismatch(nn::readBundleInfo(folder), {"tensor echo_alignment_global_token.weight", "damaged"});
    }

    void wrongTensors()
    {
        const auto good = nn::readBundleWeights(m_info);
        const std::string name = "echo_encoder.blocks.1.attn.qkv.weight";
        const auto write = [&](const fs::path& folder, const std::map<std::string, nn::StoredTensor>& tensors) {
            std::vector<nn::StoredTensor> list;
            for (const auto& [key, tensor] : tensors)
                list.push_back(tensor);
            nn::writeSafetensors(folder / "weights.safetensors", list);
            return nn::readBundleInfo(folder);
        };
        auto tensors = good;
        tensors.at(name).shape = {32, 192};
        expectMismatch(write(copy("shape"), tensors), {QString::fromStdString(name), "[32, 192]", "[192, 32]"});

        tensors = good;
        tensors.erase(name);
        expectMismatch(write(copy("missing"), tensors), {QString::fromStdString(name), "missing", "[192, 32]"});

        tensors = good;
        tensors["echo_encoder.head.2.weight"] =
            nn::StoredTensor::of("echo_encoder.head.2.weight", {2, 3}, std::vector<float>(6));
        expectMismatch(write(copy("extra"), tensors), {"echo_encoder.head.2.weight", "[2, 3]"});

        tensors = good;
        std::vector<float> values = tensors.at(name).toFloat();
        values[7] = std::nanf("");
        tensors[name] = nn::StoredTensor::of(name, tensors.at(name).shape, values);
        expectMismatch(write(copy("nan"), tensors), {QString::fromStdString(name), "not finite"});
    }

    void anotherArchitecturesWeights()
    {
        nn::BundleInfo info = m_info;
        info.architecture = nn::Architecture::published();
        expectMismatch(info, {"tensor ecg_encoder.blocks.0.mlp.fc1.weight", "[384, 192]", "[768, 192]"});
    }

    void editedRecipeIsAnotherBundle()
    {
        const fs::path folder = copy("edited");
        replaceOnce(folder / "bundle.json", "\"window_samples\": 1008,\n      \"clip",
                    "\"window_samples\": 1007,\n      \"clip");
        try {
            nn::readBundleInfo(folder);
            QFAIL("accepted");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Mismatch);
        }
    }

    void damagedInformation()
    {
        const std::string good = slurp(m_info.folder / "bundle.json");
        const fs::path folder = copy("information");
        for (const std::string& text :
             {std::string(), std::string("{}"), good.substr(0, good.size() / 2), std::string("[1]")}) {
            spill(folder / "bundle.json", text);
            QVERIFY_EXCEPTION_THROWN(nn::readBundleInfo(folder), base::ParseError);
        }
        spill(folder / "bundle.json", good);
        replaceOnce(folder / "bundle.json", "\"format\": 1", "\"format\": 2");
        QVERIFY_EXCEPTION_THROWN(nn::readBundleInfo(folder), base::ParseError);
        try {
            nn::readBundleInfo(path("nowhere"));
            QFAIL("accepted");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Missing);
        }
    }

    void cancelled()
    {
        const base::JobContext job;
        job.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(nn::writeUntrainedBundle(path("cancelled"), small(3), job), base::Cancelled);
        QVERIFY(!fs::exists(path("cancelled") / "bundle.json"));
    }

    void modelIsIndependentOfTheBatch()
    {
        const nn::Model model(m_info, nn::readBundleWeights(m_info), nn::chooseDevice(false, 1));
        QCOMPARE(model.device().description, std::string("CPU, 1 thread"));
        const nn::Architecture& a = m_info.architecture;
        const std::size_t ecg = std::size_t(a.ecg.leads * a.ecg.windowSamples);
        const std::vector<float> three = nn::goldenEcgInput(a.ecg, 3);
        const std::vector<float> tokens = model.ecgTokens(three.data(), 3);
        QCOMPARE(tokens.size(), std::size_t(3 * 192));
        const std::vector<float> last = model.ecgTokens(three.data() + 2 * ecg, 1);
        QVERIFY(largestDifference({tokens.begin() + 2 * 192, tokens.end()}, last) <= 1e-5);
        QVERIFY(largestDifference({tokens.begin(), tokens.begin() + 192}, last) > 1e-4);
        const std::vector<float> aligned = model.alignEcg(tokens.data(), 3);
        QCOMPARE(aligned.size(), std::size_t(3 * 512));
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(norm(aligned.data() + 512 * i, 512) - 1.0) < 1e-5);
        QVERIFY(model.ecgTokens(three.data(), 0).empty() && model.alignEcg(tokens.data(), 0).empty());

        std::vector<float> clip = nn::goldenEchoInput(a.echo), clips;
        for (const float gain : {0.3f, -1.0f, 1.0f})
            for (const float v : clip)
                clips.push_back(gain * v);
        QElapsedTimer timer;
        timer.start();
        const std::vector<float> one = model.echoClips(clip.data(), 1);
        qInfo("one clip, one thread: %.0f ms", double(timer.nsecsElapsed()) / 1e6);
        const std::vector<float> embeddings = model.echoClips(clips.data(), 3);
        QCOMPARE(one.size(), std::size_t(512));
        QVERIFY(largestDifference({embeddings.begin() + 1024, embeddings.end()}, one) <= 1e-5);
        QVERIFY(largestDifference({embeddings.begin(), embeddings.begin() + 512}, one) > 1e-4);
        // Bit for bit whatever the number of threads.
        const nn::Model threaded(m_info, nn::readBundleWeights(m_info), nn::chooseDevice(false, 2));
        QVERIFY(threaded.echoClips(clips.data(), 3) == embeddings);
        QVERIFY(threaded.ecgTokens(three.data(), 3) == tokens);
    }

    // Half precision moves every number a little; what must stay is the direction of an embedding.
    void halfPrecisionIsJudgedByDirection()
    {
        nn::DeviceChoice half = nn::chooseDevice(false, 2);
        half.precision = nn::Precision::BFloat16;
        const auto weights = nn::readBundleWeights(m_info);
        int directions = 0;
        for (const nn::GoldenCheck& check : nn::verifyGolden(nn::Model(m_info, weights, half))) {
            QVERIFY2(check.ok(), check.name.c_str());
            if (check.name.find("1 - cosine") != std::string::npos) {
                ++directions;
                QVERIFY2(check.largestError > 1e-8, check.name.c_str()); // it was half precision
            }
        }
        QCOMPARE(directions, 3); // ECG token, aligned, clip
        // Another model's golden tensors point elsewhere.
        nn::BundleInfo other = nn::writeUntrainedBundle(path("other-direction"), small(99));
        other.folder = m_info.folder;
        int failed = 0;
        for (const nn::GoldenCheck& check : nn::verifyGolden(nn::Model(other, nn::readBundleWeights([&] {
                                                                           nn::BundleInfo own = other;
                                                                           own.folder = path("other-direction");
                                                                           return own;
                                                                       }()),
                                                                       half)))
            failed += !check.ok() && check.name.find("1 - cosine") != std::string::npos;
        QCOMPARE(failed, 3);
    }

    void studies()
    {
        const nn::Model model(m_info, nn::readBundleWeights(m_info), nn::chooseDevice(false, 2));
        const std::vector<float> views = nn::goldenViews(512, 128);
        for (const int n : {1, 2, 128}) {
            const nn::Model::Study study = model.study(views.data(), n);
            QCOMPARE(study.token.size(), std::size_t(m_info.architecture.alignment.studyWidth));
            QCOMPARE(study.viewWeights.size(), std::size_t(n));
            double sum = 0;
            for (const float w : study.viewWeights) {
                QVERIFY(w >= 0);
                sum += w;
            }
            QVERIFY(std::abs(sum - 1) < 1e-5);
            QVERIFY(std::abs(norm(study.aligned.data(), study.aligned.size()) - 1) < 1e-5);
        }
        for (const int n : {0, -1, 129}) {
            try {
                model.study(views.data(), n);
                QFAIL("accepted");
            } catch (const base::Error& error) {
                QCOMPARE(error.code(), base::ErrorCode::Unsuitable);
            }
        }
    }

    void otherPoolings()
    {
        nn::NewBundle what = small(4);
        what.architecture.alignment.pooling = nn::ViewPooling::Cls;
        what.architecture.alignment.clsLayers = 2;
        for (const nn::GoldenCheck& check : nn::verifyBundle(nn::writeUntrainedBundle(path("cls"), what)))
            QVERIFY2(check.ok(), check.name.c_str());
        what.architecture.alignment = {nn::ViewPooling::Mean, false, 512, 4, 1, 512, 512, 2};
        const nn::BundleInfo info = nn::writeUntrainedBundle(path("mean"), what);
        for (const nn::GoldenCheck& check : nn::verifyBundle(info))
            QVERIFY2(check.ok(), check.name.c_str());
        const nn::Model model(info, nn::readBundleWeights(info), nn::chooseDevice(false, 2));
        const std::vector<float> views = nn::goldenViews(512, 2);
        QVERIFY(model.study(views.data(), 2).viewWeights == (std::vector<float>{0.5f, 0.5f}));
    }

    void formulaBundle()
    {
        nn::NewBundle what = small(0);
        what.weights = nn::WeightSource::Formula;
        const nn::BundleInfo info = nn::writeUntrainedBundle(path("formula"), what);
        const std::string name = "echo_encoder.blocks.2.mlp.3.weight";
        const auto weights = nn::readBundleWeights(info);
        QVERIFY(weights.at(name).toFloat() == nn::formulaWeights(name, weights.at(name).shape));
    }
};

QTEST_GUILESS_MAIN(TestNnBundle)
#include "test_nn_bundle.moc"
