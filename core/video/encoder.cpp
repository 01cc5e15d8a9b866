// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/encoder.h"

#include "video/ffmpeg.h"
#include "video/gif_palette.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>

namespace echo2ecg::video {

namespace {

constexpr int ticksOfMp4 = 90'000, ticksOfGif = 100; // per second
// Viewers show GIF frames of less than 20 ms far too slowly: quicker frames are left out, time stays true.
constexpr std::int64_t shortestGifTicks = 2;
constexpr std::int64_t mostPixels = std::int64_t(1) << 25;

const AVCodec* h264()
{
    return avcodec_find_encoder_by_name("libx264");
}

struct CloseOutput
{
    void operator()(AVFormatContext* output) const
    {
        if (output->pb)
            avio_closep(&output->pb);
        avformat_free_context(output);
    }
};

} // namespace

std::string codecName(ClipFormat format)
{
    if (format == ClipFormat::Gif)
        return "GIF";
    return h264() ? "H.264" : "MPEG-4 Part 2";
}

struct Encoder::Impl
{
    std::filesystem::path file, partial;
    ClipFormat format = ClipFormat::Mp4;
    int rows = 0, columns = 0, paddedRows = 0, paddedColumns = 0;
    int ticks = ticksOfMp4;
    std::unique_ptr<AVFormatContext, CloseOutput> output;
    AVStream* stream = nullptr;
    CodecPtr codec;
    ScalerPtr scaler;
    FramePtr frame;
    PacketPtr packet;
    base::RgbImage padded;
    double endMs = 0;                               // of all frames so far
    std::int64_t lastTick = -1;                     // when the last frame appears
    std::map<std::int64_t, std::int64_t> durations; // by start, in ticks
    bool isFinished = false;

    [[noreturn]] void fail(base::ErrorCode code, const std::string& sentence) const
    {
        throw base::Error(code, sentence, {file, {}});
    }
    void require(int state, const char* what) const
    {
        if (state < 0)
            fail(base::ErrorCode::Io, std::string("The clip can't be written (") + what + "): " + reason(state) + ".");
    }

    void open(const std::string& comment)
    {
        const bool isGif = format == ClipFormat::Gif;
        const AVCodec* encoder = isGif ? avcodec_find_encoder(AV_CODEC_ID_GIF) : h264();
        if (!encoder && !isGif)
            encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
        AVFormatContext* raw = nullptr;
        if (!encoder || avformat_alloc_output_context2(&raw, nullptr, isGif ? "gif" : "mp4", partial.c_str()) < 0)
            fail(base::ErrorCode::Unsupported, "FFmpeg was built without what this kind of clip needs.");
        output.reset(raw);
        codec.reset(avcodec_alloc_context3(encoder));
        frame.reset(av_frame_alloc());
        packet.reset(av_packet_alloc());
        stream = avformat_new_stream(raw, nullptr);
        if (!codec || !frame || !packet || !stream)
            throw std::bad_alloc();
        // The finest unit of MPEG-4 Part 2 is 1/65535 s.
        ticks = isGif ? ticksOfGif : encoder->id == AV_CODEC_ID_MPEG4 ? 60'000 : ticksOfMp4;
        codec->width = paddedColumns;
        codec->height = paddedRows;
        codec->time_base = {1, ticks};
        codec->sample_aspect_ratio = {1, 1};
        codec->pix_fmt = isGif ? AV_PIX_FMT_PAL8 : AV_PIX_FMT_YUV420P;
        if (isGif)
            av_opt_set(codec->priv_data, "gifflags", "0", 0); // whole frames: palettes change from frame to frame
        else
            prepareColours(encoder->id == AV_CODEC_ID_H264);
        if (output->oformat->flags & AVFMT_GLOBALHEADER)
            codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        codec->flags |= AV_CODEC_FLAG_BITEXACT;
        output->flags |= AVFMT_FLAG_BITEXACT; // no word of the program's versions in the file
        require(avcodec_open2(codec.get(), encoder, nullptr), "encoder");
        require(avcodec_parameters_from_context(stream->codecpar, codec.get()), "stream");
        stream->time_base = codec->time_base;
        if (!comment.empty())
            av_dict_set(&output->metadata, "comment", comment.c_str(), 0);
        require(avio_open(&output->pb, partial.c_str(), AVIO_FLAG_WRITE), "file");
        AVDictionary* options = nullptr;
        if (!isGif)
            av_dict_set(&options, "movflags", "+faststart", 0);
        const int state = avformat_write_header(output.get(), &options);
        av_dict_free(&options);
        require(state, "header");
        frame->format = codec->pix_fmt;
        frame->width = codec->width;
        frame->height = codec->height;
        require(av_frame_get_buffer(frame.get(), 0), "memory");
    }

