// SPDX-License-Identifier: GPL-3.0-or-later
// The main job in figures: folder scan, first frame, preprocessing, and from an ECG file to its prediction in a library of 10,000 ECGs.
#include "casework/bundle_choice.h"
#include "casework/case_engine.h"
#include "casework/import.h"
#include "ecg/ecg_reader.h"
#include "ecg/preprocess.h"
#include "echo/preprocess.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

constexpr int libraryEcgs = 10000;
constexpr int scanCopies = 200;  // of each of the three small clips

double millisecondsOf(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double medianOf(int runs, const std::function<void()>& work)
{
    std::vector<double> times;
    for (int i = 0; i < runs; ++i)
        times.push_back(millisecondsOf(work));
    std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
    return times[std::size_t(runs / 2)];
}

void row(const char* what, double value, const char* unit, const char* floor)
{
    std::printf("%-58s %10.1f %-8s %s\n", what, value, unit, floor);
    std::fflush(stdout);
}

ecg::EcgRecord beat(std::mt19937& random, std::size_t samples)
{
    std::normal_distribution<float> noise(0, 0.05f);
    ecg::EcgRecord record;
    record.samplingHz = 500;
    record.format = "made";
    for (auto& lead : record.leads)
        for (std::size_t i = 0; i < samples; ++i)
            lead.push_back(noise(random) + (i % 500 < 20 ? 1.0f : 0.0f));
    return record;
}

void scanBench(const fs::path& folder)
{
    std::size_t files = 0;
    fs::create_directories(folder);
    for (const char* name : {"us_clip_12f_jpeg_ybr422.dcm", "us_clip_4f_native_mono2.dcm", "us_clip_4f_native_ybrfull.dcm"})
        for (int i = 0; i < scanCopies; ++i, ++files)
            fs::copy_file(fs::path(E2E_TEST_DATA) / "reference" / name, folder / (std::to_string(i) + name));
    const double ms = millisecondsOf([&] { casework::scan({folder}); });
    row("folder scan, 600 ultrasound clips", 1000.0 * double(files) / ms, "files/s", "floor 200");
}

void clipBench()
{
    const fs::path file = fs::path(E2E_TEST_DATA) / "reference/us_clip_12f_jpeg_ybr422.dcm";
    row("first frame of a 320x240 JPEG clip, from the file", medianOf(9, [&] {
            echo::ClipFrames frames(echo::readClip(file));
            frames.frame(0);
        }),
        "ms", "floor 300");
    const fs::path large = fs::path(E2E_SHARED_DEFAULT) / "data/echo_multiframe/toshiba_plax_2d.dcm";
    if (!fs::exists(large)) {
        std::puts("(the 800x600 clip of the shared data is absent: skipped)");
        return;
    }
    row("first frame of a 64-frame 800x600 JPEG clip", medianOf(9, [&] {
            echo::ClipFrames frames(echo::readClip(large));
            frames.frame(0);
        }),
        "ms", "floor 300");
    const auto clip = echo::readClip(large);
    echo::EchoRecipe masked;
    masked.mask = echo::MaskMode::UltrasoundSector;
    row("that clip to the encoder's input, mask from all frames", medianOf(5, [&] { echo::preprocess(clip, masked); }), "ms", "reference 583 (60 frames)");
    row("that clip to the encoder's input, no mask", medianOf(5, [&] { echo::preprocess(clip, echo::EchoRecipe{}); }), "ms", "");
}

void ecgBench(const fs::path& folder)
{
    std::mt19937 random(7);
    const auto record = beat(random, 5000);
    row("ECG preprocessing, 12 x 5000", medianOf(9, [&] { ecg::preprocess(record, ecg::EcgRecipe{}); }), "ms", "reference 266");

    library::Library::create(folder);
    const auto library = library::Library::open(folder);
    const auto bundle = casework::chooseBundle(*library, {});
    inference::EngineOptions options;
    options.store = library.get();
    const auto engine = inference::loadEngine(bundle, options);
    const auto& facts = engine->facts();
    std::normal_distribution<float> unit(0, 1);
    std::printf("making a library of %d labelled ECGs …\n", libraryEcgs);
    for (int i = 0; i < libraryEcgs; ++i) {
        const std::string id = "p" + std::to_string(i), date = "2020-01-01";
        auto small = beat(random, 10);
        small.patient.id = id;
        small.date = date;
        const auto ecg = library->addEcg(small).first;
        inference::Embedding embedding{{small.signalHash(), facts.bundleId, facts.ecgRecipeHash, inference::Space::EcgToken}, {}};
        for (int k = 0; k < facts.tokenWidth; ++k)
            embedding.values.push_back(unit(random));
        library->store(embedding);
        library->assignEcgEmbedding(ecg, embedding.key);
        retrieval::Phenotypes phenotypes;
        phenotypes.lvef = {double(25 + i % 45), "bench"};
        library->setPatientPhenotypes(library->ecg(ecg).patient, phenotypes);
    }
    const fs::path file = folder / "query.hea";
    {
        std::ofstream header(file);
        header << "query 12 500 5000\n";
        static const char* const leads[] = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
        for (const char* lead : leads)
            header << "query.dat 16 1000/mV 16 0 0 0 0 " << lead << "\n";
        std::ofstream data(folder / "query.dat", std::ios::binary);
        for (int i = 0; i < 5000; ++i)
            for (int lead = 0; lead < 12; ++lead) {
                const auto value = std::int16_t(400 * std::sin(i * 0.01 * (lead + 1)));
                data.write(reinterpret_cast<const char*>(&value), 2);
            }
    }
    casework::CaseEngine cases(*library, *engine);
    const auto run = [&] {
        const auto prediction = cases.predict(ecg::readEcg(file));
        if (!prediction.lvefClass)
            std::printf("no class: %s\n", prediction.whyNot.c_str());
    };
    row("ECG file to prediction, library of 10,000 ECGs, first time", millisecondsOf(run), "ms", "floor 1000");
    row("ECG file to prediction, library of 10,000 ECGs, after", medianOf(5, run), "ms", "floor 1000");
    std::printf("(bundle %s, %s)\n", facts.bundleName.c_str(), facts.device.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const QTemporaryDir scratch;
    const fs::path folder = scratch.path().toStdString();
    try {
        scanBench(folder / "scan");
        clipBench();
        ecgBench(folder / "library");
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
