// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "echo/echo_study.h"
#include "echo/recipe.h"

#include <functional>
#include <optional>

namespace echo2ecg::echo {

// Frames 0, stride, 2·stride … that exist, at most recipe.frames (SPEC §8.1).
std::vector<int> sampledFrames(int clipFrames, const EchoRecipe& recipe);

// Centre crop to square, zoom, bicubic to size × size (SPEC §8.3); an odd difference or a difference of one pixel is handled.
base::RgbImage cropAndScale(const base::RgbImage& frame, double zoom, int size);

// The ultrasound mask of a clip (SPEC §8.4 with the defects of §10 mended: counts don't wrap, a static clip keeps its picture, content at
// the corner doesn't invert it, colour is taken from the RGB that the decoder gives). Result is rows × columns, 0 or 1. Frames may be added in any order, and to several objects at once that are
// then added to each other; one object is for one thread at a time.
class UltrasoundMask
{
public:
    UltrasoundMask(int rows, int columns);
    // What the mask was found from: the reference's own way where it works, the next best where that finds nothing.
    enum class Basis { FirstAgainstLast, AnyChange, LitArea, Everything };

    // All throw base::Error(Inconsistent) for another size.
    void add(const base::RgbImage& frame);  // the one behind the last
    void add(const base::RgbImage& frame, int index);
    void add(const UltrasoundMask& other);
    std::vector<std::uint8_t> finish(Basis* basis = nullptr) const;

private:
    int m_rows, m_columns, m_firstIndex = -1, m_lastIndex = -1;
    std::vector<std::uint8_t> m_least, m_most;  // grey of each pixel over all frames
    std::vector<std::uint8_t> m_first, m_last;  // grey of the frames with the lowest and the highest index
    std::vector<std::uint8_t> m_grey;
};

// "first against last frame", "change over all frames", "lit area", "nothing: the clip is black".
const char* name(UltrasoundMask::Basis basis) noexcept;

// The reference's own mask stages, exactly, on its own Y,Cb,Cr input, for the golden vectors (SPEC §8.4 a–h). frames: F × rows × columns × 3.
struct ReferenceMaskStages
{
    std::vector<std::vector<std::uint8_t>> stages;  // as in mask_stage_names.json
    std::vector<std::vector<std::uint8_t>> outputBgr;  // per frame
};
ReferenceMaskStages referenceMask(const std::vector<std::vector<std::uint8_t>>& framesYbr, int rows, int columns);

struct PreprocessedClip
{
    std::vector<float> input;        // 3 × frames × size × size
    std::vector<int> frames;         // which frames were taken
    int padded = 0;                  // frames appended
    std::vector<std::uint8_t> mask;  // rows × columns; empty without a mask
    std::optional<UltrasoundMask::Basis> maskBasis;
    base::Warnings warnings;
};

// Decodes only what is needed (all frames for the mask, the sampled ones else). A sampled frame that can't be decoded is replaced by its
// nearest good neighbour, with a warning. Frames are decoded on a few threads; the result doesn't depend on their number. Cancel is asked for
// before each frame. Throws base::Error(Unsuitable) for a still, base::ParseError when nothing decodes, base::Cancelled.
PreprocessedClip preprocess(const EchoClip& clip, const EchoRecipe& recipe, const base::CancelToken& cancel = {});
// The same on frames that are open already; what is decoded stays in their cache.
PreprocessedClip preprocess(ClipFrames& frames, const EchoRecipe& recipe, const base::CancelToken& cancel = {});

// The steps that each sampled frame takes before it is normalised. Masked only where a mask was found.
enum class ClipStep { Decoded, Masked, Scaled };
// Told after each step, frame by frame, `slot` counting the sampled frames; the picture is valid during the call.
using ClipStepObserver = std::function<void(ClipStep step, int slot, const base::RgbImage& picture)>;
// The same computation, watched: the observer changes nothing in it.
PreprocessedClip preprocess(ClipFrames& frames, const EchoRecipe& recipe, const base::CancelToken& cancel,
                            const ClipStepObserver& observe);

} // namespace echo2ecg::echo
