// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/decoder.h"

#include "video/colour.h"
#include "video/packets.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <limits>
#include <new>
#include <optional>

namespace echo2ecg::video {

namespace {

constexpr std::int64_t mostPixels = std::int64_t(1) << 25; // as for every frame in the house
constexpr std::size_t mostKeptBytes = std::size_t(48) << 20;
constexpr std::size_t mostKept = 16;
constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

std::string codecName(AVCodecID id)
{
    switch (id) {
    case AV_CODEC_ID_MJPEG:
        return "Motion JPEG";
    case AV_CODEC_ID_RAWVIDEO:
        return "uncompressed";
    case AV_CODEC_ID_MPEG4:
        return "MPEG-4 Part 2 (XviD, DivX)";
    case AV_CODEC_ID_MPEG2VIDEO:
        return "MPEG-2";
    case AV_CODEC_ID_MPEG1VIDEO:
        return "MPEG-1";
    case AV_CODEC_ID_H264:
        return "H.264";
    case AV_CODEC_ID_HEVC:
        return "H.265";
    default:
        return avcodec_get_name(id);
    }
}

// Decoders of other kinds are many, old and seldom needed; what they'd read isn't an echo clip.
bool isTaken(AVCodecID id)
{
    constexpr AVCodecID taken[] = {
        AV_CODEC_ID_MJPEG,      AV_CODEC_ID_RAWVIDEO,   AV_CODEC_ID_MPEG4,     AV_CODEC_ID_MSMPEG4V1, AV_CODEC_ID_MSMPEG4V2,
        AV_CODEC_ID_MSMPEG4V3,  AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_H264,     AV_CODEC_ID_HEVC,
        AV_CODEC_ID_HUFFYUV,    AV_CODEC_ID_FFVHUFF,    AV_CODEC_ID_FFV1,      AV_CODEC_ID_PNG,       AV_CODEC_ID_DVVIDEO,
        AV_CODEC_ID_MSVIDEO1,   AV_CODEC_ID_MSRLE,      AV_CODEC_ID_CINEPAK,   AV_CODEC_ID_VP8,       AV_CODEC_ID_VP9,
        AV_CODEC_ID_WMV1,       AV_CODEC_ID_WMV2,       AV_CODEC_ID_H263,      AV_CODEC_ID_QTRLE,     AV_CODEC_ID_INDEO5,
    };
    return std::find(std::begin(taken), std::end(taken), id) != std::end(taken);
}

class StreamDecoder final : public Decoder
{
public:
    explicit StreamDecoder(Packets packets) : m_packets(std::move(packets))
    {
        openCodec();
        describe();
    }

    const StreamFacts& facts() const override { return m_facts; }

    base::RgbImage frame(int index) override
    {
        const std::string where = "frame " + std::to_string(index + 1) + " of " + std::to_string(m_facts.frames());
        try {
            if (index < 0 || index >= m_facts.frames())
                throw base::ParseError(base::ErrorCode::Missing, "There is no such frame.");
            return at(std::size_t(index));
        } catch (const base::ParseError& problem) {
            throw base::ParseError(problem.code(), problem.sentence(), {{}, where});
        } catch (const std::bad_alloc&) {
            throw base::ParseError(base::ErrorCode::LimitExceeded, "There isn't enough memory for the frame.", {{}, where});
        }
    }

private:
    void openCodec()
    {
        const AVCodecID id = m_packets.codec->codec_id;
        const AVCodec* codec = isTaken(id) ? avcodec_find_decoder(id) : nullptr;
        if (!codec)
            throw base::ParseError(base::ErrorCode::Unsupported, "Video compressed as " + codecName(id) + " isn't supported.");
        if (std::int64_t(m_packets.codec->width) * m_packets.codec->height > mostPixels)
            throw base::ParseError(base::ErrorCode::LimitExceeded, "The video declares more pixels than any frame has.");
        m_codec.reset(avcodec_alloc_context3(codec));
        if (!m_codec || avcodec_parameters_to_context(m_codec.get(), m_packets.codec.get()) < 0)
            throw base::ParseError(base::ErrorCode::Malformed, "The video's description makes no sense.");
        m_codec->thread_count = 1; // clips are decoded side by side
        m_codec->max_pixels = mostPixels;
        m_codec->pkt_timebase = {1, 1000};
        if (const int state = avcodec_open2(m_codec.get(), codec, nullptr); state < 0)
            throw base::ParseError(base::ErrorCode::Unsupported, "The video's decoder refuses: " + reason(state) + ".");
        m_frame.reset(av_frame_alloc());
        if (!m_frame)
            throw std::bad_alloc();
    }

