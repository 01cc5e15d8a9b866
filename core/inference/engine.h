// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "ecg/ecg_record.h"
#include "ecg/recipe.h"
#include "echo/echo_study.h"
#include "echo/recipe.h"
#include "inference/device_options.h"
#include "inference/embedding.h"
#include "inference/saliency.h"

#include <memory>

// The engine turns records and studies into embeddings. LibTorch lives in a plug-in that loadEngine() opens when first
// needed.
namespace echo2ecg::inference {

// Said wherever a person asks a bundle without alignment weights for similar studies.
inline constexpr const char* noAlignment =
    "This bundle holds no alignment weights: it can classify an ECG, but not retrieve echo studies.";

struct EngineOptions : DeviceOptions
{
    int decodeThreads = 1;           // ahead of the device
    int batch = 0;                   // clips per batch; 0: chosen by device
    bool verifyGolden = true;        // refuse a bundle whose golden tensors don't reproduce here
    EmbeddingStore* store = nullptr; // not owned; may be null
};

// What a bundle and device are, for the status bar, reports and JSON.
struct EngineFacts
{
    std::string bundleId; // with "-half" behind it when the encoders compute in half precision
    std::string bundleName, bundleVersion, licence;
    bool trained = false, simulated = false;
    bool canRetrieve = true; // false: no alignment weights; ECGs have a token only, studies aren't embedded
    std::vector<std::string> lvefClassNames;
    std::vector<double> lvefCutoffs;
    std::string device; // "CPU, 2 threads"; "CPU, 2 threads, bfloat16"
    std::string ecgRecipeHash, echoRecipeHash;
    ecg::EcgRecipe ecgRecipe;
    echo::EchoRecipe echoRecipe;
    int tokenWidth = 192, alignedWidth = 512;
};

struct EcgEmbedding
{
    std::vector<float> token;   // un-aligned
    std::vector<float> aligned; // L2-normalised
    EmbeddingKey tokenKey, alignedKey;
    bool fromStore = false;
    base::Warnings warnings;
};

struct ClipOutcome
{
    std::filesystem::path file;
    std::string instanceUid;
    std::string sha256;           // of the file; empty when it couldn't be read or was left out unread
    std::vector<float> embedding; // empty: left out or failed
    float weight = 0;             // in the study's pooling; 0 when left out
    std::string leftOut;          // reason: "still", "M-mode", "beyond 128 views" … (echo/view_choice.h), "failed: …"; empty when used
    bool fromStore = false;
    base::Warnings warnings;
};

struct StudyEmbedding
{
    std::vector<ClipOutcome> clips; // one per clip of the study, same order
    std::vector<float> token;       // studyWidth
    std::vector<float> aligned;     // L2-normalised
    EmbeddingKey tokenKey, alignedKey;
    bool fromStore = false; // nothing had to be computed (but the weights, which cost next to nothing)
};

// Thread-safe: calls from several threads queue for the one device worker; each call blocks its caller, so the GUI
// calls from a job thread.
class Engine
{
public:
    virtual ~Engine() = default;
    virtual const EngineFacts& facts() const = 0;
    // The device in use now: differs from facts().device after memory ran out on the GPU.
    virtual std::string device() const { return facts().device; }

    // Throws base::Error(Unsuitable) with the reason, base::Cancelled.
    virtual EcgEmbedding embed(const ecg::EcgRecord& record, const base::JobContext& job = {}) = 0;
    // Which lead and which time moved the un-aligned token. Half a second to several; Cancel answers within one, and
    // ECGs that are to be embedded meanwhile don't wait for it. Nothing is stored. Throws base::Error(Unsuitable) when
    // the ECG can't be encoded or the quality gate blocks it, base::Cancelled.
    virtual EcgSaliency explain(const ecg::EcgRecord& record, SaliencyMethod method,
                                const base::JobContext& job = {}) = 0;
    // Which clips are views: echo::chooseViews. A clip that fails is reported in its outcome and in job.onNote, the rest go on. Clips are
    // decoded ahead through a bounded queue and never all held at once. Cancel answers within one batch. Throws
    // base::Error(Unsuitable) when no clip can be used, base::Cancelled.
    virtual StudyEmbedding embed(const echo::EchoStudy& study, const base::JobContext& job = {}) = 0;
    // Clips only, by file hash; for what needs no study.
    virtual std::vector<float> embedClip(const echo::EchoClip& clip, const base::JobContext& job = {}) = 0;
};

// Loads the plug-in, the bundle, checks hashes, shapes and golden tensors. Slow (seconds): call it off the GUI thread.
// Throws base::Error(Missing) when the plug-in isn't installed, else what nn/bundle.h says.
std::unique_ptr<Engine> loadEngine(const std::filesystem::path& bundle, const EngineOptions& options,
                                   const base::JobContext& job = {});

} // namespace echo2ecg::inference
