// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/video_clip.h"

#include "base/sha256.h"
#include "video/decoder.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

// "2.25." and a number of 122 bits, as UIDs made of UUIDs look (PS3.5 B.2).
std::string uidOf(const std::string& sha256)
{
    std::string decimal = "0";
    for (std::size_t i = 0; i < 30; ++i) {
        int carry = sha256[i] <= '9' ? sha256[i] - '0' : sha256[i] - 'a' + 10;
        for (std::size_t d = decimal.size(); d-- > 0;) {
            carry += (decimal[d] - '0') * 16;
            decimal[d] = char('0' + carry % 10);
            carry /= 10;
        }
        for (; carry > 0; carry /= 10)
            decimal.insert(decimal.begin(), char('0' + carry % 10));
    }
    return "2.25." + decimal;
}

class VideoImage final : public dicom::ImageFile
{
public:
    explicit VideoImage(const std::filesystem::path& file) : m_file(file), m_decoder(video::Decoder::open(file))
    {
        const video::StreamFacts& facts = m_decoder->facts();
        m_identity.patientId = file.stem().string();
        m_identity.modality = "US";
        m_header.rows = facts.rows;
        m_header.columns = facts.columns;
        m_header.declaredFrames = facts.frames();
        m_header.photometric = "RGB";
        m_header.samplesPerPixel = 3;
        m_header.transferSyntaxName = facts.container + ", " + facts.codec;
        m_header.pixelAspect = facts.pixelAspect;
        if (facts.declaredFps > 0)
            m_header.cineRate = facts.declaredFps;
        takeWarnings();
    }

    const dicom::Identity& identity() const override { return m_identity; }
    const dicom::ImageHeader& header() const override { return m_header; }
    int frameCount() const override { return m_decoder->facts().frames(); }
    base::RgbImage frame(int index) override
    {
        try {
            base::RgbImage image = m_decoder->frame(index);
            takeWarnings();
            return image;
        } catch (const base::ParseError& problem) {
            throw base::ParseError(problem.code(), problem.sentence(), {m_file, problem.place().where});
        }
    }
    std::string colourDecision() const override { return m_decoder->facts().colour; }
    const base::Warnings& warnings() const override { return m_warnings; }
    bool isSequential() const override { return true; }
    const video::StreamFacts& facts() const { return m_decoder->facts(); }

private:
    void takeWarnings()
    {
        const base::Warnings& all = m_decoder->facts().warnings;
        for (; m_taken < all.size(); ++m_taken)
            m_warnings.push_back(all[m_taken]);
    }

    std::filesystem::path m_file;
    std::unique_ptr<video::Decoder> m_decoder;
    dicom::Identity m_identity;
    dicom::ImageHeader m_header;
    base::Warnings m_warnings;
    std::size_t m_taken = 0;
};

// Time stamps frame by frame where they make sense; else the declared rate; else 30 per second, and said so.
CineTiming timingOf(const video::StreamFacts& facts, const dicom::ImageHeader& header, base::Warnings& warnings)
{
    CineTiming timing;
    timing.source = TimingSource::Container;
    timing.startMs = facts.startMs;
    bool isSensible = true;
    for (std::size_t i = 1; i < timing.startMs.size(); ++i) {
        const double step = timing.startMs[i] - timing.startMs[i - 1];
        isSensible = isSensible && isPlausibleFrameMs(step);
    }
    if (!isSensible || timing.startMs.size() < 2) {
        warnings.push_back(
            {"time-stamps-implausible", "The video's time stamps can't be right and are not used.", "time stamps"});
        return cineTiming(header, facts.frames(), warnings);
    }
    timing.durationMs = timing.startMs.back() + timing.startMs.back() - timing.startMs[timing.startMs.size() - 2];
    return timing;
}

} // namespace

std::unique_ptr<dicom::ImageFile> openVideo(const std::filesystem::path& file)
{
    return std::make_unique<VideoImage>(file);
}

EchoClip readVideoClip(const std::filesystem::path& file)
{
    const VideoImage image(file);
    EchoClip clip;
    clip.file = file;
    clip.identity = image.identity();
    clip.identity.instanceUid = uidOf(base::sha256OfFile(file));
    clip.header = image.header();
    clip.frames = image.frameCount();
    clip.warnings = image.warnings();
    clip.kind = clip.frames > 1 ? ClipKind::Cine : ClipKind::Still;
    if (clip.kind == ClipKind::Cine)
        clip.timing = timingOf(image.facts(), clip.header, clip.warnings);
    clip.warnings.push_back(
        {"video-no-identity", "A video file names no patient and no study; its file name stands for the patient.", {}});
    clip.warnings.push_back({"video-no-calibration",
                             "A video file holds no calibration: lengths are in pixels until it is calibrated by hand.",
                             {}});
    return clip;
}

std::unique_ptr<dicom::ImageFile> openImage(const std::filesystem::path& file)
{
    return video::looksLikeVideo(file) ? openVideo(file) : dicom::ImageFile::open(file);
}

} // namespace echo2ecg::echo