    void prepareColours(bool isH264)
    {
        // Said in the stream, and the same as players guess by size.
        const bool isHigh = paddedRows >= 720;
        codec->colorspace = isHigh ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        codec->color_primaries = isHigh ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
        codec->color_trc = isHigh ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
        codec->color_range = AVCOL_RANGE_MPEG;
        codec->max_b_frames = 0;
        codec->gop_size = 30; // seeking stays quick
        codec->thread_count = 2;
        if (isH264) {
            av_opt_set(codec->priv_data, "preset", "fast", 0);
            av_opt_set(codec->priv_data, "crf", "17", 0);
        } else {
            codec->flags |= AV_CODEC_FLAG_QSCALE;
            codec->global_quality = 2 * FF_QP2LAMBDA;
        }
        scaler.reset(sws_getContext(paddedColumns, paddedRows, AV_PIX_FMT_RGB24, paddedColumns, paddedRows,
                                    AV_PIX_FMT_YUV420P, SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr,
                                    nullptr, nullptr));
        if (!scaler)
            fail(base::ErrorCode::Unsupported, "FFmpeg can't convert pictures of this size.");
        sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1,
                                 sws_getCoefficients(isHigh ? SWS_CS_ITU709 : SWS_CS_ITU601), 0, 0, 1 << 16, 1 << 16);
    }

    // The last row and column once more where the codec needs even sizes.
    const base::RgbImage& evened(const base::RgbImage& image)
    {
        if (paddedRows == rows && paddedColumns == columns)
            return image;
        padded.rows = paddedRows;
        padded.columns = paddedColumns;
        padded.pixels.resize(std::size_t(paddedRows) * std::size_t(paddedColumns) * 3);
        for (int y = 0; y < paddedRows; ++y) {
            const std::uint8_t* from = image.row(std::min(y, rows - 1));
            std::uint8_t* to = padded.row(y);
            std::copy_n(from, std::size_t(columns) * 3, to);
            if (paddedColumns > columns)
                std::copy_n(from + std::size_t(columns - 1) * 3, 3, to + std::size_t(columns) * 3);
        }
        return padded;
    }

    void fill(const base::RgbImage& image)
    {
        require(av_frame_make_writable(frame.get()), "memory");
        if (format == ClipFormat::Gif) {
            const IndexedPicture picture = withPalette(image);
            for (int y = 0; y < rows; ++y)
                std::copy_n(picture.indices.data() + std::size_t(y) * std::size_t(columns), std::size_t(columns),
                            frame->data[0] + std::ptrdiff_t(y) * frame->linesize[0]);
            std::memcpy(frame->data[1], picture.palette.data(), sizeof picture.palette);
            return;
        }
        const base::RgbImage& even = evened(image);
        const std::uint8_t* from[4] = {even.pixels.data(), nullptr, nullptr, nullptr};
        const int strides[4] = {even.columns * 3, 0, 0, 0};
        if (sws_scale(scaler.get(), from, strides, 0, even.rows, frame->data, frame->linesize) != even.rows)
            fail(base::ErrorCode::Internal, "A frame can't be converted for the clip.");
    }

