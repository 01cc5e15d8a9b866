// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "training/pairs.h"
#include "training/random.h"

#include <cmath>

// Patients with three hidden numbers; ECG and clips each show all of them in their own way, with noise and with things
// that the other side can't see.
namespace echo2ecg::test {

inline std::vector<training::PairItem> toyPairs(const nn::Architecture& a, int patients, double noise = 0.2)
{
    using training::RandomStream;
    std::vector<training::PairItem> items;
    const int samples = a.ecg.windowSamples + a.ecg.windowSamples / 2, width = a.echo.embedding;
    for (int patient = 0; patient < patients; ++patient) {
        RandomStream random("toy.patient", {std::uint64_t(patient)}), show("toy.show", {});
        double hidden[3];
        for (double& value : hidden)
            value = random.normal();
        auto ecg = std::make_shared<training::EcgSignal>();
        ecg->leads = a.ecg.leads;
        ecg->samples = samples;
        for (int lead = 0; lead < a.ecg.leads; ++lead) {
            const double mix[3] = {show.normal(), show.normal(), show.normal()};
            const double level = mix[0] * hidden[0] + mix[1] * hidden[1] + mix[2] * hidden[2];
            for (int i = 0; i < samples; ++i)
                ecg->values.push_back(float(level + std::cos(0.5 * i) + noise * random.normal()));
        }
        auto clips = std::make_shared<training::StudyClips>();
        clips->views = 2 + patient % 3;
        clips->width = width;
        std::vector<double> mixes;
        for (int i = 0; i < 3 * width; ++i)
            mixes.push_back(show.normal());
        for (int view = 0; view < clips->views; ++view)
            for (int i = 0; i < width; ++i)
                clips->values.push_back(float(mixes[3 * i] * hidden[0] + mixes[3 * i + 1] * hidden[1] + mixes[3 * i + 2] * hidden[2] +
                                              noise * random.normal()));
        training::PairItem item;
        item.patient = "patient " + std::to_string(patient);
        item.ecgId = "ecg " + std::to_string(patient);
        item.studyId = "study " + std::to_string(patient);
        item.origin = "pair " + std::to_string(patient);
        item.ecg = ecg;
        item.clips = clips;
        items.push_back(std::move(item));
    }
    return items;
}

inline training::PairSet toySet(const nn::Architecture& a, int patients, double valShare = 0.25)
{
    training::PairOptions options;
    options.valShare = valShare;
    options.testShare = 0;
    training::PairSet set = training::choosePairs(toyPairs(a, patients), options);
    training::readPairData(set, {}, {a.ecg.leads, a.ecg.windowSamples, a.echo.embedding, a.alignment.maxViews}, {});
    return set;
}

} // namespace echo2ecg::test
