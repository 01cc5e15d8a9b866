// SPDX-License-Identifier: GPL-3.0-or-later
// Preprocessing for table.py (lines.h tells how they talk), and the inputs that both sides read.
//   e2e_bench_prep make FOLDER               writes ecg.f32 and clip60.dcm where they aren't yet
//   e2e_bench_prep study FOLDER CLIPS        writes that many different clips of one study
//   e2e_bench_prep lines FOLDER [CLIP]       answers: ecg_prep, ecg_measure, ecg_gate, clip60, clip (the file named)
#include "lines.h"
#include "made_inputs.h"

#include "ecg/measure/measurements.h"
#include "ecg/preprocess.h"
#include "ecg/quality_gate.h"
#include "echo/preprocess.h"

#include <cstring>
#include <fstream>
#include <stdexcept>

using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

void makeInputs(const fs::path& folder)
{
    fs::create_directories(folder);
    const std::vector<float> ecg = bench::madeEcg();
    std::ofstream(folder / "ecg.f32", std::ios::binary)
        .write(reinterpret_cast<const char*>(ecg.data()), std::streamsize(ecg.size() * sizeof(float)));
    if (!fs::exists(folder / "clip60.dcm"))
        bench::writeClip(folder / "clip60.dcm", {});
}

// Small frames, so that the files are soon made and there is room for them; the tensor that they become has its full
// size.
void makeStudy(const fs::path& folder, int clips)
{
    fs::create_directories(folder);
    for (int i = 0; i < clips; ++i) {
        const fs::path file = folder / ("clip" + std::to_string(i) + ".dcm");
        if (!fs::exists(file))
            bench::writeClip(file, {300, 400, 32, 100 + i});
    }
}

ecg::EcgRecord recordOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    ecg::EcgRecord record;
    record.samplingHz = 500;
    for (auto& lead : record.leads) {
        lead.resize(std::size_t(bench::ecgSamples));
        stream.read(reinterpret_cast<char*>(lead.data()), std::streamsize(lead.size() * sizeof(float)));
    }
    if (!stream)
        throw std::runtime_error("can't read " + file.string());
    return record;
}

int lines(const fs::path& folder, const fs::path& other)
{
    const ecg::EcgRecord record = recordOf(folder / "ecg.f32");
    echo::EchoRecipe recipe;
    recipe.mask = echo::MaskMode::UltrasoundSector;
    const auto clip = [recipe](const fs::path& file) {
        return bench::meanOf(echo::preprocess(echo::readClip(file), recipe).input);
    };
    return bench::answerLines({
        {"ecg_prep",
         [&] {
             // The mean would be zero by construction: the second moment of the encoder's window is told instead.
             return bench::Check([input = ecg::preprocess(record, ecg::EcgRecipe{}).input] {
                 double sum = 0;
                 for (const float value : input)
                     sum += double(value) * double(value);
                 return sum / double(input.size());
             });
         }},
        {"ecg_measure",
         [&] { return bench::Check([beats = ecg::measure(record).rPeaks.size()] { return double(beats); }); }},
        {"ecg_gate",
         [&] { return bench::Check([found = ecg::checkQuality(record, {}).size()] { return double(found); }); }},
        {"clip60", [&] { return clip(folder / "clip60.dcm"); }},
        {"clip", [&] { return clip(other); }},
    });
}

} // namespace

int main(int argc, char** argv)
{
    const auto is = [&](const char* command) { return argc >= 3 && std::strcmp(argv[1], command) == 0; };
    try {
        if (is("make"))
            return makeInputs(argv[2]), 0;
        if (is("study") && argc == 4)
            return makeStudy(argv[2], std::atoi(argv[3])), 0;
        if (is("lines"))
            return lines(argv[2], argc > 3 ? argv[3] : "");
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "%s\n", error.what()), 1;
    }
    return std::fprintf(stderr, "usage: e2e_bench_prep make|study|lines FOLDER …\n"), 2;
}
