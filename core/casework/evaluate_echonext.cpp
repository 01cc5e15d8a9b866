// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/evaluate_echonext.h"

#include <algorithm>

namespace echo2ecg::casework {

evaluation::Cohort cohortOf(const evaluation::EchoNext& data, const std::filesystem::path& folder)
{
    evaluation::Cohort cohort;
    cohort.name = "EchoNext (" + folder.filename().string() + ")";
    cohort.labels = data.labels();
    std::erase_if(cohort.labels.warnings, [](const base::Warning& w) { return w.code == "patient-in-several-splits"; }); // refuseLeaks counts
    cohort.hash = evaluation::hashOf(cohort);
    return cohort;
}

evaluation::ModelVectors modelVectors(const evaluation::EchoNext& data, inference::Engine& engine, const base::JobContext& job)
{
    evaluation::ModelVectors out;
    out.id = engine.facts().bundleId;
    out.name = engine.facts().bundleName;
    out.untrained = !engine.facts().trained;
    out.note = "waveforms as published, not in millivolts, at 250 Hz";
    base::JobContext inner = job;
    inner.onProgress = {};
    for (const std::string& split : data.splits()) {
        if (split != evaluation::trainSplit && split != evaluation::testSplit)
            continue;
        const std::vector<std::size_t>& rows = data.rows(split);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            job.throwIfCancelled();
            job.report({"embedding " + split, std::int64_t(i), std::int64_t(rows.size()), "ECGs"});
            const std::string& id = data.labels().rows[rows[i]].id;
            try {
                const std::vector<float> waveform = data.waveform(split, i);
                ecg::EcgRecord record;
                record.samplingHz = evaluation::echoNextRate;
                record.format = "EchoNext";
                for (std::size_t lead = 0; lead < ecg::leadCount; ++lead) {
                    const auto first = waveform.begin() + std::ptrdiff_t(lead) * evaluation::echoNextSamples;
                    record.leads[lead].assign(first, first + evaluation::echoNextSamples);
                }
                out.tokens.rows.append(engine.embed(record, inner).token);
                out.tokens.ids.push_back(id);
            } catch (const base::Error& error) {
                if (error.code() != base::ErrorCode::Unsuitable)
                    throw;
                job.note({"not-embedded", error.sentence(), "row " + std::to_string(data.labels().rows[rows[i]].line)});
            }
        }
    }
    return out;
}

} // namespace echo2ecg::casework
