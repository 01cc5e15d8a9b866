// SPDX-License-Identifier: GPL-3.0-or-later
#include "video/packets.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace echo2ecg::video {

namespace {

constexpr std::size_t mostPackets = 200'000;
constexpr std::uint64_t mostBytes = std::uint64_t(1) << 30;
constexpr int bufferBytes = 64 * 1024;

bool isAt(std::span<const std::uint8_t> data, std::size_t at, const char (&text)[5])
{
    return data.size() >= at + 4 && std::memcmp(data.data() + at, text, 4) == 0;
}

// Where FFmpeg reads from: a file or memory, never a name that it could open itself.
class Input
{
public:
    virtual ~Input()
    {
        if (m_io) {
            av_freep(&m_io->buffer);
            avio_context_free(&m_io);
        }
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    AVIOContext* io()
    {
        if (!m_io) {
            auto* buffer = static_cast<unsigned char*>(av_malloc(bufferBytes));
            m_io = buffer ? avio_alloc_context(buffer, bufferBytes, 0, this, onRead, nullptr, onSeek) : nullptr;
            if (!m_io) {
                av_free(buffer);
                throw std::bad_alloc();
            }
        }
        return m_io;
    }
    virtual std::int64_t size() const = 0;

protected:
    Input() = default;
    virtual int read(std::uint8_t* to, int count) = 0;
    virtual bool seek(std::int64_t to) = 0;
    std::int64_t m_at = 0;

private:
    static int onRead(void* self, std::uint8_t* to, int count)
    {
        const int got = static_cast<Input*>(self)->read(to, count);
        return got > 0 ? got : AVERROR_EOF;
    }
    static std::int64_t onSeek(void* self, std::int64_t offset, int whence)
    {
        Input& input = *static_cast<Input*>(self);
        if (whence & AVSEEK_SIZE)
            return input.size();
        whence &= ~AVSEEK_FORCE;
        const std::int64_t base = whence == SEEK_CUR ? input.m_at : whence == SEEK_END ? input.size() : 0;
        if (offset > 0 && base > std::numeric_limits<std::int64_t>::max() - offset)
            return AVERROR(EINVAL);
        const std::int64_t to = base + offset;
        if (to < 0 || to > input.size() || !input.seek(to))
            return AVERROR(EINVAL);
        return input.m_at = to;
    }

    AVIOContext* m_io = nullptr;
};

class FileInput final : public Input
{
public:
    explicit FileInput(const std::filesystem::path& file) : m_file(std::fopen(file.c_str(), "rb"), &std::fclose)
    {
        std::error_code problem;
        const auto bytes = std::filesystem::file_size(file, problem);
        if (!m_file || problem)
            throw base::ParseError(base::ErrorCode::Io, "The file can't be opened.", {file, {}});
        m_size = std::int64_t(bytes);
    }
    std::int64_t size() const override { return m_size; }

private:
    int read(std::uint8_t* to, int count) override
    {
        const auto got = std::fread(to, 1, std::size_t(count), m_file.get());
        m_at += std::int64_t(got);
        return int(got);
    }
    bool seek(std::int64_t to) override { return fseeko(m_file.get(), to, SEEK_SET) == 0; }

    std::unique_ptr<std::FILE, int (*)(std::FILE*)> m_file;
    std::int64_t m_size = 0;
};

class MemoryInput final : public Input
{
public:
    explicit MemoryInput(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}
    std::int64_t size() const override { return std::int64_t(m_bytes.size()); }

private:
    int read(std::uint8_t* to, int count) override
    {
        const auto got = std::min<std::int64_t>(count, size() - m_at);
        std::copy_n(m_bytes.data() + m_at, got, to);
        m_at += got;
        return int(got);
    }
    bool seek(std::int64_t) override { return true; }

