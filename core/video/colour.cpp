// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/colour.h"

#include <algorithm>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace echo2ecg::video {

namespace {

struct Decision
{
    int matrix = SWS_CS_ITU601; // in swscale's numbers
    bool isFull = false;
    std::string words;
};

bool isJpegFormat(int format)
{
    return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P ||
           format == AV_PIX_FMT_YUVJ440P || format == AV_PIX_FMT_YUVJ411P;
}

// FFmpeg's old formats "with J" mean full range; swscale is told the range on its own.
AVPixelFormat withoutJ(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return AVPixelFormat(format);
    }
}

std::string sampling(const AVPixFmtDescriptor& format)
{
    const int x = format.log2_chroma_w, y = format.log2_chroma_h;
    if (x == 0 && y == 0)
        return "4:4:4";
    if (x == 1 && y == 0)
        return "4:2:2";
    if (x == 1 && y == 1)
        return "4:2:0";
    if (x == 2 && y == 0)
        return "4:1:1";
    return x == 0 && y == 1 ? "4:4:0" : "4:1:0";
}

Decision decide(const AVFrame& frame, AVCodecID codec)
{
    Decision result;
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(AVPixelFormat(frame.format));
    if (!format)
        throw base::ParseError(base::ErrorCode::Unsupported, "The video's kind of pixels isn't known.");
    const std::string bits = format->comp[0].depth > 8 ? " of " + std::to_string(format->comp[0].depth) + " bits" : "";
    if (format->flags & AV_PIX_FMT_FLAG_PAL) {
        result.words = "palette of the stream: shown as RGB";
        result.isFull = true;
        return result;
    }
    if (format->flags & AV_PIX_FMT_FLAG_RGB) {
        result.words = "R G B" + bits + " in the stream: shown as RGB";
        result.isFull = true;
        return result;
    }
    const bool isGrey = format->nb_components < 3;
    std::string matrix = "BT.601";
    bool isSilent = false;
    switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
        result.matrix = SWS_CS_ITU709;
        matrix = "BT.709";
        break;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        break;
    case AVCOL_SPC_SMPTE240M:
        result.matrix = SWS_CS_SMPTE240M;
        matrix = "SMPTE 240M";
        break;
    case AVCOL_SPC_FCC:
        result.matrix = SWS_CS_FCC;
        matrix = "FCC";
        break;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        result.matrix = SWS_CS_BT2020;
        matrix = "BT.2020";
        break;
    default:
        isSilent = true;
        // JFIF is BT.601 whatever its size.
        if (frame.height >= 720 && codec != AV_CODEC_ID_MJPEG) {
            result.matrix = SWS_CS_ITU709;
            matrix = "BT.709";
        }
    }
    const bool isRangeSilent = frame.color_range == AVCOL_RANGE_UNSPECIFIED && !isJpegFormat(frame.format);
    result.isFull = frame.color_range == AVCOL_RANGE_JPEG || isJpegFormat(frame.format) ||
                    (isRangeSilent && codec == AV_CODEC_ID_MJPEG);
    const std::string range = result.isFull ? "full range" : "limited range";
    const char* said[] = {"the stream says so", "the range is assumed, the stream says the matrix",
                          "the matrix is assumed, the stream says the range", "assumed, the stream doesn't say"};
    if (isGrey)
        result.words = "grey" + bits + ", " + range + (isRangeSilent ? " (assumed)" : "");
    else
        result.words = "Y Cb Cr " + sampling(*format) + bits + ", " + matrix + ", " + range + " (" +
                       said[(isSilent ? 2 : 0) + (isRangeSilent ? 1 : 0)] + "): converted to RGB";
    return result;
}

} // namespace

ToRgb::ToRgb(const AVFrame& frame, AVCodecID codec) : m_codec(codec)
{
    m_words = decide(frame, codec).words;
}

void ToRgb::prepare(const AVFrame& frame)
{
    if (m_scaler && m_format == frame.format && m_rows == frame.height && m_columns == frame.width)
        return;
    const Decision decision = decide(frame, m_codec);
    m_format = frame.format;
    m_rows = frame.height;
    m_columns = frame.width;
    // Accurate rounding and full chroma: without them swscale is off by several steps and leaves grey with a cast.
    m_scaler.reset(sws_getContext(frame.width, frame.height, withoutJ(frame.format), frame.width, frame.height,
                                  AV_PIX_FMT_RGB24, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP,
                                  nullptr, nullptr, nullptr));
    if (!m_scaler)
        throw base::ParseError(base::ErrorCode::Unsupported, "The video's kind of pixels can't be shown.");
    sws_setColorspaceDetails(m_scaler.get(), sws_getCoefficients(decision.matrix), decision.isFull ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
}

base::RgbImage ToRgb::convert(const AVFrame& frame)
{
    prepare(frame);
    // swscale writes whole vectors: rows get room behind them and are then put close together.
    const int stride = (frame.width * 3 + 63) / 64 * 64;
    std::vector<std::uint8_t> wide(std::size_t(stride) * std::size_t(frame.height) + 64);
    std::uint8_t* to[4] = {wide.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {stride, 0, 0, 0};
    if (sws_scale(m_scaler.get(), frame.data, frame.linesize, 0, frame.height, to, strides) != frame.height)
        throw base::ParseError(base::ErrorCode::Malformed, "The video's frame can't be converted.");
    base::RgbImage image(frame.height, frame.width);
    for (int y = 0; y < frame.height; ++y)
        std::copy_n(wide.data() + std::size_t(y) * std::size_t(stride), std::size_t(frame.width) * 3, image.row(y));
    return image;
}

} // namespace echo2ecg::video
