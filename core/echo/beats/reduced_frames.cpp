// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/reduced_frames.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace echo2ecg::echo {

namespace {

constexpr int kMostFrames = 4096;
constexpr int kRows = 48, kColumns = 64;

cv::Rect tissue(const EchoClip& clip, const base::RgbImage& picture)
{
    cv::Rect best;
    for (const dicom::UltrasoundRegion& region : clip.header.regions) {
        if (region.spatialFormat != 1 || (region.dataType != 1 && region.dataType != 2))
            continue;
        const int x0 = std::clamp(region.x0, 0, picture.columns), x1 = std::clamp(region.x1, -1, picture.columns - 1);
        const int y0 = std::clamp(region.y0, 0, picture.rows), y1 = std::clamp(region.y1, -1, picture.rows - 1);
        const cv::Rect box(x0, y0, std::max(0, x1 - x0 + 1), std::max(0, y1 - y0 + 1));
        if (box.area() > best.area())
            best = box;
    }
    if (best.width < kColumns || best.height < kRows)
        best = {0, 0, picture.columns, picture.rows};
    return best;
}

std::vector<std::uint8_t> reduced(const base::RgbImage& picture, const cv::Rect& box, const TraceBand& band, int rows, int columns)
{
    cv::Mat grey(box.height, box.width, CV_8U);
    for (int y = 0; y < box.height; ++y) {
        const std::uint8_t* p = picture.row(box.y + y) + 3 * box.x;
        std::uint8_t* to = grey.ptr(y);
        for (int x = 0; x < box.width; ++x, p += 3)
            to[x] = std::min({p[0], p[1], p[2]});
    }
    if (!band.isEmpty()) {
        const cv::Rect out = cv::Rect(band.x0 - box.x, band.y0 - box.y, band.x1 - band.x0 + 1, band.y1 - band.y0 + 1) &
                             cv::Rect(0, 0, box.width, box.height);
        if (out.area() > 0)
            grey(out).setTo(0);
    }
    std::vector<std::uint8_t> small(std::size_t(rows) * std::size_t(columns));
    cv::Mat to(rows, columns, CV_8U, small.data());
    cv::resize(grey, to, to.size(), 0, 0, cv::INTER_AREA);
    return small;
}

} // namespace

ReducedFrames reduceFrames(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job, base::Warnings& warnings)
{
    ReducedFrames out;
    const int count = std::min({frames.count(), int(clip.timing.startMs.size()), kMostFrames});
    if (count < 2)
        return out;
    out.startMs.assign(clip.timing.startMs.begin(), clip.timing.startMs.begin() + count);
    out.durationMs = clip.timing.durationMs;
    if (count < int(clip.timing.startMs.size())) {
        out.durationMs = clip.timing.startMs[std::size_t(count)];
        warnings.push_back({"beats-part", "Beats were looked for in the first " + std::to_string(count) + " frames only.", {}});
    }
    cv::Rect box;
    int pictureRows = 0, pictureColumns = 0, damaged = 0;
    for (int i = 0; i < count; ++i) {
        job.throwIfCancelled();
        std::shared_ptr<const base::RgbImage> picture;
        try {
            picture = frames.frame(i);
        } catch (const base::ParseError&) {
            ++damaged;
        }
        if (picture && pictureRows == 0 && picture->rows > 0 && picture->columns > 0) {
            pictureRows = picture->rows;
            pictureColumns = picture->columns;
            box = tissue(clip, *picture);
            out.rows = std::min(kRows, box.height);
            out.columns = std::min(kColumns, box.width);
            out.trace.band = traceBand(clip, *picture);
        }
        if (picture && picture->rows == pictureRows && picture->columns == pictureColumns) {
            out.frames.push_back(reduced(*picture, box, out.trace.band, out.rows, out.columns));
            out.trace.frames.push_back(traceColumns(out.trace.band, *picture));
        } else {
            out.frames.push_back(out.frames.empty() ? std::vector<std::uint8_t>() : out.frames.back());
            out.trace.frames.emplace_back();
        }
        job.report({"finding beats", i + 1, count, "frames"});
    }
    for (auto& frame : out.frames) // damaged ones at the start
        if (frame.empty())
            frame.assign(out.pixels(), 0);
    if (damaged > 0)
        warnings.push_back({"beats-damaged", std::to_string(damaged) + " damaged frames were taken as the one before.", {}});
    return out;
}

} // namespace echo2ecg::echo
