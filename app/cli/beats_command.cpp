// SPDX-License-Identifier: GPL-3.0-or-later
#include "beats_command.h"

#include "echo/beats/beats.h"
#include "views.h"

#include <cmath>
#include <cstdio>

namespace echo2ecg::cli {

namespace {

constexpr std::size_t kCacheBytes = std::size_t(32) << 20; // each frame is looked at once

std::string fixed(double value, int digits)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

} // namespace

int beats(const Session& session, const std::filesystem::path& file)
{
    const echo::EchoClip clip = echo::readClip(file);
    echo::ClipFrames frames(clip, kCacheBytes);
    const echo::Rhythm rhythm = echo::findRhythm(clip, frames, session.job());
    const echo::Beats& found = rhythm.beats;
    const auto rate = found.heartRate();

    base::Json phases = base::Json::array();
    std::string lines = "source      " + std::string(echo::name(found.source)) + "\n";
    lines += "heart rate  " + (rate ? fixed(*rate, 0) + " /min, RR " + fixed(*found.rrMs, 0) + " ms" : std::string("unknown")) + "\n";
    lines += "R waves    ";
    for (double ms : found.rWaveMs)
        lines += " " + fixed(ms, 0);
    lines += found.rWaveMs.empty() ? " none\n" : " ms\n";
    for (const echo::CardiacPhase& phase : rhythm.phases) {
        phases.push(base::Json::object({{"ed_frame", phase.edFrame}, {"es_frame", phase.esFrame}, {"confidence", phase.confidence}}));
        lines += "beat        ED frame " + std::to_string(phase.edFrame) + ", ES frame " + std::to_string(phase.esFrame) + ", confidence " +
                 fixed(phase.confidence, 2) + "\n";
    }
    base::Warnings warnings = clip.warnings;
    warnings.insert(warnings.end(), found.warnings.begin(), found.warnings.end());
    session.print(base::Json::object({{"file", file.string()},
                                      {"source", echo::name(found.source)},
                                      {"r_waves_ms", found.rWaveMs},
                                      {"rr_ms", found.rrMs ? base::Json(*found.rrMs) : base::Json()},
                                      {"heart_rate", rate ? base::Json(*rate) : base::Json()},
                                      {"header_heart_rate", clip.header.heartRate ? base::Json(*clip.header.heartRate) : base::Json()},
                                      {"phases", phases},
                                      {"warnings", view(warnings)}}),
                  lines + text(warnings));
    return Ok;
}

} // namespace echo2ecg::cli
