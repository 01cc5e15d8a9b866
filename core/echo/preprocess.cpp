// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include <algorithm>
#include <optional>

namespace echo2ecg::echo {

namespace {

using Picture = std::shared_ptr<const base::RgbImage>;

// Decodes the frames of one clip and remembers which of them can't be.
class Decoder
{
public:
    Decoder(ClipFrames& frames, const base::CancelToken& cancel)
        : m_frames(frames), m_cancel(cancel), m_bad(std::size_t(frames.count()))
    {
    }

    // Null when the frame can't be decoded, or is of another size than the frames before it.
    Picture tryFrame(int index)
    {
        m_cancel.throwIfCancelled();
        if (m_bad[std::size_t(index)])
            return nullptr;
        try {
            Picture picture = m_frames.frame(index);
            if (m_rows == 0) {
                m_rows = picture->rows;
                m_columns = picture->columns;
            }
            if (!picture->isEmpty() && picture->rows == m_rows && picture->columns == m_columns)
                return picture;
        } catch (const base::ParseError& error) {
            m_lastError = error;
        }
        m_bad[std::size_t(index)] = true;
        ++m_badCount;
        return nullptr;
    }

    // The nearest frame that can be decoded, the earlier of two.
    std::pair<int, Picture> nearest(int index)
    {
        for (int distance = 1; distance < m_frames.count(); ++distance)
            for (const int candidate : {index - distance, index + distance})
                if (candidate >= 0 && candidate < m_frames.count())
                    if (Picture picture = tryFrame(candidate))
                        return {candidate, picture};
        if (m_lastError)
            throw *m_lastError;
        throw base::ParseError(base::ErrorCode::Malformed, "No frame of the clip can be decoded.");
    }

    int badCount() const { return m_badCount; }

private:
    ClipFrames& m_frames;
    const base::CancelToken& m_cancel;
    std::vector<bool> m_bad;
    int m_badCount = 0, m_rows = 0, m_columns = 0;
    std::optional<base::ParseError> m_lastError;
};

std::string ordinal(int index, int count)
{
    return "frame " + std::to_string(index + 1) + " of " + std::to_string(count);
}

base::RgbImage masked(const base::RgbImage& picture, const std::vector<std::uint8_t>& mask)
{
    base::RgbImage result(picture.rows, picture.columns);
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i])
            std::copy_n(&picture.pixels[3 * i], 3, &result.pixels[3 * i]);
    return result;
}

void noteBasis(UltrasoundMask::Basis basis, base::Warnings& warnings)
{
    using Basis = UltrasoundMask::Basis;
    if (basis == Basis::AnyChange)
        warnings.push_back(
            {"mask-from-all-frames",
             "The first and last frame are alike; the ultrasound mask is taken from the change over all frames.", ""});
    else if (basis == Basis::LitArea)
        warnings.push_back(
            {"mask-from-lit-area", "Nothing moves in this clip; the ultrasound mask is taken from its lit area.", ""});
    else if (basis == Basis::Everything)
        warnings.push_back({"mask-empty", "The clip is black; no ultrasound mask is applied.", ""});
}

// (pixel − mean) / std in single precision, as the reference's tensors are made.
void normalise(const base::RgbImage& picture, const EchoRecipe& recipe, float* input, std::size_t slot)
{
    const std::size_t area = std::size_t(recipe.size) * std::size_t(recipe.size);
    for (std::size_t c = 0; c < 3; ++c) {
        std::array<float, 256> values{};
        for (std::size_t v = 0; v < values.size(); ++v)
            values[v] = (float(v) - float(recipe.mean[c])) / float(recipe.std[c]);
        const std::size_t channel = recipe.channelOrder == ChannelOrder::Rgb ? c : 2 - c;
        float* plane = input + (c * std::size_t(recipe.frames) + slot) * area;
        for (std::size_t i = 0; i < area; ++i)
            plane[i] = values[picture.pixels[3 * i + channel]];
    }
}

} // namespace