    std::span<const std::uint8_t> m_bytes;
};

struct CloseContainer
{
    void operator()(AVFormatContext* container) const { avformat_close_input(&container); }
};
using ContainerPtr = std::unique_ptr<AVFormatContext, CloseContainer>;

std::string nameOf(const std::string& demuxer)
{
    if (demuxer == "avi")
        return "AVI";
    if (demuxer == "mov")
        return "MP4";
    if (demuxer == "matroska")
        return "Matroska";
    if (demuxer == "mpegts")
        return "MPEG transport stream";
    if (demuxer == "mpeg")
        return "MPEG program stream";
    return "elementary stream";
}

ContainerPtr openContainer(Input& input, const char* demuxer)
{
    const AVInputFormat* format = av_find_input_format(demuxer);
    AVFormatContext* raw = avformat_alloc_context();
    if (!raw)
        throw std::bad_alloc();
    if (!format) {
        avformat_free_context(raw);
        throw base::ParseError(base::ErrorCode::Unsupported, "FFmpeg was built without a reader for this video.");
    }
    raw->pb = input.io();
    raw->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOBUFFER;
    raw->max_streams = 64;
    raw->max_analyze_duration = 0;
    // The name is empty and nothing else may be opened: a container can't make FFmpeg read other files.
    const int state = avformat_open_input(&raw, "", format, nullptr); // frees on failure
    if (state < 0)
        throw base::ParseError(base::ErrorCode::Malformed, "The video can't be read: " + reason(state) + ".");
    return ContainerPtr(raw);
}

// The largest picture wins: containers may hold a thumbnail beside the clip.
int videoStream(const AVFormatContext& container)
{
    int best = -1;
    for (unsigned i = 0; i < container.nb_streams; ++i) {
        const AVStream& stream = *container.streams[i];
        if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC))
            continue;
        const auto pixels = [](const AVStream& s) { return std::int64_t(s.codecpar->width) * s.codecpar->height; };
        if (best < 0 || pixels(stream) > pixels(*container.streams[best]))
            best = int(i);
    }
    return best;
}

double rate(AVRational value)
{
    const double fps = value.num > 0 && value.den > 0 ? av_q2d(value) : 0.0;
    return std::isfinite(fps) && fps > 0.01 && fps < 10'000 ? fps : 0.0;
}

// Times from time stamps, or from the order of decoding where a container has only that (AVI without B-pictures).
void setTimes(Packets& result, const std::string& demuxer, const AVStream& stream, const std::vector<std::int64_t>& pts,
              const std::vector<std::int64_t>& dts)
{
    const AVCodecDescriptor* codec = avcodec_descriptor_get(stream.codecpar->codec_id);
    const bool mayReorder = !codec || (codec->props & AV_CODEC_PROP_REORDER);
    // AVI knows the order of decoding alone; elementary and transport streams are cut and stamped by guesses.
    const bool isStamped = demuxer == "mov" || demuxer == "matroska";
    const double unit = 1000.0 * av_q2d(stream.time_base);
    const auto isComplete = [](const std::vector<std::int64_t>& times) {
        if (std::find(times.begin(), times.end(), AV_NOPTS_VALUE) != times.end())
            return false;
        std::vector<std::int64_t> sorted = times;
        std::sort(sorted.begin(), sorted.end());
        return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    };
    const std::vector<std::int64_t>* times = nullptr;
    if (isStamped && isComplete(pts))
        times = &pts;
    else if ((isStamped || demuxer == "avi") && isComplete(dts))
        times = &dts;
    result.isOrderKnown = times == &pts || (times && !mayReorder);
    result.shownMs.assign(pts.size(), std::numeric_limits<double>::quiet_NaN());
    if (!times || !(unit > 0) || !std::isfinite(unit)) {
        result.isOrderKnown = false;
        return;
    }
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < times->size(); ++i)
        if (!result.isHidden[i])
            first = std::min(first, (*times)[i]);
    for (std::size_t i = 0; i < times->size(); ++i)
        result.shownMs[i] = (double((*times)[i]) - double(first)) * unit;
}

