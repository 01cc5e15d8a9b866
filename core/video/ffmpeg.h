// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <memory>

// FFmpeg's objects with owners. Private to this folder.
namespace echo2ecg::video {

struct FreeFrame
{
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket
{
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeCodec
{
    void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct FreeScaler
{
    void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
struct FreeParameters
{
    void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
};
using FramePtr = std::unique_ptr<AVFrame, FreeFrame>;
using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeCodec>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeScaler>;
using ParametersPtr = std::unique_ptr<AVCodecParameters, FreeParameters>;

// Neither FFmpeg's log nor its hints reach anybody, and no single allocation of it exceeds 256 MiB; once per process, thread-safe.
void prepare();
// FFmpeg's own words for an error number.
std::string reason(int error);

} // namespace echo2ecg::video