PreprocessedClip preprocess(const EchoClip& clip, const EchoRecipe& recipe, const base::CancelToken& cancel)
{
    if (clip.kind == ClipKind::Still)
        throw base::Error(base::ErrorCode::Unsuitable, "A still picture can't be encoded as a clip.", {clip.file, ""});
    cancel.throwIfCancelled();
    // Every frame is decoded once and what is needed later is held, so that nothing more has to be kept.
    ClipFrames frames(clip, 1);
    return preprocess(frames, recipe, cancel);
}

PreprocessedClip preprocess(ClipFrames& frames, const EchoRecipe& recipe, const base::CancelToken& cancel)
{
    return preprocess(frames, recipe, cancel, {});
}

PreprocessedClip preprocess(ClipFrames& frames, const EchoRecipe& recipe, const base::CancelToken& cancel,
                            const ClipStepObserver& observe)
{
    const int count = frames.count();
    if (count < 2)
        throw base::Error(base::ErrorCode::Unsuitable, "A still picture can't be encoded as a clip.");

    PreprocessedClip result;
    Decoder decoder(frames, cancel);
    const std::vector<int> wanted = sampledFrames(count, recipe);
    std::vector<Picture> pictures(wanted.size());
    if (recipe.mask == MaskMode::UltrasoundSector) {
        std::optional<UltrasoundMask> mask;
        std::size_t slot = 0;
        for (int i = 0; i < count; ++i) {
            const Picture picture = decoder.tryFrame(i);
            if (picture) {
                if (!mask)
                    mask.emplace(picture->rows, picture->columns);
                mask->add(*picture);
            }
            if (slot < wanted.size() && wanted[slot] == i)
                pictures[slot++] = picture;
        }
        if (mask) {
            UltrasoundMask::Basis basis{};
            result.mask = mask->finish(&basis);
            noteBasis(basis, result.warnings);
        }
        if (decoder.badCount() > 0)
            result.warnings.push_back({"mask-frames-missing",
                                       std::to_string(decoder.badCount()) + " of " + std::to_string(count) +
                                           " frames can't be decoded and are not part of the ultrasound mask.",
                                       ""});
    } else {
        for (std::size_t k = 0; k < wanted.size(); ++k)
            pictures[k] = decoder.tryFrame(wanted[k]);
    }
    result.frames = wanted;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        if (pictures[k])
            continue;
        std::tie(result.frames[k], pictures[k]) = decoder.nearest(wanted[k]);
        result.warnings.push_back(
            {"frame-replaced",
             "A frame can't be decoded; frame " + std::to_string(result.frames[k] + 1) + " stands in for it.",
             ordinal(wanted[k], count)});
    }

    const std::size_t area = std::size_t(recipe.size) * std::size_t(recipe.size);
    result.padded = recipe.frames - int(wanted.size());
    result.input.assign(3 * std::size_t(recipe.frames) * area, 0.0f);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        cancel.throwIfCancelled();
        std::optional<base::RgbImage> cut;
        if (!result.mask.empty())
            cut = masked(*pictures[k], result.mask);
        const base::RgbImage small = cropAndScale(cut ? *cut : *pictures[k], recipe.zoom, recipe.size);
        if (observe) {
            observe(ClipStep::Decoded, int(k), *pictures[k]);
            if (cut)
                observe(ClipStep::Masked, int(k), *cut);
            observe(ClipStep::Scaled, int(k), small);
        }
        normalise(small, recipe, result.input.data(), k);
    }
    if (recipe.padding == PaddingMode::BeforeNormalisation) {
        const base::RgbImage black(recipe.size, recipe.size);
        for (std::size_t k = wanted.size(); k < std::size_t(recipe.frames); ++k)
            normalise(black, recipe, result.input.data(), k);
    }
    return result;
}

} // namespace echo2ecg::echo
