// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"
#include "nn/model.h"
#include "training/run_folder.h"

namespace echo2ecg::training {

struct LoopOptions;
struct LoopResult;

// run.json: what was trained, with what and on what, so that it can be done again; and the bundle at the end of it.
class RunRecord
{
public:
    // Writes the record of a run that begins or goes on; `settings`: what its result depends on, those of the loop aside. Throws base::Error(Io) when the folder holds a run and `resume`
    // isn't set.
    RunRecord(const RunFolder& folder, bool resume, const char* kind, base::Json settings, const LoopOptions& loop, base::Json data, base::Json start,
              const nn::DeviceChoice& device, const base::JobContext& job);

    const base::Json& json() const { return m_json; }
    // What must be the same for the run to be gone on with.
    base::Json identity() const;
    void set(const char* key, base::Json value) { m_json.set(key, std::move(value)); }
    void add(const LoopResult& result);
    // Writes FOLDER/bundle, unless a finished run has done so already, and the record with its identity.
    void writeBundle(const nn::BundleInfo& info, std::map<std::string, nn::StoredTensor> weights, const std::string& card,
                     const base::JobContext& job);

private:
    void write() const;
    const RunFolder& m_folder;
    base::Json m_json;
};

} // namespace echo2ecg::training
