// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG of 8 bits through libjpeg-turbo; other kinds of JPEG are handed on to DCMTK.
#include "dicom/decoders.h"

#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include <csetjmp>

namespace echo2ecg::dicom {

namespace {

constexpr int mostScans = 200; // a progressive frame has about ten

struct Decoder
{
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    jpeg_source_mgr source{};
    jpeg_progress_mgr progress{};
    std::jmp_buf escape{};
    char message[JMSG_LENGTH_MAX] = "";
    bool ranOut = false;
    bool ranOutInside = false; // before the last row of blocks

    static Decoder& of(j_common_ptr common) { return *static_cast<Decoder*>(common->client_data); }
};

const JOCTET endOfImage[2] = {0xFF, JPEG_EOI};

void onError(j_common_ptr common)
{
    Decoder& decoder = Decoder::of(common);
    (*common->err->format_message)(common, decoder.message);
    std::longjmp(decoder.escape, 1);
}

void onMessage(j_common_ptr common, int level)
{
    if (level < 0)
        ++common->err->num_warnings;
}

void onSourceBegin(j_decompress_ptr) {}

boolean onSourceEmpty(j_decompress_ptr info)
{
    Decoder& decoder = Decoder::of(reinterpret_cast<j_common_ptr>(info));
    if (!decoder.ranOut) {
        decoder.ranOut = true;
        decoder.ranOutInside = info->input_iMCU_row + 1 < info->total_iMCU_rows;
    }
    info->src->next_input_byte = endOfImage;
    info->src->bytes_in_buffer = 2;
    return TRUE;
}

void onSourceSkip(j_decompress_ptr info, long count)
{
    if (count <= 0)
        return;
    if (std::size_t(count) > info->src->bytes_in_buffer) {
        onSourceEmpty(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= std::size_t(count);
}

void onSourceEnd(j_decompress_ptr) {}

void onProgress(j_common_ptr common)
{
    if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number > mostScans)
        onError(common);
}

// No object with a destructor lives in here: errors leave by longjmp.
bool begin(Decoder& decoder, const std::uint8_t* data, std::size_t size)
{
    decoder.info.err = jpeg_std_error(&decoder.errors);
    decoder.errors.error_exit = onError;
    decoder.errors.emit_message = onMessage;
    decoder.info.client_data = &decoder;
    if (setjmp(decoder.escape))
        return false;
    jpeg_create_decompress(&decoder.info);
    decoder.info.client_data = &decoder;
    decoder.source.init_source = onSourceBegin;
    decoder.source.fill_input_buffer = onSourceEmpty;
    decoder.source.skip_input_data = onSourceSkip;
    decoder.source.resync_to_restart = jpeg_resync_to_restart;
    decoder.source.term_source = onSourceEnd;
    decoder.source.next_input_byte = data;
    decoder.source.bytes_in_buffer = size;
    decoder.info.src = &decoder.source;
    decoder.progress.progress_monitor = onProgress;
    decoder.info.progress = &decoder.progress;
    return jpeg_read_header(&decoder.info, TRUE) == JPEG_HEADER_OK;
}

bool decode(Decoder& decoder, ColourModel model, std::uint8_t* to)
{
    if (setjmp(decoder.escape))
        return false;
    jpeg_decompress_struct& info = decoder.info;
    if (model == ColourModel::Grey) {
        info.jpeg_color_space = info.out_color_space = JCS_GRAYSCALE;
    } else {
        info.jpeg_color_space = model == ColourModel::Rgb ? JCS_RGB : JCS_YCbCr;
        info.out_color_space = JCS_RGB;
    }
    info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info);
    const std::size_t stride = std::size_t(info.output_width) * std::size_t(info.output_components);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = to + stride * info.output_scanline;
        jpeg_read_scanlines(&info, &row, 1);
    }
    return true;
}

} // namespace

Samples decodeJpeg(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric,
                   bool& damaged, std::vector<std::uint8_t> storage)
{
    const auto markers = readJpegMarkers(data);
    if (!markers)
        failFrame(base::ErrorCode::Malformed, "The frame is no JPEG image.");
    requireSameSize(format, markers->rows, markers->columns, std::int64_t(markers->components.size()));
    if (markers->frameType == 0xC3 || markers->precision != 8)
        return decodeWithDcmtk(data, format, *markers, photometric);
    const ColourDecision decision = decideJpegColour(*markers, photometric);

    Samples samples = Samples::like(format);
    samples.bitsAllocated = samples.bitsStored = 8;
    samples.highBit = 7;
    samples.isSigned = false;
    samples.data = std::move(storage);
    samples.data.resize(format.pixels() * std::size_t(format.samples));
    samples.words = decision.words;
    samples.model = decision.model == ColourModel::Ybr ? ColourModel::Rgb : decision.model;

    Decoder decoder;
    bool isWhole = begin(decoder, data.data(), data.size());
    if (isWhole &&
        (decoder.info.image_width != JDIMENSION(format.columns) ||
         decoder.info.image_height != JDIMENSION(format.rows) || decoder.info.num_components != format.samples)) {
        jpeg_destroy_decompress(&decoder.info);
        failFrame(base::ErrorCode::Inconsistent, "The JPEG image contradicts itself about its size.");
    }
    isWhole = isWhole && decode(decoder, decision.model, samples.data.data());
    const bool isCut = decoder.ranOutInside; // a missing end marker alone costs nothing
    damaged = decoder.errors.num_warnings > 0;
    jpeg_destroy_decompress(&decoder.info);
    if (!isWhole)
        failFrame(base::ErrorCode::Malformed, "The JPEG image can't be decoded: " + std::string(decoder.message) + ".");
    if (isCut)
        failFrame(base::ErrorCode::Truncated, "The JPEG image ends early.");
    return samples;
}

} // namespace echo2ecg::dicom
