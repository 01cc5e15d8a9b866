// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle.h"

#include "base/sha256.h"
#include "nn/bundle_files.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::ParseError;

namespace {

constexpr std::uintmax_t kMaxBundleJson = 4u << 20;

std::string readText(const std::filesystem::path& file)
{
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file, failed);
    if (failed)
        throw Error(ErrorCode::Missing, "this folder is no model bundle: bundle.json is missing", {file, {}});
    if (size > kMaxBundleJson)
        throw ParseError(ErrorCode::LimitExceeded, "bundle.json is far larger than any bundle's", {file, {}});
    std::ifstream in(file, std::ios::binary);
    std::string text(std::size_t(size), '\0');
    if (!in || (size > 0 && !in.read(text.data(), std::streamsize(size))))
        throw Error(ErrorCode::Io, "the file can't be read", {file, {}});
    return text;
}

bool isSha256(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string shapeText(const std::vector<long long>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

void readClasses(const Json& json, BundleInfo& info)
{
    const Json& lvef = json.at("lvef");
    info.lvefClassNames.clear();
    info.lvefCutoffs.clear();
    for (const Json& name : lvef.at("names").items())
        info.lvefClassNames.push_back(name.toString());
    for (const Json& cutoff : lvef.at("cutoffs").items())
        info.lvefCutoffs.push_back(cutoff.toNumber());
    if (info.lvefClassNames.size() < 2 || info.lvefCutoffs.size() + 1 != info.lvefClassNames.size() ||
        !std::is_sorted(info.lvefCutoffs.begin(), info.lvefCutoffs.end()))
        throw ParseError(ErrorCode::Inconsistent, "the LVEF classes need one name more than they have rising cut-offs",
                         {{}, "classes.lvef"});
}

BundleInfo parseInfo(const Json& json)
{
    const std::int64_t format = json.at("format").toInteger();
    if (format != kBundleFormat)
        throw ParseError(ErrorCode::Unsupported,
                         "the bundle has format " + std::to_string(format) + "; this program reads format " +
                             std::to_string(kBundleFormat),
                         {{}, "format"});
    BundleInfo info;
    info.id = json.at("id").toString();
    info.name = json.at("name").toString();
    info.version = json.at("version").toString();
    info.trained = json.at("trained").toBool();
    info.simulated = json.at("simulated").toBool();
    info.licence = json.at("licence").toString();
    info.intendedUse = json.at("intended_use").toString();
    readClasses(json.at("classes"), info);
    info.architecture = Architecture::fromJson(json.at("architecture"));
    info.ecgRecipe = json.at("recipes").at("ecg");
    info.echoRecipe = json.at("recipes").at("echo");
    for (const auto& [name, entry] : json.at("files").members()) {
        const std::string& hash = entry.at("sha256").toString();
        if (!isSha256(hash))
            throw ParseError(ErrorCode::Malformed, "a file's sha256 is not 64 hexadecimal digits",
                             {{}, "files." + name});
        info.fileHashes[name] = hash;
    }
    for (const char* needed : {kWeightsFile, kGoldenFile})
        if (!info.fileHashes.contains(needed))
            throw ParseError(ErrorCode::Missing, "a file that every bundle has is not listed",
                             {{}, std::string("files.") + needed});
    return info;
}

} // namespace

void checkHash(const BundleInfo& info, const char* name)
{
    const std::filesystem::path file = info.folder / name;
    const auto listed = info.fileHashes.find(name);
    const std::string hash = base::sha256OfFile(file);
    if (listed == info.fileHashes.end() || hash != listed->second)
        throw Error(ErrorCode::Mismatch,
                    "the file is not the one that bundle.json lists: its SHA-256 is " + hash + ", expected " +
                        (listed == info.fileHashes.end() ? std::string("none") : listed->second),
                    {file, {}});
}

void needFile(const std::filesystem::path& file)
{
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
        throw Error(ErrorCode::Missing, "a file of the bundle is missing", {file, {}});
}

std::string bundleId(const BundleInfo& info, const std::string& weightsSha256)
{
    const std::string text = info.architecture.toJson().dump() + "\n" + info.ecgRecipe.dump() + "\n" +
                             info.echoRecipe.dump() + "\n" + weightsSha256;
    return base::sha256(text).substr(0, 16);
}

void checkWeights(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
                  const std::filesystem::path& file)
{
    std::set<std::string> known;
    for (const TensorSpec& spec : tensorSpecs(architecture)) {
        known.insert(spec.name);
        const base::Place place{file, "tensor " + spec.name};
        const auto found = weights.find(spec.name);
        if (found == weights.end())
            throw Error(ErrorCode::Mismatch,
                        "the tensor " + spec.name + " is missing; the architecture needs it with shape " +
                            shapeText(spec.shape),
                        place);
        const StoredTensor& tensor = found->second;
        if (tensor.shape != spec.shape)
            throw Error(ErrorCode::Mismatch,
                        "the tensor " + spec.name + " has shape " + shapeText(tensor.shape) +
                            ", and the architecture needs " + shapeText(spec.shape),
                        place);
        if (tensor.dtype != "F32" && tensor.dtype != "F64" && tensor.dtype != "F16" && tensor.dtype != "BF16")
            throw Error(ErrorCode::Mismatch,
                        "the tensor " + spec.name + " has dtype " + tensor.dtype + ", which holds no real numbers",
                        place);
        const std::vector<float> values = tensor.toFloat();
        if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
            throw Error(ErrorCode::Mismatch, "the tensor " + spec.name + " holds a value that is not finite", place);
    }
    for (const auto& [name, tensor] : weights)
        if (!known.contains(name))
            throw Error(ErrorCode::Mismatch,
                        "the tensor " + name + " with shape " + shapeText(tensor.shape) +
                            " is not part of the architecture",
                        {file, "tensor " + name});
}

BundleInfo readBundleInfo(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "bundle.json";
    const Json json = Json::parse(readText(file), file.string());
    BundleInfo info;
    try {
        info = parseInfo(json);
    } catch (const ParseError& error) {
        throw ParseError(error.code(), error.sentence(), {file, error.place().where});
    }
    info.folder = folder;
    // A recipe that was edited by hand no longer belongs to the weights; it can't pass under the old identity.
    const std::string id = bundleId(info, info.fileHashes.at(kWeightsFile));
    if (id != info.id)
        throw Error(ErrorCode::Mismatch,
                    "the bundle calls itself " + info.id + ", but its architecture, recipes and weights are those of " +
                        id,
                    {file, "id"});
    return info;
}

std::map<std::string, StoredTensor> readBundleWeights(const BundleInfo& info)
{
    const std::filesystem::path file = info.folder / kWeightsFile;
    needFile(file);
    std::map<std::string, StoredTensor> weights;
    try {
        weights = readSafetensors(file);
    } catch (const ParseError& error) {
        throw Error(ErrorCode::Mismatch, "the weights are damaged: " + error.sentence(), {file, error.place().where});
    }
    // Shapes first: they tell more than a hash.
    checkWeights(info.architecture, weights, file);
    checkHash(info, kWeightsFile);
    return weights;
}

} // namespace echo2ecg::nn
