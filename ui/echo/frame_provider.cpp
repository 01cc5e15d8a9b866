// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/frame_provider.h"

namespace echo2ecg::ui {

namespace {

class ClipProvider : public FrameProvider
{
public:
    ClipProvider(const echo::EchoClip& clip, std::size_t cacheBytes) : m_frames(clip, cacheBytes) {}
    int count() const override { return m_frames.count(); }
    std::shared_ptr<const base::RgbImage> frame(int index) override { return m_frames.frame(index); }
    std::shared_ptr<const base::RgbImage> cached(int index) const override { return m_frames.cached(index); }
    std::size_t decodedBytes() const override { return m_frames.cachedBytes(); }
    void setCacheBytes(std::size_t bytes) override { m_frames.setCacheBytes(bytes); }

private:
    echo::ClipFrames m_frames;
};

} // namespace

OpenFrames framesOfClip(const echo::EchoClip& clip, std::size_t cacheBytes)
{
    return [clip, cacheBytes] { return std::make_unique<ClipProvider>(clip, cacheBytes); };
}

} // namespace echo2ecg::ui
