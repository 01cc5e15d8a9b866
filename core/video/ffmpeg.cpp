// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/ffmpeg.h"

extern "C" {
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <mutex>

namespace echo2ecg::video {

void prepare()
{
    static std::once_flag once;
    std::call_once(once, [] {
        av_log_set_level(AV_LOG_QUIET);
        av_log_set_callback([](void*, int, const char*, va_list) {});
        // A few bytes of a container may declare an index of gigabytes; no frame or index of a clip is larger than this.
        av_max_alloc(std::size_t(256) << 20);
    });
}

std::string reason(int error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(error, text, sizeof text);
    return text;
}

} // namespace echo2ecg::video
