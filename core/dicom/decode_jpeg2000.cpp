// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/decoders.h"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace echo2ecg::dicom {

namespace {

struct Cursor
{
    std::span<const std::uint8_t> data;
    std::size_t at = 0;
};

OPJ_SIZE_T onRead(void* to, OPJ_SIZE_T count, void* user)
{
    Cursor& cursor = *static_cast<Cursor*>(user);
    const std::size_t left = cursor.data.size() - cursor.at;
    if (left == 0)
        return OPJ_SIZE_T(-1);
    const std::size_t taken = std::min<std::size_t>(left, count);
    std::memcpy(to, cursor.data.data() + cursor.at, taken);
    cursor.at += taken;
    return taken;
}

OPJ_OFF_T onSkip(OPJ_OFF_T count, void* user)
{
    Cursor& cursor = *static_cast<Cursor*>(user);
    if (count < 0 || std::size_t(count) > cursor.data.size() - cursor.at) {
        cursor.at = cursor.data.size();
        return -1;
    }
    cursor.at += std::size_t(count);
    return count;
}

OPJ_BOOL onSeek(OPJ_OFF_T to, void* user)
{
    Cursor& cursor = *static_cast<Cursor*>(user);
    if (to < 0 || std::size_t(to) > cursor.data.size())
        return OPJ_FALSE;
    cursor.at = std::size_t(to);
    return OPJ_TRUE;
}

// Whether the codestream undoes a colour transform of its own (byte "multiple component transform" of its COD marker).
bool hasColourTransform(std::span<const std::uint8_t> data)
{
    constexpr std::uint8_t start[] = {0xFF, 0x4F, 0xFF, 0x51};
    const auto found = std::search(data.begin(), data.end(), std::begin(start), std::end(start));
    std::size_t at = std::size_t(found - data.begin()) + 2;
    while (at + 9 < data.size() && data[at] == 0xFF && data[at + 1] != 0x90) {
        if (data[at + 1] == 0x52)
            return data[at + 8] != 0;
        at += 2 + std::size_t((data[at + 2] << 8) | data[at + 3]);
    }
    return false;
}

using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

Image readImage(Cursor& cursor, const PixelFormat& format)
{
    const bool isBoxed = cursor.data.size() >= 6 && std::memcmp(cursor.data.data() + 4, "jP", 2) == 0;
    const Codec codec(opj_create_decompress(isBoxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), &opj_destroy_codec);
    const Stream stream(opj_stream_create(std::clamp<std::size_t>(cursor.data.size(), 1024, 1 << 20), OPJ_TRUE),
                        &opj_stream_destroy);
    opj_stream_set_user_data(stream.get(), &cursor, nullptr);
    opj_stream_set_user_data_length(stream.get(), cursor.data.size());
    opj_stream_set_read_function(stream.get(), onRead);
    opj_stream_set_skip_function(stream.get(), onSkip);
    opj_stream_set_seek_function(stream.get(), onSeek);

    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t* raw = nullptr;
    const bool isOpen = opj_setup_decoder(codec.get(), &parameters) && opj_read_header(stream.get(), codec.get(), &raw);
    Image image(raw, &opj_image_destroy);
    if (!isOpen || !image)
        failFrame(base::ErrorCode::Malformed, "The JPEG 2000 image can't be read.");
    requireSameSize(format, std::int64_t(image->y1) - std::int64_t(image->y0),
                    std::int64_t(image->x1) - std::int64_t(image->x0), image->numcomps);
    if (!opj_decode(codec.get(), stream.get(), image.get()) || !opj_end_decompress(codec.get(), stream.get()))
        failFrame(base::ErrorCode::Malformed, "The JPEG 2000 image can't be decoded.");
    return image;
}

} // namespace

Samples decodeJpeg2000(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric)
{
    Cursor cursor{data};
    const Image image = readImage(cursor, format);
    const opj_image_comp_t& first = image->comps[0];
    Samples samples = Samples::like(format);
    if (first.prec < 1 || first.prec > 16)
        failFrame(base::ErrorCode::Unsupported, "JPEG 2000 of more than 16 bits isn't supported.");
    samples.bitsStored = int(first.prec);
    samples.bitsAllocated = first.prec > 8 ? 16 : 8;
    samples.highBit = samples.bitsStored - 1;
    // samples.isSigned stays as the header says: codestreams are often wrong about it.
    samples.planar = true;
    const std::size_t pixels = format.pixels(), bytes = samples.bitsAllocated == 16 ? 2 : 1;
    samples.data.resize(pixels * std::size_t(format.samples) * bytes);
    for (int c = 0; c < format.samples; ++c) {
        const opj_image_comp_t& part = image->comps[c];
        if (!part.data || part.w != OPJ_UINT32(format.columns) || part.h != OPJ_UINT32(format.rows) ||
            part.prec != first.prec)
            failFrame(base::ErrorCode::Unsupported, "JPEG 2000 with components of different sizes isn't supported.");
        std::uint8_t* to = samples.data.data() + std::size_t(c) * pixels * bytes;
        for (std::size_t i = 0; i < pixels; ++i) {
            const std::uint16_t value = std::uint16_t(part.data[i]);
            if (bytes == 1)
                to[i] = std::uint8_t(value);
            else
                std::memcpy(to + 2 * i, &value, 2);
        }
    }
    if (format.samples == 3) {
        const bool transformed = hasColourTransform(data);
        const bool isYbr = !transformed && photometric.starts_with("YBR_FULL");
        samples.model = isYbr ? ColourModel::Ybr : ColourModel::Rgb;
        samples.words = std::string("JPEG 2000 ") +
                        (transformed ? "with its own colour transform" : "without colour transform") + ", tag " +
                        photometric + (isYbr ? ": converted to RGB" : ": shown as RGB");
    }
    return samples;
}

} // namespace echo2ecg::dicom
