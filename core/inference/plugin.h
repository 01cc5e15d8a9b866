// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "inference/device_options.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// What the plug-in `echo2ecg_inference` and its loader agree on. The plug-in is the part of the program that holds
// LibTorch; it is built with the same compiler as the rest, so standard types may cross, but exceptions don't: base is
// linked into both sides, and an error that travels as a value is the same type again wherever it is thrown.
namespace echo2ecg::training {
struct PairSet;
struct AlignmentTraining;
struct EchoClipItem;
struct EchoTraining;
struct EcgItem;
struct EcgTraining;
} // namespace echo2ecg::training

namespace echo2ecg::inference::plugin {

constexpr std::uint32_t abiVersion = 4;

// An error as a value. `failed` false: everything else is empty.
struct Outcome
{
    bool failed = false;
    bool parse = false; // was a base::ParseError
    int code = 0;       // base::ErrorCode
    std::string sentence;
    std::filesystem::path file;
    std::string where;
};

struct GoldenCheck
{
    std::string name;
    double largestError = 0, tolerance = 0;
    bool ok = false;
};

// Sizes of an architecture that recipes must fit.
struct Shapes
{
    int ecgWindow = 0, echoFrames = 0, echoSize = 0, maxViews = 0;
    int tokenWidth = 0, clipWidth = 0, studyWidth = 0, alignedWidth = 0;
};

struct StudyVectors
{
    std::vector<float> token, aligned, viewWeights;
};

enum class Saliency { IntegratedGradients, AttentionRollout };

// What an explanation gives (see nn/saliency.h): values are leads × columns, row-major.
struct SaliencyVectors
{
    int leads = 0, columns = 0, patches = 0;
    std::vector<float> values, perPatch;
    double change = 0, completenessError = 0;
    int points = 0;
};

// One explanation on its way, in steps of a fraction of a second. Holds what it needs of the networks: they may be
// moved or closed meanwhile.
class Explanation
{
public:
    virtual ~Explanation() = default;
    virtual Outcome advance(bool& done) noexcept = 0;
    virtual int stepsDone() const noexcept = 0;
    virtual int stepsPlanned() const noexcept = 0;
    virtual Outcome result(SaliencyVectors& vectors) noexcept = 0; // once it is done
};

// All networks of one bundle on one device; one thread at a time.
class Networks
{
public:
    virtual ~Networks() = default;
    virtual std::string device() const noexcept = 0;
    virtual bool onGpu() const noexcept = 0;
    virtual Outcome ecgTokens(const float* input, int batch, std::vector<float>& tokens) noexcept = 0;
    virtual Outcome alignEcg(const float* tokens, int batch, std::vector<float>& aligned) noexcept = 0;
    virtual Outcome echoClips(const float* input, int batch, std::vector<float>& embeddings) noexcept = 0;
    virtual Outcome study(const float* clips, int views, StudyVectors& result) noexcept = 0;
    // Recomputes the bundle's golden tensors on this device.
    virtual Outcome verifyGolden(const base::JobContext& job, std::vector<GoldenCheck>& checks) noexcept = 0;
    // Builds the same networks on the CPU; the GPU's memory is given back first.
    virtual Outcome moveToCpu() noexcept = 0;
    // The encoders compute in half precision; golden embeddings are then compared by their cosine.
    virtual bool reducedPrecision() const noexcept { return false; }
    // Items of a batch that are computed side by side: on a CPU with many cores a few threads share each.
    virtual int itemsAtOnce() const noexcept { return 1; }
    // input: one ECG as for ecgTokens(). The first one reads the encoder's weights again, in a form that can be
    // differentiated.
    virtual Outcome explainEcg(const float* input, Saliency method,
                               std::unique_ptr<Explanation>& explanation) noexcept = 0;
};

struct OpenRequest
{
    std::filesystem::path bundle;
    DeviceOptions device;
};

struct CreateRequest
{
    std::filesystem::path folder;
    std::string kind, architecture, name; // architecture: "published", "small", or one written out as in bundle.json
    std::uint64_t seed = 0;
    base::Json ecgRecipe, echoRecipe;
};

// One file of weights; role: "" (whatever it holds), "ecg", "echo", "aggregator", "projection", "view_aggregator",
// "ecg_alignment", "echo_alignment".
struct WeightFile
{
    std::string role;
    std::filesystem::path file;
};

struct ImportRequest
{
    std::vector<WeightFile> files;
    base::Json ecgRecipe, echoRecipe;
    std::string name, licence;
    bool trained = true;
    std::filesystem::path folder; // empty: look only
};

// See training/alignment_trainer.h.
struct TrainRequest
{
    std::filesystem::path start, out;
    bool resume = false;
};

// The plug-in's functions. Added to at the end only; any other change is another abiVersion.
struct Functions
{
    std::uint32_t abi = 0;
    Outcome (*open)(const OpenRequest&, const base::JobContext&, std::unique_ptr<Networks>&) noexcept = nullptr;
    // bundle.json as plain facts (see bundles.h), and the shapes; reads no weights.
    Outcome (*info)(const std::filesystem::path& bundle, base::Json&, Shapes&) noexcept = nullptr;
    Outcome (*verify)(const OpenRequest&, const base::JobContext&, std::vector<GoldenCheck>&,
                      std::string& device) noexcept = nullptr;
    Outcome (*shapes)(const std::string& architecture, Shapes&) noexcept = nullptr;
    Outcome (*create)(const CreateRequest&, const base::JobContext&) noexcept = nullptr;
    // Fails with what is asked for, from inside the plug-in: lets a test see that errors keep their type.
    Outcome (*provoke)(int code, bool parse) noexcept = nullptr;
    // What the files are, and the bundle that was made of them where a folder is given and nothing is missing.
    Outcome (*import)(const ImportRequest&, const base::JobContext&, base::Json& report) noexcept = nullptr;
    // A bundle's weights as one safetensors file.
    Outcome (*exportWeights)(const std::filesystem::path& bundle, const std::filesystem::path& file,
                             const base::JobContext&) noexcept = nullptr;
    Outcome (*trainAlignment)(const TrainRequest&, const training::PairSet&, const training::AlignmentTraining&, const base::JobContext&,
                              base::Json& record) noexcept = nullptr;
    Outcome (*trainEchoEncoder)(const TrainRequest&, const std::vector<training::EchoClipItem>&, const std::string& dataSha256,
                                const training::EchoTraining&, const base::JobContext&, base::Json& record) noexcept = nullptr;
    Outcome (*trainEcgEncoder)(const TrainRequest&, const std::vector<training::EcgItem>&, const std::string& dataSha256,
                               const training::EcgTraining&, const base::JobContext&, base::Json& record) noexcept = nullptr;
};

} // namespace echo2ecg::inference::plugin

#if defined(_WIN32)
#define ECHO2ECG_PLUGIN_EXPORT __declspec(dllexport)
#else
#define ECHO2ECG_PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

// Null when the plug-in doesn't speak this version.
extern "C" ECHO2ECG_PLUGIN_EXPORT const echo2ecg::inference::plugin::Functions*
echo2ecg_inference_plugin(std::uint32_t abiVersion);
