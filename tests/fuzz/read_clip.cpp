// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/read_clip.h"

#include "echo/echo_study.h"
#include "fuzz/checks.h"
#include "fuzz/scratch.h"
#include "video/decoder.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::fuzz {

namespace {

constexpr std::int64_t mostPixels = 1 << 18; // decoding what is merely big takes time and tells nothing new
constexpr int mostFrames = 12;

void checkTimes(const std::vector<double>& startMs, int frames)
{
    require(int(startMs.size()) == frames, "there aren't as many times as frames");
    for (std::size_t i = 0; i < startMs.size(); ++i)
        require(std::isfinite(startMs[i]) && (i == 0 || startMs[i] >= startMs[i - 1]), "times run backwards");
}

void readFrames(video::Decoder& decoder)
{
    const video::StreamFacts& facts = decoder.facts();
    require(facts.rows > 0 && facts.columns > 0 && facts.frames() > 0, "a video of nothing was opened");
    require(!facts.colour.empty() && !facts.codec.empty(), "no word about colour or codec");
    require(std::isfinite(facts.pixelAspect) && facts.pixelAspect > 0, "pixels have an impossible shape");
    checkTimes(facts.startMs, facts.frames());
    if (std::int64_t(facts.rows) * facts.columns > mostPixels)
        return;
    const int count = std::min(facts.frames(), mostFrames);
    for (int step : {0, count - 1, 1, count / 2, 2, 0})
        if (step >= 0 && step < count)
            refusedOrDone([&] {
                const base::RgbImage image = decoder.frame(step);
                require(image.rows == facts.rows && image.columns == facts.columns,
                        "a frame has another size than its video");
            });
}

} // namespace

bool readVideoFile(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.avi", bytes);
    const bool looks = video::looksLikeVideo(file);
    return refusedOrDone([&] {
        const auto decoder = video::Decoder::open(file);
        require(looks, "a video was read that doesn't look like one");
        readFrames(*decoder);
    });
}

bool readVideoStream(Bytes bytes)
{
    return refusedOrDone(
        [&] { readFrames(*video::Decoder::open(std::vector<std::uint8_t>(bytes.begin(), bytes.end()))); });
}

bool readEchoClip(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.dcm", bytes);
    return refusedOrDone([&] {
        const echo::EchoClip clip = echo::readClip(file);
        require(clip.frames >= 1, "a clip without frames was read");
        if (clip.kind == echo::ClipKind::Cine) {
            checkTimes(clip.timing.startMs, clip.frames);
            require(std::isfinite(clip.timing.durationMs) && clip.timing.durationMs > 0, "a clip takes no time");
            for (double at : {0.0, clip.timing.durationMs / 2, 1e9, -3.0})
                require(clip.timing.frameAt(at) >= 0 && clip.timing.frameAt(at) < clip.frames,
                        "time shows a frame that isn't there");
        }
        require(echo::groupIntoStudies({clip, clip}).size() == 1, "one clip is of two studies");
        if (std::int64_t(clip.header.rows) * clip.header.columns > mostPixels)
            return;
        echo::ClipFrames frames(clip, 1 << 20);
        require(frames.count() == clip.frames && frames.pixelAspect() > 0, "a clip changes when it is opened");
        for (int step : {clip.frames - 1, 0, 1})
            if (step < std::min(clip.frames, mostFrames))
                refusedOrDone([&] { require(!frames.frame(step)->isEmpty(), "a frame is empty"); });
    });
}

} // namespace echo2ecg::fuzz
