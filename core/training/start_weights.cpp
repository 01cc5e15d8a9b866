// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/start_weights.h"

#include "nn/untrained.h"

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;

namespace {

nn::Architecture withPooling(nn::Architecture a, Pooling pooling)
{
    nn::AlignmentShape& s = a.alignment;
    switch (pooling) {
    case Pooling::Keep:
        break;
    case Pooling::Attention:
    case Pooling::Cls:
        s.pooling = pooling == Pooling::Cls ? nn::ViewPooling::Cls : nn::ViewPooling::Attention;
        s.projection = true;
        break;
    case Pooling::Mean:
    case Pooling::Single:
        s.pooling = nn::ViewPooling::Mean;
        s.projection = false;
        s.studyWidth = a.echo.embedding;
        if (s.studyWidth % s.poolingHeads != 0)
            s.poolingHeads = 1;
        break;
    }
    if (s.ecgHead == nn::AlignmentHead::None)
        s.ecgHead = s.echoHead = nn::AlignmentHead::Linear;
    s.tokenNorm = true;
    for (const nn::AlignmentHead head : {s.ecgHead, s.echoHead})
        if (head == nn::AlignmentHead::SimClr || head == nn::AlignmentHead::ShareLock)
            throw Error(ErrorCode::Unsupported, "alignment layers with batch normalisation can be used, but not trained further");
    return a;
}

} // namespace

StartWeights startWeights(const std::filesystem::path& bundle, Pooling pooling, std::uint64_t seed)
{
    StartWeights start;
    start.info = nn::readBundleInfo(bundle);
    start.startId = start.info.id;
    start.startName = start.info.name;
    std::map<std::string, nn::StoredTensor> stored = nn::readBundleWeights(start.info);
    start.info.architecture = withPooling(start.info.architecture, pooling);
    start.weights = nn::untrainedWeights(start.info.architecture, nn::WeightSource::Random, seed);
    for (auto& [name, tensor] : start.weights) {
        const auto found = stored.find(name);
        if (found != stored.end() && found->second.shape == tensor.shape)
            tensor = std::move(found->second);
        else
            start.fresh.push_back(name);
    }
    return start;
}

PairShape pairShape(const std::filesystem::path& bundle)
{
    const nn::Architecture a = nn::readBundleInfo(bundle).architecture;
    return {a.ecg.leads, a.ecg.windowSamples, a.echo.embedding, a.alignment.maxViews};
}

} // namespace echo2ecg::training