    void describe()
    {
        const std::size_t count = m_packets.packets.size();
        m_rankOf.assign(count, nowhere);
        std::vector<double> times;
        for (std::size_t i = 0; i < count; ++i) {
            if (m_packets.isHidden[i])
                continue;
            times.push_back(m_packets.shownMs[i]);
            m_order.push_back(i);
        }
        if (m_order.empty())
            throw base::ParseError(base::ErrorCode::Truncated, "The video shows no picture.");
        if (m_packets.isOrderKnown) {
            std::sort(m_order.begin(), m_order.end(),
                      [&](std::size_t a, std::size_t b) { return m_packets.shownMs[a] < m_packets.shownMs[b]; });
            for (std::size_t rank = 0; rank < m_order.size(); ++rank)
                m_rankOf[m_order[rank]] = rank;
        }
        m_facts.container = m_packets.container;
        m_facts.codec = codecName(m_packets.codec->codec_id);
        m_facts.warnings = m_packets.warnings;
        if (!next())
            throw base::ParseError(base::ErrorCode::Malformed, "The video's first picture can't be decoded.");
        m_facts.rows = m_frame->height;
        m_facts.columns = m_frame->width;
        if (std::int64_t(m_facts.rows) * m_facts.columns > mostPixels)
            throw base::ParseError(base::ErrorCode::LimitExceeded, "The video has more pixels than any frame has.");
        m_toRgb.emplace(*m_frame, m_packets.codec->codec_id);
        m_facts.colour = m_toRgb->words();
        double aspect = m_packets.sampleAspect;
        if (aspect == 0 && m_frame->sample_aspect_ratio.num > 0 && m_frame->sample_aspect_ratio.den > 0)
            aspect = av_q2d(m_frame->sample_aspect_ratio);
        m_facts.pixelAspect = aspect > 0.1 && aspect < 10 ? 1.0 / aspect : 1.0;
        setTimes(std::move(times));
        keep();
    }

    void setTimes(std::vector<double> times)
    {
        m_facts.declaredFps = m_packets.declaredFps;
        if (m_facts.declaredFps == 0 && m_codec->framerate.num > 0 && m_codec->framerate.den > 0)
            m_facts.declaredFps = av_q2d(m_codec->framerate);
        if (std::any_of(times.begin(), times.end(), [](double ms) { return std::isnan(ms); })) {
            const double fps = m_facts.declaredFps > 0.01 && m_facts.declaredFps < 10'000 ? m_facts.declaredFps : 30.0;
            if (fps != m_facts.declaredFps)
                m_facts.declaredFps = 0;
            for (std::size_t i = 0; i < times.size(); ++i)
                times[i] = double(i) * 1000.0 / fps;
        }
        std::sort(times.begin(), times.end());
        m_facts.startMs = std::move(times);
    }

    // The next picture in the order of showing into m_frame and its place into m_rank; false at the end.
    bool next()
    {
        for (;;) {
            av_frame_unref(m_frame.get());
            const int state = avcodec_receive_frame(m_codec.get(), m_frame.get());
            if (state == 0) {
                if (m_frame->width > 0 && m_frame->height > 0 && place())
                    return true;
                continue;
            }
            if (state != AVERROR(EAGAIN) || m_isDrained)
                return false;
            if (m_feed < m_packets.packets.size()) {
                // What can't be decoded leaves a gap; the rest goes on.
                avcodec_send_packet(m_codec.get(), m_packets.packets[m_feed++].get());
            } else {
                avcodec_send_packet(m_codec.get(), nullptr);
                m_isDrained = true;
            }
        }
    }

    // Finds out which frame of the clip was decoded; false for one that isn't shown.
    bool place()
    {
        const std::int64_t stamp = m_frame->pts != AV_NOPTS_VALUE ? m_frame->pts : m_frame->best_effort_timestamp;
        const bool isKnown = stamp >= 0 && stamp < std::int64_t(m_rankOf.size());
        const std::size_t packet = isKnown ? std::size_t(stamp) : nowhere;
        if (m_packets.isOrderKnown) {
            if (!isKnown || m_rankOf[packet] == nowhere)
                return false;
            m_rank = m_rankOf[packet];
        } else {
            if (m_awaited != nowhere && packet != m_awaited)
                return false; // shown before the key frame, and needing what comes before it
            m_awaited = nowhere;
            if (m_next >= m_order.size())
                return false;
            m_rank = m_next++;
            if (isKnown && m_rankOf[packet] == nowhere)
                m_rankOf[packet] = m_rank;
        }
        return true;
    }

