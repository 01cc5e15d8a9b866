// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include "base/pages.h"
#include "echo/crop.h"
#include "echo/parallel.h"

#include <algorithm>
#include <memory>
#include <mutex>
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

    // Null when the frame can't be decoded, or is of another size than the first that could. Thread-safe for different
    // frames once the size is known.
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
            const std::lock_guard lock(m_mutex);
            m_lastError = error;
        }
        m_bad[std::size_t(index)] = 1;
        return nullptr;
    }

    // Calls take(thread, i) for 0 … count − 1 on up to `threads` threads. What comes before the first good frame, and
    // that frame, are taken before the others.
    template <class Take> void forEach(int count, int threads, Take take)
    {
        int begin = 0;
        while (begin < count && m_rows == 0)
            take(0, begin++);
        inParallel(threads, count - begin, [&](int thread, int i) { take(thread, begin + i); });
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

    // Of the first good frame, and so of all.
    int rows() const { return m_rows; }
    int columns() const { return m_columns; }
    int badCount() const { return int(std::count(m_bad.begin(), m_bad.end(), char(1))); }

private:
    ClipFrames& m_frames;
    const base::CancelToken& m_cancel;
    std::vector<char> m_bad; // bytes, not bits: each thread has its own frames
    int m_rows = 0, m_columns = 0;
    std::mutex m_mutex;
    std::optional<base::ParseError> m_lastError;
};

// Of each sampled frame what is shown, in one block of memory that is taken with the first. Thread-safe for different
// frames.
class Parts
{
public:
    Parts(std::size_t count, double zoom) : m_zoom(zoom), m_has(count) {}

    void keep(std::size_t k, const base::RgbImage& picture)
    {
        std::call_once(m_begun, [&] {
            m_crop = shownPart(picture.rows, picture.columns, m_zoom);
            m_memory = std::make_unique_for_overwrite<std::uint8_t[]>(m_has.size() * m_crop.bytes());
            base::preferLargePages(m_memory.get(), m_has.size() * m_crop.bytes());
        });
        cut(picture, m_crop, (*this)[k]);
        m_has[k] = 1;
    }

    bool has(std::size_t k) const { return m_has[k] != 0; }
    std::uint8_t* operator[](std::size_t k) { return m_memory.get() + k * m_crop.bytes(); }
    const Crop& crop() const { return m_crop; }

private:
    const double m_zoom;
    std::vector<char> m_has;
    std::once_flag m_begun;
    Crop m_crop;
    std::unique_ptr<std::uint8_t[]> m_memory;
};

std::string ordinal(int index, int count)
{
    return "frame " + std::to_string(index + 1) + " of " + std::to_string(count);
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

// A sampled frame on its way; whole frames are only put together for one who watches.
void tellSteps(const base::RgbImage& frame, const std::vector<std::uint8_t>& mask, const base::RgbImage& small,
               int slot, const ClipStepObserver& observe)
{
    observe(ClipStep::Decoded, slot, frame);
    if (!mask.empty()) {
        base::RgbImage masked = frame;
        hideOutside(mask, frame.columns, {0, 0, frame.columns, frame.rows}, masked.pixels.data());
        observe(ClipStep::Masked, slot, masked);
    }
    observe(ClipStep::Scaled, slot, small);
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
    Parts parts(wanted.size(), recipe.zoom);
    const int threads = clipThreads();
    if (recipe.mask == MaskMode::UltrasoundSector) {
        std::vector<int> slots(static_cast<std::size_t>(count), -1);
        for (std::size_t k = 0; k < wanted.size(); ++k)
            slots[std::size_t(wanted[k])] = int(k);
        std::vector<std::optional<UltrasoundMask>> masks(static_cast<std::size_t>(threads));
        decoder.forEach(count, threads, [&](int thread, int i) {
            const Picture picture = decoder.tryFrame(i);
            if (!picture)
                return;
            auto& mask = masks[std::size_t(thread)];
            if (!mask)
                mask.emplace(picture->rows, picture->columns);
            mask->add(*picture, i);
            if (const int slot = slots[std::size_t(i)]; slot >= 0)
                parts.keep(std::size_t(slot), *picture);
        });
        if (masks.front()) {
            for (std::size_t thread = 1; thread < masks.size(); ++thread)
                if (masks[thread])
                    masks.front()->add(*masks[thread]);
            UltrasoundMask::Basis basis{};
            result.mask = masks.front()->finish(&basis);
            result.maskBasis = basis;
            noteBasis(basis, result.warnings);
        }
        if (decoder.badCount() > 0)
            result.warnings.push_back({"mask-frames-missing",
                                       std::to_string(decoder.badCount()) + " of " + std::to_string(count) +
                                           " frames can't be decoded and are not part of the ultrasound mask.",
                                       ""});
    } else {
        decoder.forEach(int(wanted.size()), threads, [&](int, int k) {
            if (const Picture picture = decoder.tryFrame(wanted[std::size_t(k)]))
                parts.keep(std::size_t(k), *picture);
        });
    }
    result.frames = wanted;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        if (parts.has(k))
            continue;
        const auto [index, picture] = decoder.nearest(wanted[k]);
        result.frames[k] = index;
        parts.keep(k, *picture);
        result.warnings.push_back(
            {"frame-replaced", "A frame can't be decoded; frame " + std::to_string(index + 1) + " stands in for it.",
             ordinal(wanted[k], count)});
    }

    const std::size_t area = std::size_t(recipe.size) * std::size_t(recipe.size);
    result.padded = recipe.frames - int(wanted.size());
    result.input.reserve(3 * std::size_t(recipe.frames) * area);
    base::preferLargePages(result.input.data(), result.input.capacity() * sizeof(float));
    result.input.resize(3 * std::size_t(recipe.frames) * area);
    // One who watches is told in order, on this thread.
    inParallel(observe ? 1 : threads, int(wanted.size()), [&](int, int i) {
        cancel.throwIfCancelled();
        const std::size_t k = std::size_t(i);
        if (!result.mask.empty())
            hideOutside(result.mask, decoder.columns(), parts.crop(), parts[k]);
        const base::RgbImage small = scaled(parts[k], parts.crop(), recipe.size);
        if (observe)
            tellSteps(*decoder.tryFrame(result.frames[k]), result.mask, small, int(k), observe);
        normalise(small, recipe, result.input.data(), k);
    });
    if (recipe.padding == PaddingMode::BeforeNormalisation) {
        const base::RgbImage black(recipe.size, recipe.size);
        for (std::size_t k = wanted.size(); k < std::size_t(recipe.frames); ++k)
            normalise(black, recipe, result.input.data(), k);
    }
    return result;
}

} // namespace echo2ecg::echo
