// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/frame_provider.h"

#include <QSize>
#include <QString>

#include <vector>

namespace echo2ecg::ui {

// What a cell wants next: the frame on display at this moment, then those behind it in play order.
struct Wanted
{
    int frame = 0;
    int stride = 1; // frames that the display skips anyway aren't decoded
    int ahead = 12;
    QSize target{}; // on the screen, in device pixels; larger frames are reduced to it on the pool. Empty: as they are
    int first = 0, last = -1; // of the loop; −1: the clip's last
    bool sweeps = false, backwards = false;

    int next(int k, int count) const; // the k-th from the one on display
    bool operator==(const Wanted&) const = default;
};

// Memory of the cells on display, in bytes: compressed frames, decoded ones, and what both may take together.
struct CacheUse
{
    std::size_t compressed = 0, decoded = 0, limit = 0;
};

// Decodes ahead on a few threads so that the GUI thread never does. One thread at a time works on one cell; the frame
// that a cell needs now goes before any frame that another needs later. Member functions are for the GUI thread and
// never wait for decoding.
class FramePool
{
public:
    // `ready` is called on a pool thread after anything came: a frame, an opened clip, a failure.
    FramePool(int threads, std::function<void()> ready);
    ~FramePool();
    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;

    // Replaces all cells; what was in work for the old ones is dropped.
    void setCells(std::vector<OpenFrames> cells);
    // Cells change places with everything that is decoded.
    void swap(int one, int other);
    // What all cells together may keep; each gets its share. At least a few frames are kept.
    void setLimit(std::size_t bytes);
    CacheUse use() const;
    void want(int cell, const Wanted& wanted);

    int count(int cell) const; // -1 while the clip isn't open
    // Null when it isn't decoded, or not reduced to the target.
    std::shared_ptr<const base::RgbImage> ready(int cell, int frame) const;
    // The same as the file has it, without reduction; null when it isn't in memory.
    std::shared_ptr<const base::RgbImage> whole(int cell, int frame) const;
    // Why the clip can't be opened, or nothing of it decoded; empty else.
    QString error(int cell) const;
    // Why this frame can't be decoded; empty else.
    QString frameError(int cell, int frame) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
