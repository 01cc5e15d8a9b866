// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/cine_timing.h"
#include "echo/clip_content.h"

#include <functional>
#include <memory>
#include <optional>

namespace echo2ecg::echo {

// More than one frame or not. Only a cine can be encoded; which of them are is chosen in view_choice.h.
enum class ClipKind { Cine, Still };
const char* name(ClipKind kind) noexcept;

// One image object of an echo study: header facts at once, no pixels.
struct EchoClip
{
    std::filesystem::path file;
    dicom::Identity identity;
    dicom::ImageHeader header;
    int frames = 0;  // really there
    ClipKind kind = ClipKind::Cine;
    CineTiming timing;  // of a cine
    bool simulated = false;
    std::optional<FoundContent> content; // once somebody looked at more than the header
    std::optional<bool> use;             // as a view of the study, when a person decided
    base::Warnings warnings;
};

// The clips and stills of one patient's study, in series and instance order.
struct EchoStudy
{
    std::string patientId, patientName, birthDate, sex;
    std::string studyUid, date, time, description, manufacturer;
    std::vector<EchoClip> clips;

    std::size_t cineCount() const;
};

// Reads the header of one ultrasound image, or of a video file (AVI, MP4, MOV, MKV; see video_clip.h). Throws base::ParseError.
EchoClip readClip(const std::filesystem::path& file);

// Groups by patient and study instance UID (files without one: by patient and date). Order of studies: date, then UID.
std::vector<EchoStudy> groupIntoStudies(std::vector<EchoClip> clips);

// Frames of one clip with a bounded cache of decoded ones. Thread-safe: frame() may be called from a decode pool and from the GUI.
class ClipFrames
{
public:
    // Opens the image once more, for one more thread. The first call is made by the constructor.
    using Opener = std::function<std::unique_ptr<dicom::ImageFile>()>;

    // Throws base::ParseError. cacheBytes bounds decoded frames (at least one frame is always kept).
    ClipFrames(const EchoClip& clip, std::size_t cacheBytes = std::size_t(256) << 20);
    explicit ClipFrames(Opener open, std::size_t cacheBytes = std::size_t(256) << 20);
    ~ClipFrames();
    int count() const;
    // Vertical / horizontal size of one pixel; 1 where the header says nothing sensible.
    double pixelAspect() const;
    // Decodes when it isn't cached. Throws base::ParseError naming the frame.
    std::shared_ptr<const base::RgbImage> frame(int index);
    // Null when it isn't decoded yet; never blocks on decoding.
    std::shared_ptr<const base::RgbImage> cached(int index) const;
    std::string colourDecision() const;
    std::size_t cachedBytes() const;
    // What doesn't fit any more is let go at once, the longest unused first.
    void setCacheBytes(std::size_t bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

// First readable frame, as large as fits into width × height with its true aspect; no bars are added.
base::RgbImage thumbnail(ClipFrames& frames, int width, int height);

} // namespace echo2ecg::echo
