// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle_import.h"
#include "nn/formula.h"
#include "nn/import_sources.h"
#include "nn/untrained.h"

#include "support/component_files.h"
#include "support/test_paths.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <fstream>

#if defined(__linux__)
#include <sys/resource.h>
#endif

// The published size, from the seven component files to a bundle: what small models can't show.
using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

double mostMebibytes()
{
#if defined(__linux__)
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024.0;
#else
    return 0;
#endif
}

} // namespace

class TestNnFullSize : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::map<std::string, nn::StoredTensor> m_weights; // formula, published
    std::vector<nn::ImportSource> m_sources;
    QElapsedTimer m_clock;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }
    void tell(const char* what)
    {
        qInfo("%-44s %6.1f s, at most %6.0f MiB", what, double(m_clock.restart()) / 1000, mostMebibytes());
    }
    static nn::ImportRequest request(std::vector<nn::ImportSource> sources)
    {
        nn::ImportRequest what;
        what.sources = std::move(sources);
        what.ecgRecipe = base::Json::object({{"window_samples", 1008}});
        what.echoRecipe = base::Json::object({{"frames", 16}});
        what.licence = "test";
        return what;
    }

private slots:
    // As PyTorch files: the encoders as they are published, the echo's without a wrapper.
    void initTestCase()
    {
        m_clock.start();
        m_weights = nn::untrainedWeights(nn::Architecture::published(), nn::WeightSource::Formula, 0);
        tell("weights made");
        for (const std::string part : {nn::kEcgEncoder, nn::kEchoEncoder, nn::kTokenAggregator, nn::kProjection,
                                       nn::kViewAggregator, nn::kEcgAlignment, nn::kEchoAlignment}) {
            std::vector<test::MadeTensor> tensors;
            for (const auto& [name, tensor] : m_weights)
                if (name.starts_with(part + "."))
                    tensors.push_back({name.substr(part.size() + 1), tensor.shape, tensor.toFloat()});
            const fs::path file = path(part + ".ckpt");
            test::writeCheckpoint(file, tensors, part != nn::kEchoEncoder);
            m_sources.push_back({file, nn::ImportRole::Any});
        }
        tell("seven PyTorch files written");
    }

    void componentFilesBecomeABundle()
    {
        m_clock.restart();
        const nn::ImportReport looked = nn::inspectImport(request(m_sources));
        tell("looked at");
        QVERIFY(looked.complete && looked.canRetrieve);
        QVERIFY(looked.architecture == nn::Architecture::published());
        std::size_t tensors = 0;
        for (const nn::ImportedFile& file : looked.files) {
            QVERIFY2(file.unknown.empty() && file.ignored.empty(), file.content.c_str());
            tensors += file.tensors;
        }
        QCOMPARE(tensors, m_weights.size());

        const nn::ImportReport report = nn::importBundle(request(m_sources), path("bundle"));
        tell("imported, with golden tensors");
        QVERIFY(report.bundle);
        for (const auto& [name, tensor] : nn::readBundleWeights(*report.bundle))
            QVERIFY2(tensor.bytes == m_weights.at(name).bytes, name.c_str());
        tell("compared");
    }

    void safetensorsGiveTheSameModel()
    {
        m_clock.restart();
        const nn::BundleInfo info = nn::readBundleInfo(path("bundle"));
        nn::exportWeights(info, path("all.safetensors"));
        tell("exported");
        const nn::ImportReport report = nn::inspectImport(request({{path("all.safetensors"), nn::ImportRole::Any}}));
        tell("looked at");
        QVERIFY(report.complete && report.canRetrieve && report.files[0].unknown.empty());
        QVERIFY(report.architecture == nn::Architecture::published());
        QCOMPARE(report.files[0].tensors, m_weights.size());
    }
};

QTEST_GUILESS_MAIN(TestNnFullSize)
#include "test_nn_full_size.moc"
