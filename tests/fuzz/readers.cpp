// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/readers.h"

#include "base/json.h"
#include "base/npy.h"
#include "dicom/dicom_file.h"
#include "dicom/image.h"
#include "ecg/recipe.h"
#include "echo/recipe.h"
#include "fuzz/checks.h"
#include "fuzz/read_checkpoint.h"
#include "fuzz/read_clip.h"
#include "fuzz/read_ecg.h"
#include "fuzz/read_media.h"
#include "fuzz/read_tables.h"
#include "fuzz/scratch.h"
#include "library/phenotype_table.h"
#include "nn/bundle.h"
#include "nn/safetensors.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::fuzz {

namespace {

bool readJson(Bytes bytes)
{
    return refusedOrDone([&] {
        const base::Json json = base::Json::parse(asText(bytes));
        // Bytes that are no UTF-8 are replaced when they are written, so what was written is what has to last.
        const std::string written = json.dump();
        require(base::Json::parse(written).dump() == written, "JSON changes when it is written and read again");
        require(base::Json::parse(json.dump(2)).dump() == written, "indented JSON is another value");
    });
}

bool readNpyFile(Bytes bytes)
{
    return refusedOrDone([&] {
        const base::NpyArray array = base::readNpy(Scratch::instance().write("in.npy", bytes));
        require(array.count() >= 0, "an array holds less than nothing");
        const auto back = Scratch::instance().folder() / "back.npy";
        base::writeNpy(back, array);
        const base::NpyArray again = base::readNpy(back);
        require(again.bytes == array.bytes && again.shape == array.shape && again.dtype == array.dtype,
                "an array changes when it is written and read again");
        const auto values = array.toDouble();
        require(std::int64_t(values.size()) == array.count() && array.toFloat().size() == values.size(),
                "an array's values aren't as many as its shape says");
    });
}

bool readWeights(Bytes bytes)
{
    return refusedOrDone([&] {
        std::map<std::string, std::string> metadata;
        const auto tensors = nn::readSafetensors(Scratch::instance().write("in.safetensors", bytes), &metadata);
        for (const auto& [name, tensor] : tensors) {
            require(tensor.name == name && tensor.count() >= 0, "a tensor is not what it is listed as");
            if (tensor.dtype == "F32" || tensor.dtype == "F64" || tensor.dtype == "F16" || tensor.dtype == "BF16")
                require(std::int64_t(tensor.toFloat().size()) == tensor.count(), "a tensor's values are too few");
        }
    });
}

bool readCheckpointFile(Bytes bytes)
{
    return refusedOrDone([&] { readCheckpointBytes(bytes); });
}

// The identity check keeps hostile parts from being used; here each part is read on its own as well.
bool readBundle(Bytes bytes)
{
    Scratch::instance().write("bundle.json", bytes);
    const bool isBundle = refusedOrDone([] { (void)nn::readBundleInfo(Scratch::instance().folder()); });
    base::Json json;
    if (!refusedOrDone([&] { json = base::Json::parse(asText(bytes)); }) || !json.isObject())
        return isBundle;
    refusedOrDone([&] {
        const auto architecture = nn::Architecture::fromJson(json.at("architecture"));
        for (const nn::TensorSpec& spec : nn::tensorSpecs(architecture))
            for (const long long size : spec.shape)
                require(size > 0, "an architecture needs a tensor of no size");
        require(nn::Architecture::fromJson(architecture.toJson()) == architecture, "an architecture changes");
    });
    refusedOrDone([&] {
        const auto recipe = ecg::EcgRecipe::fromJson(json.at("recipes").at("ecg"));
        require(ecg::EcgRecipe::fromJson(recipe.toJson()).hash() == recipe.hash() && !recipe.describe().empty(),
                "an ECG recipe changes");
    });
    refusedOrDone([&] {
        const auto recipe = echo::EchoRecipe::fromJson(json.at("recipes").at("echo"));
        require(echo::EchoRecipe::fromJson(recipe.toJson()).hash() == recipe.hash(), "an echo recipe changes");
    });
    return isBundle;
}

bool readDicomHeader(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.dcm", bytes);
    (void)dicom::looksLikeDicom(file);
    return refusedOrDone([&] { (void)dicom::summarise(file); });
}

bool readDicomImage(Bytes bytes)
{
    constexpr int mostFrames = 64;
    constexpr std::int64_t mostPixels = 1 << 21; // decoding what is merely big takes time and tells nothing new
    const auto file = Scratch::instance().write("in.dcm", bytes);
    return refusedOrDone([&] {
        const auto image = dicom::ImageFile::open(file);
        const dicom::ImageHeader& header = image->header();
        require(header.rows > 0 && header.columns > 0, "an image of no size was opened");
        require(image->frameCount() <= header.declaredFrames, "there are more frames than declared");
        if (std::int64_t(header.rows) * header.columns > mostPixels)
            return;
        for (int f = 0; f < std::min(image->frameCount(), mostFrames); ++f) {
            refusedOrDone([&] {
                const base::RgbImage frame = image->frame(f);
                require(frame.rows == header.rows && frame.columns == header.columns &&
                            frame.bytes() == std::size_t(frame.rows) * std::size_t(frame.columns) * 3,
                        "a frame has another size than its header");
            });
        }
        require(!image->colourDecision().empty(), "no word about colour");
    });
}

bool readPhenotypes(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.csv", bytes);
    (void)library::looksLikePhenotypeTable(file);
    return refusedOrDone([&] {
        const library::PhenotypeTable table = library::readPhenotypeTable(file);
        require(std::int64_t(table.rows.size()) <= table.dataRows, "more rows were read than there are");
        for (const auto& row : table.rows) {
            require(!row.studyUid.empty() || !row.patientId.empty() || !row.ecgFile.empty(), "a row of nobody");
            require(!row.values.isEmpty(), "a row without a value");
        }
    });
}

constexpr Target all[] = {
    {"json", readJson},
    {"npy", readNpyFile},
    {"safetensors", readWeights},
    {"checkpoint", readCheckpointFile},
    {"bundle", readBundle},
    {"dicom_header", readDicomHeader},
    {"dicom_image", readDicomImage},
    {"dicom_waveform", readDicomWaveform},
    {"structured_report", readStructuredReport},
    {"media_directory", readMediaDirectory},
    {"zip", readZip},
    {"echo_clip", readEchoClip},
    {"video_file", readVideoFile},
    {"video_stream", readVideoStream},
    {"aecg", readAecg},
    {"muse", readMuse},
    {"sierra", readSierra},
    {"cardiosoft", readCardioSoft},
    {"scp", readScp},
    {"mfer", readMfer},
    {"contec", readContec},
    {"healforce", readHealforce},
    {"ishne", readIshne},
    {"edf", readEdf},
    {"wfdb", readWfdb},
    {"csv", readCsv},
    {"npy_ecg", readNpyEcg},
    {"ecg", readAnyEcg},
    {"phenotype_table", readPhenotypes},
    {"label_table", readLabels},
    {"pair_table", readPairs},
    {"echonext", readEchoNextMetadata},
    {"embeddings", readEmbeddingsFile},
    {"run_checkpoint", readRunCheckpoint},
};

} // namespace

std::span<const Target> targets()
{
    return all;
}

const Target* targetNamed(std::string_view name)
{
    const auto found = std::find_if(std::begin(all), std::end(all), [&](const Target& t) { return name == t.name; });
    return found == std::end(all) ? nullptr : found;
}

} // namespace echo2ecg::fuzz
