// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/ffmpeg.h"

extern "C" {
#include <libavutil/log.h>
}

#include <mutex>

namespace echo2ecg::video {

void silence()
{
    static std::once_flag once;
    std::call_once(once, [] {
        av_log_set_level(AV_LOG_QUIET);
        av_log_set_callback([](void*, int, const char*, va_list) {});
    });
}

std::string reason(int error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(error, text, sizeof text);
    return text;
}

} // namespace echo2ecg::video
