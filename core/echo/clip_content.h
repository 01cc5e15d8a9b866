// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"

namespace echo2ecg::echo {

struct EchoClip;
class ClipFrames;

// What a clip shows.
enum class ClipContent { Cine, ColourCine, Still, SpectralDoppler, MMode, Strip, Volume, Unknown };
// "2-D cine", "colour Doppler cine", "still", "spectral Doppler", "M-mode", "M-mode or spectral Doppler", "3-D volume", "unknown".
const char* name(ClipContent content) noexcept;

// What that was decided from.
enum class ContentBasis { Header, Pixels, None };
const char* name(ContentBasis basis) noexcept; // "header", "pixels", "nothing"

struct FoundContent
{
    ClipContent content = ClipContent::Unknown;
    ContentBasis basis = ContentBasis::None;
    bool operator==(const FoundContent&) const = default;
};

// No pixels: frames, SOP class, and the spatial format and data type of the ultrasound regions that lie in the picture (PS3.3 C.8.5.5). A
// spectrum or an M-mode strip beside a 2-D picture is what the clip is about. Unknown where no region says anything.
FoundContent contentOfHeader(const EchoClip& clip);

// The header's; where that says nothing, or says tissue alone (colour Doppler is often declared as tissue), the pixels of at most eight of the first
// 48 frames: flow colours that change; a strip that scrolls, or that a narrow front redraws from left to right. M-mode and spectra can't be told
// apart there. Stays with the header's where the frames can't be decoded. Throws base::Cancelled alone.
FoundContent contentOf(const EchoClip& clip, ClipFrames& frames, const base::CancelToken& cancel = {});
FoundContent contentOf(const EchoClip& clip, const base::CancelToken& cancel = {}); // opens the file, if it has to

} // namespace echo2ecg::echo