Packets readAll(Input& input, const char* demuxer)
{
    prepare();
    const ContainerPtr container = openContainer(input, demuxer);
    Packets result;
    result.container = nameOf(demuxer);
    int wanted = videoStream(*container);
    std::vector<std::int64_t> pts, dts;
    std::uint64_t bytes = 0;
    // Hostile tables may show the same bytes again and again.
    const std::uint64_t limit = std::min<std::uint64_t>(mostBytes, 4 * std::uint64_t(input.size()) + (1 << 20));
    std::size_t foreign = 0;
    for (;;) {
        PacketPtr packet(av_packet_alloc());
        if (!packet)
            throw std::bad_alloc();
        const int state = av_read_frame(container.get(), packet.get());
        if (state < 0) {
            if (state != AVERROR_EOF)
                result.warnings.push_back({"video-damaged", "The video breaks off: " + reason(state) + ".", {}});
            break;
        }
        if (wanted < 0)
            wanted = videoStream(*container); // transport and program streams show what they hold as they go
        if (packet->stream_index != wanted || packet->size <= 0) {
            if (++foreign > 5 * mostPackets)
                break;
            continue;
        }
        bytes += std::uint64_t(packet->size);
        if (bytes > limit || result.packets.size() >= mostPackets) {
            result.warnings.push_back(
                {"video-long", "The video is longer than what is read; its beginning is shown.", {}});
            break;
        }
        if (av_packet_make_refcounted(packet.get()) < 0)
            throw std::bad_alloc();
        pts.push_back(packet->pts);
        dts.push_back(packet->dts);
        result.isHidden.push_back((packet->flags & AV_PKT_FLAG_DISCARD) != 0);
        packet->pts = packet->dts = std::int64_t(result.packets.size());
        packet->duration = 1;
        result.packets.push_back(std::move(packet));
    }
    if (wanted < 0)
        throw base::ParseError(base::ErrorCode::Malformed, "The file holds no video.");
    if (result.packets.empty())
        throw base::ParseError(base::ErrorCode::Truncated, "The video holds no picture.");
    const AVStream& stream = *container->streams[wanted];
    result.codec.reset(avcodec_parameters_alloc());
    if (!result.codec || avcodec_parameters_copy(result.codec.get(), stream.codecpar) < 0)
        throw std::bad_alloc();
    result.declaredFps = rate(stream.avg_frame_rate);
    if (result.declaredFps == 0)
        result.declaredFps = rate(stream.r_frame_rate);
    if (result.declaredFps == 0 && std::string(demuxer) == "avi")
        result.declaredFps = rate(av_inv_q(stream.time_base));
    if (stream.sample_aspect_ratio.num > 0 && stream.sample_aspect_ratio.den > 0)
        result.sampleAspect = av_q2d(stream.sample_aspect_ratio);
    setTimes(result, demuxer, stream, pts, dts);
    return result;
}

} // namespace

const char* containerOf(std::span<const std::uint8_t> head) noexcept
{
    if (isAt(head, 128, "DICM"))
        return nullptr;
    if (isAt(head, 0, "RIFF") && isAt(head, 8, "AVI "))
        return "avi";
    if (isAt(head, 4, "ftyp")) {
        for (const auto* still : {"heic", "heix", "mif1", "msf1", "avif", "jxl ", "jp2 ", "crx "})
            if (head.size() >= 12 && std::memcmp(head.data() + 8, still, 4) == 0)
                return nullptr;
        return "mov";
    }
    if (isAt(head, 4, "moov") || isAt(head, 4, "mdat") || isAt(head, 4, "wide"))
        return "mov";
    constexpr std::uint8_t ebml[] = {0x1A, 0x45, 0xDF, 0xA3};
    if (head.size() >= 4 && std::equal(std::begin(ebml), std::end(ebml), head.begin()))
        return "matroska";
    return nullptr;
}

const char* streamKindOf(std::span<const std::uint8_t> stream) noexcept
{
    if (const char* container = containerOf(stream))
        return container;
    if (stream.size() >= 189 && stream[0] == 0x47 && stream[188] == 0x47)
        return "mpegts";
    std::size_t at = 0;
    while (at < 64 && at + 5 < stream.size() && stream[at] == 0 && !(stream[at + 1] == 0 && stream[at + 2] == 1))
        ++at;
    if (at + 5 >= stream.size() || stream[at] != 0 || stream[at + 1] != 0 || stream[at + 2] != 1)
        return nullptr;
    const unsigned code = stream[at + 3];
    if (code == 0xBA)
        return "mpeg";
    if (code == 0xB3)
        return "mpegvideo";
    const unsigned hevcKind = code >> 1;
    if (code < 0x80 && hevcKind >= 32 && hevcKind <= 39 && stream[at + 4] == 0x01)
        return "hevc"; // parameter sets or a delimiter
    return code < 0x80 ? "h264" : nullptr;
}

Packets readPackets(const std::filesystem::path& file)
{
    FileInput input(file);
    std::uint8_t head[256] = {};
    std::size_t got = 0;
    if (const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), &std::fclose); in)
        got = std::fread(head, 1, sizeof head, in.get());
    const char* demuxer = containerOf({head, got});
    if (!demuxer)
        throw base::ParseError(base::ErrorCode::NotRecognised,
                               "This is no video that is read here (AVI, MP4, MOV, MKV).");
    return readAll(input, demuxer);
}

Packets readPackets(std::span<const std::uint8_t> stream)
{
    const char* demuxer = streamKindOf(stream);
    if (!demuxer)
        throw base::ParseError(base::ErrorCode::Malformed,
                               "The compressed pixel data is no MPEG-2, H.264 or H.265 stream.");
    MemoryInput input(stream);
    return readAll(input, demuxer);
}

} // namespace echo2ecg::video
