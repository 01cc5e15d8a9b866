// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/decoders.h"

#ifdef E2E_HAVE_JXL
#include <jxl/decode.h>

#include <cstring>
#include <memory>
#endif

namespace echo2ecg::dicom {

#ifdef E2E_HAVE_JXL

namespace {

constexpr std::size_t mostJpeg = std::size_t(256) << 20;

using DecoderPtr = std::unique_ptr<JxlDecoder, decltype(&JxlDecoderDestroy)>;

[[noreturn]] void malformed()
{
    failFrame(base::ErrorCode::Malformed, "The JPEG XL image can't be decoded.");
}

// The image as pixels, or the JPEG that it was made from.
struct Decoded
{
    std::vector<std::uint8_t> jpeg;
    Samples samples;
};

class Work
{
public:
    Work(std::span<const std::uint8_t> data, const PixelFormat& format) : m_data(data), m_format(format) {}

    Decoded run()
    {
        constexpr int events = JXL_DEC_BASIC_INFO | JXL_DEC_JPEG_RECONSTRUCTION | JXL_DEC_FULL_IMAGE;
        if (!m_decoder || JxlDecoderSubscribeEvents(m_decoder.get(), events) != JXL_DEC_SUCCESS)
            failFrame(base::ErrorCode::Internal, "libjxl can't be used.");
        JxlDecoderSetKeepOrientation(m_decoder.get(), JXL_TRUE);
        if (JxlDecoderSetInput(m_decoder.get(), m_data.data(), m_data.size()) != JXL_DEC_SUCCESS)
            malformed();
        JxlDecoderCloseInput(m_decoder.get());
        for (;;) {
            switch (JxlDecoderProcessInput(m_decoder.get())) {
            case JXL_DEC_BASIC_INFO:
                checkInfo();
                break;
            case JXL_DEC_JPEG_RECONSTRUCTION:
                m_result.jpeg.resize(std::max<std::size_t>(m_data.size() * 2, 4096));
                giveJpegBuffer(0);
                m_isJpeg = true;
                break;
            case JXL_DEC_JPEG_NEED_MORE_OUTPUT: {
                const std::size_t used = m_result.jpeg.size() - JxlDecoderReleaseJPEGBuffer(m_decoder.get());
                if (m_result.jpeg.size() >= mostJpeg)
                    failFrame(base::ErrorCode::LimitExceeded, "The JPEG inside the JPEG XL image is far too big.");
                m_result.jpeg.resize(m_result.jpeg.size() * 2);
                giveJpegBuffer(used);
                break;
            }
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                giveImageBuffer();
                break;
            case JXL_DEC_FULL_IMAGE:
                finish();
                return std::move(m_result); // more frames would be an animation
            case JXL_DEC_NEED_MORE_INPUT:
                failFrame(base::ErrorCode::Truncated, "The JPEG XL image ends early.");
            default:
                malformed();
            }
        }
    }

private:
    void checkInfo()
    {
        if (JxlDecoderGetBasicInfo(m_decoder.get(), &m_info) != JXL_DEC_SUCCESS)
            malformed();
        requireSameSize(m_format, m_info.ysize, m_info.xsize, m_info.num_color_channels);
        if (m_info.bits_per_sample < 1 || m_info.bits_per_sample > 16 || m_info.exponent_bits_per_sample != 0)
            failFrame(base::ErrorCode::Unsupported, "JPEG XL of more than 16 bits isn't supported.");
    }

    void giveJpegBuffer(std::size_t used)
    {
        if (JxlDecoderSetJPEGBuffer(m_decoder.get(), m_result.jpeg.data() + used, m_result.jpeg.size() - used) !=
            JXL_DEC_SUCCESS)
            malformed();
    }

    void giveImageBuffer()
    {
        if (m_info.xsize == 0)
            malformed();
        const bool isDeep = m_info.bits_per_sample > 8;
        const JxlPixelFormat pixels{m_info.num_color_channels, isDeep ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8,
                                    JXL_NATIVE_ENDIAN, 0};
        Samples& samples = m_result.samples;
        samples.data.resize(m_format.pixels() * std::size_t(m_format.samples) * (isDeep ? 2 : 1));
        std::size_t needed = 0;
        if (JxlDecoderImageOutBufferSize(m_decoder.get(), &pixels, &needed) != JXL_DEC_SUCCESS ||
            needed != samples.data.size() ||
            JxlDecoderSetImageOutBuffer(m_decoder.get(), &pixels, samples.data.data(), needed) != JXL_DEC_SUCCESS)
            malformed();
    }

    void finish()
    {
        if (m_isJpeg) {
            m_result.jpeg.resize(m_result.jpeg.size() - JxlDecoderReleaseJPEGBuffer(m_decoder.get()));
            return;
        }
        Samples& samples = m_result.samples;
        if (samples.data.empty())
            malformed();
        auto data = std::move(samples.data);
        samples = Samples::like(m_format);
        samples.data = std::move(data);
        samples.planar = false;
        samples.bitsStored = int(m_info.bits_per_sample);
        samples.highBit = samples.bitsStored - 1;
        samples.bitsAllocated = samples.bitsStored > 8 ? 16 : 8;
        if (samples.bitsStored == 8 || samples.bitsStored == 16)
            return;
        // libjxl stretches to the whole range of its output; the stored values are wanted.
        const unsigned most = (1u << samples.bitsStored) - 1;
        if (samples.bitsAllocated == 8) {
            for (std::uint8_t& value : samples.data)
                value = std::uint8_t((value * most + 127) / 255);
            return;
        }
        for (std::size_t i = 0; i + 1 < samples.data.size(); i += 2) {
            std::uint16_t value;
            std::memcpy(&value, samples.data.data() + i, 2);
            value = std::uint16_t((std::uint32_t(value) * most + 32767) / 65535);
            std::memcpy(samples.data.data() + i, &value, 2);
        }
    }

    std::span<const std::uint8_t> m_data;
    const PixelFormat& m_format;
    DecoderPtr m_decoder{JxlDecoderCreate(nullptr), &JxlDecoderDestroy};
    JxlBasicInfo m_info{};
    Decoded m_result;
    bool m_isJpeg = false;
};

} // namespace

Samples decodeJpegXl(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric,
                     bool& damaged)
{
    const JxlSignature kind = JxlSignatureCheck(data.data(), data.size());
    if (kind != JXL_SIG_CODESTREAM && kind != JXL_SIG_CONTAINER)
        failFrame(base::ErrorCode::Malformed, "The frame is no JPEG XL image.");
    Decoded decoded = Work(data, format).run();
    if (!decoded.jpeg.empty()) {
        Samples samples = decodeJpeg(decoded.jpeg, format, photometric, damaged);
        samples.words = "JPEG XL holding a JPEG, " + samples.words;
        return samples;
    }
    Samples samples = std::move(decoded.samples);
    if (format.samples == 3) {
        samples.model = ColourModel::Rgb;
        samples.words = "JPEG XL, RGB of its own colour description, tag " +
                        (photometric.empty() ? "missing" : photometric) + ": shown as RGB";
    } else {
        samples.words = "JPEG XL, one component";
    }
    return samples;
}

#else

Samples decodeJpegXl(std::span<const std::uint8_t>, const PixelFormat&, const std::string&, bool&)
{
    failFrame(base::ErrorCode::Unsupported, "This build has no decoder for JPEG XL.");
}

#endif

} // namespace echo2ecg::dicom
