// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "inference/device_options.h"

#include <filesystem>
#include <string>
#include <vector>

// What `echo2ecg bundle …` does, through the same plug-in as the engine, so that no caller needs LibTorch.
namespace echo2ecg::inference {

// kind: "random", "formula"; architecture: "published", "small". Returns the bundle's information as bundleInfo() does.
base::Json createBundle(const std::filesystem::path& folder, const std::string& kind, const std::string& architecture,
                        std::uint64_t seed, const base::JobContext& job = {});
// Random weights in an architecture and with recipes of one's own: {"name","architecture":{…},"recipes":{"ecg":{…},"echo":{…}}}, each written as in bundle.json.
// Throws base::ParseError naming the field.
base::Json createDesigned(const std::filesystem::path& folder, const base::Json& design, std::uint64_t seed, const base::JobContext& job = {});
// Random weights in the architecture and with the recipes of another bundle, whose weights aren't read: the baseline of an evaluation.
base::Json createUntrainedLike(const std::filesystem::path& folder, const std::filesystem::path& bundle, std::uint64_t seed,
                               const base::JobContext& job = {});
// {"id","name","trained","architecture","recipes":{"ecg":{"hash","describe",…}},"parameters":{part: count},…}. Reads no
// weights.
base::Json bundleInfo(const std::filesystem::path& folder);
// {"ok":bool,"checks":[{"name","largest_error","tolerance","ok"}],"device"}. Throws base::Error when the files
// themselves are damaged.
base::Json verifyBundle(const std::filesystem::path& folder, const DeviceOptions& device = {},
                        const base::JobContext& job = {});

// Weights as researchers hold them: PyTorch's files or safetensors. Roles are those of plugin::WeightFile.
struct WeightsToImport
{
    struct File
    {
        std::string role;
        std::filesystem::path file;
    };
    std::vector<File> files;
    base::Json recipes; // {"ecg":{…},"echo":{…}} as in bundle.json; null: the reference's, with the weights' sizes
    std::string name, licence;
    bool trained = true;
};
// What each file is: {"complete","can_retrieve","why_not_retrieve","files":[…],"parts":[…],"missing":[…],"notes":[…],
// "architecture","bundle"}. With a folder and nothing missing the bundle is written and "bundle" is its identity.
base::Json importBundle(const WeightsToImport& weights, const std::filesystem::path& folder,
                        const base::JobContext& job = {});
// All weights of a bundle as one safetensors file, which importBundle() takes back.
void exportBundle(const std::filesystem::path& folder, const std::filesystem::path& file,
                  const base::JobContext& job = {});

} // namespace echo2ecg::inference
