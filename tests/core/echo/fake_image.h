// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"

#include <atomic>
#include <functional>
#include <set>

// An image object that draws its frames, for what no file at hand shows.
namespace echo2ecg::test {

struct FakeClip
{
    int frames = 8;
    std::function<base::RgbImage(int)> draw;
    std::set<int> broken;
    double pixelAspect = 1.0;
    std::atomic<int> opened{0}, decoded{0};
};

class FakeImage : public dicom::ImageFile
{
public:
    explicit FakeImage(FakeClip& clip) : m_clip(clip)
    {
        m_header.declaredFrames = clip.frames;
        m_header.pixelAspect = clip.pixelAspect;
        ++clip.opened;
    }
    const dicom::Identity& identity() const override { return m_identity; }
    const dicom::ImageHeader& header() const override { return m_header; }
    int frameCount() const override { return m_clip.frames; }
    base::RgbImage frame(int index) override
    {
        ++m_clip.decoded;
        if (m_clip.broken.contains(index))
            throw base::ParseError(base::ErrorCode::Malformed, "This frame is damaged.",
                                   {{}, "frame " + std::to_string(index)});
        return m_clip.draw(index);
    }
    std::string colourDecision() const override { return "drawn"; }
    const base::Warnings& warnings() const override { return m_warnings; }

private:
    FakeClip& m_clip;
    dicom::Identity m_identity;
    dicom::ImageHeader m_header;
    base::Warnings m_warnings;
};

inline echo::ClipFrames::Opener opener(FakeClip& clip)
{
    return [&clip] { return std::make_unique<FakeImage>(clip); };
}

inline base::RgbImage flat(int rows, int columns, int r, int g, int b)
{
    base::RgbImage image(rows, columns);
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
        image.pixels[i] = std::uint8_t(r);
        image.pixels[i + 1] = std::uint8_t(g);
        image.pixels[i + 2] = std::uint8_t(b);
    }
    return image;
}

// A lit disc on black whose speckle changes with `phase`.
inline base::RgbImage disc(int rows, int columns, int centreY, int centreX, int radius, int phase)
{
    base::RgbImage image(rows, columns);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
            if ((y - centreY) * (y - centreY) + (x - centreX) * (x - centreX) <= radius * radius) {
                const int v = 60 + (x * 7 + y * 13 + phase * 29) % 120;
                std::fill_n(image.row(y) + 3 * x, 3, std::uint8_t(v));
            }
    return image;
}

inline bool has(const base::Warnings& warnings, const std::string& code)
{
    return std::any_of(warnings.begin(), warnings.end(), [&](const base::Warning& w) { return w.code == code; });
}

} // namespace echo2ecg::test
