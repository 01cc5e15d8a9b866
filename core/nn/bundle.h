// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "nn/architecture.h"
#include "nn/safetensors.h"

namespace echo2ecg::nn {

// A model bundle: a folder with bundle.json, weights.safetensors, golden.safetensors and CARD.md.
//
// bundle.json (format 1): {"format":1,"id","name","version","trained":bool,"simulated":bool,"licence","intended_use","classes":{"lvef":{"names":[…],"cutoffs":[40,50]}},
// "architecture":{…},"recipes":{"ecg":{…},"echo":{…}},"files":{"weights.safetensors":{"sha256":…,"bytes":…},"golden.safetensors":{…}}}.
// `id` is the first 16 hex digits of SHA-256 over architecture, recipes and the weights file's hash: another weight or recipe is another bundle.
struct BundleInfo
{
    std::filesystem::path folder;
    std::string id, name, version, licence, intendedUse;
    bool trained = false;      // false: the program says "untrained weights" wherever it shows a number made with it
    bool simulated = false;    // trained on simulated patients
    std::vector<std::string> lvefClassNames{"reduced (≤40 %)", "mildly reduced (41–49 %)", "preserved (≥50 %)"};
    std::vector<double> lvefCutoffs{40.0, 50.0};  // class 0: ≤ 40, class 2: ≥ 50, class 1 between
    Architecture architecture;
    base::Json ecgRecipe, echoRecipe;  // read by ecg::EcgRecipe and echo::EchoRecipe
    std::map<std::string, std::string> fileHashes;

    // False when the bundle was made without alignment weights: ECG tokens can be compared with each other, so it
    // classifies, but an ECG can't be compared with a study.
    bool canRetrieve() const { return architecture.alignment.ecgHead != AlignmentHead::None; }
};

// Reads and checks bundle.json alone. Throws base::ParseError / base::Error(Missing).
BundleInfo readBundleInfo(const std::filesystem::path& folder);

// Reads the weights: file hash, every tensor of the architecture present with its shape; a damaged, truncated or mismatched file throws
// base::Error(Mismatch) with the tensor's name and both shapes. Extra tensors are refused by name too.
std::map<std::string, StoredTensor> readBundleWeights(const BundleInfo& info);

// Writes a bundle around given weights: weights.safetensors, golden.safetensors (computed here, float32, on the CPU), CARD.md, and bundle.json last.
// id, folder and fileHashes of `description` are ignored and set in what is returned. `card`: text for CARD.md; empty: a short one is made.
// Throws base::Error(Mismatch) when the weights don't fit the architecture, (Io) when the folder holds a bundle already or can't be written.
BundleInfo writeBundle(const std::filesystem::path& folder, const BundleInfo& description, std::map<std::string, StoredTensor> weights,
                       const std::string& card = {}, const base::JobContext& job = {});

enum class WeightSource { Random, Formula };

struct NewBundle
{
    Architecture architecture = Architecture::published();
    WeightSource weights = WeightSource::Random;
    std::uint64_t seed = 0;   // Random: same seed, same bytes
    std::string name;
    base::Json ecgRecipe, echoRecipe;
};
// Writes a bundle of untrained weights with its golden tensors (computed here, float32) and card. Throws base::Error.
// Random weights are scaled as networks usually begin: layers of the ECG encoder evenly by their widths (Glorot), the others normal 0.02, unit norms, zero biases.
BundleInfo writeUntrainedBundle(const std::filesystem::path& folder, const NewBundle& what, const base::JobContext& job = {});

// One golden tensor recomputed on this machine.
struct GoldenCheck
{
    std::string name;
    double largestError = 0, tolerance = 0;
    bool ok() const { return largestError <= tolerance; }  // false for NaN
};
// Recomputes every golden output. Does not throw for a difference: the caller decides.
std::vector<GoldenCheck> verifyBundle(const BundleInfo& info, const base::JobContext& job = {});
// The same with a model that is loaded already.
class Model;
std::vector<GoldenCheck> verifyGolden(const Model& model, const base::JobContext& job = {});

} // namespace echo2ecg::nn
