// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/whole_text.h"
#include "nn/safetensors.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::training {

using base::writeWholeText;

// The folder of one training run:
//   checkpoint.json + checkpoint-N.safetensors   where the run goes on; the JSON names the tensors' file and its SHA-256 and is renamed into place last
//   curves.jsonl                                 one line for each step and each epoch
//   epochs.csv, run.json                         what the run did, for people
// A program that is killed at any moment leaves the checkpoint before or the one after.
class RunFolder
{
public:
    // Makes the folder. Throws base::Error(Io).
    explicit RunFolder(std::filesystem::path folder);

    const std::filesystem::path& path() const { return m_folder; }

    struct Checkpoint
    {
        base::Json state;
        std::map<std::string, nn::StoredTensor> tensors;
    };
    bool hasCheckpoint() const;
    // Throws base::Error(Mismatch) when the tensors aren't those that the JSON names, ParseError for a damaged JSON.
    std::optional<Checkpoint> load() const;
    // `number` names the tensors' file, and must be another one than the last checkpoint's; `keep` are other files that
    // belong to this checkpoint. What no checkpoint needs any more is removed afterwards.
    void save(std::int64_t number, base::Json state, const std::vector<nn::StoredTensor>& tensors,
              const std::vector<std::string>& keep = {}) const;

    void appendCurve(const base::Json& line) const;
    std::uintmax_t curveBytes() const;
    // Forgets what was written after a checkpoint.
    void cutCurves(std::uintmax_t bytes) const;

private:
    void removeOthers(const std::vector<std::string>& keep) const;
    std::filesystem::path m_folder;
};

} // namespace echo2ecg::training
