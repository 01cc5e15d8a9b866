// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/run_record.h"

#include "training/training_loop.h"

#if __has_include(<torch/version.h>)
#include <torch/version.h>
#endif
#ifndef TORCH_VERSION
#define TORCH_VERSION "unknown"
#endif

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

RunRecord::RunRecord(const RunFolder& folder, bool resume, const char* kind, Json settings, const LoopOptions& loop, Json data, Json start,
                     const nn::DeviceChoice& device, const base::JobContext& job)
    : m_folder(folder)
{
    std::error_code ignored;
    if (!resume && (folder.hasCheckpoint() || std::filesystem::exists(folder.path() / "bundle" / "bundle.json", ignored)))
        throw Error(ErrorCode::Io, "the folder holds a training run already: go on with it, or choose another", {folder.path(), {}});
    if (resume && !folder.hasCheckpoint())
        job.note({"nothing-to-resume", "there is no checkpoint yet, the training begins", folder.path().string()});
    const Json loopSettings = loop.toJson();
    for (const auto& [key, value] : loopSettings.members())
        settings.set(key, value);
    m_json = Json::object({{"format", 1},
                           {"kind", kind},
                           {"finished", false},
                           {"program", "echo2ecg " ECHO2ECG_VERSION},
                           {"libtorch", TORCH_VERSION},
                           {"device", device.description},
                           {"precision", device.kind == nn::DeviceKind::Cuda ? "bfloat16 products, float32 sums" : "float32"},
                           {"start", std::move(start)},
                           {"training", std::move(settings)},
                           {"data", std::move(data)}});
    write();
}

Json RunRecord::identity() const
{
    // Not the counts of the data: a pair that can't be read now and could before changes the hash.
    return Json::object({{"kind", m_json.at("kind")},
                         {"start", m_json.at("start").at("id")},
                         {"training", m_json.at("training")},
                         {"data", m_json.at("data").at("sha256")}});
}

void RunRecord::add(const LoopResult& result)
{
    m_json.set("steps", result.steps);
    m_json.set("epoch_taken", result.bestEpoch > 0 ? result.bestEpoch : std::int64_t(result.history.size()));
    m_json.set("resumed", result.resumed);
    m_json.set("batches_in_this_session", result.batchesHere);
    m_json.set("batches_per_second", result.secondsHere > 0 ? double(result.batchesHere) / result.secondsHere : 0.0);
    m_json.set("history", result.history);
}

void RunRecord::writeBundle(const nn::BundleInfo& info, std::map<std::string, nn::StoredTensor> weights, const std::string& card,
                            const base::JobContext& job)
{
    const std::filesystem::path bundle = m_folder.path() / "bundle";
    std::error_code ignored;
    const nn::BundleInfo written = std::filesystem::exists(bundle / "bundle.json", ignored)
                                       ? nn::readBundleInfo(bundle)
                                       : nn::writeBundle(bundle, info, std::move(weights), card, job);
    m_json.set("bundle", Json::object({{"id", written.id}, {"name", written.name}, {"weights_sha256", written.fileHashes.at("weights.safetensors")}}));
    m_json.set("finished", true);
    write();
}

void RunRecord::write() const
{
    writeWholeText(m_folder.path() / "run.json", m_json.dump(1) + "\n");
}

} // namespace echo2ecg::training
