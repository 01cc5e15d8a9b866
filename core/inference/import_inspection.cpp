// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/import_inspection.h"

#include "inference/plugin_loader.h"

#include <algorithm>

namespace echo2ecg::inference {

namespace {

std::string reasonOf(const base::Error& error)
{
    const std::string& where = error.place().where;
    return error.sentence() + (where.empty() ? std::string() : " (" + where + ")");
}

} // namespace

WeightsInspection inspectWeights(const WeightsToImport& weights, const base::JobContext& job)
{
    plugin::functions(); // a missing plug-in is no fault of the files
    WeightsInspection result;
    WeightsToImport rest = weights;
    std::vector<WeightsInspection::Refused> refused;
    while (!rest.files.empty()) {
        try {
            result.report = importBundle(rest, {}, job);
            break;
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) {
            const auto blamed = std::find_if(rest.files.begin(), rest.files.end(),
                                             [&](const auto& file) { return file.file == error.place().file; });
            if (blamed == rest.files.end()) {
                result.problem = reasonOf(error);
                break;
            }
            refused.push_back({blamed->file, reasonOf(error)});
            rest.files.erase(blamed);
        }
    }
    for (const WeightsToImport::File& file : weights.files)
        for (const WeightsInspection::Refused& entry : refused)
            if (entry.file == file.file)
                result.refused.push_back(entry);
    return result;
}

} // namespace echo2ecg::inference