    void send(const AVFrame* one)
    {
        require(avcodec_send_frame(codec.get(), one), "frame");
        for (;;) {
            const int state = avcodec_receive_packet(codec.get(), packet.get());
            if (state == AVERROR(EAGAIN) || state == AVERROR_EOF)
                return;
            require(state, "frame");
            const auto duration = durations.find(packet->pts);
            packet->duration = duration == durations.end() ? 0 : duration->second;
            packet->stream_index = stream->index;
            av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
            require(av_interleaved_write_frame(output.get(), packet.get()), "frame");
        }
    }

    std::int64_t tick(double ms) const { return std::llround(ms * ticks / 1000.0); }
};

Encoder::Encoder(const std::filesystem::path& file, ClipFormat format, int rows, int columns,
                 const std::string& comment)
    : m_impl(std::make_unique<Impl>())
{
    prepare();
    Impl& d = *m_impl;
    d.file = file;
    d.format = format;
    d.rows = d.paddedRows = rows;
    d.columns = d.paddedColumns = columns;
    if (rows < 1 || columns < 1 || rows > 16384 || columns > 16384 || std::int64_t(rows) * columns > mostPixels)
        d.fail(base::ErrorCode::Unsupported, "A clip can't have this size.");
    if (format == ClipFormat::Mp4) {
        d.paddedRows = (rows + 1) / 2 * 2;
        d.paddedColumns = (columns + 1) / 2 * 2;
    }
    d.partial = file;
    d.partial += ".part-" + std::to_string(std::random_device{}());
    try {
        d.open(comment);
    } catch (...) {
        d.output.reset();
        std::error_code ignored;
        std::filesystem::remove(d.partial, ignored);
        throw;
    }
}

Encoder::~Encoder()
{
    m_impl->output.reset();
    if (!m_impl->isFinished) {
        std::error_code ignored;
        std::filesystem::remove(m_impl->partial, ignored);
    }
}

void Encoder::add(const base::RgbImage& image, double durationMs)
{
    Impl& d = *m_impl;
    if (image.rows != d.rows || image.columns != d.columns ||
        image.pixels.size() != std::size_t(d.rows) * std::size_t(d.columns) * 3)
        d.fail(base::ErrorCode::Mismatch, "The clip's frames aren't all of one size.");
    if (!(durationMs > 0) || !(durationMs < 3'600'000))
        d.fail(base::ErrorCode::Unsuitable, "A frame has no sensible duration.");
    const std::int64_t start = d.tick(d.endMs), end = d.tick(d.endMs + durationMs);
    d.endMs += durationMs;
    const std::int64_t shortest = d.format == ClipFormat::Gif ? shortestGifTicks : 1;
    if (d.lastTick >= 0 && start < d.lastTick + shortest)
        return; // its time goes to the frame before
    d.fill(image);
    if (d.lastTick >= 0)
        d.durations[d.lastTick] = start - d.lastTick;
    d.durations[start] = std::max(end - start, shortest);
    d.lastTick = start;
    d.frame->pts = start;
    d.send(d.frame.get());
}

void Encoder::finish()
{
    Impl& d = *m_impl;
    if (d.lastTick < 0)
        d.fail(base::ErrorCode::Unsuitable, "The clip has no frame.");
    const std::int64_t last = std::max<std::int64_t>(1, d.tick(d.endMs) - d.lastTick);
    d.durations[d.lastTick] = last;
    if (d.format == ClipFormat::Gif)
        av_opt_set_int(d.output->priv_data, "final_delay", std::max(last, shortestGifTicks), 0);
    d.send(nullptr);
    d.require(av_write_trailer(d.output.get()), "end");
    d.require(avio_closep(&d.output->pb), "file");
    std::error_code problem;
    std::filesystem::rename(d.partial, d.file, problem);
    if (problem)
        d.fail(base::ErrorCode::Io, "The clip can't be put in its place: " + problem.message() + ".");
    d.isFinished = true;
}

} // namespace echo2ecg::video
