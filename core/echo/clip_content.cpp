// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/clip_content.h"

#include "echo/content_pixels.h"
#include "echo/echo_study.h"

#include <algorithm>

namespace echo2ecg::echo {

namespace {

constexpr const char* volumeClass = "1.2.840.10008.5.1.4.1.1.6.2"; // Enhanced US Volume
constexpr int kTwoD = 1, kMMode = 2, kSpectral = 3, kColourFlow = 2;
constexpr double leastShare = 0.03; // of the picture; less is a relic
constexpr int mostFrames = 8, lookedAt = 48;

// Of the picture; regions that lie outside it are no statement about it.
double shareOf(const dicom::UltrasoundRegion& region, const dicom::ImageHeader& header)
{
    if (header.rows < 1 || header.columns < 1)
        return 0;
    const auto length = [](int from, int to, int size) {
        return std::max(0.0, double(std::min(to, size - 1)) - double(std::max(from, 0)) + 1);
    };
    return length(region.x0, region.x1, header.columns) * length(region.y0, region.y1, header.rows) /
           (double(header.rows) * double(header.columns));
}

} // namespace

const char* name(ClipContent content) noexcept
{
    switch (content) {
    case ClipContent::Cine: return "2-D cine";
    case ClipContent::ColourCine: return "colour Doppler cine";
    case ClipContent::Still: return "still";
    case ClipContent::SpectralDoppler: return "spectral Doppler";
    case ClipContent::MMode: return "M-mode";
    case ClipContent::Strip: return "M-mode or spectral Doppler";
    case ClipContent::Volume: return "3-D volume";
    case ClipContent::Unknown: break;
    }
    return "unknown";
}

const char* name(ContentBasis basis) noexcept
{
    switch (basis) {
    case ContentBasis::Header: return "header";
    case ContentBasis::Pixels: return "pixels";
    case ContentBasis::None: break;
    }
    return "nothing";
}

FoundContent contentOfHeader(const EchoClip& clip)
{
    const auto header = [](ClipContent content) { return FoundContent{content, ContentBasis::Header}; };
    if (clip.kind == ClipKind::Still)
        return header(ClipContent::Still);
    if (clip.identity.classUid == volumeClass)
        return header(ClipContent::Volume);
    bool twoD = false, colour = false, mMode = false, spectral = false;
    for (const dicom::UltrasoundRegion& region : clip.header.regions) {
        if (shareOf(region, clip.header) < leastShare)
            continue;
        twoD = twoD || region.spatialFormat == kTwoD;
        colour = colour || (region.spatialFormat == kTwoD && region.dataType == kColourFlow);
        mMode = mMode || region.spatialFormat == kMMode;
        spectral = spectral || region.spatialFormat == kSpectral;
    }
    if (spectral)
        return header(ClipContent::SpectralDoppler);
    if (mMode)
        return header(ClipContent::MMode);
    if (twoD)
        return header(colour ? ClipContent::ColourCine : ClipContent::Cine);
    return {};
}

FoundContent contentOf(const EchoClip& clip, ClipFrames& frames, const base::CancelToken& cancel)
{
    const FoundContent declared = contentOfHeader(clip);
    if (declared.content != ClipContent::Unknown && declared.content != ClipContent::Cine)
        return declared;
    ContentEvidence evidence(clip);
    // Pairs of neighbours, spread over about one beat.
    const int count = std::min(frames.count(), lookedAt), pairs = std::min(mostFrames / 2, count / 2);
    for (int pair = 0; pair < pairs; ++pair)
        for (int k = 0; k < 2; ++k) {
            cancel.throwIfCancelled();
            const int last = count - 2;
            try {
                evidence.add(*frames.frame((pairs > 1 ? pair * last / (pairs - 1) : 0) + k), k == 1);
            } catch (const base::ParseError&) {
                evidence.skip();
            }
        }
    if (declared.content == ClipContent::Cine)
        return evidence.hasFlowColours() ? FoundContent{ClipContent::ColourCine, ContentBasis::Pixels} : declared;
    if (!evidence.moves())
        return {};
    const ClipContent seen = evidence.isStrip()          ? ClipContent::Strip
                             : evidence.hasFlowColours() ? ClipContent::ColourCine
                                                         : ClipContent::Cine;
    return {seen, ContentBasis::Pixels};
}

FoundContent contentOf(const EchoClip& clip, const base::CancelToken& cancel)
{
    const FoundContent declared = contentOfHeader(clip);
    if (declared.content != ClipContent::Unknown && declared.content != ClipContent::Cine)
        return declared;
    try {
        ClipFrames frames(clip, 1);
        return contentOf(clip, frames, cancel);
    } catch (const base::Cancelled&) {
        throw;
    } catch (const std::exception&) {
        return declared; // what can't be looked at stays what its header says
    }
}

} // namespace echo2ecg::echo