    // The key frame from which `index` can be reached.
    std::size_t keyFor(std::size_t index) const
    {
        const std::size_t last = m_packets.isOrderKnown ? m_order[index] : m_packets.packets.size() - 1;
        for (std::size_t i = last + 1; i-- > 0;) {
            const bool isKey = m_packets.packets[i]->flags & AV_PKT_FLAG_KEY;
            if (isKey && m_rankOf[i] != nowhere && m_rankOf[i] <= index)
                return i;
        }
        return 0;
    }

    void restart(std::size_t packet)
    {
        avcodec_flush_buffers(m_codec.get());
        m_feed = packet;
        m_isDrained = false;
        m_awaited = packet == 0 ? nowhere : packet;
        m_next = packet == 0 ? 0 : m_rankOf[packet];
        m_rank = nowhere;
    }

    base::RgbImage at(std::size_t index)
    {
        if (const auto* kept = find(index))
            return *kept;
        const std::size_t key = keyFor(index);
        const bool isAhead = m_rank != nowhere && index > m_rank && !m_isDrained;
        if (!isAhead || key >= m_feed)
            restart(key);
        while (next()) {
            if (m_rank <= index && index - m_rank < mostKept)
                keep();
            if (m_rank >= index)
                break;
        }
        if (const auto* kept = find(index))
            return *kept;
        throw base::ParseError(base::ErrorCode::Malformed, "The video's frame can't be decoded.");
    }

    const base::RgbImage* find(std::size_t index) const
    {
        const auto found = std::find_if(m_kept.begin(), m_kept.end(), [&](const Kept& one) { return one.index == index; });
        return found == m_kept.end() ? nullptr : &found->image;
    }

    void keep()
    {
        if (find(m_rank))
            return;
        if (m_frame->height != m_facts.rows || m_frame->width != m_facts.columns)
            throw base::ParseError(base::ErrorCode::Inconsistent, "The video changes its size on the way.");
        if (((m_frame->flags & AV_FRAME_FLAG_CORRUPT) || m_frame->decode_error_flags) && !m_hasWarned) {
            m_hasWarned = true;
            m_facts.warnings.push_back({"frame-damaged", "The video is damaged; its decoder patched over it.",
                                        "frame " + std::to_string(m_rank + 1)});
        }
        m_kept.push_back({m_rank, m_toRgb->convert(*m_frame)});
        while (m_kept.size() > 1 && (m_kept.size() > mostKept || m_kept.size() * m_kept.back().image.bytes() > mostKeptBytes))
            m_kept.pop_front();
    }

    struct Kept
    {
        std::size_t index;
        base::RgbImage image;
    };

    Packets m_packets;
    CodecPtr m_codec;
    FramePtr m_frame;
    std::optional<ToRgb> m_toRgb;
    StreamFacts m_facts;
    std::vector<std::size_t> m_order;  // packets in the order of showing, where that is known
    std::vector<std::size_t> m_rankOf; // place of a packet's picture in that order, as far as known
    std::size_t m_feed = 0;            // next packet
    bool m_isDrained = false;
    std::size_t m_rank = nowhere;    // of what was decoded last
    std::size_t m_next = 0;          // where the order is learned: place of the next picture
    std::size_t m_awaited = nowhere; // and the key frame that has to come first
    std::deque<Kept> m_kept; // decoded lately
    bool m_hasWarned = false;
};

} // namespace

std::unique_ptr<Decoder> Decoder::open(const std::filesystem::path& file)
{
    try {
        return std::make_unique<StreamDecoder>(readPackets(file));
    } catch (const base::ParseError& problem) {
        throw base::ParseError(problem.code(), problem.sentence(), {file, problem.place().where});
    } catch (const std::bad_alloc&) {
        throw base::ParseError(base::ErrorCode::LimitExceeded, "There isn't enough memory to open the video.", {file, {}});
    }
}

std::unique_ptr<Decoder> Decoder::open(std::vector<std::uint8_t> stream)
{
    Packets packets = readPackets(stream);
    stream = {};
    return std::make_unique<StreamDecoder>(std::move(packets));
}

bool looksLikeVideo(const std::filesystem::path& file) noexcept
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), &std::fclose);
    std::uint8_t head[256] = {};
    return in && containerOf({head, std::fread(head, 1, sizeof head, in.get())}) != nullptr;
}

} // namespace echo2ecg::video
