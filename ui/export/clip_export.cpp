// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/clip_export.h"

#include "ui/echo/frame_picture.h"
#include "video/encoder.h"

#include <QPainter>
#include <QSaveFile>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr const char* researchUseOnly = "Research use only. Not for diagnosis or treatment.";
constexpr std::size_t cacheBytes = std::size_t(32) << 20;
constexpr double shortestGifMs = 20; // viewers slow shorter delays down
constexpr double stillMs = 1000;

ClipExport::Frames framesOf(const ClipExport& request)
{
    if (request.open)
        return request.open();
    auto frames = std::make_shared<echo::ClipFrames>(request.clip, cacheBytes);
    return [frames](int index) { return frames->frame(index); };
}

double durationOf(const echo::EchoClip& clip, int frame)
{
    const auto& starts = clip.timing.startMs;
    if (frame < 0 || std::size_t(frame) >= starts.size())
        return stillMs;
    const double end = std::size_t(frame) + 1 < starts.size() ? starts[std::size_t(frame) + 1] : clip.timing.durationMs;
    const double ms = end - starts[std::size_t(frame)];
    return ms > 0 ? ms : stillMs;
}

void drawResearchLine(QPainter& painter, const QSize& size)
{
    QFont font = painter.font();
    font.setPixelSize(std::max(9, size.height() / 45));
    painter.setFont(font);
    const QString line = QStringLiteral("research use only");
    const QRect text = QFontMetrics(font).boundingRect(line);
    const int margin = std::max(3, font.pixelSize() / 3);
    const QRect box(size.width() - text.width() - 3 * margin, size.height() - text.height() - 2 * margin, text.width() + 2 * margin, text.height() + margin);
    painter.fillRect(box, QColor(0, 0, 0, 150));
    painter.setPen(QColor(220, 220, 220));
    painter.drawText(box, Qt::AlignCenter, line);
}

QImage pictureOf(const ClipExport& request, const base::RgbImage& pixels, int frame)
{
    FramePicture made = framePicture(pixels, QSize(pixels.columns, pixels.rows), request.clip.header.pixelAspect, request.view);
    if (request.overlay) {
        QPainter painter(&made.image);
        painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
        painter.save();
        request.overlay(painter, frame, made.fromFrame);
        painter.restore();
        painter.resetTransform();
        drawResearchLine(painter, made.image.size());
    }
    return made.image.convertToFormat(QImage::Format_RGB888);
}

base::RgbImage toRgbImage(const QImage& image)
{
    base::RgbImage rgb(image.height(), image.width());
    for (int y = 0; y < image.height(); ++y)
        std::copy_n(image.constScanLine(y), std::size_t(image.width()) * 3, rgb.row(y));
    return rgb;
}

void savePng(QImage image, const std::filesystem::path& out)
{
    image.setText(QStringLiteral("Description"), QString::fromUtf8(researchUseOnly));
    QSaveFile file(QString::fromStdU16String(out.u16string()));
    if (!file.open(QIODevice::WriteOnly) || !image.save(&file, "PNG") || !file.commit())
        throw base::Error(base::ErrorCode::Io, "The picture can't be written.", {out, {}});
}

} // namespace

std::optional<ExportFormat> exportFormatOf(const std::filesystem::path& file)
{
    std::string ending = file.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    if (ending == ".png")
        return ExportFormat::Png;
    if (ending == ".mp4")
        return ExportFormat::Mp4;
    return ending == ".gif" ? std::optional(ExportFormat::Gif) : std::nullopt;
}

ExportedClip exportClip(const ClipExport& request, const base::JobContext& job)
{
    const int count = std::max(1, request.clip.frames);
    const int last = request.format == ExportFormat::Png ? request.first : request.last < 0 ? count - 1 : request.last;
    if (request.first < 0 || last < request.first || last >= count)
        throw base::Error(base::ErrorCode::Missing, "There are no such frames; the clip has " + std::to_string(count) + ".", {request.clip.file, {}});
    if (!(request.speed >= 0.01 && request.speed <= 100))
        throw base::Error(base::ErrorCode::Unsupported, "The speed must be between 0.01 and 100.");
    const ClipExport::Frames frames = framesOf(request);
    ExportedClip done;
    const auto size = [&](const QImage& picture) {
        done.rows = picture.height();
        done.columns = picture.width();
    };
    if (request.format == ExportFormat::Png) {
        const QImage picture = pictureOf(request, *frames(request.first), request.first);
        size(picture);
        done.frames = 1;
        savePng(picture, request.out);
        return done;
    }
    const video::ClipFormat format = request.format == ExportFormat::Gif ? video::ClipFormat::Gif : video::ClipFormat::Mp4;
    const double shortest = request.format == ExportFormat::Gif ? shortestGifMs : 0;
    std::unique_ptr<video::Encoder> encoder;
    QImage waiting;
    double waitingMs = 0;
    const auto flush = [&] {
        if (!waiting.isNull()) {
            encoder->add(toRgbImage(waiting), waitingMs);
            done.seconds += waitingMs / 1000;
            ++done.frames;
        }
        waiting = {};
        waitingMs = 0;
    };
    for (int frame = request.first; frame <= last; ++frame) {
        job.throwIfCancelled();
        job.report({"writing the film", frame - request.first, last - request.first + 1, "frames"});
        const double ms = durationOf(request.clip, frame) / request.speed;
        if (waiting.isNull() || waitingMs >= shortest) {
            const QImage picture = pictureOf(request, *frames(frame), frame);
            if (!encoder) {
                size(picture);
                encoder = std::make_unique<video::Encoder>(request.out, format, picture.height(), picture.width(), researchUseOnly);
            }
            if (picture.height() != done.rows || picture.width() != done.columns)
                throw base::ParseError(base::ErrorCode::Inconsistent, "The frames of the clip differ in size.", {request.clip.file, "frame " + std::to_string(frame + 1)});
            flush();
            waiting = picture;
        }
        waitingMs += ms;
    }
    flush();
    encoder->finish();
    done.codec = video::codecName(format);
    return done;
}

} // namespace echo2ecg::ui
