// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cine_grid.h"
#include "ui/echo/frame_provider.h"

#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <thread>

namespace echo2ecg::test {

// Frames made on demand: red and blue are the same everywhere, green tells the frame; a bright fan moves in the middle.
class GeneratedFrames : public ui::FrameProvider
{
public:
    struct Options
    {
        int frames = 30, rows = 120, columns = 160;
        std::chrono::microseconds decodeTime{0};
        int damagedFrame = -1;
        bool cannotOpen = false;
        std::uint8_t red = 200, blue = 40;
    };
    explicit GeneratedFrames(const Options& options) : m_options(options)
    {
        if (options.cannotOpen)
            throw base::ParseError(base::ErrorCode::Truncated, "The file ends before its pixel data.",
                                   {{}, "(7FE0,0010)"});
    }

    static std::uint8_t greenOf(int frame) { return std::uint8_t(8 * (frame % 30)); }

    int count() const override { return m_options.frames; }
    std::shared_ptr<const base::RgbImage> frame(int index) override
    {
        if (auto image = cached(index))
            return image;
        std::this_thread::sleep_for(m_options.decodeTime);
        if (index == m_options.damagedFrame)
            throw base::ParseError(base::ErrorCode::Malformed, "The JPEG stream of this frame is damaged.");
        auto image = std::make_shared<base::RgbImage>(m_options.rows, m_options.columns);
        for (std::size_t i = 0; i < image->pixels.size(); i += 3) {
            image->pixels[i] = m_options.red;
            image->pixels[i + 1] = greenOf(index);
            image->pixels[i + 2] = m_options.blue;
        }
        const std::lock_guard lock(m_mutex);
        m_cache[index] = image;
        return image;
    }
    std::shared_ptr<const base::RgbImage> cached(int index) const override
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_cache.find(index);
        return found == m_cache.end() ? nullptr : found->second;
    }

private:
    Options m_options;
    mutable std::mutex m_mutex;
    std::map<int, std::shared_ptr<const base::RgbImage>> m_cache;
};

inline echo::CineTiming evenTiming(int frames, double fps)
{
    echo::CineTiming timing;
    timing.source = echo::TimingSource::FrameTime;
    for (int i = 0; i < frames; ++i)
        timing.startMs.push_back(i * 1000.0 / fps);
    timing.durationMs = frames * 1000.0 / fps;
    return timing;
}

inline ui::CineCell generatedCell(const GeneratedFrames::Options& options, double fps)
{
    ui::CineCell cell;
    cell.clip.frames = options.frames;
    cell.clip.kind = options.frames > 1 ? echo::ClipKind::Cine : echo::ClipKind::Still;
    cell.clip.timing = evenTiming(options.frames, fps);
    cell.clip.header.rows = options.rows;
    cell.clip.header.columns = options.columns;
    cell.openFrames = [options] { return std::make_unique<GeneratedFrames>(options); };
    return cell;
}

} // namespace echo2ecg::test
