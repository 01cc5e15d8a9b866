// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "echo/echo_study.h"
#include "ui/echo/cell_view.h"

#include <QString>

#include <filesystem>
#include <functional>
#include <memory>

class QPainter;

namespace echo2ecg::ui {

enum class ExportFormat { Png, Mp4, Gif };
// By the ending of the name; empty for others.
std::optional<ExportFormat> exportFormatOf(const std::filesystem::path& file);

// Frames of one clip as a picture or a film: whole frames, turned and windowed as they are looked at, not zoomed. All of it is data of its own, so that a
// worker may take it away.
struct ClipExport
{
    std::filesystem::path out;
    ExportFormat format = ExportFormat::Mp4;
    echo::EchoClip clip;
    // Where the frames come from, opened on the worker; empty: the clip's file. May throw base::Error.
    using Frames = std::function<std::shared_ptr<const base::RgbImage>(int)>;
    std::function<Frames()> open;
    int first = 0, last = -1; // inclusive; last < 0: to the end. A picture is of the first
    double speed = 1;         // of a film
    CellView view;
    // What is drawn over each frame: called on the worker with frame pixels → pixels of the picture. Empty: nothing, not even the line for research.
    std::function<void(QPainter&, int frame, const QTransform& frameToPicture)> overlay;
};

struct ExportedClip
{
    int frames = 0, rows = 0, columns = 0;
    double seconds = 0;
    std::string codec; // for people; empty for a picture
};

// Frame by frame; each is shown as long as the header says, divided by the speed. Frames that would be shorter than a GIF can show (20 ms) are dropped, so
// that time stays true. The file appears whole or not at all and says "research use only" in its metadata, nothing else about the clip.
// Any thread. Throws base::Error (Io, Unsupported, Missing for a range without frames), base::ParseError for frames, base::Cancelled.
ExportedClip exportClip(const ClipExport& request, const base::JobContext& job = {});

} // namespace echo2ecg::ui
