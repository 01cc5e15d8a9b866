// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"

#include <optional>

// From weights as researchers hold them (PyTorch's files, safetensors) to a bundle. What a file is, is decided by the
// names and shapes of its tensors, never by its own name. Nothing is invented: a tensor that the architecture needs and
// no file has is listed, and no bundle is written.
namespace echo2ecg::nn {

// Which part a file is to give. Any: all that it has.
enum class ImportRole { Any, Ecg, Echo, Aggregator, Projection, ViewAggregator, EcgAlignment, EchoAlignment };

struct ImportSource
{
    std::filesystem::path file;
    ImportRole role = ImportRole::Any;
};

struct ImportRequest
{
    std::vector<ImportSource> sources;
    base::Json ecgRecipe, echoRecipe; // "window_samples" of the first decides how many time positions are taken
    std::string name, version = "1", licence, intendedUse;
    bool trained = true, simulated = false;
};

struct ImportedFile
{
    std::filesystem::path file;
    std::string format;               // "PyTorch", "PyTorch (before 1.6)", "safetensors"
    std::string content;              // for a person: "OTiS checkpoint of the ECG encoder"
    std::vector<std::string> parts;   // "ecg_encoder", …: what was taken from it
    std::size_t tensors = 0;          // that went into the bundle
    std::vector<std::string> ignored; // known, and not needed to embed: decoders, training heads, counters
    std::vector<std::string> unknown; // not known; listed and left out
    std::vector<std::string> notes;   // what was assumed or changed
};

struct ImportPart
{
    std::string name;  // "ecg_encoder"
    std::string title; // "ECG encoder"
    std::string state; // "filled", "missing" (needed), "absent" (the bundle does without)
    std::filesystem::path file;
};

struct ImportReport
{
    std::vector<ImportedFile> files;
    std::vector<ImportPart> parts;
    std::vector<std::string> missing; // tensors that are needed and in no file
    std::vector<std::string> notes;   // of the whole: what was assumed about the architecture
    Architecture architecture;
    bool complete = false;           // a bundle can be written
    bool canRetrieve = false;        // else `whyNotRetrieve` says why
    std::string whyNotRetrieve;
    std::optional<BundleInfo> bundle; // once written

    base::Json toJson() const;
};

// What a bundle of these files would be; writes nothing. Throws base::Error: a file that can't be read or is refused,
// one that doesn't hold the part it is to give, two files for one part, shapes that contradict each other.
ImportReport inspectImport(const ImportRequest& request, const base::JobContext& job = {});

// The same, then writes the bundle with its golden tensors. With anything missing nothing is written and `bundle` is
// empty.
ImportReport importBundle(const ImportRequest& request, const std::filesystem::path& folder,
                          const base::JobContext& job = {});

// All weights of a bundle as one safetensors file that importBundle() takes back; architecture and licence travel in
// its metadata. Throws base::Error.
void exportWeights(const BundleInfo& info, const std::filesystem::path& file, const base::JobContext& job = {});

// Time positions of `rows` stored rows (row 0 is the class token's) for a grid of `patches` (SPEC §6): a longer grid
// stretches them linearly, a shorter one takes the first.
std::vector<float> timePositionsFor(const std::vector<float>& table, int rows, int channels, int patches);

} // namespace echo2ecg::nn
