// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"

#include <functional>
#include <memory>

namespace echo2ecg::ui {

// Where the frames of one cell come from. frame() is called from the decode pool, by one thread at a time; cached()
// also from the GUI thread, so it never blocks on decoding.
class FrameProvider
{
public:
    virtual ~FrameProvider() = default;
    virtual int count() const = 0;
    // Decodes when it isn't cached. May throw base::Error.
    virtual std::shared_ptr<const base::RgbImage> frame(int index) = 0;
    virtual std::shared_ptr<const base::RgbImage> cached(int index) const = 0;
    // Bytes held in memory; the second for decoded frames may be bounded.
    virtual std::size_t compressedBytes() const { return 0; }
    virtual std::size_t decodedBytes() const { return 0; }
    virtual void setCacheBytes(std::size_t) {}
};

// Called on the pool, because opening reads the file. May throw base::Error.
using OpenFrames = std::function<std::unique_ptr<FrameProvider>()>;

// The frames of the clip's own file.
OpenFrames framesOfClip(const echo::EchoClip& clip, std::size_t cacheBytes);

} // namespace echo2ecg::ui
