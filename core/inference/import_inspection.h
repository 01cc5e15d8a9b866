// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/bundles.h"

namespace echo2ecg::inference {

// What a set of files of weights would make, however many of them are of no use.
struct WeightsInspection
{
    struct Refused
    {
        std::filesystem::path file;
        std::string reason; // a sentence, with the place inside the file
    };
    base::Json report;            // of the others, as importBundle() gives it; null when none is left or they don't fit
    std::vector<Refused> refused; // in the order of the files
    std::string problem;          // why they don't fit together, where no single file is to blame
};

// importBundle() without a folder ends at the first file that can't be used; here that file is set aside with its
// reason and the rest is looked at. Writes nothing. Throws base::Cancelled, base::Error when the plug-in isn't there.
WeightsInspection inspectWeights(const WeightsToImport& weights, const base::JobContext& job = {});

} // namespace echo2ecg::inference
