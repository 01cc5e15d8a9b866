// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/echo_study.h"

#include "base/simulated.h"
#include "echo/video_clip.h"
#include "video/decoder.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace echo2ecg::echo {

namespace {

constexpr std::array<std::string_view, 5> ultrasoundClasses{"1.2.840.10008.5.1.4.1.1.3", "1.2.840.10008.5.1.4.1.1.3.1",
                                                            "1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.6.1",
                                                            "1.2.840.10008.5.1.4.1.1.6.2"};

bool isUltrasound(const dicom::Identity& identity)
{
    if (std::find(ultrasoundClasses.begin(), ultrasoundClasses.end(), identity.classUid) != ultrasoundClasses.end())
        return true;
    // A private class may hold volumes instead of pictures; nothing is guessed there.
    if (!identity.classUid.empty() && !identity.classUid.starts_with("1.2.840.10008."))
        return false;
    const std::string& m = identity.modality;
    return m.empty() || m == "US" || m == "IVUS" || m == "EC" || m == "OT";
}

} // namespace

EchoClip readClip(const std::filesystem::path& file)
{
    if (video::looksLikeVideo(file))
        return readVideoClip(file);
    const auto image = dicom::ImageFile::open(file);
    EchoClip clip;
    clip.file = file;
    clip.identity = image->identity();
    clip.header = image->header();
    clip.frames = image->frameCount();
    clip.warnings = image->warnings();
    if (!isUltrasound(clip.identity))
        throw base::ParseError(base::ErrorCode::Unsupported, "This is an image, but not an ultrasound image.",
                               {file, "(0008,0016) SOP Class UID"});
    if (clip.frames < 1)
        throw base::ParseError(base::ErrorCode::Truncated, "The image holds no whole frame.",
                               {file, "(7FE0,0010) Pixel Data"});
    clip.kind = clip.frames > 1 ? ClipKind::Cine : ClipKind::Still;
    if (clip.kind == ClipKind::Cine)
        clip.timing = cineTiming(clip.header, clip.frames, clip.warnings);
    const dicom::Identity& id = clip.identity;
    clip.simulated = base::saysSimulated(id.manufacturer) || base::saysSimulated(id.model) || base::saysSimulated(id.seriesDescription);
    return clip;
}

ClipFrames::ClipFrames(const EchoClip& clip, std::size_t cacheBytes)
    : ClipFrames([file = clip.file] { return openImage(file); }, cacheBytes)
{
}

} // namespace echo2ecg::echo
